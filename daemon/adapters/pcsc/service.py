"""The PC/SC calls of the watcher, typed, with exceptions for errors."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from smartcard import scard

SILENCE_LIMIT_S = 5.0  # a service that is there answers at once, but its calls wait without end for one that hangs
FOREVER_MS: int = scard.INFINITE  # 24 days in pyscard: a timeout is harmless
PLUG_AND_PLAY = "\\\\?PnP?\\Notification"  # a pseudo-reader that changes when readers come and go

NOTHING_NEW = frozenset(
    code & 0xFFFFFFFF
    for code in (
        scard.SCARD_E_CANCELLED,
        scard.SCARD_E_UNKNOWN_READER,  # it went between listing and asking
        scard.SCARD_E_READER_UNAVAILABLE,
        scard.SCARD_E_NO_READERS_AVAILABLE,
    )
)
TIMEOUT = scard.SCARD_E_TIMEOUT & 0xFFFFFFFF
NO_READERS = scard.SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFF

T = TypeVar("T")
States = Mapping[str, int]  # by reader: SCARD_STATE_* bits, and the service's event counter in the high word


class ServiceError(Exception):
    """The PC/SC service does not answer as it should."""

    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call} returned 0x{code & 0xFFFFFFFF:08X}")


@contextmanager
def service_context() -> Iterator[int]:
    """Hold a context of the service, or raise `ServiceError`."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code != scard.SCARD_S_SUCCESS:
        raise ServiceError("SCardEstablishContext", code)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def reader_names(context: int) -> tuple[str, ...]:
    """Return the names of the readers, in the service's order."""
    code, names = scard.SCardListReaders(context, [])
    if code & 0xFFFFFFFF == NO_READERS:
        return ()
    if code != scard.SCARD_S_SUCCESS:
        raise ServiceError("SCardListReaders", code)
    return tuple(names)


def wait_for_change(context: int, limit_ms: int, known: States) -> States | None:
    """Block until a reader's state differs from the known one.

    Returns all states, None after `limit_ms`.

    Returns `known` itself when the wait ended for another reason: cancelled, or a reader has gone.
    """
    code, answers = scard.SCardGetStatusChange(context, limit_ms, list(known.items()))
    code &= 0xFFFFFFFF
    if code == TIMEOUT:
        return None
    if code in NOTHING_NEW:
        return known
    if code != scard.SCARD_S_SUCCESS:
        raise ServiceError("SCardGetStatusChange", code)
    return {name: state & ~scard.SCARD_STATE_CHANGED for name, state, _atr in answers}


def cancel(context: int) -> None:
    """End a wait in another thread.

    Has no effect when none has begun yet.
    """
    scard.SCardCancel(context)


def is_held(reader: str) -> bool:
    """Return whether another program holds this reader's card exclusively.

    No module can see the card then.
    """
    return within(SILENCE_LIMIT_S, partial(_is_held, reader), otherwise=False)


def within(limit_s: float, ask: Callable[[], T], otherwise: T) -> T:
    """Return the service's answer, or `otherwise` when it does not answer.

    The call then stays behind in its thread.
    """
    answers: queue.SimpleQueue[T] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(ask()), name="pcsc-ask", daemon=True).start()
    try:
        return answers.get(timeout=limit_s)
    except queue.Empty:
        return otherwise


def _is_held(reader: str) -> bool:
    try:
        with service_context() as context:
            states = wait_for_change(context, 0, {reader: scard.SCARD_STATE_UNAWARE}) or {}
    except ServiceError:
        return False
    return bool(states.get(reader, 0) & scard.SCARD_STATE_EXCLUSIVE)
