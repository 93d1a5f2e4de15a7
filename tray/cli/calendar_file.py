"""Writes the dates of the keys into a calendar file (RFC 5545)."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

from icalendar import Alarm, Calendar, Event

from config.files import write_whole
from config.i18n.text import Render, Text, text
from config.i18n.translator import UserError
from config.instants import local_time
from daemon.core.calendar_entries import CalendarEntry

STDOUT = "-"
MORNING = timedelta(hours=9)
THE_DAY_BEFORE = timedelta(days=-1)
FIRST_REVISION = datetime(2026, 1, 1, tzinfo=UTC)

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOENT, errno.ENOTDIR}


class ExportError(UserError):
    """Why no calendar file was written."""


def export(
    entries: Sequence[CalendarEntry], target: str, render: Render, now: datetime, *, may_replace: Callable[[Path], bool]
) -> None:
    """Write the entries into the file, or to stdout for "-".

    `may_replace` is asked when the file exists already. Raises ExportError, and then has written nothing.
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
    """Return the calendar.

    Days are those of `zone`, by default the local one.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//vigicle//vigicle//EN")
    calendar.add("version", "2.0")
    for entry in entries:
        calendar.add_component(_event(entry, render, now, zone))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, render: Render, now: datetime, zone: tzinfo | None) -> Event:
    """Return an event, a whole day for a reminder, else a moment.

    A calendar takes a second import as an update when the sequence is not lower and the stamp is later (RFC 5546
    §2.1.5). Both grow with time, because earlier exports are not recorded.
    """
    stamp = now.replace(microsecond=0)
    begin: date = entry.moment
    trigger = THE_DAY_BEFORE
    if entry.days:
        begin = local_time(entry.moment, zone).date()
        trigger = MORNING
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", max(0, (now - FIRST_REVISION) // timedelta(minutes=1)))
    event.add("dtstart", begin)
    event.add("summary", render(entry.summary))
    event.add("description", render(entry.description))
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", render(entry.summary))
    alarm.add("trigger", trigger)
    event.add_component(alarm)
    return event


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
