"""Writes the dates of the keys into a calendar file (RFC 5545)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from icalendar import Alarm, Calendar, Event

from config.i18n.text import Render, text
from config.instants import local_time
from config.saved_files import SaveError
from daemon.core.calendar_entries import CalendarEntry
from tray.cli.export_file import MayReplace, write_export

MORNING = timedelta(hours=9)
THE_DAY_BEFORE = timedelta(days=-1)
FIRST_REVISION = datetime(2026, 1, 1, tzinfo=UTC)


def export(
    entries: Sequence[CalendarEntry], target: str, render: Render, now: datetime, *, may_replace: MayReplace
) -> None:
    """Write the entries into the file, or to stdout for "-".

    `may_replace` is asked when the file exists already. Raises SaveError, and then has written nothing.
    """
    if all(entry.cancelled for entry in entries):
        raise SaveError(text("export.nothing"))
    write_export(as_ics(entries, render, now), target, may_replace=may_replace)


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
    if entry.cancelled:
        event.add("status", "CANCELLED")
        return event
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", render(entry.summary))
    alarm.add("trigger", trigger)
    event.add_component(alarm)
    return event
