"""The guide's window as the daemon starts it, with two pipes."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Self

from daemon.adapters.guide.messages import ANSWERS, ENCODER, GuideAnswer, Page
from support.process import PATIENCE_S, SupportTimeoutError, require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class GuideChild:
    """The running window. A context manager."""

    def __init__(self, environment: Mapping[str, str], arguments: Sequence[str] = ()) -> None:
        setpriv = require_tool("setpriv", "util-linux")
        kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        self._process = subprocess.Popen(
            [setpriv, "--pdeathsig", "KILL", "--", sys.executable, "-I", "-m", "tray.window", *arguments],
            env={**kept, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._answers: queue.Queue[GuideAnswer] = queue.Queue()
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The window's own process."""
        return self._process.pid

    def show(self, page: Page) -> None:
        """Send a page."""
        self.write(ENCODER.encode(page) + b"\n")

    def write(self, line: bytes) -> None:
        """Send anything."""
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def answer(self, timeout_s: float = PATIENCE_S) -> GuideAnswer:
        """Return the oldest answer that was not yet returned."""
        try:
            return self._answers.get(timeout=timeout_s)
        except queue.Empty:
            raise SupportTimeoutError(f"no answer within {timeout_s:g} s") from None

    def has_answered(self) -> bool:
        """Whether an answer waits."""
        return not self._answers.empty()

    def hang_up(self) -> None:
        """Close the pipe with the pages."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Return the exit code, once it has ended."""
        return self._process.wait(timeout_s)

    def complaints(self) -> str:
        """Return its stderr up to the end."""
        assert self._process.stderr is not None
        return self._process.stderr.read().decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_S)
        self._thread.join(PATIENCE_S)
        for stream in (self._process.stdin, self._process.stderr):
            assert stream is not None
            stream.close()

    def _receive(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for line in stream:
                self._answers.put(ANSWERS.decode(line))
