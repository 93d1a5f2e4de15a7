"""What to tell the person and when: each thing once, what was missed in one notice, nothing in quiet hours."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n.text import Text, text
from config.settings import NoticeSettings, Settings
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.caching import memoize_last
from daemon.core.expiry import DAY, INSTANT, days_left, earlier, expired, first_notice, later, milestones
from daemon.core.holders import holder_name
from daemon.core.key_names import called
from daemon.core.model import Claim, Key, Memory
from daemon.core.notice import Choice, Notice, NoticeChoice, Urgency
from daemon.core.renewal import Question, last_moment_with_old
from daemon.core.views.report import Path

SNOOZE = timedelta(days=1)
CLOCK_SLACK = timedelta(days=1)
ASK_PREFIX = "ask:"
ANSWERS = {Question.IN_USE: Claim.NEW, Question.OLD_KEY: Claim.OLD_LOST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A key that is spoken of: its earliest end that is not past news, and the case that it is current in, if any."""

    key: Key
    not_after: datetime
    case: RenewalCase | None


@memoize_last
def subjects(assessment: Assessment, memory: Memory, now: datetime) -> tuple[Subject, ...]:
    """Return each key to be spoken of: the current one of each case, and each one without a procedure."""
    current = {case.status.current.key.id: case for case in reversed(assessment.cases)}
    spoken = [key for key in memory.keys.values() if key.id in current or key.id not in assessment.cases_by_key]
    ends = {key.id: [c.not_after for c in assessment.watched(key) if c.not_after] for key in spoken}
    return tuple(
        Subject(key=key, not_after=_spoken_end(key, ends[key.id], memory, now), case=current.get(key.id))
        for key in spoken
        if ends[key.id]
    )


def due_notices(assessment: Assessment, memory: Memory, settings: Settings, now: datetime) -> Iterator[Notice]:
    """Yield what has to be said now, quiet hours aside: one notice for each key at the most."""
    for subject in subjects(assessment, memory, now):
        if dedup_keys := _due_keys(subject, memory, settings.notices, now):
            yield _key_notice(subject, dedup_keys, memory, settings, now)
    for case in assessment.cases:
        question, key = case.status.question, case.status.current.key
        dedup_key = f"question|{question}|{key.id}"
        if question is not None and not was_delivered(memory, dedup_key, now):
            yield Notice(
                tag=ASK_PREFIX + key.id,
                title=text(f"notice.{question}.title"),
                body=text(f"notice.{question}.body", holder=called(case.lineage.holder, key)),
                dedup_keys=(dedup_key,),
                more=(ANSWERS[question],),  # a button alone: a click on the words must not answer for the person
            )


def moments(assessment: Assessment, memory: Memory, settings: Settings, now: datetime) -> Iterator[datetime]:
    """Yield the next moments of each kind, and some past ones, at which something new may have to be said or shown."""
    spoken = subjects(assessment, memory, now)
    yield from _next_milestones(sorted(subject.not_after for subject in spoken), settings.notices, now)
    for subject in spoken:
        if subject.key.id in memory.snoozes:
            yield memory.snoozes[subject.key.id]
        if subject.case and subject.case.status.pending:
            last = last_moment_with_old(subject.case.lineage, subject.case.status.current)
            yield from (earlier(last, DAY), last, later(subject.case.status.current.not_after, INSTANT))
            yield later(subject.case.status.pending.not_after, INSTANT)
    yield from (c.not_before for c in assessment.certificates if c.not_before is not None and c.not_before > now)


def _next_milestones(ends: list[datetime], notices: NoticeSettings, now: datetime) -> Iterator[datetime]:
    """Yield for each milestone the next moment at which one of the ends, in order of time, comes to it."""
    for days in {*notices.days, notices.urgent_days}:
        at = bisect_right(ends, now, key=lambda end: earlier(end, days * DAY))
        yield from (earlier(end, days * DAY) for end in ends[at : at + 1])
    yield from (later(end, INSTANT) for end in ends[bisect_left(ends, now) :][:1])


def was_delivered(memory: Memory, dedup_key: str, now: datetime) -> bool:
    """Tell whether a mark was said; one from the far future was said by a wrong clock and does not count."""
    delivered = memory.delivered.get(dedup_key)
    return delivered is not None and delivered <= now + CLOCK_SLACK


def snooze_until(subject_end: datetime, now: datetime) -> datetime:
    """Rest for a day, but not past the end of the certificate, which is told at its moment."""
    return subject_end if now < subject_end < now + SNOOZE else now + SNOOZE


def _spoken_end(key: Key, ends: list[datetime], memory: Memory, now: datetime) -> datetime:
    """Choose the earliest end; once that was told as past, the next that is more than a day later."""
    past = (end for end in ends if end <= later(now, CLOCK_SLACK))  # no mark of a later one counts
    told = [end for end in past if was_delivered(memory, _milestone_key(key, end, 0), now)]
    return min((end for end in ends if not told or end > later(max(told), DAY)), default=max(told or ends))


def _due_keys(subject: Subject, memory: Memory, notices: NoticeSettings, now: datetime) -> tuple[str, ...]:
    """Return all marks that a notice of now covers, () when there is nothing new.

    The latest milestone counts alone: earlier ones that were missed fold into it. A new path is always news,
    even while its key's reminders rest.
    """
    end = subject.not_after
    is_far = now < earlier(end, first_notice(notices))
    due = () if is_far else (days for days, moment in milestones(end, notices) if now >= moment)
    passed = [_milestone_key(subject.key, end, days) for days in due]
    path = [dedup_key for dedup_key in (_path_key(subject), _last_day_key(subject, now)) if dedup_key]
    if any(not was_delivered(memory, dedup_key, now) for dedup_key in path):
        return (*passed, *path)
    rests_until = memory.snoozes.get(subject.key.id)
    if rests_until is not None and now < rests_until <= now + SNOOZE:
        return ()
    if rests_until is not None or (passed and not was_delivered(memory, passed[-1], now)):
        return (*passed, *path)
    return ()


def _milestone_key(key: Key, end: datetime, days: int) -> str:
    return f"expiry|{key.id}|{end:%Y-%m-%dT%H:%M:%S}|{days}"


def _path_key(subject: Subject) -> str:
    """Name a path that is news by itself; an order is told by the milestones."""
    path = subject.case.path if subject.case else None
    if path is None or path.kind is WorkflowKind.ORDER:
        return ""
    new = path.new_fingerprint[:16] if path.new_fingerprint else f"bare:{subject.key.id}"
    return f"path|{path.procedure}|{new}|{path.kind}"


def _is_last_day(subject: Subject, now: datetime) -> bool:
    """Tell whether it is the last day on which the old key brings the new one in, and that is still to be begun."""
    case = subject.case
    path = case.path if case else None
    if (
        case is None
        or path is None
        or WorkflowKind.ADD_WITH_OLD not in {path.kind, path.then}
        or not path.new_fingerprint
    ):
        return False
    last = last_moment_with_old(case.lineage, case.status.current)
    return earlier(last, DAY) <= now and not case.link_is_out


def _last_day_key(subject: Subject, now: datetime) -> str:
    """Name the last day of step 2-A, which is news by itself."""
    if subject.case is None or not _is_last_day(subject, now):
        return ""
    return f"last_day|{subject.case.id}|{subject.not_after:%Y-%m-%dT%H:%M:%S}"


def _key_notice(
    subject: Subject, dedup_keys: tuple[str, ...], memory: Memory, settings: Settings, now: datetime
) -> Notice:
    path = subject.case.path if subject.case else None
    left = days_left(subject.not_after, now)
    pressing = left < settings.notices.urgent_days
    return Notice(
        tag=subject.key.id,
        title=_title(path, subject, now),
        body=_body(subject, path, memory, now),
        dedup_keys=dedup_keys,
        button=_button(subject, path),
        more=tuple(_more(path)),
        urgency=Urgency.CRITICAL if pressing else Urgency.NORMAL,
    )


def _button(subject: Subject, path: Path | None) -> Text | None:
    """Name what a click does: it opens what comes next, or the guide where the next hand is not at the computer."""
    if path is None or subject.case is None:
        return None
    by_hand = subject.case.link_is_out or (path.kind is WorkflowKind.ORDER and subject.case.is_ordered)
    return text("button.guide" if by_hand else f"button.{path.kind}")


def _title(path: Path | None, subject: Subject, now: datetime) -> Text:
    if path is not None and _is_last_day(subject, now):
        return text("notice.last_day.title")
    if path is not None and path.kind is not WorkflowKind.ORDER:
        return text(f"notice.{path.kind}.title")
    if expired(subject.not_after, now):
        return text("notice.expired.title")
    return text("notice.ends.title", left=left_words(subject.not_after, now))


def _body(subject: Subject, path: Path | None, memory: Memory, now: datetime) -> Text:
    """Choose the sentence: who, until when, what to do; what to do comes last."""
    ended = "expired" if expired(subject.not_after, now) else "ends"
    if path is None:
        id_ = f"notice.signature.{ended}" if subject.case else f"notice.plain.{ended}"
    elif subject.case and subject.case.link_is_out:
        id_ = "notice.mailed"
    elif _is_last_day(subject, now):
        id_ = "notice.last_day"
    elif path.kind is WorkflowKind.ACTIVATE:
        id_ = f"notice.activate.{path.then or 'alone'}"
    elif path.kind is WorkflowKind.ORDER:
        ordered = subject.case is not None and subject.case.is_ordered
        id_ = f"notice.ordered.{ended}" if ordered else f"notice.order.{ended}"
    else:
        id_ = f"notice.{path.kind}"
    margin = subject.case.lineage.procedure.margin if subject.case else timedelta()
    return text(id_, holder=_holder(subject, memory), date=subject.not_after, until=earlier(subject.not_after, margin))


def _holder(subject: Subject, memory: Memory) -> str | Text:
    if subject.case and subject.case.lineage.holder:
        return called(subject.case.lineage.holder, subject.key)
    return called(key_holder(subject.key, memory), subject.key)


def left_words(not_after: datetime, now: datetime) -> Text:
    """Say how long a certificate still lives; the last day has words of its own."""
    left = days_left(not_after, now)
    return text("days.left", count=left) if left else text("days.last")


def key_holder(key: Key, memory: Memory) -> str | Text:
    """Return the name on a key, or the words for a nameless one."""
    names = (holder_name(memory.certificates[f].certificate) for f in key.fingerprints if f in memory.certificates)
    return next((name for name in names if name), text("holder.unknown"))


def _more(path: Path | None) -> Iterator[Choice]:
    if path is not None and path.kind is WorkflowKind.ACTIVATE and path.new_fingerprint:
        yield Claim.ACTIVATED
    if path is not None and path.kind is not WorkflowKind.ORDER and path.new_fingerprint and path.old_fingerprint:
        yield Claim.WORKS
    yield NoticeChoice.LATER
