"""A subscriber of the guide: the window, or a terminal."""

import threading
from collections.abc import Callable

from config.values import replace
from daemon.adapters.guide.messages import GuideAnswer, Page


class GuideSubscriber:
    """Receives the newest page, and sends answers.

    Any thread may call. A slow subscriber misses pages, and delays no other.
    """

    def __init__(self, take: Callable[[GuideAnswer], None], leave: Callable[["GuideSubscriber"], None]) -> None:
        """Pass each answer to `take`. `leave` is called once, at the end."""
        self.answer = take
        self._leave = leave
        self._changed = threading.Condition()
        self._page: Page | None = None
        self._closed = False

    def put(self, page: Page) -> None:
        """Keep a page for `next`, instead of an older one."""
        with self._changed:
            front = page.front or (self._page is not None and self._page.front)
            self._page = replace(page, front=front)
            self._changed.notify()

    def next(self) -> Page | None:
        """Wait for a new page, and return it, or None once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._page is not None or self._closed)
            page, self._page = self._page, None
            return None if self._closed else page

    def close(self) -> None:
        """End the subscription."""
        with self._changed:
            first, self._closed = not self._closed, True
            self._changed.notify()
        if first:
            self._leave(self)
