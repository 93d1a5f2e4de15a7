"""Tells whether Windows gave this process more rights than the desktop."""

import sys

TOKEN_QUERY = 0x0008
TOKEN_ELEVATION_TYPE = 18  # TokenElevationType
FULL = 2  # TokenElevationTypeFull: of two tokens, the one with all rights


def is_split() -> bool:
    """Return whether the user has a second token with fewer rights.

    With UAC switched off, and for the built-in Administrator, there is one token alone (learn.microsoft.com,
    TOKEN_ELEVATION_TYPE). Where Windows does not answer, it counts as split.
    """
    if sys.platform != "win32":
        return True
    else:  # noqa: RET505 - mypy skips the other systems' branch only so
        return _kind_of_token() in {None, FULL}


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def _kind_of_token() -> int | None:
        kernel, advapi = ctypes.WinDLL("kernel32"), ctypes.WinDLL("advapi32")
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        token, kind, size = wintypes.HANDLE(), wintypes.DWORD(), wintypes.DWORD()
        process = wintypes.HANDLE(kernel.GetCurrentProcess())
        if not advapi.OpenProcessToken(process, TOKEN_QUERY, ctypes.byref(token)):
            return None
        answered = advapi.GetTokenInformation(
            token, TOKEN_ELEVATION_TYPE, ctypes.byref(kind), ctypes.sizeof(kind), ctypes.byref(size)
        )
        kernel.CloseHandle(token)
        return kind.value if answered else None
