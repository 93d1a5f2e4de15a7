"""`vigicle quit` has ended the daemon when it says so."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

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
