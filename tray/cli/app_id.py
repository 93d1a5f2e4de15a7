"""Registers the process with Windows, before it opens a window."""

import sys

from config.identity import WINDOWS_ID

PER_MONITOR_AWARE_V2 = -4  # DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2


def register() -> None:
    """Set the application id, and draw at each monitor's own scale.

    Errors are ignored. The installed programs have the scale in their manifest, so there Windows rejects the second
    call.
    """
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("shell32").SetCurrentProcessExplicitAppUserModelID(ctypes.c_wchar_p(WINDOWS_ID))
        ctypes.WinDLL("user32").SetProcessDpiAwarenessContext(ctypes.c_void_p(PER_MONITOR_AWARE_V2))
