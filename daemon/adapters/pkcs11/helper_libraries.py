"""Lets a module on Windows find the helper libraries beside it.

Windows looks for what a library needs in the folder of the program, not in that of the library. A module that vendors
install in a folder of their own is then not found (learn.microsoft.com, "Dynamic-link library search order").
"""

import sys
from pathlib import Path

LIBRARIES = {".cpl", ".dll", ".drv", ".ocx"}  # the usual names of what can be loaded

if sys.platform == "win32":
    import ctypes
    import os

    from config.private_windows import lets_others_add
    from config.trust import Writers, changeable_by_others

    def let_helpers_load(module: Path) -> None:
        """Have Windows look into the module's folder as well.

        Raises OSError, and PermissionError where another account could change the module or put a library beside it.
        """
        for file in (module, *(() if _is_of_system(module) else _helpers(module))):
            if (place := changeable_by_others(file, Writers.USER)) is not None:
                raise PermissionError(f"another account may change {place}")
        if _is_of_system(module):
            return
        if lets_others_add(module.parent, user_may=True):
            raise PermissionError(f"another account may put a library into {module.parent}")
        if not ctypes.WinDLL("kernel32", use_last_error=True).SetDllDirectoryW(ctypes.c_wchar_p(str(module.parent))):
            raise ctypes.WinError(ctypes.get_last_error())

    def _helpers(module: Path) -> list[Path]:
        return [file for file in module.parent.iterdir() if file.suffix.casefold() in LIBRARIES]

    def _is_of_system(module: Path) -> bool:
        """Return whether it lies where Windows looks anyway."""
        return module.parent == Path(os.environ.get("SYSTEMROOT", "C:\\Windows"), "System32")

else:

    def let_helpers_load(module: Path) -> None:
        """Do nothing: libraries of other systems name the folders of their helpers."""
