"""Hands the dates of the keys to the desktop's calendar program."""

import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from config.i18n.text import Text, text
from daemon.adapters.launch.launcher import is_elevated
from daemon.adapters.launch.openers import open_file

log = logging.getLogger(__name__)

FILE_NAME = "vigicle.ics"
WRITE_LIMIT_S = 30.0


def open_dates(export: Sequence[str], folder: Path | None = None) -> Text | None:
    """Open the dates of the keys, and return what went wrong.

    `export` is our own command: the library for calendars stays out of the daemon. The file stays, by default among the
    user's documents, where it can be found again.
    """
    if is_elevated():
        return text("trouble.elevated")
    file = (folder or _documents()) / FILE_NAME
    if not _written(export, file):
        return text("calendar.unwritten", file=str(file))
    if not open_file(file):
        return text("calendar.no_program", file=str(file))
    return None


def _written(export: Sequence[str], file: Path) -> bool:
    command = [*export, "--ics", str(file), "--force"]
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=WRITE_LIMIT_S, check=False)  # noqa: S603 - our own command
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("The dates could not be written: %s", type(error).__name__)
        return False
    return done.returncode == 0


def _documents() -> Path:
    """Return the folder of the user's documents, or the home folder."""
    documents = platformdirs.user_documents_path()
    return documents if documents.is_dir() else Path.home()
