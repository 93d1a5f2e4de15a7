"""What is remembered of a course: steps ended, undone, and run out of time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from config.workflows import Limit, Workflow
from daemon.core.expiry import earlier, later
from daemon.core.model import Memory, Progress, ProgressId
from daemon.core.workflows.workflow import since


def end_step(progress: Progress, step: str, now: datetime) -> Progress:
    """End a step; what was said of the way here is said no longer."""
    return replace(progress, done={**progress.done, step: now}, opened="", left=None, link_until=None, lapsed=False)


def undo_steps(progress: Progress, workflow: Workflow, step: str) -> Progress:
    """Take a step and all after it back."""
    gone = {s.id for s in since(workflow, step)}
    return replace(progress, done={s: at for s, at in progress.done.items() if s not in gone}, opened="")


def deadline(workflow: Workflow, progress: Progress) -> tuple[Limit, datetime] | None:
    """Return the limit that runs now, and when it is over."""
    return next(((limit, until) for limit, until, used in _limits(workflow, progress) if not used), None)


def expire_steps(progress: Progress, workflow: Workflow, now: datetime) -> Progress:
    """Go back to where a limit that is over says; a moment that a wrong clock made is never ahead."""
    done = {step: min(at, now) for step, at in progress.done.items()}
    progress = progress if done == progress.done else replace(progress, done=done)
    running = deadline(workflow, progress)
    if running is None or now < running[1]:
        return progress
    return replace(undo_steps(progress, workflow, running[0].back_to), lapsed=True)


def link_stands(workflow: Workflow, progress: Progress, now: datetime) -> bool:
    """Tell whether a link that was asked for still works, or was used: the way in that it opened is not left then."""
    return any(used or now < until for _, until, used in _limits(workflow, progress))


def link_until(workflow: Workflow, progress: Progress) -> datetime | None:
    """Return until when a link that was asked for and not used works."""
    running = deadline(workflow, progress)
    return running[1] if running else None


def set_back(memory: Memory, span: timedelta) -> Memory:
    """Move what runs by the same span as a clock that was set back, so that its time stays as long as it was."""
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
    """Keep this under this id; None forgets it."""
    others = {i: p for i, p in memory.progress.items() if i != id_}
    return replace(memory, progress=others if progress is None else {**others, id_: progress})


def _limits(workflow: Workflow, progress: Progress) -> Iterator[tuple[Limit, datetime, bool]]:
    """Yield each limit whose time has begun, when it is over, and whether the last step that it binds is passed."""
    last = {step.limit.since: (step.limit, step.id) for step in workflow.steps if step.limit is not None}
    for limit, step_id in last.values():
        if limit.since in progress.done:
            used = any(s.id in progress.done for s in since(workflow, step_id))
            yield limit, later(progress.done[limit.since], limit.span), used
