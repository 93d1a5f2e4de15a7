"""Asks the PC/SC service why a card cannot be read."""

import threading
import time
from collections.abc import Callable
from functools import partial

from daemon.adapters.pcsc import library
from daemon.adapters.pcsc.service import (
    REFUSED,
    SILENCE_LIMIT_S,
    SUCCESS,
    ServiceError,
    reader_names,
    service_context,
    shown_names,
    within,
)
from daemon.adapters.pcsc.watcher import free_look_ms
from daemon.core.model import ReaderName
from daemon.core.troubles import Trouble

SHARING_VIOLATION = 0x8010000B  # another program has the card to itself (PC/SC part 5)
CONNECT_LIMIT_S = 1.0  # a free card answers in milliseconds


class CardObstacles:
    """Tells what keeps modules from a card.

    They show it as no card at all.
    """

    def __init__(self, ended: Callable[[ReaderName], None] = lambda _reader: None) -> None:
        """Keep `ended`.

        It is called from a thread when another program's use of a card has ended that was found.
        """
        self._ended = ended
        self._waiting: set[str] = set()  # for the end of another program's use

    def obstacle_of(self, reader: ReaderName) -> Trouble | None:
        """Return the obstacle, if any.

        None also where the service does not answer.
        """
        name = within(SILENCE_LIMIT_S, partial(_service_name, reader), otherwise=None)
        if name is None:
            return None
        if name in self._waiting:
            return Trouble.CARD_BUSY
        busy: Trouble | None = Trouble.CARD_BUSY
        connect = partial(self._connect, name, reader, time.monotonic())
        return within(CONNECT_LIMIT_S, connect, otherwise=busy)

    def _connect(self, name: str, reader: ReaderName, asked_at: float) -> Trouble | None:
        """Connect. Tell the end where it took long."""
        self._waiting.add(name)
        try:
            code = _code_of_connection(name)
        finally:
            self._waiting.discard(name)
            if time.monotonic() - asked_at >= CONNECT_LIMIT_S / 2:
                self._ended(reader)
        if code == SHARING_VIOLATION:
            threading.Thread(target=self._await_end, args=(name, reader), name="pcsc-held", daemon=True).start()
        return {SHARING_VIOLATION: Trouble.CARD_BUSY, REFUSED: Trouble.CARD_REFUSED}.get(code)

    def _await_end(self, name: str, reader: ReaderName) -> None:
        """Look again until no other program has the card to itself.

        The watcher hears of no exclusive use that began after the card was put in.
        """
        began = time.monotonic()
        self._waiting.add(name)
        try:
            while _code_of_connection(name) == SHARING_VIOLATION:
                time.sleep(free_look_ms(time.monotonic() - began) / 1000)
        finally:
            self._waiting.discard(name)
            self._ended(reader)


def _code_of_connection(name: str) -> int:
    """Return what came of connecting, SUCCESS without the service."""
    try:
        with service_context() as context:
            code, card = library.connect(context, name)
            if code == SUCCESS:
                library.disconnect(card)
    except ServiceError:
        return SUCCESS
    return code


def _service_name(reader: ReaderName) -> str | None:
    try:
        with service_context() as context:
            names = shown_names(reader_names(context))
    except ServiceError:
        return None
    return next((name for name, shown in names.items() if shown == reader), None)
