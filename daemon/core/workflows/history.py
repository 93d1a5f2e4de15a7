"""The history of the workflows: ids only."""

from collections.abc import Iterator
from datetime import datetime

from daemon.core.effects import HistoryEntry
from daemon.core.model import Memory, Progress


def workflow_history(before: Memory, after: Memory, now: datetime) -> Iterator[HistoryEntry]:
    """Yield a history entry for each change of the workflows."""
    for id_, progress in after.progress.items():
        for what in _changes(before.progress.get(id_), progress):
            yield HistoryEntry(at=now, what=f"guide_{what}", subject=id_)


def _changes(before: Progress | None, after: Progress) -> Iterator[str]:
    same = before is not None and before.workflow is after.workflow and before.begun == after.begun
    if not same:
        yield f"course_{after.workflow}"
    done = before.done if before and same else {}
    yield from (f"ended_{step}" for step in after.done if step not in done)
    yield from (f"undone_{step}" for step in done if step not in after.done)
    if before is None or not same:
        return
    yield from (
        word for word in ("lapsed", "abandoned", "finished") if getattr(after, word) and not getattr(before, word)
    )
