"""A queue in place of the loop's, which collects what adapters post."""

from __future__ import annotations

import queue
import time
from typing import TYPE_CHECKING, TypeVar

from daemon.core.events import CommandReceived
from support.process import PATIENCE_S, SupportTimeoutError

if TYPE_CHECKING:
    from daemon.core.commands import Command
    from daemon.core.events import Event

Wanted = TypeVar("Wanted")


class PostedEvents:
    """The `Post` of a test, with a queue of the posted events."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def next(self, kind: type[Wanted], timeout_s: float = PATIENCE_S) -> Wanted:
        """Return the next event, which must be of this kind."""
        event = self._get(timeout_s)
        assert isinstance(event, kind), f"expected {kind.__name__}, got {event}"
        return event

    def command(self, timeout_s: float = PATIENCE_S) -> Command:
        """Return the command of the next event, which must be one."""
        return self.next(CommandReceived, timeout_s).command

    def until(self, last: type[Wanted], timeout_s: float = PATIENCE_S) -> list[Event]:
        """Return all events up to and with the first of this kind."""
        deadline = time.monotonic() + timeout_s
        events = []
        while True:
            events.append(self._get(deadline - time.monotonic()))
            if isinstance(events[-1], last):
                return events

    def rest(self) -> list[Event]:
        """Return what has been posted and not taken, without waiting."""
        events = []
        while not self._events.empty():
            events.append(self._events.get())
        return events

    def _get(self, timeout_s: float) -> Event:
        try:
            return self._events.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            raise SupportTimeoutError(f"nothing was posted within {timeout_s:.1f} s") from None
