"""The daemon ends when it is told to."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.process import wait_until
from support.workstation import start_daemon, status

if TYPE_CHECKING:
    from support.program import Program
    from support.reader import ReaderService


def test_what_starts_right_after_quit_is_not_kept_out(workstation: Program, reader_service: ReaderService) -> None:
    """A service that hangs holds up the end of the watch."""
    start_daemon(workstation)
    wait_until(lambda: bool(status(workstation)["readers"]), "the readers are watched")
    os.kill(reader_service.pid, signal.SIGSTOP)
    try:
        assert workstation.run("quit").returncode == 0
        start_daemon(workstation)
    finally:
        os.kill(reader_service.pid, signal.SIGCONT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_does_not_wake_the_main_thread_ends_the_daemon(workstation: Program, number: int) -> None:
    """Nor does one that comes just before that thread waits."""
    daemon = start_daemon(workstation)
    others = {int(task.name) for task in Path(f"/proc/{daemon.pid}/task").iterdir()} - {daemon.pid}
    assert ctypes.CDLL(None).tgkill(daemon.pid, min(others), number) == 0
    assert daemon.wait() == 0
