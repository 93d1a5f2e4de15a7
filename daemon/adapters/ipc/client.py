"""The outer side of the control channel: asks the daemon, and follows its guide."""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Client
from pathlib import Path
from typing import TypeVar

from config.i18n.text import text
from config.i18n.translator import UserError
from daemon.adapters.guide.messages import ENCODER, PAGE_LIMIT, PAGES, GuideAnswer, Page
from daemon.adapters.ipc.auth import AuthenticationError, authenticate_server, read_endpoint
from daemon.adapters.ipc.connection import CONNECTION_ERRORS, FAMILY, Line, shut_down
from daemon.adapters.ipc.messages import (
    REPLY_LIMIT,
    ControlRequest,
    ErrorCode,
    ErrorReply,
    FollowGuide,
    SubscriptionAccepted,
    decode_reply,
    encode_request,
)
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.core.commands import Command
from daemon.core.views.report import Report

log = logging.getLogger(__name__)

RETRY_PAUSES_S = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)

T = TypeVar("T")

REFUSALS = {ErrorCode.NO_WINDOW: "control.no_window", ErrorCode.TOO_MANY_CLIENTS: "control.too_many_clients"}


class DaemonNotRunningError(Exception):
    """Nobody is behind the door."""


class ControlError(UserError):
    """Somebody is behind the door, and does not answer as agreed."""


class GuideUnavailableError(ControlError):
    """The daemon does not show its guide."""

    def __init__(self, refusal: ErrorCode) -> None:
        super().__init__(text(REFUSALS[refusal]))
        self.refusal = refusal


class GuideSubscription:
    """The guide of the daemon behind the door, as it changes. `close` may be called from any thread."""

    def __init__(self, connection: Line) -> None:
        self._connection = connection

    def next(self) -> Page | None:
        """Wait for the next page; None when the daemon has ended, or has sent this follower away."""
        try:
            return PAGES.decode(self._connection.recv_bytes(PAGE_LIMIT))
        except (*CONNECTION_ERRORS, *DECODE_ERRORS) as error:
            log.debug("No more pages come: %r", error)
            return None

    def answer(self, answer: GuideAnswer) -> None:
        """Pass on what the person chose; nothing happens when the daemon has gone."""
        with contextlib.suppress(*CONNECTION_ERRORS):
            self._connection.send_bytes(ENCODER.encode(answer))

    def close(self) -> None:
        """Follow no longer."""
        shut_down(self._connection)


def ask(runtime: Path, command: Command, *, timeout_s: float) -> Report:
    """Have the running daemon carry out a command, and return its report.

    Raises DaemonNotRunningError when there is none, ControlError when it does not answer in time or as agreed,
    and GuideUnavailableError.
    """

    def converse() -> Report:
        connection, reply = _request(runtime, command)
        connection.close()
        if not isinstance(reply, Report):
            raise ControlError(text("control.silent"))
        return reply

    return _within(timeout_s, converse)


def follow(runtime: Path, *, timeout_s: float) -> GuideSubscription:
    """Follow the guide of the daemon behind the door. Raises as `ask` does."""

    def begin() -> GuideSubscription:
        connection, _admitted = _request(runtime, FollowGuide())
        return GuideSubscription(connection)

    return _within(timeout_s, begin)


def _within(timeout_s: float, work: Callable[[], T]) -> T:
    """Do it in a thread, for a daemon that hangs can make every step wait without end, the connecting too."""
    outcome: queue.SimpleQueue[T | DaemonNotRunningError | ControlError] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(work())
        except (DaemonNotRunningError, ControlError) as problem:
            outcome.put(problem)

    threading.Thread(target=run, name="control-ask", daemon=True).start()
    try:
        result = outcome.get(timeout=timeout_s)
    except queue.Empty:
        raise ControlError(text("control.silent")) from None
    if isinstance(result, DaemonNotRunningError | ControlError):
        raise result
    return result


def _request(runtime: Path, request: ControlRequest) -> tuple[Line, Report | SubscriptionAccepted]:
    """Send it, and return the open connection with the reply."""
    connection = _admitted(runtime)
    with contextlib.ExitStack() as stack:
        stack.callback(connection.close)
        try:
            connection.send_bytes(encode_request(request))
            reply = decode_reply(connection.recv_bytes(REPLY_LIMIT))
        except (*CONNECTION_ERRORS, *DECODE_ERRORS) as error:
            log.debug("The daemon did not answer as agreed: %r", error)
            raise ControlError(text("control.silent")) from error
        if isinstance(reply, ErrorReply):
            raise GuideUnavailableError(reply.refusal)
        stack.pop_all()
    return connection, reply


def _admitted(runtime: Path) -> Line:
    """Return a connection behind which the daemon has proved itself; where it is crowded, knock again."""
    for pause_s in RETRY_PAUSES_S:
        time.sleep(pause_s)
        key = read_endpoint(runtime)
        if key is None:
            raise DaemonNotRunningError
        try:
            connection = Client(key.address, FAMILY)
        except OSError as error:  # the one who made the key is dead
            raise DaemonNotRunningError from error
        try:
            authenticate_server(connection, key.key)
        except CONNECTION_ERRORS as error:
            log.debug("The daemon did not let us in: %r", error)
            connection.close()
        except AuthenticationError:
            connection.close()
            break
        else:
            return connection
    raise ControlError(text("control.silent"))
