"""The connections of the control channel, for both sides."""

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection

    AnyConnection = Connection | PipeConnection
    FAMILY = "AF_PIPE"
else:
    AnyConnection = Connection
    FAMILY = "AF_UNIX"
CONNECTION_ERRORS = (
    OSError,
    EOFError,
)  # what multiprocessing raises when the peer has closed, or a message is too long


@contextlib.contextmanager
def time_limit(connection: AnyConnection, limit_s: float) -> Iterator[None]:
    """Shut the connection down at the limit.

    A timeout for each read would not do: a peer that sends byte by byte never reaches it.
    """
    with _cutter(connection) as cut:
        timer = threading.Timer(limit_s, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def shut_down(connection: AnyConnection) -> None:
    """Shut the connection down and wake the threads that use it."""
    with contextlib.suppress(*CONNECTION_ERRORS), _cutter(connection) as cut:
        cut()


@contextlib.contextmanager
def _cutter(connection: AnyConnection) -> Iterator[Callable[[], None]]:
    if sys.platform == "win32":
        yield partial(_quietly, connection.close)
    else:  # a close would not wake a thread that reads
        with socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
            yield partial(_quietly, partial(duplicate.shutdown, socket.SHUT_RDWR))


def _quietly(cut: Callable[[], None]) -> None:
    with contextlib.suppress(*CONNECTION_ERRORS):
        cut()
