"""Writes the dates of the keys into a calendar file (RFC 5545), for the person's own calendar."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from icalendar import Alarm, Calendar, Event

from config.files import write_whole
from config.i18n.text import Text, text
from config.i18n.translator import UserError
from daemon.core.calendar_entries import CalendarEntry

STDOUT = "-"
MORNING = timedelta(hours=9)
THE_DAY_BEFORE = timedelta(days=-1)
FIRST_REVISION = datetime(2026, 1, 1, tzinfo=UTC)

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOENT, errno.ENOTDIR}

Render = Callable[[Text], str]


class ExportError(UserError):
    """Why no calendar file was written."""


def export(
    entries: Sequence[CalendarEntry], target: str, render: Render, now: datetime, *, may_replace: Callable[[Path], bool]
) -> None:
    """Write the entries into the file, or to stdout for "-". Raises ExportError, and then has written nothing.

    `may_replace` is asked where the file exists already.
    """
    if not entries:
        raise ExportError(text("export.nothing"))
    content = as_ics(entries, render, now)
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


def as_ics(entries: Sequence[CalendarEntry], render: Render, now: datetime, zone: tzinfo | None = None) -> bytes:
    """Make the calendar; days are those of `zone` (None: the local one)."""
    calendar = Calendar()
    calendar.add("prodid", "-//vigicle//vigicle//EN")
    calendar.add("version", "2.0")
    for entry in entries:
        calendar.add_component(_event(entry, render, now, zone))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, render: Render, now: datetime, zone: tzinfo | None) -> Event:
    """Make an event of the moment itself for an end, and of the whole day for a reminder.

    A calendar takes a second import for an update where the sequence is not lower, and the stamp later, than what
    it has (RFC 5546 §2.1.5); both grow with time, since nothing is kept of earlier exports.
    """
    stamp = now.replace(microsecond=0)
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", max(0, (now - FIRST_REVISION) // timedelta(minutes=1)))
    event.add("dtstart", entry.moment.astimezone(zone).date() if entry.days else entry.moment.astimezone(UTC))
    event.add("summary", render(entry.summary))
    event.add("description", render(entry.description))
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", render(entry.summary))
    alarm.add("trigger", MORNING if entry.days else THE_DAY_BEFORE)
    event.add_component(alarm)
    return event


def _print(content: bytes) -> None:
    """Bypass the text layer: the file's line ends are its own, and what cannot be written is known here."""
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as stream:
        stream.write(content)


def _reason(error: OSError | ValueError, file: Path) -> Text:
    number = error.errno if isinstance(error, OSError) else None
    for id_, numbers in (("export.full", FULL), ("export.denied", DENIED), ("export.no_folder", NO_FOLDER)):
        if number in numbers:
            return text(id_, folder=str(Path(os.path.realpath(file)).parent))  # where a link leads
    return text("export.failed", file=str(file), reason=getattr(error, "strerror", None) or str(error))
