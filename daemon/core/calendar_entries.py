"""Calendar entries: the end of each key and its reminders."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from config.i18n.text import Text, text
from config.instants import has_end
from config.settings import Procedure, Settings
from daemon.core.assessment import Assessment, assess
from daemon.core.expiry import DAY, earlier, milestones
from daemon.core.model import Key, Memory
from daemon.core.subjects import key_holder


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One date in a calendar.

    `uid` is the same each time for the same key, end and reminder. `days` is 0 for the end itself.
    """

    uid: str
    moment: datetime
    days: int
    summary: Text
    description: Text


def calendar_entries(memory: Memory, settings: Settings, now: datetime) -> tuple[CalendarEntry, ...]:
    """Return the dates of each key's certificate that ends first.

    Past reminders are left out. A past end stays: it explains why the key no longer works.
    """
    assessment = assess(memory, settings, {}, now)
    found: list[CalendarEntry] = []
    for key in memory.keys.values():
        found += _entries_of_key(key, assessment, memory, settings)
    found.sort(key=lambda entry: (entry.moment, entry.uid))
    return tuple(entry for entry in found if not entry.days or entry.moment > earlier(now, DAY))


def _entries_of_key(key: Key, assessment: Assessment, memory: Memory, settings: Settings) -> Iterator[CalendarEntry]:
    first = next(iter(assessment.watched(key)), None)
    if first is None or first.usable_until is None or not has_end(first.usable_until):
        return
    end = first.usable_until
    holder = key_holder(key, memory)
    procedure = settings.procedure(first.procedure)
    for days, moment in milestones(end, settings.notices_of(procedure)):
        yield CalendarEntry(
            uid=f"{key.id}-{end:%Y%m%dT%H%M%SZ}-{days}@vigicle",
            moment=min(moment, end),
            days=days,
            summary=_summary(days, holder),
            description=_description(procedure, end),
        )


def _summary(days: int, holder: str | Text) -> Text:
    if days == 0:
        return text("diary.end", holder=holder)
    return text("diary.reminder", holder=holder, count=days)


def _description(procedure: Procedure | None, end: datetime) -> Text:
    if procedure is None or procedure.order_url is None:
        return text("diary.ask", date=end)
    return text("diary.order", date=end, url=procedure.order_url)
