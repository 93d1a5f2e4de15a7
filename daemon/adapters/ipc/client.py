"""The client of the control channel."""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Client
from pathlib import Path
from typing import TypeVar

from config.folders import check_private
from config.i18n.text import text
from config.i18n.translator import UserError
from daemon.adapters.guide.messages import ENCODER, PAGE_LIMIT, PAGES, GuideAnswer, Page
from daemon.adapters.ipc.auth import AuthenticationError, authenticate_server, read_endpoint
from daemon.adapters.ipc.connection import CONNECTION_ERRORS, FAMILY, AnyConnection, shut_down
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
from daemon.adapters.platform.foreground_windows import hand_on_foreground
from daemon.core.commands import AnswerByWord, Command, RaiseGuide
from daemon.core.views.report import Report

log = logging.getLogger(__name__)

RETRY_PAUSES_S = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)

T = TypeVar("T")

REFUSALS = {ErrorCode.NO_WINDOW: "control.no_window", ErrorCode.TOO_MANY_CLIENTS: "control.too_many_clients"}


class DaemonNotRunningError(Exception):
    """No daemon is running."""


class ControlError(UserError):
    """The daemon does not answer, or not by the protocol."""


class GuideUnavailableError(ControlError):
    """The daemon does not show its guide."""

    def __init__(self, refusal: ErrorCode) -> None:
        super().__init__(text(REFUSALS[refusal]))
        self.refusal = refusal


class GuideSubscription:
    """The pages of the running daemon's guide.

    `close` may be called from any thread.
    """

    def __init__(self, connection: AnyConnection) -> None:
        self._connection = connection

    def next(self) -> Page | None:
        """Wait for the next page and return it.

        Returns None when the daemon has stopped or has closed the subscription.
        """
        try:
            return PAGES.decode(self._connection.recv_bytes(PAGE_LIMIT))
        except (*CONNECTION_ERRORS, *DECODE_ERRORS) as error:
            log.debug("The guide's subscription has ended: %r", error)
            return None

    def answer(self, answer: GuideAnswer) -> None:
        """Send the user's choice.

        Does nothing when the daemon has stopped.
        """
        with contextlib.suppress(*CONNECTION_ERRORS):
            self._connection.send_bytes(ENCODER.encode(answer))

    def close(self) -> None:
        """End the subscription."""
        shut_down(self._connection)


def ask(runtime: Path, command: Command, *, timeout_s: float) -> Report:
    """Have the running daemon carry out a command, and return its report.

    Raises DaemonNotRunningError, ControlError when the daemon does not answer in time or by the protocol,
    GuideUnavailableError, and FolderError where another account could have made the control file.
    """
    check_private(runtime)

    def converse() -> Report:
        connection, reply = _request(runtime, command)
        connection.close()
        if not isinstance(reply, Report):
            raise ControlError(text("control.silent"))
        return reply

    return _within(timeout_s, converse)


def follow(runtime: Path, *, timeout_s: float) -> GuideSubscription:
    """Subscribe to the guide of the running daemon.

    Raises what `ask` raises.
    """
    check_private(runtime)

    def begin() -> GuideSubscription:
        connection, _accepted = _request(runtime, FollowGuide())
        return GuideSubscription(connection)

    return _within(timeout_s, begin)


def _within(timeout_s: float, work: Callable[[], T]) -> T:
    """Run `work` in a thread and return its result.

    A daemon that hangs can block every call, even the connecting.
    """
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


def _request(runtime: Path, request: ControlRequest) -> tuple[AnyConnection, Report | SubscriptionAccepted]:
    """Send a request, and return the open connection with the reply."""
    connection = _connect(runtime)
    with contextlib.ExitStack() as stack:
        stack.callback(connection.close)
        if isinstance(request, RaiseGuide | AnswerByWord) and (endpoint := read_endpoint(runtime)):
            hand_on_foreground(endpoint.process_id)
        try:
            connection.send_bytes(encode_request(request))
            reply = decode_reply(connection.recv_bytes(REPLY_LIMIT))
        except (*CONNECTION_ERRORS, *DECODE_ERRORS) as error:
            log.debug("The daemon did not answer by the protocol: %r", error)
            raise ControlError(text("control.silent")) from error
        if isinstance(reply, ErrorReply):
            raise GuideUnavailableError(reply.refusal)
        stack.pop_all()
    return connection, reply


def _connect(runtime: Path) -> AnyConnection:
    """Return an authenticated connection. Retry when the daemon rejects it."""
    for pause_s in RETRY_PAUSES_S:
        time.sleep(pause_s)
        key = read_endpoint(runtime)
        if key is None:
            raise DaemonNotRunningError
        try:
            connection = Client(key.address, FAMILY)
        except OSError as error:  # the process that made the key is dead
            raise DaemonNotRunningError from error
        try:
            authenticate_server(connection, key.key)
        except CONNECTION_ERRORS as error:
            log.debug("The daemon rejected the connection: %r", error)
            connection.close()
        except AuthenticationError:
            connection.close()
            break
        else:
            return connection
    raise ControlError(text("control.silent"))
