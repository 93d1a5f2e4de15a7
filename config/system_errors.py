"""Says in the user's language why the system refused something."""

import errno

from config.files import NoSmallFileError
from config.i18n.text import CleanText, Text, clean, text

NUMBERS = {
    "reason.missing": (errno.ENOENT,),
    "reason.denied": (errno.EACCES, errno.EPERM),
    "reason.full": (errno.ENOSPC, errno.EDQUOT),
    "reason.read_only": (errno.EROFS,),
    "reason.folder": (errno.EISDIR,),
    "reason.no_folder": (errno.ENOTDIR,),
    "reason.exists": (errno.EEXIST,),
    "reason.busy": (errno.EBUSY, errno.ETXTBSY),
    "reason.link": (errno.ELOOP,),
    "reason.name": (errno.ENAMETOOLONG,),
    "reason.disk": (errno.EIO,),
}
REASONS = {number: id_ for id_, numbers in NUMBERS.items() for number in numbers}


def reason_of(error: Exception) -> Text | CleanText:
    """Return why, as words that stand behind a colon or in brackets.

    Any other error keeps the words of the system, which may be English.
    """
    if isinstance(error, NoSmallFileError):
        return text("reason.no_small_file")
    if isinstance(error, OSError):
        if error.errno in REASONS:
            return text(REASONS[error.errno])
        return clean(error.strerror or str(error))
    return clean(str(error))
