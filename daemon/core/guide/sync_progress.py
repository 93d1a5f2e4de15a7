"""Keeps the progress of each lineage in step with its path."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from config.workflows import WorkflowKind
from daemon.core.assessment import RenewalCase
from daemon.core.guide.context import progress_id
from daemon.core.model import Claim, Memory, Progress
from daemon.core.workflows.progress import expire_steps, link_until

REGISTERING = {WorkflowKind.ADD_WITH_OLD, WorkflowKind.ASSOCIATE_NEW}
ON_THE_WAY = REGISTERING | {WorkflowKind.ACTIVATE}


def sync_progress(memory: Memory, cases: Iterable[RenewalCase], now: datetime) -> Memory:
    """Return the memory with the progress that each lineage has now."""
    progress = dict(memory.progress)
    for case in cases:
        id_ = progress_id(case)
        kept = _kept(case, progress.get(id_), now)
        if kept is not None:
            progress[id_] = kept
    return memory if progress == memory.progress else replace(memory, progress=progress)


def _kept(case: RenewalCase, before: Progress | None, now: datetime) -> Progress | None:
    if case.path is None:
        if before is None or before.finished or before.workflow not in ON_THE_WAY or not before.done:
            return before
        return replace(before, finished=now) if Claim.WORKS in case.status.current.key.claims else before
    kind = case.path.kind
    if before is None or before.finished or before.workflow is not kind:
        return _begun(case, kind, before, now)
    workflow = case.lineage.procedure.workflows.get(kind)
    return expire_steps(before, workflow, now) if workflow else before


def _begun(case: RenewalCase, kind: WorkflowKind, before: Progress | None, now: datetime) -> Progress:
    """Return the progress of a workflow that begins.

    Where time has changed the path, and not the user, it keeps which one was left.
    """
    fresh = Progress(workflow=kind, begun=now)
    lost = Claim.OLD_LOST in case.status.newest.key.claims
    if before is None or before.finished or lost or {before.workflow, kind} != REGISTERING:
        return fresh
    workflow = case.lineage.procedure.workflows.get(before.workflow)
    until = link_until(workflow, before) if workflow else None
    still = until if until is not None and now < until else None
    return replace(fresh, left=before.workflow, link_until=still, abandoned=before.abandoned)
