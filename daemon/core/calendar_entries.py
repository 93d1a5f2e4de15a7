"""Calendar entries: the end of each key and its reminders."""

from collections.abc import Iterator

from config.i18n.text import Text, text
from config.instants import Instant, has_end
from config.settings import Procedure, Settings
from config.values import dataclass, replace
from daemon.core.assessment import Assessment, assess
from daemon.core.expiry import DAY, earlier, milestones
from daemon.core.model import Key, Memory
from daemon.core.notice_words import lead_words
from daemon.core.subjects import key_holder
from daemon.core.views.report import CertificateStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One date in a calendar.

    `uid` is the same each time for the same key, end and reminder. `days` is 0 for the end itself. `cancelled`: it may
    stand in a calendar, and is true no longer.
    """

    uid: str
    moment: Instant
    days: int
    summary: Text
    description: Text
    cancelled: bool = False


def calendar_entries(memory: Memory, settings: Settings, now: Instant) -> tuple[CalendarEntry, ...]:
    """Return the dates of each key's certificate that ends first.

    Past reminders are left out. A past end stays: it explains why the key no longer works. What is still ahead of a
    superseded key is cancelled.
    """
    assessment = assess(memory, settings, {}, now)
    found: list[CalendarEntry] = []
    for key in memory.keys.values():
        found += _entries_of_key(key, assessment, memory, settings)
    for case in assessment.cases:
        for entry in case.status.superseded:
            found += _cancelled(entry.key, assessment, memory, settings)
    found.sort(key=lambda entry: (entry.moment, entry.uid))
    return tuple(entry for entry in found if _is_end(entry) or entry.moment > earlier(now, DAY))


def _is_end(entry: CalendarEntry) -> bool:
    return not entry.days and not entry.cancelled


def _entries_of_key(key: Key, assessment: Assessment, memory: Memory, settings: Settings) -> Iterator[CalendarEntry]:
    first = next(iter(assessment.watched(key)), None)
    if first is None or first.usable_until is None or not has_end(first.usable_until):
        return
    yield from _entries(key, first, first.usable_until, memory, settings)


def _cancelled(key: Key, assessment: Assessment, memory: Memory, settings: Settings) -> Iterator[CalendarEntry]:
    """Yield the dates of a superseded key, cancelled."""
    known = (c for c in assessment.certificates if c.fingerprint_sha256 in key.fingerprints)
    dated = ((c.usable_until, c) for c in known if c.usable_until is not None and has_end(c.usable_until))
    end, first = min(dated, key=lambda each: each[0], default=(None, None))
    if end is None or first is None:
        return
    summary = text("diary.replaced", holder=key_holder(key, memory))  # not every calendar shows the status
    for entry in _entries(key, first, end, memory, settings):
        yield replace(entry, summary=summary, description=text("diary.cancelled"), cancelled=True)


def _entries(
    key: Key, first: CertificateStatus, end: Instant, memory: Memory, settings: Settings
) -> Iterator[CalendarEntry]:
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


def _description(procedure: Procedure | None, end: Instant) -> Text:
    if procedure is None or procedure.order_url is None:
        return text("diary.ask", date=end)
    return text("diary.order", date=end, url=procedure.order_url, lead=lead_words(procedure))
