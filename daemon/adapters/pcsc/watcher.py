"""Watches the card readers through the PC/SC service.

It never polls the service, and always recovers when the service comes back.
"""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.adapters.pcsc.backoff import Backoff, make_backoff
from daemon.adapters.pcsc.service import (
    FOREVER_MS,
    PLUG_AND_PLAY,
    SILENCE_LIMIT_S,
    UNAWARE,
    ServiceError,
    States,
    cancel,
    reader_names,
    service_context,
    wait_for_change,
    within,
)
from daemon.adapters.pcsc.states import Insertions, is_exclusive
from daemon.core.events import ReadersSeen, ServiceLost
from daemon.core.model import ReaderState
from daemon.core.troubles import Trouble
from daemon.ports import Post

log = logging.getLogger(__name__)

STATES_AT_MOST = 16  # in one question to pcsc-lite, the pseudo-reader among them; it has no more readers either
STOP_LIMIT_S = 1.0
AT_ONCE_MS = 0
POLL_MS = 2000  # macOS has no pseudo-reader
# pcsc-lite 1.9 does not say that a reader came between our listing and our waiting. They come in swarms, or go and come
# back, so the first wait after a change is short, and a second look follows it.
SETTLE_MS = 250
SOON_FREE_S, LATE_FREE_S = 1.5, 30.0  # between two looks whether an exclusive use has ended
REFUSED_PAUSE_S = 3.0  # nothing announces that a session is allowed to use the readers
RETRIES = ((60.0, 1.5), (600.0, 15.0), (float("inf"), 60.0))  # seconds since the loss, pause between two tries

HAS_PLUG_AND_PLAY = sys.platform != "darwin"
IS_PCSC_LITE = sys.platform == "linux"
SERVICE_GOES_WITH_READERS = sys.platform == "win32"  # pulling out the last USB key stops it: daily life


class PcscWatcher:
    """The `ReaderWatcher` over PC/SC.

    One thread sleeps inside the service's own wait.
    """

    def __init__(self, post: Post, *, backoff: Backoff | None = None) -> None:
        self._post = post
        self._backoff = backoff or make_backoff()
        self._guard = Guard(post)
        self._stopping = threading.Event()
        self._insertions = Insertions()
        self._context: int | None = None
        self._thread: threading.Thread | None = None
        self._held_since: float | None = None  # by another program, to itself
        self._shown: tuple[ReaderState, ...] | None = None  # None: nothing yet, or the service is lost

    def start(self) -> None:
        """Start the watching thread.

        It first posts the readers that are there.
        """
        self._thread = threading.Thread(target=self._run, name="pcsc", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watch within a second, and its thread with it."""
        self._stopping.set()
        self._backoff.stop()
        deadline = time.monotonic() + STOP_LIMIT_S
        while self._thread is not None and self._thread.is_alive() and time.monotonic() < deadline:
            if (context := self._context) is not None:
                # It is lost when it comes just before the wait: hence again.
                within(deadline - time.monotonic(), partial(cancel, context), otherwise=None)
            self._thread.join(0.02)

    # --- the watcher's thread -------------------------------------------------------------------

    def _run(self) -> None:
        self._guard.repeat("The watch of the readers", self._watch_or_tell, self._stopping.wait)

    def _watch_or_tell(self) -> None:
        """Watch until the stop. A failure leaves every reader unknown."""
        try:
            self._watch_service()
        finally:
            self._context = None
            if not self._stopping.is_set():
                self._report_loss(Trouble.WATCH_FAILED, "the watch failed")

    def _watch_service(self) -> None:
        trouble = Trouble.SERVICE_ABSENT
        lost_at: float | None = None
        told: Trouble | None = None
        while not self._stopping.is_set():
            try:
                with self._connection(trouble) as self._context:
                    trouble, lost_at, told = Trouble.SERVICE_STOPPED, None, None
                    self._insertions.forget()
                    self._watch(self._context)
            except ServiceError as error:
                self._context = None
                lost_at = lost_at or time.monotonic()
                found = error.trouble or trouble
                if found is not told:
                    told = found
                    self._report_loss(found, error)
                pause_s = REFUSED_PAUSE_S if error.trouble else pause_after(time.monotonic() - lost_at)
                if self._backoff.wait(pause_s):
                    lost_at = time.monotonic()  # it has started, and may yet refuse us: try often again

    @contextmanager
    def _connection(self, trouble: Trouble) -> Iterator[int]:
        """Hold a context of the service.

        A service that accepts connections and never answers is reported as lost, too.
        """
        silence = threading.Timer(SILENCE_LIMIT_S, self._report_loss, (trouble, "it does not answer"))
        silence.daemon = True
        with ExitStack() as stack:
            silence.start()
            try:
                context = stack.enter_context(service_context())
            finally:
                silence.cancel()
                silence.join()  # what it told came before what follows
            yield context

    def _watch(self, context: int) -> None:
        """Post the readers at each change.

        Ends when stopped, or with ServiceError when the service is lost.
        """
        known: States = {}
        if HAS_PLUG_AND_PLAY:  # its state before the first listing, so that no reader comes unseen in between
            known = wait_for_change(context, AT_ONCE_MS, {PLUG_AND_PLAY: UNAWARE}) or {PLUG_AND_PLAY: UNAWARE}
        settling = True
        quick_returns = 0
        while not self._stopping.is_set():
            names = reader_names(context)[:STATES_AT_MOST]
            has_new = not known.keys() >= set(names)
            settling |= known.keys() - {PLUG_AND_PLAY} != set(names)
            asked = {name: known.get(name, UNAWARE) for name in names}
            if not has_new:
                self._show(self._insertions.to_reader_states(asked))
            if HAS_PLUG_AND_PLAY and len(asked) < STATES_AT_MOST:
                asked[PLUG_AND_PLAY] = known.get(PLUG_AND_PLAY, UNAWARE)
            limit_ms = min(self._free_look_ms(asked), _limit_ms(asked, has_new=has_new, settling=settling))
            answer = self._wait(context, limit_ms, asked)
            if answer is None:
                settling = has_new
            quick_returns += 1
            if answer != asked:
                quick_returns = 0
            self._stopping.wait(slow_down(quick_returns))
            known = answer or asked

    def _free_look_ms(self, asked: States) -> int:
        """Return how long not to look whether held cards are free."""
        if not any(map(is_exclusive, asked.values())):
            self._held_since = None
            return FOREVER_MS
        self._held_since = self._held_since or time.monotonic()
        return free_look_ms(time.monotonic() - self._held_since)

    def _wait(self, context: int, limit_ms: int, asked: States) -> States | None:
        if asked:
            return wait_for_change(context, limit_ms, asked)
        self._stopping.wait(limit_ms / 1000)  # macOS without readers: there is nothing to ask about
        return None

    def _show(self, readers: tuple[ReaderState, ...]) -> None:
        if readers != self._shown:
            self._shown = readers
            log.debug("cards %s", [f"{reader.insertion} in {reader.name}" for reader in readers if reader.insertion])
            self._post(ReadersSeen(at=read_clock(), readers=readers))

    def _report_loss(self, trouble: Trouble, why: object) -> None:
        log.info("the PC/SC service is lost: %s", why)
        if SERVICE_GOES_WITH_READERS and trouble in {Trouble.SERVICE_ABSENT, Trouble.SERVICE_STOPPED}:
            self._show(())
            return
        self._shown = None
        self._post(ServiceLost(at=read_clock(), trouble=trouble))


def read_snapshot() -> ReadersSeen | ServiceLost:
    """Return the readers and cards of this moment, without watching."""
    silent: ReadersSeen | ServiceLost = ServiceLost(at=read_clock(), trouble=Trouble.SERVICE_STOPPED)
    return within(SILENCE_LIMIT_S, _ask_for_snapshot, otherwise=silent)


def _ask_for_snapshot() -> ReadersSeen | ServiceLost:
    try:
        with service_context() as context:
            asked = dict.fromkeys(reader_names(context)[:STATES_AT_MOST], UNAWARE)
            states = (wait_for_change(context, AT_ONCE_MS, asked) if asked else None) or asked
    except ServiceError as error:
        log.debug("no PC/SC service: %s", error)
        if SERVICE_GOES_WITH_READERS and error.trouble is None:
            return ReadersSeen(at=read_clock(), readers=())
        return ServiceLost(at=read_clock(), trouble=error.trouble or Trouble.SERVICE_ABSENT)
    return ReadersSeen(at=read_clock(), readers=Insertions().to_reader_states(states))


def _limit_ms(asked: States, *, has_new: bool, settling: bool) -> int:
    """Return how long to wait for a change.

    Without end where a new reader is reported, or none can come: pcsc-lite is full then.
    """
    if has_new:
        return AT_ONCE_MS
    if settling:
        return SETTLE_MS
    if PLUG_AND_PLAY in asked or (IS_PCSC_LITE and asked):
        return FOREVER_MS
    return POLL_MS


def pause_after(lost_for_s: float) -> float:
    """Return the seconds until the next try.

    The service has been away for `lost_for_s`.
    """
    return next(pause_s for until_s, pause_s in RETRIES if lost_for_s < until_s)


def free_look_ms(held_for_s: float) -> int:
    """Return the milliseconds until the next look whether a card is free.

    pcsc-lite wakes no client when an exclusive use ends, unless it polls the reader itself. So the look is repeated:
    soon in the first ten minutes, and less often the longer the use has lasted.
    """
    return int(1000 * min(max(held_for_s / 400, SOON_FREE_S), LATE_FREE_S))


def slow_down(quick_returns: int) -> float:
    """Return the seconds to sleep after waits that ended without news.

    A broken service must cost little: never spin.
    """
    if quick_returns < 3:
        return 0.0
    return 0.01 * float(2 ** min(quick_returns, 9))
