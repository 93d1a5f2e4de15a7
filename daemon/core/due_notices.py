"""Chooses the notices that are due.

Each is told at its moment, and again until it is answered.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n.text import Text, text
from config.instants import has_end
from config.settings import NoticeSettings, Settings
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.caching import memoize_last
from daemon.core.dedup_keys import BeginKey, DedupKey, LastDayKey, MilestoneKey, PathKey, QuestionKey, ToldKey
from daemon.core.expiry import DAY, INSTANT, days_left, earlier, expired, first_notice, later, milestones
from daemon.core.holders import holder_name
from daemon.core.key_names import called
from daemon.core.model import Key, Memory, Role
from daemon.core.notice import Choice, Notice, NoticeChoice, NoticeId, NoticeKind, Urgency
from daemon.core.renewal import Question, last_moment_with_old
from daemon.core.repeats import Presence, Telling, gap
from daemon.core.views.report import Path, Reason

SNOOZE = timedelta(days=1)
CLOCK_SLACK = timedelta(days=1)
QUESTION_TITLES = {Question.IN_USE: "notice.in_use.title", Question.OLD_KEY: "notice.old_key.title"}
QUESTION_BODIES = {Question.IN_USE: "notice.in_use.body", Question.OLD_KEY: "notice.old_key.body"}
PATH_TITLES = {
    WorkflowKind.ACTIVATE: "notice.activate.title",
    WorkflowKind.ADD_WITH_OLD: "notice.add_with_old.title",
    WorkflowKind.ASSOCIATE_NEW: "notice.associate_new.title",
}
PATH_BUTTONS = {
    WorkflowKind.ORDER: "button.order",
    WorkflowKind.RENEW: "button.renew",
    WorkflowKind.ACTIVATE: "button.activate",
    WorkflowKind.ADD_WITH_OLD: "button.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "button.associate_new",
}
REGISTRATION_BODIES = {
    WorkflowKind.ADD_WITH_OLD: "notice.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "notice.associate_new",
    WorkflowKind.RENEW: "notice.renew.ends",
}
ACTIVATION_BODIES = {
    None: "notice.activate.alone",
    WorkflowKind.ADD_WITH_OLD: "notice.activate.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "notice.activate.associate_new",
}
ORDER_BODIES = {False: "notice.order.ends", True: "notice.order.expired"}  # by whether the certificate has expired
ORDERED_BODIES = {False: "notice.ordered.ends", True: "notice.ordered.expired"}
PLAIN_BODIES = {False: "notice.plain.ends", True: "notice.plain.expired"}
BODIES_BY_ROLE = {  # of what ends before the certificate that logs in
    Role.AUTHENTICATION: PLAIN_BODIES,
    Role.SIGNATURE: {False: "notice.signature.ends", True: "notice.signature.expired"},
    Role.OTHER: {False: "notice.other.ends", True: "notice.other.expired"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A key to notify of.

    `not_after` is its earliest end that was not announced as past, and `role` that of the certificate that ends.
    `case` is the one in which the key is current.
    """

    key: Key
    not_after: datetime
    role: Role
    case: RenewalCase | None

    @property
    def path(self) -> Path | None:
        """The path of the case."""
        if self.case is None:
            return None
        return self.case.path

    def notices(self, settings: Settings) -> NoticeSettings:
        """Return when to notify of the key."""
        return settings.notices_of(self.case.lineage.procedure if self.case else None)

    @property
    def link_is_out(self) -> bool:
        """Whether the platform has sent its link for the case."""
        return self.case is not None and self.case.link_is_out

    @property
    def is_ordered(self) -> bool:
        """Whether the new key is ordered, by the user's word."""
        return self.case is not None and self.case.is_ordered


@memoize_last
def subjects(assessment: Assessment, memory: Memory, now: datetime) -> tuple[Subject, ...]:
    """Return the keys to notify of.

    They are the current key of each case, and each key without a procedure.
    """
    current = {case.status.current.key.id: case for case in reversed(assessment.cases)}
    found: list[Subject] = []
    for key in memory.keys.values():
        if key.id not in current and key.id in assessment.cases_by_key:
            continue
        roles = {c.not_after: c.role for c in reversed(assessment.watched(key)) if c.not_after}
        if roles:
            end = _end_to_announce(key, list(roles), memory, now)
            found.append(Subject(key=key, not_after=end, role=roles[end], case=current.get(key.id)))
    return tuple(found)


def due_notices(
    assessment: Assessment, memory: Memory, settings: Settings, presence: Presence, now: datetime
) -> Iterator[Notice]:
    """Yield the notices that are due, whatever the quiet hours.

    There is at most one for each key, and one for each question.
    """
    for subject in subjects(assessment, memory, now):
        if dedup_keys := _due_keys(subject, memory, subject.notices(settings), presence, now):
            yield _key_notice(subject, dedup_keys, memory, settings, now)
    for case in assessment.cases:
        question, key = case.status.question, case.status.current.key
        if question is None or was_delivered(memory, QuestionKey(question, key.id), now):
            continue
        yield Notice(
            notice_id=NoticeId(NoticeKind.QUESTION, key.id),
            title=text(QUESTION_TITLES[question]),
            body=text(QUESTION_BODIES[question], holder=called(case.lineage.holder, key)),
            dedup_keys=(QuestionKey(question, key.id),),
            button=text("button.answer"),
        )


def moments(
    assessment: Assessment, memory: Memory, settings: Settings, presence: Presence, now: datetime
) -> Iterator[datetime]:
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
            yield from _registration_moments(subject.case)
            if subject.case.expected is not None:
                yield subject.case.expected
    if any(_may_repeat(subject, memory, now) for subject in found):
        yield presence.next_morning(now)
    begins = [c.not_before for c in assessment.certificates if c.not_before is not None]
    yield from (moment for moment in begins if moment > now)


def _ends_by_notices(found: tuple[Subject, ...], settings: Settings) -> dict[NoticeSettings, list[datetime]]:
    """Return the ends of the keys that share their notice days."""
    ends: dict[NoticeSettings, list[datetime]] = defaultdict(list)
    for subject in found:
        ends[subject.notices(settings)].append(subject.not_after)
    return ends


def _registration_moments(case: RenewalCase) -> Iterator[datetime]:
    """Yield when the way to register the pending key changes."""
    current, pending = case.status.current, case.status.pending
    if pending is None:
        return
    last = last_moment_with_old(case.lineage, current)
    yield from (earlier(last, DAY), last, later(current.not_after, INSTANT), later(pending.not_after, INSTANT))


def _next_milestones(ends: list[datetime], notices: NoticeSettings, now: datetime) -> Iterator[datetime]:
    """Yield when the next of these sorted ends reaches each milestone."""
    for days in {*notices.days, notices.urgent_days}:
        at = bisect_right(ends, now, key=lambda end: earlier(end, days * DAY))
        yield from (earlier(end, days * DAY) for end in ends[at : at + 1])
    yield from (later(end, INSTANT) for end in ends[bisect_left(ends, now) :][:1])


def was_delivered(memory: Memory, dedup_key: DedupKey, now: datetime) -> bool:
    """Return whether a notice with this key was delivered."""
    return _delivered_at(memory, dedup_key, now) is not None


def _delivered_at(memory: Memory, dedup_key: DedupKey, now: datetime) -> datetime | None:
    """Return when a notice with this key was delivered.

    A moment in the far future was noted by a wrong clock and does not count.
    """
    delivered = memory.delivered.get(str(dedup_key))
    if delivered is None or delivered > now + CLOCK_SLACK:
        return None
    return delivered


def snooze_until(subject_end: datetime, now: datetime) -> datetime:
    """Return the end of a day's rest, or the certificate's earlier end."""
    if now < subject_end < now + SNOOZE:
        return subject_end
    return now + SNOOZE


def _end_to_announce(key: Key, ends: list[datetime], memory: Memory, now: datetime) -> datetime:
    """Return the end to announce next.

    It is the earliest; once that was announced as past, the next that is more than a day later.
    """
    past = (end for end in ends if end <= later(now, CLOCK_SLACK))  # the key of a later end does not count
    announced = [end for end in past if was_delivered(memory, MilestoneKey(key.id, end, 0), now)]
    if not announced:
        return min(ends)
    return min((end for end in ends if end > later(max(announced), DAY)), default=max(announced))


def _due_keys(
    subject: Subject, memory: Memory, notices: NoticeSettings, presence: Presence, now: datetime
) -> tuple[DedupKey, ...]:
    """Return the dedup keys that a notice of now covers.

    There are none when nothing is to be told.

    Only the latest milestone counts: the notice covers earlier ones that were missed. A new path is always news, even
    while the key's reminders rest. What is told again leaves a day to the milestone that still comes on it.
    """
    passed = _passed_milestones(subject, notices, now)
    news: list[DedupKey] = [*_begin_keys(subject, now), *_path_keys(subject), *_last_day_keys(subject, now)]
    covered = (ToldKey(subject.key.id), *passed, *news)
    if any(not was_delivered(memory, dedup_key, now) for dedup_key in news):
        return covered
    rests_until = memory.snoozes.get(subject.key.id)
    if rests_until is not None and now < rests_until <= now + SNOOZE:
        return ()
    latest = [milestone for milestone in passed[-1:] if not _is_silenced(subject, milestone, now)]
    if any(not was_delivered(memory, milestone, now) for milestone in latest):
        return covered
    comes_again = rests_until is not None or _is_due_again(subject, memory, covered, presence, now)
    if comes_again and len(covered) > 1 and not _news_later_today(subject, notices, presence, now):
        return covered
    return ()


def _is_silenced(subject: Subject, milestone: MilestoneKey, now: datetime) -> bool:
    """Return whether a milestone only repeats an order that is made."""
    return milestone.days > 0 and _is_expected(subject, now)


def _is_expected(subject: Subject, now: datetime) -> bool:
    """Return whether an ordered key may still be on its way."""
    case = subject.case
    return case is not None and case.expected is not None and is_waiting(case) and now < case.expected


def _may_repeat(subject: Subject, memory: Memory, now: datetime) -> bool:
    """Return whether a notice of the key may come again.

    It does while something is to be done that the user has not answered.
    """
    if subject.path is None or _is_expected(subject, now):
        return False
    telling = _telling(subject, memory, (), now)
    return telling is None or gap(subject.not_after, telling, now) is not None


def _is_due_again(
    subject: Subject, memory: Memory, covered: tuple[DedupKey, ...], presence: Presence, now: datetime
) -> bool:
    """Return whether enough days have passed since the last telling."""
    telling = _telling(subject, memory, covered, now)
    if telling is None or not presence.is_there(now) or not _may_repeat(subject, memory, now):
        return False
    again_after = gap(subject.not_after, telling, now)
    return again_after is not None and presence.day(now) - presence.day(telling.told) >= again_after


def _telling(subject: Subject, memory: Memory, covered: tuple[DedupKey, ...], now: datetime) -> Telling | None:
    """Return how the key was told, None if it was not.

    An earlier version kept no ToldKey: then the latest of what was told counts.
    """
    told = _delivered_at(memory, ToldKey(subject.key.id), now)
    if told is None:
        told = max(filter(None, (_delivered_at(memory, dedup_key, now) for dedup_key in covered)), default=None)
    if told is None:
        return None
    return Telling(
        told=told,
        answered=_answered_at(subject, memory, now),
        end_told=_delivered_at(memory, MilestoneKey(subject.key.id, subject.not_after, 0), now),
    )


def _answered_at(subject: Subject, memory: Memory, now: datetime) -> datetime | None:
    """Return the answer that counts.

    One from before the ordered key was expected counts no longer, once that is late.
    """
    answered = memory.answered.get(subject.key.id)
    if answered is None or answered > now + CLOCK_SLACK:
        return None
    expected = None if subject.case is None else subject.case.expected
    if expected is not None and answered < expected <= now:
        return None
    return answered


def _news_later_today(subject: Subject, notices: NoticeSettings, presence: Presence, now: datetime) -> bool:
    """Return whether news of the key comes later today."""
    ahead = [moment for _, moment in milestones(subject.not_after, notices)]
    if subject.case is not None:
        ahead += _registration_moments(subject.case)
    return any(moment > now and presence.day(moment) == presence.day(now) for moment in ahead)


def _passed_milestones(subject: Subject, notices: NoticeSettings, now: datetime) -> list[MilestoneKey]:
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


def _begin_keys(subject: Subject, now: datetime) -> Iterator[BeginKey]:
    """Yield the key of a certificate that began since it was seen."""
    newest = subject.case.status.newest if subject.case else None
    if newest is not None and subject.path is not None and newest.seen.first_seen < newest.not_before <= now:
        yield BeginKey(newest.fingerprint[:16])


def _is_last_day(subject: Subject, now: datetime) -> bool:
    """Return whether this is the last day to begin step 2-A."""
    case, path = subject.case, subject.path
    if case is None or path is None or path.new_fingerprint is None or case.link_is_out:
        return False
    if WorkflowKind.ADD_WITH_OLD not in {path.kind, path.then}:
        return False
    return earlier(last_moment_with_old(case.lineage, case.status.current), DAY) <= now


def _last_day_keys(subject: Subject, now: datetime) -> Iterator[LastDayKey]:
    """Yield the key of the last day of step 2-A."""
    if subject.case is not None and _is_last_day(subject, now):
        yield LastDayKey(subject.case.id, subject.not_after)


def _key_notice(
    subject: Subject, dedup_keys: tuple[DedupKey, ...], memory: Memory, settings: Settings, now: datetime
) -> Notice:
    is_urgent = days_left(subject.not_after, now) < subject.notices(settings).urgent_days
    return Notice(
        notice_id=NoticeId(NoticeKind.KEY, subject.key.id),
        title=_title(subject, now),
        body=_body(subject, memory, now),
        dedup_keys=dedup_keys,
        button=_button(subject),
        more=tuple(_more(subject)),
        urgency=Urgency.CRITICAL if is_urgent else Urgency.NORMAL,
    )


def _button(subject: Subject) -> Text:
    """Return the button's label.

    It opens the next step, or the window where that step is not at the computer.
    """
    path = subject.path
    if path is None or subject.link_is_out or (subject.case is not None and is_waiting(subject.case)):
        return text("button.guide")
    return text(PATH_BUTTONS[path.kind])


def _title(subject: Subject, now: datetime) -> Text:
    path = subject.path
    if _is_last_day(subject, now):
        return text("notice.last_day.title")
    if path is not None and path.kind in PATH_TITLES:
        return text(PATH_TITLES[path.kind])
    if expired(subject.not_after, now):
        return text("notice.expired.title")
    return text("notice.ends.title", left=left_words(subject.not_after, now))


def _body(subject: Subject, memory: Memory, now: datetime) -> Text:
    """Return the sentence: who, until when, and last what to do."""
    until = subject.not_after
    if subject.case is not None:
        until = earlier(subject.not_after, subject.case.lineage.procedure.margin)
    return text(_body_id(subject, now), holder=_holder(subject, memory), date=subject.not_after, until=until)


def _body_id(subject: Subject, now: datetime) -> str:
    path, has_ended = subject.path, expired(subject.not_after, now)
    if path is None:
        return _body_id_without_path(subject, has_ended=has_ended)
    if subject.link_is_out:
        return "notice.mailed"
    if _is_last_day(subject, now):
        return "notice.last_day"
    if path.kind is not WorkflowKind.ORDER:
        return _body_id_to_bring_in(path)
    bodies = ORDERED_BODIES if subject.is_ordered else ORDER_BODIES
    return bodies[has_ended]


def _body_id_to_bring_in(path: Path) -> str:
    if path.why is Reason.RENEWED:
        return "notice.renewed"
    if path.kind is not WorkflowKind.ACTIVATE:
        return REGISTRATION_BODIES[path.kind]
    return ACTIVATION_BODIES[path.then] if path.not_before is None else "notice.activate.not_begun"


def _body_id_without_path(subject: Subject, *, has_ended: bool) -> str:
    bodies = PLAIN_BODIES if subject.case is None else BODIES_BY_ROLE[subject.role]
    return bodies[has_ended]


def _holder(subject: Subject, memory: Memory) -> str | Text:
    if subject.case is not None and subject.case.lineage.holder:
        return called(subject.case.lineage.holder, subject.key)
    return called(key_holder(subject.key, memory), subject.key)


def left_words(not_after: datetime, now: datetime) -> Text:
    """Return how long a certificate is still valid, in whole days.

    The last day has a text of its own, and so has a certificate without end.
    """
    if not has_end(not_after):
        return text("date.no_end")
    left = days_left(not_after, now)
    if left == 0:
        return text("days.last")
    return text("days.left", count=left)


def key_holder(key: Key, memory: Memory) -> str | Text:
    """Return the name on a key, or the text without one."""
    certificates = (memory.certificates[f].certificate for f in key.fingerprints if f in memory.certificates)
    names = map(holder_name, certificates)
    return next(filter(None, names), text("holder.unknown"))


def _more(subject: Subject) -> Iterator[Choice]:
    """Yield the button beside the first one."""
    if subject.path is None:
        return
    if subject.path.kind is WorkflowKind.ORDER and not subject.is_ordered:
        yield NoticeChoice.ORDERED
    else:
        yield NoticeChoice.LATER


def is_waiting(case: RenewalCase) -> bool:
    """Return whether the new key is ordered, and not here yet."""
    return case.is_ordered and case.path is not None and case.path.kind is WorkflowKind.ORDER


def several_holders(assessment: Assessment, memory: Memory) -> bool:
    """Return whether sentences have to say whose key they speak of."""
    names: set[str | Text] = {case.lineage.holder for case in assessment.cases}
    for key in memory.keys.values():
        if key.id not in assessment.cases_by_key and assessment.watched(key):
            names.add(key_holder(key, memory))
    return len(names) > 1
