"""One who looks at the guide: the window, or somebody in a terminal."""

import threading
from collections.abc import Callable
from dataclasses import replace

from daemon.adapters.guide.messages import GuideAnswer, Page


class GuideSubscriber:
    """Gets the newest page, and answers. Any thread may call; a slow one misses pages, and holds nobody up."""

    def __init__(self, take: Callable[[GuideAnswer], None], leave: Callable[["GuideSubscriber"], None]) -> None:
        """Hand each answer to `take`; `leave` is called once, at the end."""
        self.answer = take
        self._leave = leave
        self._changed = threading.Condition()
        self._page: Page | None = None
        self._closed = False

    def put(self, page: Page) -> None:
        """Leave a page for the next look, in place of one that was not seen."""
        with self._changed:
            front = page.front or (self._page is not None and self._page.front)
            self._page = replace(page, front=front)
            self._changed.notify()

    def next(self) -> Page | None:
        """Wait for a page that was not seen; None when there is nothing more to see."""
        with self._changed:
            self._changed.wait_for(lambda: self._page is not None or self._closed)
            page, self._page = self._page, None
            return None if self._closed else page

    def close(self) -> None:
        """Look no longer."""
        with self._changed:
            first, self._closed = not self._closed, True
            self._changed.notify()
        if first:
            self._leave(self)
