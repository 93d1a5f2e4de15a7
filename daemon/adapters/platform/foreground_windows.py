"""Hands the right to come to the front to another process.

Windows gives it to the process that was clicked, or that the user started. That one may give it away
(learn.microsoft.com, AllowSetForegroundWindow). Without it a window only flashes in the taskbar.
"""

import sys

ANY_PROCESS = 0xFFFFFFFF  # ASFW_ANY


def hand_on_foreground(process_id: int = ANY_PROCESS) -> None:
    """Let a process come to the front, if this one may.

    Does nothing on other systems: there a text goes along (`ActivationToken`).
    """
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("user32").AllowSetForegroundWindow(ctypes.c_ulong(process_id))
