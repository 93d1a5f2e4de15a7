"""How vigicle presents itself to Windows, before any window is made."""

import sys

from config.identity import WINDOWS_ID

PER_MONITOR_AWARE_V2 = -4  # DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2


def register() -> None:
    """Name this process, and let it draw at each monitor's own scale. What Windows refuses is left as it is.

    The programs of the setup carry the scale in their manifest; there the second call is refused, and harmless.
    """
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("shell32").SetCurrentProcessExplicitAppUserModelID(ctypes.c_wchar_p(WINDOWS_ID))
        ctypes.WinDLL("user32").SetProcessDpiAwarenessContext(ctypes.c_void_p(PER_MONITOR_AWARE_V2))
