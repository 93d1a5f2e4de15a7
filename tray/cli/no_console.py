"""What takes the terminal's place where there is none: Windows gives `vigiclew.exe` no standard streams."""

import contextlib
import sys
from pathlib import Path

from config.folders import Folders, private_folder
from config.identity import APPLICATION

LOG = "vigicle.log"
ENOUGH = 1 << 20  # bytes: then a new log is begun, and the one before kept
MB_ICONWARNING = 0x30


def has_no_console() -> bool:
    """Tell whether nobody would see what is printed."""
    return sys.stderr is None


def print_to_log(folders: Folders) -> Path:
    """Let all that is printed go to a file in the state folder, and return it. Raises FolderError and OSError."""
    file = private_folder(folders.state) / LOG
    with contextlib.suppress(OSError):  # there is none, or another vigicle writes into it
        if file.is_symlink():
            file.unlink()  # what it leads to is not ours to write into
        elif file.stat().st_size > ENOUGH:
            file.replace(file.with_suffix(".old.log"))
    sys.stdout = sys.stderr = file.open("a", encoding="utf-8", errors="replace", buffering=1)
    return file


def tell(words: str) -> None:
    """Show the words in a window, and wait until the person has closed it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("user32").MessageBoxW(None, words, APPLICATION, MB_ICONWARNING)
