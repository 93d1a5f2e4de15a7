"""Reads where a Windows shortcut leads ([MS-SHLLINK], Shell Link Binary File Format)."""

import struct
import sys
from pathlib import Path

LINK_ID = bytes.fromhex("4c0000000114020000000000c000000000000046")  # HeaderSize and LinkCLSID
HEADER_SIZE = 0x4C
FLAGS_AT = 0x14
HAS_ID_LIST, HAS_LINK_INFO, HAS_ARGUMENTS, IS_UNICODE = 0x1, 0x2, 0x20, 0x80  # LinkFlags
BEFORE_ARGUMENTS = (0x4, 0x8, 0x10)  # LinkFlags of a name, a relative path and a working folder, in this order
HAS_LOCAL_PATH = 0x1  # LinkInfoFlags
WITH_UNICODE = 0x24  # LinkInfoHeaderSize from which Unicode paths may follow
SIZE_LIMIT = 1 << 20


def read_target(file: Path) -> Path | None:
    """Return the local file that a shortcut names.

    None where it names none, as for a web page or an installer's own kind.

    Raises OSError when it cannot be read, and ValueError when it is no shortcut.
    """
    link = _read(file)
    try:
        named = _local_path(link)
    except (struct.error, IndexError) as error:
        raise ValueError("a broken shortcut") from error
    if named:
        return Path(named)
    return None


def has_arguments(file: Path) -> bool:
    """Return whether a shortcut gives its program arguments.

    The program alone then says little of what runs. Raises OSError, and ValueError when it is no shortcut.
    """
    link = _read(file)
    try:
        return bool(_arguments(link).strip(b"\0 "))  # Wine ends empty ones with a zero
    except struct.error as error:
        raise ValueError("a broken shortcut") from error


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        link = stream.read(SIZE_LIMIT)
    if not link.startswith(LINK_ID):
        raise ValueError("not a shortcut")
    return link


def _arguments(link: bytes) -> bytes:
    """Return the arguments as they are written (2.4, StringData)."""
    flags = _number(link, FLAGS_AT)
    if not flags & HAS_ARGUMENTS:
        return b""
    at = _end_of_id_list(link, flags)
    if flags & HAS_LINK_INFO:
        at += _number(link, at)
    width = 2 if flags & IS_UNICODE else 1
    for _ in filter(flags.__and__, BEFORE_ARGUMENTS):
        at += 2 + width * _short(link, at)
    return link[at + 2 : at + 2 + width * _short(link, at)]


def _end_of_id_list(link: bytes, flags: int) -> int:
    return HEADER_SIZE + (2 + _short(link, HEADER_SIZE) if flags & HAS_ID_LIST else 0)


def _local_path(link: bytes) -> str:
    flags = _number(link, FLAGS_AT)
    if not flags & HAS_LINK_INFO:
        return ""
    at = _end_of_id_list(link, flags)
    info = link[at : at + _number(link, at)]
    header_size, info_flags = _number(info, 4), _number(info, 8)
    if not info_flags & HAS_LOCAL_PATH:
        return ""
    if header_size >= WITH_UNICODE:
        return _wide(info, _number(info, 28)) + _wide(info, _number(info, 32))
    return _narrow(info, _number(info, 16)) + _narrow(info, _number(info, 24))


def _number(part: bytes, at: int) -> int:
    (number,) = struct.unpack_from("<I", part, at)
    return int(number)


def _short(part: bytes, at: int) -> int:
    (number,) = struct.unpack_from("<H", part, at)
    return int(number)


def _narrow(info: bytes, at: int) -> str:
    text = info[at:].split(b"\0", 1)[0]
    return text.decode("mbcs" if sys.platform == "win32" else "cp1252", "replace")


def _wide(info: bytes, at: int) -> str:
    text = info[at : at + (len(info) - at) // 2 * 2].decode("utf-16-le", "replace")
    return text.split("\0", 1)[0]
