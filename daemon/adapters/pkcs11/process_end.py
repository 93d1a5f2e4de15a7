"""Ends a process at once, whatever its libraries and threads do.

`os._exit` suffices elsewhere. On Windows it is ExitProcess, which stops the other threads wherever they are and then
calls each library for the last time: a library that waits for one of those threads, or for a lock that it held, keeps
the process for ever (learn.microsoft.com, "ExitProcess" and "Dynamic-Link Library Best Practices"). TerminateProcess
calls nothing.
"""

import os
import sys
from typing import NoReturn

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes


def end_process(code: int) -> NoReturn:
    """End this process with the exit code."""
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.TerminateProcess.argtypes = [wintypes.HANDLE, wintypes.UINT]
        kernel.TerminateProcess(kernel.GetCurrentProcess(), code)
    os._exit(code)
