"""What both sides of the control channel know of its connections."""

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

    Line = Connection | PipeConnection
    FAMILY = "AF_PIPE"
else:
    Line = Connection
    FAMILY = "AF_UNIX"
CONNECTION_ERRORS = (OSError, EOFError)  # what multiprocessing raises when the other side has gone, or says too much


@contextlib.contextmanager
def time_limit(connection: Line, limit_s: float) -> Iterator[None]:
    """Cut the connection at the limit: a guest who sends byte by byte would outlast any other."""
    with _cutter(connection) as cut:
        timer = threading.Timer(limit_s, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def shut_down(connection: Line) -> None:
    """Wake whoever reads or writes there, for good."""
    with contextlib.suppress(*CONNECTION_ERRORS), _cutter(connection) as cut:
        cut()


@contextlib.contextmanager
def _cutter(connection: Line) -> Iterator[Callable[[], None]]:
    if sys.platform == "win32":
        yield partial(_quietly, connection.close)
    else:  # a close would not wake the one who reads
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            yield partial(_quietly, partial(line.shutdown, socket.SHUT_RDWR))


def _quietly(cut: Callable[[], None]) -> None:
    with contextlib.suppress(*CONNECTION_ERRORS):
        cut()
