"""The progress of a workflow: steps ended, undone and expired."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from config.workflows import Limit, Workflow
from daemon.core.expiry import earlier, later
from daemon.core.model import Memory, Progress, ProgressId
from daemon.core.workflows.workflow import since


def end_step(progress: Progress, step: str, now: datetime) -> Progress:
    """Mark a step done and clear the pending change notices."""
    return replace(progress, done={**progress.done, step: now}, opened="", left=None, link_until=None, lapsed=False)


def undo_steps(progress: Progress, workflow: Workflow, step: str) -> Progress:
    """Undo a step and all after it."""
    gone = {s.id for s in since(workflow, step)}
    return replace(progress, done={s: at for s, at in progress.done.items() if s not in gone}, opened="")


def deadline(workflow: Workflow, progress: Progress) -> tuple[Limit, datetime] | None:
    """Return the limit that runs now, and when it is over."""
    return next(((limit, until) for limit, until, used in _limits(workflow, progress) if not used), None)


def expire_steps(progress: Progress, workflow: Workflow, now: datetime) -> Progress:
    """Undo the steps whose limit is over.

    Moments in the future, from a wrong clock, count as now.
    """
    done = {step: min(at, now) for step, at in progress.done.items()}
    progress = progress if done == progress.done else replace(progress, done=done)
    running = deadline(workflow, progress)
    if running is None or now < running[1]:
        return progress
    return replace(undo_steps(progress, workflow, running[0].back_to), lapsed=True)


def link_stands(workflow: Workflow, progress: Progress, now: datetime) -> bool:
    """Return whether a requested link still works or was used.

    The path that it opened is not left then.
    """
    return any(used or now < until for _, until, used in _limits(workflow, progress))


def link_until(workflow: Workflow, progress: Progress) -> datetime | None:
    """Return until when a requested and unused link works."""
    running = deadline(workflow, progress)
    return running[1] if running else None


def set_back(memory: Memory, span: timedelta) -> Memory:
    """Move running limits along with a clock that was set back by this span."""
    moved = {
        id_: replace(
            progress,
            done={step: earlier(at, span) for step, at in progress.done.items()},
            link_until=earlier(progress.link_until, span) if progress.link_until else None,
        )
        for id_, progress in memory.progress.items()
    }
    return replace(memory, progress=moved)


def with_progress(memory: Memory, id_: ProgressId, progress: Progress | None) -> Memory:
    """Return the memory with this progress; None forgets it."""
    others = {i: p for i, p in memory.progress.items() if i != id_}
    return replace(memory, progress=others if progress is None else {**others, id_: progress})


def _limits(workflow: Workflow, progress: Progress) -> Iterator[tuple[Limit, datetime, bool]]:
    """Yield each running limit, its end, and whether its last step is passed."""
    last = {step.limit.since: (step.limit, step.id) for step in workflow.steps if step.limit is not None}
    for limit, step_id in last.values():
        if limit.since in progress.done:
            used = any(s.id in progress.done for s in since(workflow, step_id))
            yield limit, later(progress.done[limit.since], limit.span), used
