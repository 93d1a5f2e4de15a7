"""Keeps what was noted while the clock was ahead from the future.

There it would keep a notice, a look at a card or a reminder silent until then.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TypeVar

from config.instants import Instant
from config.values import replace
from daemon.core.expiry import INSTANT, earlier, later
from daemon.core.model import CertificateRecord, Key, Memory, Progress
from daemon.core.state import State
from daemon.core.subjects import CLOCK_SLACK
from daemon.core.trouble_notices import clock_wrong
from daemon.core.workflows.progress import set_back

Seen = TypeVar("Seen", CertificateRecord, Key)

LONGEST_LINK = timedelta(hours=8760)  # that a procedure file may name


def follow_clock_back(state: State, span: timedelta, now: Instant) -> State:
    """Return the state after the clock was set back.

    `span` is by how much, to `now`. What is under way takes as long as it would have.
    """
    contents = {reader: replace(each, read_at=earlier(each.read_at, span)) for reader, each in state.contents.items()}
    return replace(
        state,
        clock=now,
        memory=without_future(_set_back(state.memory, span), now),
        contents=contents,
        arrived=_earlier(state.arrived, span),
        blind_since=_earlier(state.blind_since, span),
        activating_until=_earlier(state.activating_until, span),
    )


def _set_back(memory: Memory, span: timedelta) -> Memory:
    """Return the memory with what is under way earlier.

    By more than a day, the dates that a rest was about have changed, and it is over.
    """
    memory = set_back(memory, span)
    if span > CLOCK_SLACK:
        return memory
    snoozes = {key: earlier(until, span) for key, until in memory.snoozes.items()}
    return replace(memory, snoozes=snoozes)


def _earlier(moment: Instant | None, span: timedelta) -> Instant | None:
    return None if moment is None else earlier(moment, span)


def without_future(memory: Memory, now: Instant) -> Memory:
    """Return the memory with nothing seen or done in the future.

    What was is moved to this moment, in its order. A clock from before this program judges nothing, and one from
    before a certificate nothing of that.
    """
    if clock_wrong(now) or not any(moment > later(now, CLOCK_SLACK) for moment in _moments(memory)):
        return memory
    ahead = sorted({moment for moment in _moments(memory) if moment > now}, reverse=True)
    moved = {moment: earlier(now, place * INSTANT) for place, moment in enumerate(ahead)}
    return replace(
        memory,
        certificates={id_: _move_record(seen, moved, now) for id_, seen in memory.certificates.items()},
        keys={id_: _move_seen(key, moved) for id_, key in memory.keys.items()},
        progress={id_: _move_progress(progress, moved, now) for id_, progress in memory.progress.items()},
    )


def _moments(memory: Memory) -> Iterator[Instant]:
    for seen in memory.certificates.values():
        yield from (seen.first_seen, seen.last_seen)
    for key in memory.keys.values():
        yield from (key.first_seen, key.last_seen)
    for progress in memory.progress.values():
        yield from (progress.begun, *progress.done.values())
        if progress.finished is not None:
            yield progress.finished


def _move_record(seen: CertificateRecord, moved: Mapping[Instant, Instant], now: Instant) -> CertificateRecord:
    begin = seen.certificate.not_before
    if begin is not None and now < begin:
        return seen
    return _move_seen(seen, moved)


def _move_seen(seen: Seen, moved: Mapping[Instant, Instant]) -> Seen:
    first, last = seen.first_seen, seen.last_seen
    return replace(seen, first_seen=moved.get(first, first), last_seen=moved.get(last, last))


def _move_progress(progress: Progress, moved: Mapping[Instant, Instant], now: Instant) -> Progress:
    begun, finished, until = progress.begun, progress.finished, progress.link_until
    return replace(
        progress,
        begun=moved.get(begun, begun),
        done={step: moved.get(at, at) for step, at in progress.done.items()},
        link_until=until and min(until, later(now, LONGEST_LINK)),
        finished=finished and moved.get(finished, finished),
    )
