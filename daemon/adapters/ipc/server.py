"""The control channel: lets other instances and the command line ask, through a socket of this person alone.

Only JSON crosses it, by `send_bytes` and `recv_bytes`: `recv` would unpickle what a stranger sends.
"""

import contextlib
import itertools
import logging
import queue
import threading
import time
from datetime import UTC, datetime
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from daemon.adapters.guide.messages import ANSWER_LIMIT, ANSWERS, ENCODER
from daemon.adapters.guide.publisher import Desk
from daemon.adapters.guide.subscriber import Onlooker
from daemon.adapters.ipc.auth import DoorKey, NotProven, make_key, prove_as_server, remove_key
from daemon.adapters.ipc.connection import FAMILY, GONE, cut_off, limited
from daemon.adapters.ipc.messages import (
    REQUEST_LIMIT,
    Admitted,
    Refusal,
    Refused,
    Request,
    decode_request,
    encode_reply,
)
from daemon.adapters.platform.decode_errors import NONSENSE
from daemon.core.events import Asked, Verb
from daemon.core.views.report import Report
from daemon.ports import Post

log = logging.getLogger(__name__)

ASK_LIMIT_S = 2.0  # from the connection to the whole request, the proof included
ANSWER_LIMIT_S = 120.0
SEND_LIMIT_S = 5.0
STOP_LIMIT_S = 2.0
STRANGERS_AT_MOST = 16  # who have proved nothing yet
GUESTS_AT_MOST = 64
AGAIN_S = 1.0


class Door:
    """The port `Door`: one thread that accepts, and one for each connection. Open it with the instance lock held."""

    def __init__(self, runtime: Path, desk: Desk) -> None:
        """Keep the runtime folder, which has to be there and private, and the desk, whose guide may be followed."""
        self._runtime = runtime
        self._desk = desk
        self._post: Post = lambda _event: None
        self._key: DoorKey | None = None
        self._listener: Listener | None = None
        self._closing = threading.Event()
        self._requests = itertools.count(1)
        self._guard = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._strangers: set[threading.Thread] = set()
        self._waiting: dict[int, queue.SimpleQueue[Report | None]] = {}

    def start(self, post: Post) -> None:
        """Open the door, with a new key."""
        self._post = post
        self._key = make_key(self._runtime)
        self._listener = Listener(self._key.address, FAMILY, backlog=STRANGERS_AT_MOST)
        threading.Thread(target=self._accept, args=(self._listener, self._key), name="door", daemon=True).start()

    def answer(self, request: int, report: Report) -> None:
        """Answer the one who asked; nothing happens when they have gone."""
        with self._guard:
            waiting = self._waiting.pop(request, None)
        if waiting is not None:
            waiting.put(report)

    def stop(self) -> None:
        """Close the door, let the answers that were given leave, and remove what is on disk."""
        if self._key is None or self._listener is None or self._closing.is_set():
            return
        self._closing.set()
        with contextlib.suppress(*GONE):
            Client(self._key.address, FAMILY).close()  # a close alone does not wake the one who accepts
        with contextlib.suppress(*GONE):
            self._listener.close()
        remove_key(self._runtime, self._key)
        with self._guard:
            for waiting in self._waiting.values():
                waiting.put(None)
            threads = tuple(self._threads)
        deadline = time.monotonic() + STOP_LIMIT_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _accept(self, listener: Listener, key: DoorKey) -> None:
        while not self._closing.is_set():
            try:
                connection = listener.accept()
            except GONE as error:
                log.debug("Nobody could be let in: %r", error)
                self._closing.wait(AGAIN_S)  # out of descriptors, perhaps: do not spin
                continue
            thread = threading.Thread(target=self._serve, args=(connection, key), name="door-guest", daemon=True)
            if self._let_in(thread):
                thread.start()
            else:
                connection.close()

    def _let_in(self, thread: threading.Thread) -> bool:
        """Enter a guest, unless it is crowded: strangers have few places, so that they cannot take those of others."""
        with self._guard:
            crowded = len(self._strangers) >= STRANGERS_AT_MOST or len(self._threads) >= GUESTS_AT_MOST
            if crowded or self._closing.is_set():
                return False
            self._threads.add(thread)
            self._strangers.add(thread)
            return True

    def _serve(self, connection: Connection, key: DoorKey) -> None:
        try:
            with connection:
                self._talk(connection, key)
        except (*GONE, NotProven, *NONSENSE) as error:
            log.debug("A guest was sent away: %r", error)
        finally:
            with self._guard:
                self._threads.discard(threading.current_thread())
                self._strangers.discard(threading.current_thread())

    def _talk(self, connection: Connection, key: DoorKey) -> None:
        with limited(connection, ASK_LIMIT_S):
            prove_as_server(connection, key.key)
            request = decode_request(connection.recv_bytes(REQUEST_LIMIT))
        with self._guard:
            self._strangers.discard(threading.current_thread())
        if request.follow:
            self._let_follow(connection)
        elif request.verb is Verb.GUIDE and not self._desk.can_open:
            _send(connection, encode_reply(Refused(Refusal.NO_WINDOW)))
        elif (report := self._ask(request)) is not None:
            _send(connection, encode_reply(report))

    def _let_follow(self, connection: Connection) -> None:
        """Show the guide until the follower leaves, or falls behind."""
        onlooker = self._desk.follow()
        if onlooker is None:
            _send(connection, encode_reply(Refused(Refusal.CROWDED)))
            return
        sender = threading.Thread(target=_send_pages, args=(connection, onlooker), name="door-pages", daemon=True)
        sender.start()
        try:
            while True:
                onlooker.answer(ANSWERS.decode(connection.recv_bytes(ANSWER_LIMIT)))
        finally:
            onlooker.close()
            cut_off(connection)
            sender.join()

    def _ask(self, request: Request) -> Report | None:
        waiting: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        number = next(self._requests)
        with self._guard:
            if self._closing.is_set():
                return None
            self._waiting[number] = waiting
        asked = Asked(
            at=datetime.now(UTC),
            request=number,
            verb=request.verb,
            claim=request.claim,
            fingerprint=request.fingerprint,
            text=request.text,
        )
        self._post(asked)
        try:
            return waiting.get(timeout=ANSWER_LIMIT_S)
        except queue.Empty:
            return None
        finally:
            with self._guard:
                self._waiting.pop(number, None)


def _send_pages(connection: Connection, onlooker: Onlooker) -> None:
    with contextlib.suppress(*GONE):
        _send(connection, encode_reply(Admitted()))
        while (page := onlooker.next()) is not None:
            _send(connection, ENCODER.encode(page))
    cut_off(connection)


def _send(connection: Connection, message: bytes) -> None:
    with limited(connection, SEND_LIMIT_S):
        connection.send_bytes(message)
