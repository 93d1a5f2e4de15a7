"""The server of the control channel.

The command line and other instances send commands through a socket that only the user can open.
Only JSON crosses it, by `send_bytes` and `recv_bytes`: `recv` would unpickle untrusted data.
"""

import contextlib
import itertools
import logging
import queue
import threading
import time
from functools import partial
from multiprocessing.connection import Client, Listener
from pathlib import Path

from config.i18n.text import Argument, text
from config.system_errors import reason_of
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.adapters.guide.messages import ANSWER_LIMIT, ANSWERS, ENCODER
from daemon.adapters.guide.publisher import GuidePublisher
from daemon.adapters.guide.subscriber import GuideSubscriber
from daemon.adapters.ipc.auth import (
    AuthenticationError,
    Endpoint,
    authenticate_client,
    create_endpoint,
    publish_endpoint,
    remove_endpoint,
)
from daemon.adapters.ipc.connection import CONNECTION_ERRORS, FAMILY, AnyConnection, shut_down, time_limit
from daemon.adapters.ipc.messages import (
    REQUEST_LIMIT,
    ErrorCode,
    ErrorReply,
    FollowGuide,
    SubscriptionAccepted,
    decode_request,
    encode_reply,
)
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.core.commands import Command, RaiseGuide
from daemon.core.events import CommandReceived, ProblemMet
from daemon.core.views.report import Report
from daemon.ports import Post

log = logging.getLogger(__name__)

ASK_LIMIT_S = 2.0  # from the connection to the whole request, the authentication included
ANSWER_LIMIT_S = 120.0
SEND_LIMIT_S = 5.0
STOP_LIMIT_S = 2.0
MAX_UNAUTHENTICATED = 16  # connections
MAX_CONNECTIONS = 64
ACCEPT_RETRY_S = 1.0
LISTEN_RETRY_S = 60.0


class ControlServer:
    """The `ControlChannel` over a socket or a pipe.

    One thread accepts, and each connection has its own. Needs the instance lock.
    """

    def __init__(self, post: Post, runtime: Path, publisher: GuidePublisher) -> None:
        """Keep the runtime folder, which must exist and be private."""
        self._post = post
        self._faults = Guard(post)
        self._runtime = runtime
        self._publisher = publisher
        self._endpoint: tuple[Listener, Endpoint] | None = None
        self._is_told = False
        self._closing = threading.Event()
        self._requests = itertools.count(1)
        self._guard = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._unauthenticated: set[threading.Thread] = set()
        self._waiting: dict[int, queue.SimpleQueue[Report | None]] = {}

    def start(self) -> None:
        """Listen, with a new key.

        Where the runtime folder takes no file, the user is told, and it is tried again.
        """
        if self._endpoint is None:
            self._faults.run("The beginning of the control channel", self._listen)
        threading.Thread(target=self._run, name="control", daemon=True).start()

    def reply(self, request: int, report: Report | None) -> None:
        """Send the report to the client that asked, if it still waits.

        None ends its connection without an answer.
        """
        with self._guard:
            waiting = self._waiting.pop(request, None)
        if waiting is not None:
            waiting.put(report)

    def stop(self) -> None:
        """Stop listening, send the last replies, and remove the endpoint."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._endpoint is not None:
            self._close(*self._endpoint)
        with self._guard:
            for waiting in self._waiting.values():
                waiting.put(None)
            threads = tuple(self._threads)
        deadline = time.monotonic() + STOP_LIMIT_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _close(self, listener: Listener, key: Endpoint) -> None:
        with contextlib.suppress(*CONNECTION_ERRORS):
            Client(key.address, FAMILY).close()  # a close alone does not wake the accepting thread
        with contextlib.suppress(*CONNECTION_ERRORS):
            listener.close()
        remove_endpoint(self._runtime, key)

    def _listen(self) -> tuple[Listener, Endpoint] | None:
        """Listen, and return None where a file cannot be made."""
        try:
            with contextlib.ExitStack() as undoing:
                key = create_endpoint(self._runtime)
                undoing.callback(remove_endpoint, self._runtime, key)
                listener = Listener(key.address, FAMILY, backlog=MAX_UNAUTHENTICATED)
                undoing.callback(listener.close)
                publish_endpoint(self._runtime, key)
                self._endpoint = listener, key
                undoing.pop_all()
        except OSError as error:
            self._tell(error)
        return self._endpoint

    def _tell(self, error: OSError) -> None:
        if not self._is_told:
            self._is_told = True
            log.warning("No command reaches this daemon: %s: %s", self._runtime, error.strerror or error)
            self._post(_channel_closed(self._runtime, reason_of(error)))

    def _run(self) -> None:
        self._faults.repeat("The control channel", self._accept, self._closing.wait)

    def _accept(self) -> None:
        while (endpoint := self._endpoint or self._listen()) is None:
            if self._closing.wait(LISTEN_RETRY_S):
                return
        listener, key = endpoint
        while not self._closing.is_set():
            try:
                connection = listener.accept()
            except CONNECTION_ERRORS as error:
                log.debug("No connection could be accepted: %r", error)
                self._closing.wait(ACCEPT_RETRY_S)  # out of descriptors, perhaps: do not spin
                continue
            thread = threading.Thread(
                target=self._serve, args=(connection, key), name="control-connection", daemon=True
            )
            if self._register(thread):
                self._begin(thread, connection)
            else:
                connection.close()

    def _begin(self, thread: threading.Thread, connection: AnyConnection) -> None:
        try:
            thread.start()
        except BaseException:  # RuntimeError: the system has no thread left
            connection.close()
            self._forget(thread)
            raise

    def _register(self, thread: threading.Thread) -> bool:
        """Register a connection and return whether there was room.

        Unauthenticated ones have a limit of their own, so that they cannot starve the others.
        """
        with self._guard:
            too_many_clients = (
                len(self._unauthenticated) >= MAX_UNAUTHENTICATED or len(self._threads) >= MAX_CONNECTIONS
            )
            if too_many_clients or self._closing.is_set():
                return False
            self._threads.add(thread)
            self._unauthenticated.add(thread)
            return True

    def _serve(self, connection: AnyConnection, key: Endpoint) -> None:
        try:
            with connection:
                self._faults.run("The answer to a client", partial(self._handle_or_reject, connection, key))
        finally:
            self._forget(threading.current_thread())

    def _forget(self, thread: threading.Thread) -> None:
        with self._guard:
            self._threads.discard(thread)
            self._unauthenticated.discard(thread)

    def _handle_or_reject(self, connection: AnyConnection, key: Endpoint) -> None:
        try:
            self._handle(connection, key)
        except (*CONNECTION_ERRORS, AuthenticationError, *DECODE_ERRORS) as error:
            log.debug("Connection rejected: %r", error)

    def _handle(self, connection: AnyConnection, key: Endpoint) -> None:
        with time_limit(connection, ASK_LIMIT_S):
            authenticate_client(connection, key.key)
            raw = connection.recv_bytes(REQUEST_LIMIT)
        request = decode_request(raw)  # a whole memory takes a second
        with self._guard:
            self._unauthenticated.discard(threading.current_thread())
        if isinstance(request, FollowGuide):
            self._accept_subscriber(connection)
        elif isinstance(request, RaiseGuide) and not self._publisher.can_open:
            _send(connection, encode_reply(ErrorReply(ErrorCode.NO_WINDOW)))
        elif (report := self._ask(request)) is not None:
            _send(connection, encode_reply(report))

    def _accept_subscriber(self, connection: AnyConnection) -> None:
        """Send the guide's pages until the client leaves or falls behind."""
        subscriber = self._publisher.subscribe()
        if subscriber is None:
            _send(connection, encode_reply(ErrorReply(ErrorCode.TOO_MANY_CLIENTS)))
            return
        sender = threading.Thread(target=_send_pages, args=(connection, subscriber), name="control-pages", daemon=True)
        try:
            sender.start()
            while True:
                subscriber.answer(ANSWERS.decode(connection.recv_bytes(ANSWER_LIMIT)))
        finally:
            subscriber.close()
            shut_down(connection)
            if sender.is_alive():
                sender.join()

    def _ask(self, command: Command) -> Report | None:
        waiting: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        number = next(self._requests)
        with self._guard:
            if self._closing.is_set():
                return None
            self._waiting[number] = waiting
        self._post(CommandReceived(at=read_clock(), command=command, request=number))
        try:
            return waiting.get(timeout=ANSWER_LIMIT_S)
        except queue.Empty:
            return None
        finally:
            with self._guard:
                self._waiting.pop(number, None)


def _channel_closed(runtime: Path, reason: Argument) -> ProblemMet:
    body = text("control.unusable", folder=str(runtime), reason=reason)
    return ProblemMet(at=read_clock(), topic="control", title=text("problem.title"), body=body)


def _send_pages(connection: AnyConnection, subscriber: GuideSubscriber) -> None:
    try:
        with contextlib.suppress(*CONNECTION_ERRORS):
            _send(connection, encode_reply(SubscriptionAccepted()))
            while (page := subscriber.next()) is not None:
                _send(connection, ENCODER.encode(page))
    finally:
        shut_down(connection)


def _send(connection: AnyConnection, message: bytes) -> None:
    with time_limit(connection, SEND_LIMIT_S):
        connection.send_bytes(message)
