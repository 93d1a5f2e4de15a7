"""Keeps a folder on Windows private.

Only its user, SYSTEM and the administrators may use it.
"""

import re
import sys
from pathlib import Path

RIGHTS = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{user})"  # SDDL: protected, and inherited by the content
HARMLESS = {"SY", "BA", "LA", "OW", "CO"}  # SYSTEM, administrators, the built-in one, and who owns or makes a file
ALLOWING = re.compile(r"\(X?A[^;]*;(?:[^;]*;){4}(?P<who>[^;)]+)")


def is_private(rights: str, user: str) -> bool:
    """Return whether a DACL gives no rights to other users.

    `rights` is in SDDL, and `user` is a SID. SYSTEM and administrators do not count, they can do everything anyway.
    """
    entries = rights.partition("D:")[2]
    admitted = {entry["who"] for entry in ALLOWING.finditer(entries)}
    return "(" in entries and admitted <= HARMLESS | {user}


def keep_private(folder: Path) -> None:
    """Remove the rights of other users to the folder and its content.

    Raises OSError.
    """
    if sys.platform == "win32":
        user = _own_sid()
        if not is_private(_read_rights(folder), user):
            _write_rights(folder, RIGHTS.format(user=user))


if sys.platform == "win32":
    import ctypes
    from ctypes import byref, wintypes

    TOKEN_QUERY, TOKEN_USER = 0x8, 1
    SE_FILE_OBJECT, SDDL_REVISION = 1, 1
    DACL, PROTECTED_DACL = 0x4, 0x80000000  # SECURITY_INFORMATION

    advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.LocalFree.argtypes = [wintypes.LPVOID]

    def _own_sid() -> str:
        token, size, words = wintypes.HANDLE(), wintypes.DWORD(), wintypes.LPWSTR()
        _must(advapi.OpenProcessToken(wintypes.HANDLE(kernel.GetCurrentProcess()), TOKEN_QUERY, byref(token)))
        try:
            advapi.GetTokenInformation(token, TOKEN_USER, None, 0, byref(size))
            user = (ctypes.c_void_p * (size.value // ctypes.sizeof(ctypes.c_void_p) + 1))()
            _must(advapi.GetTokenInformation(token, TOKEN_USER, byref(user), ctypes.sizeof(user), byref(size)))
        finally:
            kernel.CloseHandle(token)
        _must(advapi.ConvertSidToStringSidW(ctypes.c_void_p(user[0]), byref(words)))
        return _taken(words)

    def _read_rights(folder: Path) -> str:
        rights, words = wintypes.LPVOID(), wintypes.LPWSTR()
        asked = (ctypes.c_wchar_p(str(folder)), SE_FILE_OBJECT, DACL)
        _no_error(advapi.GetNamedSecurityInfoW(*asked, None, None, None, None, byref(rights)))
        try:
            convert = advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW
            _must(convert(rights, SDDL_REVISION, DACL, byref(words), None))
        finally:
            kernel.LocalFree(rights)
        return _taken(words)

    def _write_rights(folder: Path, words: str) -> None:
        rights, dacl, there, default = wintypes.LPVOID(), wintypes.LPVOID(), wintypes.BOOL(), wintypes.BOOL()
        convert = advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW
        _must(convert(ctypes.c_wchar_p(words), SDDL_REVISION, byref(rights), None))
        try:
            _must(advapi.GetSecurityDescriptorDacl(rights, byref(there), byref(dacl), byref(default)))
            asked = (ctypes.c_wchar_p(str(folder)), SE_FILE_OBJECT, wintypes.DWORD(DACL | PROTECTED_DACL))
            _no_error(advapi.SetNamedSecurityInfoW(*asked, None, None, dacl, None))
        finally:
            kernel.LocalFree(rights)

    def _taken(words: wintypes.LPWSTR) -> str:
        """Copy a text that Windows has allocated, and free it."""
        text = str(words.value)
        kernel.LocalFree(words)
        return text

    def _must(done: int) -> None:
        if not done:
            raise ctypes.WinError(ctypes.get_last_error())

    def _no_error(code: int) -> None:
        if code:
            raise ctypes.WinError(code)
