"""Keeps the progress of each lineage in step with its path."""

from collections.abc import Iterable

from config.instants import Instant
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.assessment import RenewalCase
from daemon.core.guide.context import progress_id
from daemon.core.model import Claim, Memory, Progress, ProgressId
from daemon.core.workflows.progress import expire_steps, link_until

REGISTERING = {WorkflowKind.ADD_WITH_OLD, WorkflowKind.ASSOCIATE_NEW}
ON_THE_WAY = REGISTERING | {WorkflowKind.ACTIVATE, WorkflowKind.RENEW}


def sync_progress(memory: Memory, cases: Iterable[RenewalCase], now: Instant) -> Memory:
    """Return the memory with the progress that each lineage has now."""
    progress = dict(memory.progress)
    for case in cases:
        id_ = progress_id(case)
        progress = _of_one_order(case, progress)
        kept = _kept(case, progress.get(id_), now)
        if kept is not None:
            progress[id_] = kept
    if progress == memory.progress:
        return memory
    return replace(memory, progress=progress)


def _of_one_order(case: RenewalCase, progress: dict[ProgressId, Progress]) -> dict[ProgressId, Progress]:
    """Return the progress, that of an order under its newest key."""
    spares = case.spares_of(case.status.newest) if case.status.spares else ()
    if not spares:
        return progress
    ids = [ProgressId(entry.key.id) for entry in (case.status.newest, *spares)]
    begun = [id_ for id_ in ids if id_ in progress]
    if not begun:
        return progress
    latest = max(begun, key=lambda id_: max((progress[id_].begun, *progress[id_].done.values())))
    return {**{id_: each for id_, each in progress.items() if id_ not in ids}, ids[0]: progress[latest]}


def _kept(case: RenewalCase, before: Progress | None, now: Instant) -> Progress | None:
    """Return the progress that a lineage has now."""
    if case.path is None:
        return _without_path(case, before, now)
    kind = case.path.kind
    if before is None or before.finished or before.workflow is not kind:
        return _begun(case, kind, before, now)
    workflow = case.lineage.procedure.workflows.get(kind)
    if workflow is None:
        return before
    return expire_steps(before, workflow, now)


def _without_path(case: RenewalCase, before: Progress | None, now: Instant) -> Progress | None:
    """Return the progress where there is nothing to do.

    A workflow that was begun has ended if the new key works.
    """
    if before is None or before.finished or before.workflow not in ON_THE_WAY or not before.done:
        return before
    if Claim.WORKS not in case.status.current.key.claims:
        return before
    return replace(before, finished=now)


def _begun(case: RenewalCase, kind: WorkflowKind, before: Progress | None, now: Instant) -> Progress:
    """Return the progress of a workflow that begins.

    Where time has changed the path, and not the user, it keeps which workflow was left.
    """
    fresh = Progress(workflow=kind, begun=now)
    if before is None or not _changed_by_time(case, kind, before):
        return fresh
    until = _open_link_until(case, before, now)
    return replace(fresh, left=before.workflow, link_until=until, abandoned=before.abandoned)


def _changed_by_time(case: RenewalCase, kind: WorkflowKind, before: Progress) -> bool:
    """Return whether time changed how the key is registered."""
    if before.finished or Claim.OLD_LOST in case.status.newest.key.claims:
        return False
    return {before.workflow, kind} == REGISTERING


def _open_link_until(case: RenewalCase, before: Progress, now: Instant) -> Instant | None:
    """Return when the link of the workflow that was left expires.

    None where it has none, or an expired one.
    """
    workflow = case.lineage.procedure.workflows.get(before.workflow)
    if workflow is None:
        return None
    until = link_until(workflow, before)
    if until is None or until <= now:
        return None
    return until
