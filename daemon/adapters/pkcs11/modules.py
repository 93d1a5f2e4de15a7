"""Checks which files can be loaded as PKCS#11 modules.

This is done before a process is spent on them.
"""

import os
import platform
import stat
import sys
from functools import cache
from pathlib import Path

ELF, PE = b"\x7fELF", b"MZ"
MACH_O = (bytes.fromhex("cffaedfe"), bytes.fromhex("cafebabe"), bytes.fromhex("cafebabf"))  # 64-bit, fat, fat 64
ELF_HEADER_SIZE = 20  # up to e_machine
PE_OFFSET_AT = 0x3C
HEAD_SIZE = 4096

FORMATS = {"linux": "elf", "win32": "pe", "darwin": "mach-o"}


def distinct(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths in order, each library once.

    The first name given for a library is kept.
    """
    by_file: dict[str, str] = {}
    for path in paths:
        by_file.setdefault(os.path.normcase(os.path.realpath(path)), path)
    return tuple(by_file.values())


def fault_of(path: str) -> str:
    """Return in English why the file cannot be loaded here.

    "" when no obstacle is known.
    """
    file = _kept_path(path)
    if not file.is_absolute():
        return "not an absolute path"
    try:
        kind, architecture = _identify(file)
    except FileNotFoundError:
        return "no such file"
    except (OSError, ValueError) as error:
        return f"cannot be read ({type(error).__name__})"
    wanted = FORMATS.get(sys.platform, "elf")
    if kind != wanted:
        return f"not a library of this system: {kind or 'unknown'} format"
    if architecture != _own_architecture():
        return f"made for another kind of processor than {platform.machine()}"
    return ""


def _identify(path: Path) -> tuple[str, bytes]:
    """Return the file's format, and its header's bytes for the processor.

    For Mach-O these are empty, since they are not checked. Raises OSError, and ValueError for a special file, which
    might never answer.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("not a regular file")
    with path.open("rb") as file:
        head = file.read(HEAD_SIZE)
    if head.startswith(ELF) and len(head) >= ELF_HEADER_SIZE:
        return "elf", head[4:6] + head[18:20]  # class, byte order, e_machine
    if head.startswith(PE):
        header = int.from_bytes(head[PE_OFFSET_AT : PE_OFFSET_AT + 4], "little")
        if head[header : header + 4] == b"PE\0\0":
            return "pe", head[header + 4 : header + 6]  # IMAGE_FILE_HEADER.Machine
    if head.startswith(MACH_O):
        return "mach-o", b""
    return "", b""


@cache
def _kept_path(path: str) -> Path:
    """Return a path, and keep it.

    Paths intern their parts, and Python writes its table of interned strings anew, a megabyte, when many are forgotten.
    """
    return Path(path)


@cache
def _own_architecture() -> bytes:
    return _identify(Path(sys.executable))[1]
