"""The PC/SC calls of the watcher, typed, with exceptions for errors."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from config.i18n.text import clean
from daemon.adapters.pcsc import library
from daemon.core.model import ReaderName
from daemon.core.troubles import Trouble

log = logging.getLogger(__name__)

SILENCE_LIMIT_S = 5.0  # a service that is there answers at once, but its calls wait without end for one that hangs
REFUSAL_PAUSE_S = 0.5  # a service that is killed in the handshake seems to refuse; it is gone by then
FOREVER_MS = 0x7FFFFFFF  # 24 days: a timeout is harmless
PLUG_AND_PLAY = "\\\\?PnP?\\Notification"  # a pseudo-reader that changes when readers come and go

# PC/SC part 5, SCARD_*; the same on the three systems.
SUCCESS = 0
CANCELLED = 0x80100002
UNKNOWN_READER = 0x80100009  # it went between listing and asking
TIMEOUT = 0x8010000A
READER_UNAVAILABLE = 0x80100017
NO_SERVICE = 0x8010001D
NO_READERS = 0x8010002E
REFUSED = 0x8010006A  # SCARD_W_SECURITY_VIOLATION: polkit refuses this session (pcsc-lite, doc/README.polkit)
HUNG_UP = frozenset({NO_SERVICE, 0x80100013})  # SCARD_F_COMM_ERROR
NOTHING_NEW = frozenset({CANCELLED, UNKNOWN_READER, READER_UNAVAILABLE, NO_READERS})
UNAWARE = 0  # SCARD_STATE_UNAWARE: report its state at once
CHANGED = 0x002  # SCARD_STATE_CHANGED

LATIN_1 = {0xDC00 + byte: chr(byte) for byte in range(0x80, 0x100)}  # bytes that are no UTF-8

T = TypeVar("T")
States = Mapping[str, int]  # by reader: SCARD_STATE_* bits, and the service's event counter in the high word


class ServiceError(Exception):
    """The PC/SC service does not answer as it should."""

    def __init__(self, call: str, code: int, trouble: Trouble | None = None) -> None:
        super().__init__(f"{call} returned 0x{code:08X}")
        self.trouble = trouble


@contextmanager
def service_context() -> Iterator[int]:
    """Hold a context of the service, or raise `ServiceError`."""
    try:
        code, context = library.establish_context()
        if _is_refusal(code):
            time.sleep(REFUSAL_PAUSE_S)
            code, context = library.establish_context()
    except (OSError, AttributeError) as error:  # no library, or an unfit one
        raise ServiceError(f"{error}: SCardEstablishContext", NO_SERVICE) from error
    if code != SUCCESS:
        trouble = Trouble.SERVICE_REFUSED if _is_refusal(code) else None
        raise ServiceError("SCardEstablishContext", code, trouble)
    try:
        yield context
    finally:
        library.release_context(context)


def _is_refusal(code: int) -> bool:
    """Return whether the service is there and will not have us.

    pcsc-lite closes a refused client's connection without a word. The library's code tells only how far it had come by
    then (winscard_msg.c, MessageSend and MessageReceive).
    """
    return code == REFUSED or (code in HUNG_UP and library.is_there())


def reader_names(context: int) -> tuple[str, ...]:
    """Return the names of the readers, in the service's order.

    They are to be given back to the service; `shown_names` are for all else.
    """
    code, names = library.list_readers(context)
    if code == NO_READERS:
        return ()
    if code != SUCCESS:
        raise ServiceError("SCardListReaders", code)
    return names


def shown_names(names: Iterable[str]) -> dict[str, ReaderName]:
    """Return a readable name for each name of the service.

    It can be written anywhere. Bytes that are no UTF-8 are taken for Latin-1. Each reader has another name.
    """
    shown: dict[str, ReaderName] = {}
    for name in names:
        readable = clean(name.translate(LATIN_1)) or "?"
        while readable in shown.values():
            readable += "'"
        shown[name] = ReaderName(readable)
    return shown


def wait_for_change(context: int, limit_ms: int, known: States) -> States | None:
    """Block until a reader's state differs from the known one.

    Returns all states, None after `limit_ms`.

    Returns `known` itself when the wait ended for another reason: cancelled, or a reader has gone.
    """
    code, states = library.get_status_change(context, limit_ms, known)
    if code == TIMEOUT:
        return None
    if code in NOTHING_NEW:
        return known
    if code != SUCCESS:
        raise ServiceError("SCardGetStatusChange", code)
    return {name: state & ~CHANGED for name, state in states.items()}


def cancel(context: int) -> None:
    """End a wait in another thread.

    Has no effect when none has begun yet.
    """
    library.cancel(context)


def within(limit_s: float, ask: Callable[[], T], otherwise: T) -> T:
    """Return the service's answer, or `otherwise` when it does not answer.

    The call then stays behind in its thread.
    """
    answers: queue.SimpleQueue[T] = queue.SimpleQueue()

    def answer() -> None:
        try:
            answers.put(ask())
        except Exception:  # the top of a thread
            log.exception("A question to the PC/SC service failed")
            answers.put(otherwise)

    threading.Thread(target=answer, name="pcsc-ask", daemon=True).start()
    try:
        return answers.get(timeout=limit_s)
    except queue.Empty:
        return otherwise
