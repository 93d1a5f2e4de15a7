"""Writes Windows shortcuts to a local file ([MS-SHLLINK])."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADER = bytes.fromhex("4c0000000114020000000000c000000000000046")
HAS_ID_LIST, HAS_LINK_INFO, HAS_NAME, HAS_ARGUMENTS, IS_UNICODE, HAS_LOCAL_PATH = 1, 2, 4, 0x20, 0x80, 1
ID_LIST = struct.pack("<HHH", 4, 2, 0)  # its size, an empty item, the end


def make_shortcut(file: Path, target: str, *, wide: bool = False, arguments: str | None = None) -> Path:
    """Write a shortcut to a Windows path.

    `wide` adds it in UTF-16, and `arguments` are written behind a name.
    """
    narrow = target.encode("cp1252", "replace") + b"\0"
    size = 36 if wide else 28
    end = size + len(narrow)
    numbers = [HAS_LOCAL_PATH, 0, size, 0, end - 1, *([end, end + 2 * len(target)] if wide else [])]
    text = narrow + (target.encode("utf-16-le") + b"\0\0" if wide else b"")
    info = struct.pack(f"<{2 + len(numbers)}I", size + len(text) + 4, size, *numbers) + text
    strings = [] if arguments is None else ["A name", arguments]
    flags = HAS_ID_LIST | HAS_LINK_INFO | IS_UNICODE | (HAS_NAME | HAS_ARGUMENTS if strings else 0)
    header = (HEADER + struct.pack("<I", flags)).ljust(76, b"\0")
    data = b"".join(struct.pack("<H", len(each)) + each.encode("utf-16-le") for each in strings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(header + ID_LIST + info.ljust(len(info) + 4, b"\0") + data)
    return file
