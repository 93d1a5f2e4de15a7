"""Says in the user's language why the system refused something."""

import errno

from config.files import NoSmallFileError
from config.i18n.text import CleanText, Text, clean, text

REASONS = {
    errno.ENOENT: "reason.missing",
    errno.EACCES: "reason.denied",
    errno.EPERM: "reason.denied",
    errno.ENOSPC: "reason.full",
    errno.EDQUOT: "reason.full",
    errno.EROFS: "reason.read_only",
    errno.EISDIR: "reason.folder",
    errno.ENOTDIR: "reason.no_folder",
    errno.EEXIST: "reason.exists",
    errno.EBUSY: "reason.busy",
    errno.ETXTBSY: "reason.busy",
    errno.ELOOP: "reason.link",
    errno.ENAMETOOLONG: "reason.name",
    errno.EIO: "reason.disk",
}


def reason_of(error: Exception) -> Text | CleanText:
    """Return why, as words that stand behind a colon or in brackets.

    Any other error keeps the words of the system, which may be English.
    """
    if isinstance(error, NoSmallFileError):
        return text("reason.no_small_file")
    if isinstance(error, OSError) and error.errno in REASONS:
        return text(REASONS[error.errno])
    return clean(getattr(error, "strerror", None) or str(error))
