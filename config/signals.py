"""Signals that no wait of the main thread can hold back."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def hear_signals(hear: Callable[[], None]) -> Iterator[None]:
    """Call `hear`, in a thread of its own, at each signal.

    Python's handlers run in the main thread: where a signal comes just before that one waits, they run after the
    wait, which may be never. The byte of `signal.set_wakeup_fd` is written at once. In another thread than the main one
    nothing is heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    woken, wakes = socket.socketpair()
    wakes.settimeout(0.0)  # as set_wakeup_fd requires
    former = signal.set_wakeup_fd(wakes.fileno())
    threading.Thread(target=_hear, args=(woken, hear), name="signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(former)
        wakes.close()


def _hear(woken: socket.socket, hear: Callable[[], None]) -> None:
    with woken:
        while woken.recv(1):
            hear()
