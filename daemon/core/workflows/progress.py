"""The progress of a workflow: it ends, undoes and expires steps."""

from collections.abc import Iterator
from datetime import timedelta

from config.instants import Instant
from config.values import replace
from config.workflows import Limit, Workflow
from daemon.core.expiry import earlier, later
from daemon.core.model import Memory, Progress, ProgressId
from daemon.core.workflows.workflow import since

PREPARED = "prepared"  # in `Progress.done`: the page before the first step is read


def end_step(progress: Progress, step: str, now: Instant) -> Progress:
    """Return the progress with this step done.

    What the guide reported of earlier changes is cleared.
    """
    return replace(progress, done={**progress.done, step: now}, opened="", left=None, link_until=None, lapsed=False)


def undo_steps(progress: Progress, workflow: Workflow, step: str) -> Progress:
    """Return the progress without a step and all after it."""
    gone = {s.id for s in (workflow.steps if step == PREPARED else since(workflow, step))} | {step}
    return replace(progress, done={s: at for s, at in progress.done.items() if s not in gone}, opened="")


def deadline(workflow: Workflow, progress: Progress) -> tuple[Limit, Instant] | None:
    """Return the limit that runs now and its end, or None."""
    return next(((limit, until) for limit, until, used in _limits(workflow, progress) if not used), None)


def expire_steps(progress: Progress, workflow: Workflow, now: Instant) -> Progress:
    """Undo the steps whose limit is over.

    Moments in the future, from a wrong clock, count as now.
    """
    progress = _not_in_future(progress, now)
    running = deadline(workflow, progress)
    if running is None or now < running[1]:
        return progress
    return replace(undo_steps(progress, workflow, running[0].back_to), lapsed=True)


def _not_in_future(progress: Progress, now: Instant) -> Progress:
    done = {step: min(at, now) for step, at in progress.done.items()}
    if done == progress.done:
        return progress
    return replace(progress, done=done)


def link_stands(workflow: Workflow, progress: Progress, now: Instant) -> bool:
    """Return whether a requested link still works or was used.

    The path does not change while that is so.
    """
    return any(used or now < until for _, until, used in _limits(workflow, progress))


def link_until(workflow: Workflow, progress: Progress) -> Instant | None:
    """Return until when a requested and unused link works, or None."""
    running = deadline(workflow, progress)
    if running is None:
        return None
    _, until = running
    return until


def set_back(memory: Memory, span: timedelta) -> Memory:
    """Return the memory with all moments of progress earlier by this span.

    So running limits keep their length when the clock is set back.
    """
    return replace(memory, progress={id_: _set_back(progress, span) for id_, progress in memory.progress.items()})


def _set_back(progress: Progress, span: timedelta) -> Progress:
    progress = replace(progress, done={step: earlier(at, span) for step, at in progress.done.items()})
    if progress.link_until is None:
        return progress
    return replace(progress, link_until=earlier(progress.link_until, span))


def with_progress(memory: Memory, id_: ProgressId, progress: Progress | None) -> Memory:
    """Return the memory with this progress, or without it for None."""
    kept = {i: p for i, p in memory.progress.items() if i != id_}
    if progress is not None:
        kept[id_] = progress
    return replace(memory, progress=kept)


def _limits(workflow: Workflow, progress: Progress) -> Iterator[tuple[Limit, Instant, bool]]:
    """Yield each running limit, its end, and whether it was met."""
    last = {step.limit.since: (step.limit, step.id) for step in workflow.steps if step.limit is not None}
    for limit, step_id in last.values():
        if limit.since in progress.done:
            used = any(s.id in progress.done for s in since(workflow, step_id))
            yield limit, later(progress.done[limit.since], limit.span), used
