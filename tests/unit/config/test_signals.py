"""Signals are heard while the main thread waits."""

from __future__ import annotations

import queue
import signal

from config.signals import hear_signals


def test_a_signal_that_comes_just_before_a_wait_is_heard() -> None:
    heard: queue.SimpleQueue[bool] = queue.SimpleQueue()
    former = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        with hear_signals(lambda: heard.put(item=True)):
            signal.raise_signal(signal.SIGINT)
            assert heard.get(timeout=10)
    finally:
        signal.signal(signal.SIGINT, former)
    assert signal.set_wakeup_fd(-1) == -1
