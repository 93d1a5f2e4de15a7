"""Reminders of a link that expires, and of an old certificate."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from config.i18n.text import Text, text
from config.instants import Instant
from config.values import dataclass, replace
from config.workflows import Limit, WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.dedup_keys import CleanUpKey, LinkKey
from daemon.core.expiry import earlier, later
from daemon.core.guide.context import key_before, progress_id
from daemon.core.key_names import called, procedure_words
from daemon.core.model import Memory, Progress
from daemon.core.notice import Notice, NoticeId, NoticeKind, Urgency
from daemon.core.notice_words import with_holder
from daemon.core.subjects import several_holders, was_delivered
from daemon.core.workflows.progress import deadline

LAST_HOURS = timedelta(hours=6)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A notice, its moment, and whose key it is about."""

    at: Instant
    notice: Notice
    holder: str | Text


def guide_notices(assessment: Assessment, memory: Memory, now: Instant) -> Iterator[Notice]:
    """Yield what is due and was not delivered."""
    named = several_holders(assessment, memory)
    for reminder in _reminders(assessment.cases, memory):
        notice = reminder.notice
        if reminder.at <= now and not was_delivered(memory, notice.dedup_keys[0], now):
            yield replace(notice, body=with_holder(notice.body, reminder.holder)) if named else notice


def guide_moments(assessment: Assessment, memory: Memory) -> Iterator[Instant]:
    """Yield when a page changes by itself, or a reminder is due."""
    yield from (reminder.at for reminder in _reminders(assessment.cases, memory))
    for case in assessment.cases:
        if (progress := memory.progress.get(progress_id(case))) is None:
            continue
        running = _running_limit(case, progress)
        if running is not None:
            _, until = running
            yield until
        if progress.link_until is not None:
            yield progress.link_until


def _reminders(cases: Iterable[RenewalCase], memory: Memory) -> Iterator[Reminder]:
    for case in cases:
        progress = memory.progress.get(progress_id(case))
        if progress is None:
            continue
        if case.path is not None:
            yield from _of_link(case, progress)
        else:
            yield from _of_clean_up(case, progress)


def _running_limit(case: RenewalCase, progress: Progress) -> tuple[Limit, Instant] | None:
    """Return the limit that runs now, and when it ends."""
    workflow = case.lineage.procedure.workflows.get(progress.workflow)
    if workflow is None:
        return None
    return deadline(workflow, progress)


def _of_link(case: RenewalCase, progress: Progress) -> Iterator[Reminder]:
    """Yield the reminder that the time for a step ends soon.

    It is due when a quarter of the time is left, or six hours where that is less.
    """
    running = _running_limit(case, progress)
    if running is None or progress.abandoned:
        return
    limit, until = running
    left = min(limit.span / 4, LAST_HOURS)
    notice = Notice(
        notice_id=NoticeId(NoticeKind.LINK, case.id),
        title=text("notice.link.title", procedure=procedure_words(case.lineage.procedure), count=max(1, left // HOUR)),
        body=text("notice.link.body", until=until),
        dedup_keys=(LinkKey(case.id, until),),
        button=text("button.guide"),
        urgency=Urgency.CRITICAL,
    )
    yield Reminder(at=earlier(until, left), notice=notice, holder=called(case.lineage.holder, case.status.newest.key))


def _of_clean_up(case: RenewalCase, progress: Progress) -> Iterator[Reminder]:
    """Yield the reminder to remove the old certificate from the account."""
    since = _clean_up_since(progress)
    procedure, old = case.lineage.procedure, key_before(case)
    if since is None or old is None or WorkflowKind.CLEAN_UP not in procedure.workflows:
        return
    notice = Notice(
        notice_id=NoticeId(NoticeKind.CLEAN_UP, case.id),
        title=text("notice.clean_up.title", procedure=procedure_words(procedure)),
        body=text("notice.clean_up.body"),
        dedup_keys=(CleanUpKey(case.id),),
        button=text("button.guide"),
        urgency=Urgency.LOW,
    )
    holder = called(case.lineage.holder, old.key)
    yield Reminder(at=later(since, procedure.clean_up_after), notice=notice, holder=holder)


def _clean_up_since(progress: Progress) -> Instant | None:
    """Return since when the old certificate can be removed.

    None before that, and once the clean-up has ended.
    """
    if progress.workflow is not WorkflowKind.CLEAN_UP:
        return progress.finished
    if progress.finished or progress.abandoned:
        return None
    return progress.begun
