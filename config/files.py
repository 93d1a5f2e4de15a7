"""Writes whole files, reads small ones, and looks whether they are there."""

import os
import shutil
import stat
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

PART = 1 << 14  # bytes
WHILE_HELD_S = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32)


class NoSmallFileError(OSError):
    """Something else than a regular file, or too large a one."""


def write_whole(target: Path, content: bytes, *, follow_link: bool = False) -> None:
    """Replace the content of the file atomically and durably.

    A link is replaced, or followed. A new file is readable by this user alone (0600), and an existing one keeps its
    mode. Raises OSError, and then leaves everything as it was.
    """
    real = Path(os.path.realpath(target)) if follow_link else target
    number, name = tempfile.mkstemp(dir=real.parent, prefix=".vigicle-")
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if real.exists() and not real.is_symlink():
            shutil.copymode(real, temporary)
        _replace(temporary, real)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_small(file: Path, limit: int) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    Raises OSError, for a larger or special file too: a pipe would wait for a writer.
    """
    facts = file.stat()
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > limit:
        raise NoSmallFileError(None, "no small regular file", str(file))
    with file.open("rb") as stream:
        return read_parts(stream, limit)


def read_parts(stream: BinaryIO, limit: int) -> bytes:
    """Return what a stream has, up to a limit.

    It is read in parts, for Python takes memory for all that it is to read before it reads. Its size says nothing: a
    file may grow meanwhile, and some file systems tell 0.
    """
    parts = bytearray()
    while part := stream.read(min(PART, limit - len(parts))):
        parts += part
    return bytes(parts)


def is_there(place: Path) -> bool:
    """Return whether anything can be seen at a place.

    Where this account may not look there is nothing, and at a name that is too long. pathlib would raise OSError.
    """
    return os.path.exists(place)  # noqa: PTH110


def is_file_there(place: Path | str) -> bool:
    """Return whether a regular file can be seen at a place."""
    return os.path.isfile(place)  # noqa: PTH113


if sys.platform == "win32":

    def _replace(new: Path, target: Path) -> None:
        """Rename a file to a name that may be taken.

        Windows refuses that while another program holds one of both: who reads the old one, or a scanner, which looks
        at each new one for a moment.
        """
        for pause_s in WHILE_HELD_S:
            try:
                new.replace(target)
            except PermissionError:
                time.sleep(pause_s)
            else:
                return
        new.replace(target)

else:

    def _replace(new: Path, target: Path) -> None:
        new.replace(target)
