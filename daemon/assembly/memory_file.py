"""Reads and writes the file in which a memory travels."""

from pathlib import Path

from config.files import read_small
from config.folders import Folders
from config.i18n.text import text
from config.system_errors import reason_of
from daemon.adapters.store.memory_file import FILE_LIMIT, MemoryFileError, decode_part, encode_part
from daemon.assembly.oneshot import remembered
from daemon.core.memory_transfer import part_of
from daemon.core.model import MemoryPart

__all__ = ["MemoryFileError", "memory_content", "read_part"]


def memory_content(folders: Folders) -> bytes:
    """Return what is remembered here, as the file's content. Raises MemoryFileError."""
    return encode_part(part_of(remembered(folders)))


def read_part(file: Path) -> MemoryPart:
    """Read the file. Raises MemoryFileError."""
    try:
        if file.stat().st_size > FILE_LIMIT:
            raise MemoryFileError(text("memory.too_large"))
        raw = read_small(file, FILE_LIMIT)
    except OSError as error:
        raise MemoryFileError(text("memory.unreadable", file=str(file), reason=reason_of(error))) from error
    return decode_part(raw, str(file))
