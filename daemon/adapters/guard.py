"""Keeps one failure from ending what others rely on."""

import logging
import threading
import time
import traceback
from collections.abc import Callable

from daemon.adapters.clock import read_clock
from daemon.core.events import FaultMet
from daemon.ports import Post

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0


class Guard:
    """Runs parts of the daemon that must not end it.

    Any thread may call.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._has_posted = False

    def run(self, what: str, action: Callable[[], object]) -> bool:
        """Run an action, and return whether it came to its end.

        What it raises is logged under the name `what`, and the first time posted as `FaultMet`. The log names the
        kind of the error and its places: its words may be personal, and are logged for debugging alone.
        """
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the one guard: what goes wrong here is an error of vigicle's own
            self._tell(what, error)
            return False
        return True

    def repeat(self, what: str, action: Callable[[], None], wait: Callable[[float], object]) -> None:
        """Run an action again after each failure.

        The pauses between grow, from `FIRST_PAUSE_S` to `LONGEST_PAUSE_S`, and are short again after a long run.
        """
        pause_s = FIRST_PAUSE_S
        began = time.monotonic()
        while not self.run(what, action):
            if time.monotonic() - began > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            began = time.monotonic()

    def watch_threads(self) -> None:
        """Log and tell whatever ends a thread from now on."""

        def hear(end: threading.ExceptHookArgs) -> None:
            if isinstance(end.exc_value, Exception):
                self._tell(f"The thread {end.thread.name if end.thread else '?'}", end.exc_value)

        threading.excepthook = hear

    def _tell(self, what: str, error: Exception) -> None:
        log.error("%s failed and was left out: %s", what, kind_and_places(error))
        log.debug("The failure was", exc_info=error)
        if not self._has_posted:
            self._has_posted = True
            self._post(FaultMet(at=read_clock()))


def kind_and_places(error: BaseException) -> str:
    """Return the kind of an error and its traceback.

    The line that raised it comes first.
    """
    frames = reversed(traceback.extract_tb(error.__traceback__))
    places = ", called by ".join(f"{frame.name}, line {frame.lineno} of {frame.filename}" for frame in frames)
    return f"{type(error).__name__} in {places}"
