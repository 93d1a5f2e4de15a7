"""The history entries of the workflows. They hold ids only."""

from collections.abc import Iterator

from config.instants import Instant
from daemon.core.effects import HistoryEntry
from daemon.core.model import Memory, Progress

FLAGS = ("lapsed", "abandoned", "finished")  # fields of `Progress`, and words of the history


def workflow_history(before: Memory, after: Memory, now: Instant) -> Iterator[HistoryEntry]:
    """Yield a history entry for each change of the workflows."""
    for id_, progress in after.progress.items():
        for what in _changes(before.progress.get(id_), progress):
            yield HistoryEntry(at=now, what=f"guide_{what}", subject=id_)


def _changes(before: Progress | None, after: Progress) -> Iterator[str]:
    if before is None or not _is_same_run(before, after):
        yield f"course_{after.workflow}"
        yield from (f"ended_{step}" for step in after.done)
        return
    yield from (f"ended_{step}" for step in after.done if step not in before.done)
    yield from (f"undone_{step}" for step in before.done if step not in after.done)
    yield from (flag for flag in FLAGS if getattr(after, flag) and not getattr(before, flag))


def _is_same_run(before: Progress, after: Progress) -> bool:
    return before.workflow is after.workflow and before.begun == after.begun
