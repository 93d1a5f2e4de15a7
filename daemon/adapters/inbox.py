"""The queue into which the adapters post their events."""

import queue

from daemon.core.events import Event


class Inbox:
    """The events that wait for the loop.

    Any thread and any signal handler may post.
    """

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def post(self, event: Event) -> None:
        """Add an event."""
        self._events.put(event)

    def next(self) -> Event:
        """Wait for the next event, and remove it from the queue."""
        return self._events.get()
