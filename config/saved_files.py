"""Saves a file where the user says."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from config.files import write_whole
from config.i18n.text import Text, text
from config.i18n.translator import UserError
from config.system_errors import reason_of

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOENT, errno.ENOTDIR}


class SaveError(UserError):
    """Why no file was written."""


def save_file(target: Path, content: bytes, *, may_replace: Callable[[Path], bool]) -> None:
    """Write the whole file, or nothing.

    `may_replace` is asked when the file exists already. Raises SaveError, and then has written nothing.
    """
    file = target.absolute()
    try:
        if file.exists() and not file.is_file():
            raise SaveError(text("export.no_file", file=str(target)))
        if file.exists() and not may_replace(file):
            raise SaveError(text("export.exists", file=str(target)))
        write_whole(file, content, follow_link=True)
    except (OSError, ValueError) as error:
        raise SaveError(failure(error, file)) from error


def failure(error: OSError | ValueError, file: Path) -> Text:
    """Return why a file could not be written, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    for id_, numbers in (("export.full", FULL), ("export.denied", DENIED), ("export.no_folder", NO_FOLDER)):
        if number in numbers:
            return text(id_, folder=str(Path(os.path.realpath(file)).parent))  # where a link leads
    return text("export.failed", file=str(file), reason=reason_of(error))
