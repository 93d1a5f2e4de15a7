"""A private environment for one measured program."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from support.bus import SessionBus, SystemBus
from support.desktop import NotificationServer
from support.process import Process
from support.reader import ReaderService
from support.tray import TrayWatcher

SKEW_S = time.time() - time.monotonic()


class Sandbox:
    """Readers and a desktop, private to one program. A context manager.

    All moments are of time.time().
    """

    def __init__(self, readers: int = 2) -> None:
        self._readers = readers
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        enter = self._stack.enter_context
        self.folder = Path(enter(tempfile.TemporaryDirectory(prefix="bench-")))
        self.service = enter(ReaderService(readers=self._readers))
        self.bus = enter(SessionBus())
        system_bus = enter(SystemBus())
        self.notices = enter(NotificationServer(self.bus))
        self.tray = enter(TrayWatcher(self.bus))
        self.environment = self.service.environment | self.bus.environment | system_bus.environment
        return self

    @property
    def home(self) -> Path:
        """The home of vigicle."""
        return self.folder / "home"

    @property
    def state_folder(self) -> Path:
        """The folder of vigicle's store."""
        return self.home / ".local/state/vigicle"

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def start(self, name: str, *command: str) -> Process:
        """Start a program in this environment, which ends with it."""
        process = Process(command, environment=self._at_home(), log=self.folder / f"{name}.log")
        self._stack.callback(process.close)
        return process

    def run(self, *command: str, limit_s: float) -> None:
        """Run a program to its end, whatever that is."""
        subprocess.run(command, env=self._at_home(), capture_output=True, timeout=limit_s, check=False)

    def keep(self, stack: ExitStack) -> None:
        """Close these with the sandbox."""
        self._stack.push(stack)

    def notified_at(self, word: str = "") -> list[float]:
        """Return the moment of each notice with the word in its title."""
        return [notice.at_s + SKEW_S for notice in self.notices.notices if word in notice.summary]

    def _at_home(self) -> dict[str, str]:
        return os.environ | self.environment | {"HOME": str(self.folder), "LC_ALL": "C"}
