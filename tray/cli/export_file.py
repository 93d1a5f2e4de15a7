"""Writes what is exported into a file, or to the terminal."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from config.files import write_whole
from config.i18n.text import Text, text
from config.i18n.translator import UserError

STDOUT = "-"

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOENT, errno.ENOTDIR}


MayReplace = Callable[[Path], bool]
"""Asks whether to replace a file that is there."""


class ExportError(UserError):
    """Why nothing was written."""


def write_export(content: bytes, target: str, *, may_replace: MayReplace) -> None:
    """Write the content into the file, or to stdout for "-".

    `may_replace` is asked when the file exists already. Raises ExportError, and then has written nothing.
    """
    file = Path(target).absolute()
    try:
        if target == STDOUT:
            _print(content)
            return
        if file.exists() and not file.is_file():
            raise ExportError(text("export.no_file", file=target))
        if file.exists() and not may_replace(file):
            raise ExportError(text("export.exists", file=target))
        write_whole(file, content)
    except (OSError, ValueError) as error:
        raise ExportError(_reason(error, file)) from error


def _print(content: bytes) -> None:
    """Write the bytes to stdout.

    The text layer would change the line ends, and report errors late.
    """
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as stream:
        stream.write(content)


def _reason(error: OSError | ValueError, file: Path) -> Text:
    number = error.errno if isinstance(error, OSError) else None
    for id_, numbers in (("export.full", FULL), ("export.denied", DENIED), ("export.no_folder", NO_FOLDER)):
        if number in numbers:
            return text(id_, folder=str(Path(os.path.realpath(file)).parent))  # where a link leads
    return text("export.failed", file=str(file), reason=getattr(error, "strerror", None) or str(error))
