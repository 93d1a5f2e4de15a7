"""Keeps the progress of each line in step with its path: courses begin, give way, run out of time, and end."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from config.workflows import CourseKind
from daemon.core.assessment import Case
from daemon.core.guide.context import progress_id
from daemon.core.model import Claim, Memory, Progress
from daemon.core.workflows.progress import lapsed, link_until

WAYS_IN = {CourseKind.ADD_WITH_OLD, CourseKind.ASSOCIATE_NEW}
ON_THE_WAY = WAYS_IN | {CourseKind.ACTIVATE}


def keep_progress(memory: Memory, cases: Iterable[Case], now: datetime) -> Memory:
    """Return the memory with the progress of each line as it has to be now."""
    progress = dict(memory.progress)
    for case in cases:
        id_ = progress_id(case)
        kept = _kept(case, progress.get(id_), now)
        if kept is not None:
            progress[id_] = kept
    return memory if progress == memory.progress else replace(memory, progress=progress)


def _kept(case: Case, before: Progress | None, now: datetime) -> Progress | None:
    if case.path is None:
        if before is None or before.finished or before.course not in ON_THE_WAY or not before.done:
            return before
        return replace(before, finished=now) if Claim.WORKS in case.stands.current.key.claims else before
    kind = CourseKind(case.path.kind)
    if before is None or before.finished or before.course is not kind:
        return _begun(case, kind, before, now)
    course = case.line.procedure.courses.get(kind)
    return lapsed(before, course, now) if course else before


def _begun(case: Case, kind: CourseKind, before: Progress | None, now: datetime) -> Progress:
    """Begin a course; where time, and not the person, has turned the way in, keep what it was."""
    fresh = Progress(course=kind, begun=now)
    lost = Claim.OLD_LOST in case.stands.newest.key.claims
    if before is None or before.finished or lost or {before.course, kind} != WAYS_IN:
        return fresh
    course = case.line.procedure.courses.get(before.course)
    until = link_until(course, before) if course else None
    still = until if until is not None and now < until else None
    return replace(fresh, left=before.course, link_until=still, abandoned=before.abandoned)
