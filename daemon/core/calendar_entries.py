"""The dates of the keys for a calendar: when each ends, and the days on which to be reminded of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from config.i18n.text import Text, text
from config.settings import Procedure, Settings
from daemon.core.assessment import assess
from daemon.core.due_notices import key_holder
from daemon.core.expiry import DAY, earlier, milestones
from daemon.core.model import Key, Memory

NO_END = 9999  # the year of a certificate that has no end (RFC 5280 §4.1.2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One date. `uid` is the same each time for the same key, end and reminder; `days` is 0 for the end itself."""

    uid: str
    moment: datetime
    days: int
    summary: Text
    description: Text


def calendar_entries(memory: Memory, settings: Settings, now: datetime) -> tuple[CalendarEntry, ...]:
    """Return the dates of every key that still counts, by its earliest certificate; reminders of the past are left out.

    An end that is past stays: it says why the key no longer works.
    """
    assessment = assess(memory, settings, {}, now)
    procedures = {procedure.id: procedure for procedure in settings.procedures}
    found: list[CalendarEntry] = []
    for key in memory.keys.values():
        first = next(iter(assessment.watched(key)), None)
        if first is not None and first.not_after is not None and first.not_after.year < NO_END:
            found += _calendar_entries(key, first.not_after, memory, settings, procedures.get(first.procedure or ""))
    return tuple(
        e for e in sorted(found, key=lambda e: (e.moment, e.uid)) if not e.days or e.moment > earlier(now, DAY)
    )


def _calendar_entries(
    key: Key, not_after: datetime, memory: Memory, settings: Settings, procedure: Procedure | None
) -> Iterator[CalendarEntry]:
    holder = key_holder(key, memory)
    if procedure is None:
        description = text("diary.ask", date=not_after)
    else:
        description = text("diary.order", date=not_after, url=procedure.order_url)
    for days, moment in milestones(not_after, settings.notices):
        reminder = text("diary.reminder", holder=holder, count=days)
        yield CalendarEntry(
            uid=f"{key.id}-{not_after:%Y%m%dT%H%M%SZ}-{days}@vigicle",
            moment=moment if days else not_after,
            days=days,
            summary=reminder if days else text("diary.end", holder=holder),
            description=description,
        )
