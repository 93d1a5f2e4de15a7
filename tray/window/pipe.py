"""Reads pages from a pipe in a thread, and sends answers.

Windows can wait on a pipe in no other way.
"""

import logging
import os
import threading
from collections.abc import Iterator
from typing import IO

from PySide6.QtCore import QObject, Signal

from daemon.adapters.guide.messages import DECODE_ERRORS, ENCODER, PAGE_LIMIT, PAGES, GuideAnswer, Page

log = logging.getLogger(__name__)


class Pipe(QObject):
    """The two ends of the pipe to the daemon.

    `came` and `ended` are emitted from the thread, so Qt queues them.
    """

    came = Signal(Page)
    ended = Signal()

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        super().__init__()
        self._source = source
        self._sink = sink

    def start(self) -> None:
        """Begin to hear."""
        threading.Thread(target=self._hear, name="pages", daemon=True).start()

    def send(self, answer: GuideAnswer) -> None:
        """Send an answer.

        Emits `ended` when the pipe is closed.
        """
        try:
            self._sink.write(ENCODER.encode(answer) + b"\n")
            self._sink.flush()
        except OSError:
            self.ended.emit()

    def hang_up(self) -> None:
        """End the answers before the program has ended.

        The daemon would send the page of a window that is opened again to this one.
        """
        os.close(self._sink.fileno())

    def _hear(self) -> None:
        for page in pages(self._source):
            self.came.emit(page)
        self.ended.emit()


def pages(source: IO[bytes]) -> Iterator[Page]:
    """Yield each page until the end of the pipe.

    A line that is no page is logged and skipped.
    """
    while line := source.readline(PAGE_LIMIT):
        if not line.endswith(b"\n"):
            log.warning("A line that is too long or cut off is no page")
            while line and not line.endswith(b"\n"):
                line = source.readline(PAGE_LIMIT)
            continue
        try:
            yield PAGES.decode(line)
        except DECODE_ERRORS as error:
            log.warning("What came is no page: %s", error)
