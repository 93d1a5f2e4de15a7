"""Chooses the notices that are due.

Each is told at its moment, and again until it is answered.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from config.instants import Instant
from config.settings import NoticeSettings, Settings
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.dedup_keys import (
    BeginKey,
    DedupKey,
    LastDayKey,
    MilestoneKey,
    PathKey,
    QuestionKey,
    ToldKey,
    WindowKey,
)
from daemon.core.expiry import DAY, INSTANT, earlier, first_notice, later, milestones
from daemon.core.holder_questions import holder_questions, with_question
from daemon.core.model import CertificatePair, Memory
from daemon.core.notice import Notice
from daemon.core.notice_words import QUESTION_TITLES, key_notice, question_notice
from daemon.core.renewal import last_moment_with_old
from daemon.core.repeats import Presence, Telling, gap
from daemon.core.subjects import (
    CLOCK_SLACK,
    Subject,
    delivered_at,
    is_last_day,
    is_waiting,
    several_holders,
    subjects,
    was_delivered,
)

SNOOZE = timedelta(days=1)


def due_notices(
    assessment: Assessment, memory: Memory, settings: Settings, presence: Presence, now: Instant
) -> Iterator[Notice]:
    """Yield the notices that are due, whatever the quiet hours.

    There is at most one for each key, and one for each question.
    """
    named = several_holders(assessment, memory)
    asked: set[CertificatePair] = set()
    for subject in subjects(assessment, memory, now):
        if dedup_keys := _due_keys(subject, memory, subject.notices(settings), presence, now):
            notice = key_notice(subject, dedup_keys, memory, settings, now, named=named)
            yield with_question(notice, subject.case, memory, asked, now)
    yield from holder_questions(assessment, memory, asked, now)
    for case in assessment.cases:
        question, key = case.status.question, case.status.current.key
        if question not in QUESTION_TITLES or was_delivered(memory, QuestionKey(question, key.id), now):
            continue
        yield question_notice(case, question, named=named)


def moments(
    assessment: Assessment, memory: Memory, settings: Settings, presence: Presence, now: Instant
) -> Iterator[Instant]:
    """Yield moments at which a notice or the tray may change.

    Some of them may be past.
    """
    found = subjects(assessment, memory, now)
    for notices, ends in _ends_by_notices(found, settings).items():
        yield from _next_milestones(sorted(ends), notices, now)
    for subject in found:
        if subject.key.id in memory.snoozes:
            yield memory.snoozes[subject.key.id]
        if subject.case is not None:
            yield from _moments_of_case(subject.case)
    if any(_may_repeat(subject, memory, now) for subject in found):
        yield presence.next_morning(now)
    begins = [c.not_before for c in assessment.certificates if c.not_before is not None]
    yield from (moment for moment in begins if moment > now)


def _moments_of_case(case: RenewalCase) -> Iterator[Instant]:
    """Yield when the way to renew changes, or is overdue."""
    yield from _registration_moments(case)
    yield from filter(None, (case.opens, case.expected))


def _ends_by_notices(found: tuple[Subject, ...], settings: Settings) -> dict[NoticeSettings, list[Instant]]:
    """Return the ends of the keys that share their notice days."""
    ends: dict[NoticeSettings, list[Instant]] = defaultdict(list)
    for subject in found:
        ends[subject.notices(settings)].append(subject.not_after)
    return ends


def _registration_moments(case: RenewalCase) -> Iterator[Instant]:
    """Yield when the way to register the pending key changes."""
    current, pending = case.status.current, case.status.pending
    if pending is None:
        return
    last = last_moment_with_old(case.lineage, current)
    yield from (earlier(last, DAY), last, later(current.not_after, INSTANT), later(pending.not_after, INSTANT))


def _next_milestones(ends: list[Instant], notices: NoticeSettings, now: Instant) -> Iterator[Instant]:
    """Yield when the next of these sorted ends reaches each milestone."""
    for days in {*notices.days, notices.urgent_days}:
        at = bisect_right(ends, now, key=lambda end: earlier(end, days * DAY))
        yield from (earlier(end, days * DAY) for end in ends[at : at + 1])
    yield from (later(end, INSTANT) for end in ends[bisect_left(ends, now) :][:1])


def snooze_until(subject_end: Instant, now: Instant, rest: timedelta = SNOOZE) -> Instant:
    """Return the end of a rest, or the certificate's earlier end."""
    until = later(now, rest)
    if now < subject_end:
        return min(subject_end, until)
    return until


def _due_keys(
    subject: Subject, memory: Memory, notices: NoticeSettings, presence: Presence, now: Instant
) -> tuple[DedupKey, ...]:
    """Return the dedup keys that a notice of now covers.

    There are none when nothing is to be told.

    Only the latest milestone counts: the notice covers earlier ones that were missed. A new path is always news, even
    while the key's reminders rest. What is told again leaves a day to the milestone that still comes on it.
    """
    passed = _passed_milestones(subject, notices, now)
    news: list[DedupKey] = [*_begin_keys(subject, now), *_path_keys(subject), *_last_day_keys(subject, now)]
    news += _window_keys(subject, notices)
    if not passed and not news:
        return ()
    covered = (ToldKey(subject.key.id), *passed, *news)
    if not _were_told(news, memory, now):
        return covered
    rests_until = memory.snoozes.get(subject.key.id)
    if rests_until is not None and now < rests_until <= later(now, SNOOZE):
        return ()
    latest = [milestone for milestone in passed[-1:] if not _is_silenced(subject, milestone, now)]
    if not _were_told(latest, memory, now):
        return covered
    comes_again = rests_until is not None or _is_due_again(subject, memory, covered, presence, now)
    if comes_again and not _news_later_today(subject, notices, presence, now):
        return covered
    return ()


def _were_told(dedup_keys: Iterable[DedupKey], memory: Memory, now: Instant) -> bool:
    return all(was_delivered(memory, dedup_key, now) for dedup_key in dedup_keys)


def _is_silenced(subject: Subject, milestone: MilestoneKey, now: Instant) -> bool:
    """Return whether a milestone only repeats an order that is made."""
    return milestone.days > 0 and _is_expected(subject, now)


def _is_expected(subject: Subject, now: Instant) -> bool:
    """Return whether an ordered key may still be on its way."""
    case = subject.case
    return case is not None and case.expected is not None and is_waiting(case) and now < case.expected


def _may_repeat(subject: Subject, memory: Memory, now: Instant) -> bool:
    """Return whether a notice of the key may come again.

    It does while something is to be done that the user has not answered.
    """
    if subject.path is None or _is_expected(subject, now):
        return False
    telling = _telling(subject, memory, (), now)
    return telling is None or gap(subject.not_after, telling, now) is not None


def _is_due_again(
    subject: Subject, memory: Memory, covered: tuple[DedupKey, ...], presence: Presence, now: Instant
) -> bool:
    """Return whether enough days have passed since the last telling."""
    telling = _telling(subject, memory, covered, now)
    if telling is None or not presence.is_there(now) or not _may_repeat(subject, memory, now):
        return False
    again_after = gap(subject.not_after, telling, now)
    return again_after is not None and presence.day(now) - presence.day(telling.told) >= again_after


def _telling(subject: Subject, memory: Memory, covered: tuple[DedupKey, ...], now: Instant) -> Telling | None:
    """Return how the key was told, None if it was not.

    The latest telling counts, since a clock that was set back notes an earlier one after it. An earlier version kept
    no ToldKey.
    """
    tellings = (delivered_at(memory, dedup_key, now) for dedup_key in (ToldKey(subject.key.id), *covered))
    told = max(filter(None, tellings), default=None)
    if told is None:
        return None
    return Telling(
        told=told,
        answered=_answered_at(subject, memory, now),
        end_told=delivered_at(memory, MilestoneKey(subject.key.id, subject.not_after, 0), now),
    )


def _answered_at(subject: Subject, memory: Memory, now: Instant) -> Instant | None:
    """Return the answer that counts.

    One from before the ordered key was expected counts no longer, once that is late.
    """
    answered = memory.answered.get(subject.key.id)
    if answered is None or answered > later(now, CLOCK_SLACK):
        return None
    if subject.expected is not None and answered < subject.expected <= now:
        return None
    return answered


def _news_later_today(subject: Subject, notices: NoticeSettings, presence: Presence, now: Instant) -> bool:
    """Return whether news of the key comes later today."""
    ahead = [moment for _, moment in milestones(subject.not_after, notices)]
    if subject.case is not None:
        ahead += _registration_moments(subject.case)
    return any(moment > now and presence.day(moment) == presence.day(now) for moment in ahead)


def _passed_milestones(subject: Subject, notices: NoticeSettings, now: Instant) -> list[MilestoneKey]:
    """Return the milestones that the end has passed, in order."""
    end = subject.not_after
    if now < earlier(end, first_notice(notices)):
        return []
    passed = [days for days, moment in milestones(end, notices) if now >= moment]
    return [MilestoneKey(subject.key.id, end, days) for days in passed]


def _path_keys(subject: Subject) -> Iterator[PathKey]:
    """Yield the key of a path that is news by itself.

    An order and a renewal in place are announced by milestones.
    """
    path = subject.path
    if path is not None and (path.new_fingerprint or path.kind is WorkflowKind.ACTIVATE):
        new = path.new_fingerprint[:16] if path.new_fingerprint else f"bare:{subject.key.id}"
        yield PathKey(path.procedure, new, path.kind)


def _begin_keys(subject: Subject, now: Instant) -> Iterator[BeginKey]:
    """Yield the key of a certificate that began since it was seen."""
    if subject.case is None or subject.path is None:
        return
    newest = subject.case.status.newest
    if newest.seen.first_seen < newest.not_before <= now:
        yield BeginKey(newest.fingerprint[:16])


def _window_keys(subject: Subject, notices: NoticeSettings) -> Iterator[WindowKey]:
    """Yield the key of a renewal that has become possible.

    Only where a reminder came before that: else the first one says so.
    """
    case, path = subject.case, subject.path
    if case is None or path is None or path.kind not in {WorkflowKind.ORDER, WorkflowKind.RENEW}:
        return
    current, opens = case.status.current, case.opens
    if opens is not None and opens > earlier(current.not_after, first_notice(notices)):
        yield WindowKey(current.key.id, opens)


def _last_day_keys(subject: Subject, now: Instant) -> Iterator[LastDayKey]:
    """Yield the key of the last day of step 2-A."""
    if subject.case is not None and is_last_day(subject, now):
        yield LastDayKey(subject.case.id, subject.not_after)
