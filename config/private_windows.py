"""Judges and sets who may use a file or folder on Windows."""

import re
import sys
from pathlib import Path

RIGHTS = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{user})"  # SDDL: protected, and inherited by the content
HARMLESS = {"SY", "BA", "LA", "OW", "CO"}  # SYSTEM, administrators, the built-in one, and who owns or makes a file

OWNER_OF = re.compile(r"^O:(?P<who>S-[\d-]+|[A-Z]{2})")
ENTRY = re.compile(r"\((?P<kind>[^;]*);(?P<flags>[^;]*);(?P<rights>[^;]*);[^;]*;[^;]*;(?P<who>[^;)]+)")
INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"  # TrustedInstaller
ADMINISTRATORS = {"SY", "BA", "LA", "DA", "EA", "S-1-5-18", "S-1-5-32-544", INSTALLER}
OWNER_RIGHTS = {"OW", "CO"}  # they are the owner's, who is judged as such
# Access rights in SDDL. Source: https://learn.microsoft.com/windows/win32/secauthz/ace-strings
ACCESS = {
    "GA": 0x10000000,
    "GX": 0x20000000,
    "GW": 0x40000000,
    "GR": 0x80000000,
    "FA": 0x1F01FF,
    "FR": 0x120089,
    "FW": 0x120116,
    "FX": 0x1200A0,
    "RC": 0x20000,
    "SD": 0x10000,
    "WD": 0x40000,
    "WO": 0x80000,
    "CC": 0x1,
    "DC": 0x2,
    "LC": 0x4,
    "SW": 0x8,
    "RP": 0x10,
    "WP": 0x20,
    "DT": 0x40,
    "LO": 0x80,
    "CR": 0x100,
}
REPLACE = 0x10000000 | 0x10000 | 0x40000 | 0x80000  # GENERIC_ALL, DELETE, WRITE_DAC, WRITE_OWNER
CHANGE_FILE = REPLACE | 0x40000000 | 0x2 | 0x4  # GENERIC_WRITE, FILE_WRITE_DATA, FILE_APPEND_DATA
CHANGE_FOLDER = REPLACE | 0x40  # FILE_DELETE_CHILD: a new file beside others changes none of them


def changeable_by(rights: str, trusted: set[str], *, folder: bool) -> bool:
    """Return whether an account besides `trusted` may change a place.

    For a folder, that is what lies in it. `rights` are owner and DACL in SDDL. `trusted` are SIDs or their
    abbreviations.
    """
    owner = OWNER_OF.match(rights)
    _, dacl, entries = rights.partition("D:")
    if owner is None or owner["who"] not in trusted or not dacl or "NO_ACCESS_CONTROL" in entries:
        return True
    harmful = CHANGE_FOLDER if folder else CHANGE_FILE
    return any(_allows(entry, trusted, harmful) for entry in ENTRY.finditer(entries.partition("S:")[0]))


def _allows(entry: re.Match[str], trusted: set[str], harmful: int) -> bool:
    if "D" in entry["kind"] or "IO" in entry["flags"] or entry["who"] in trusted | OWNER_RIGHTS:
        return False  # a refusal, or for what will lie below
    return bool(_access(entry["rights"]) & harmful)


def _access(rights: str) -> int:
    """Return an access mask. An unknown abbreviation counts as every right."""
    if rights[:2].lower() == "0x" or rights.isdigit():
        return int(rights, 0)
    mask = 0
    for start in range(0, len(rights), 2):
        mask |= ACCESS.get(rights[start : start + 2], 0xFFFFFFFF)
    return mask


def is_private(rights: str, user: str) -> bool:
    """Return whether a DACL gives no rights to other users.

    `rights` is in SDDL, and `user` is a SID. SYSTEM and administrators do not count, they can do everything anyway.
    """
    entries = rights.partition("D:")[2]
    admitted = {entry["who"] for entry in ENTRY.finditer(entries) if "D" not in entry["kind"]}
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

    def changeable_by_others(place: Path, *, user_may: bool) -> bool:
        """Return whether an account besides administrators may change a place.

        `user_may` adds the user of this process to those who may. Raises OSError.
        """
        return changeable_by(_read_rights(place, OWNER | DACL), _trusted(user_may=user_may), folder=place.is_dir())

    def lets_others_add(folder: Path, *, user_may: bool) -> bool:
        """Return whether an account besides those may add files.

        Adding one is the same right as writing into a file. Raises OSError.
        """
        return changeable_by(_read_rights(folder, OWNER | DACL), _trusted(user_may=user_may), folder=False)

    def owner_of(number: int) -> str:
        """Return the SID of who owns an open file. Raises OSError."""
        rights, owner, words = wintypes.LPVOID(), wintypes.LPVOID(), wintypes.LPWSTR()
        asked = (wintypes.HANDLE(msvcrt.get_osfhandle(number)), SE_FILE_OBJECT, wintypes.DWORD(OWNER))
        _no_error(advapi.GetSecurityInfo(*asked, byref(owner), None, None, None, byref(rights)))
        try:
            _must(advapi.ConvertSidToStringSidW(owner, byref(words)))
        finally:
            kernel.LocalFree(rights)
        return _taken(words)

    def _trusted(*, user_may: bool) -> set[str]:
        return ADMINISTRATORS | ({_own_sid()} if user_may else set())

    import ctypes
    import msvcrt
    from ctypes import byref, wintypes

    TOKEN_QUERY, TOKEN_USER = 0x8, 1
    SE_FILE_OBJECT, SDDL_REVISION = 1, 1
    OWNER, DACL, PROTECTED_DACL = 0x1, 0x4, 0x80000000  # SECURITY_INFORMATION

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

    def _read_rights(place: Path, parts: int = DACL) -> str:
        rights, words = wintypes.LPVOID(), wintypes.LPWSTR()
        asked = (ctypes.c_wchar_p(str(place)), SE_FILE_OBJECT, wintypes.DWORD(parts))
        _no_error(advapi.GetNamedSecurityInfoW(*asked, None, None, None, None, byref(rights)))
        try:
            convert = advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW
            _must(convert(rights, SDDL_REVISION, wintypes.DWORD(parts), byref(words), None))
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
