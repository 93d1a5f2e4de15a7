"""The control channel: lets other instances and the command line ask, through a socket of this person alone.

Only JSON crosses it, by `send_bytes` and `recv_bytes`: `recv` would unpickle what a stranger sends.
"""

import contextlib
import itertools
import logging
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import msgspec

from config.text import text
from config.texts import Problem
from daemon.adapters.door_key import (
    DoorKey,
    NotProven,
    make_key,
    prove_as_client,
    prove_as_server,
    read_key,
    remove_key,
)
from daemon.adapters.door_messages import (
    REPLY_LIMIT,
    REQUEST_LIMIT,
    Request,
    decode_report,
    decode_request,
    encode_report,
    encode_request,
)
from daemon.core.events import Asked, Verb
from daemon.core.model import Claim
from daemon.core.report import Report
from daemon.ports import Post

log = logging.getLogger(__name__)

ASK_LIMIT_S = 2.0  # from the connection to the whole request, the proof included
ANSWER_LIMIT_S = 120.0
SEND_LIMIT_S = 5.0
STOP_LIMIT_S = 2.0
CONNECTIONS_AT_MOST = 16
AGAIN_S = 1.0
FAMILY = "AF_PIPE" if sys.platform == "win32" else "AF_UNIX"

GONE = (OSError, EOFError)  # what multiprocessing raises when the other side has gone, or says too much


class NoDaemon(Exception):  # noqa: N818 - this project's word
    """Nobody is behind the door."""


class DoorProblem(Problem):
    """Somebody is behind the door, and does not answer as agreed."""


class Door:
    """The port `Door`: one thread that accepts, and one for each connection. Open it with the instance lock held."""

    def __init__(self, runtime: Path) -> None:
        """Keep the runtime folder, which has to be there and private."""
        self._runtime = runtime
        self._post: Post = lambda _event: None
        self._key: DoorKey | None = None
        self._listener: Listener | None = None
        self._closing = threading.Event()
        self._requests = itertools.count(1)
        self._guard = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._waiting: dict[int, queue.SimpleQueue[Report | None]] = {}

    def start(self, post: Post) -> None:
        """Open the door, with a new key."""
        self._post = post
        self._key = make_key(self._runtime)
        self._listener = Listener(self._key.address, FAMILY, backlog=CONNECTIONS_AT_MOST)
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
            with self._guard:
                free = len(self._threads) < CONNECTIONS_AT_MOST and not self._closing.is_set()
                thread = threading.Thread(target=self._serve, args=(connection, key), name="door-guest", daemon=True)
                if free:
                    self._threads.add(thread)
            if free:
                thread.start()
            else:
                connection.close()

    def _serve(self, connection: Connection, key: DoorKey) -> None:
        try:
            with connection:
                self._talk(connection, key)
        except (*GONE, NotProven, msgspec.DecodeError) as error:
            log.debug("A guest was sent away: %r", error)
        finally:
            with self._guard:
                self._threads.discard(threading.current_thread())

    def _talk(self, connection: Connection, key: DoorKey) -> None:
        with _limited(connection, ASK_LIMIT_S):
            prove_as_server(connection, key.key)
            request = decode_request(connection.recv_bytes(REQUEST_LIMIT))
        report = self._ask(request)
        if report is not None:
            with _limited(connection, SEND_LIMIT_S):
                connection.send_bytes(encode_report(report))

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
        )
        self._post(asked)
        try:
            return waiting.get(timeout=ANSWER_LIMIT_S)
        except queue.Empty:
            return None
        finally:
            with self._guard:
                self._waiting.pop(number, None)


def ask(runtime: Path, verb: Verb, *, claim: Claim | None = None, fingerprint: str = "", timeout_s: float) -> Report:
    """Ask the daemon behind the door and return its report.

    Raises NoDaemon when there is none, and DoorProblem when it does not answer in time or as agreed.
    """
    request = Request(verb=verb, claim=claim, fingerprint=fingerprint)
    outcome: queue.SimpleQueue[Report | Exception] = queue.SimpleQueue()
    # In a thread, for a daemon that hangs can make every step wait without end, the connecting too.
    threading.Thread(target=_exchange, args=(runtime, request, outcome), name="door-ask", daemon=True).start()
    try:
        answer = outcome.get(timeout=timeout_s)
    except queue.Empty:
        raise DoorProblem(text("door.silent")) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _exchange(runtime: Path, request: Request, outcome: "queue.SimpleQueue[Report | Exception]") -> None:
    try:
        outcome.put(_converse(runtime, request))
    except (NoDaemon, DoorProblem) as problem:
        outcome.put(problem)


def _converse(runtime: Path, request: Request) -> Report:
    key = read_key(runtime)
    if key is None:
        raise NoDaemon
    try:
        connection = Client(key.address, FAMILY)
    except OSError as error:  # the one who made the key is dead
        raise NoDaemon from error
    try:
        with connection:
            prove_as_client(connection, key.key)
            connection.send_bytes(encode_request(request))
            return decode_report(connection.recv_bytes(REPLY_LIMIT))
    except (*GONE, NotProven, msgspec.DecodeError) as error:
        log.debug("The daemon did not answer as agreed: %r", error)
        raise DoorProblem(text("door.silent")) from error


@contextlib.contextmanager
def _limited(connection: Connection, limit_s: float) -> Iterator[None]:
    """Cut the connection at the limit: a guest who sends byte by byte would outlast any other."""
    with contextlib.ExitStack() as stack:
        if sys.platform == "win32":
            cut = connection.close
        else:  # a close would not wake the one who reads
            line = stack.enter_context(socket.socket(fileno=os.dup(connection.fileno())))
            cut = partial(line.shutdown, socket.SHUT_RDWR)
        timer = threading.Timer(limit_s, _cut, (cut,))
        timer.daemon = True
        timer.start()
        stack.callback(timer.cancel)
        yield


def _cut(cut: Callable[[], None]) -> None:
    with contextlib.suppress(*GONE):
        cut()
