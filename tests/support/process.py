"""Starts processes that never outlive the test run, and waits for them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

POLL_S = 0.01
PATIENCE_S = 60.0  # with a machine twenty times slower: only a failure waits for so long
PROMPT_S = 10.0  # with such a machine, for what takes hardly any time by itself, or else far longer


class MissingToolError(RuntimeError):
    """A needed program is not installed. The message names its Debian package."""


class SupportTimeoutError(AssertionError):
    """Something that a test waited for did not happen within its limit."""


def require_tool(name: str, package: str) -> str:
    """Return the path of a program, looking in the administrator's folders too."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if path is None:
        raise MissingToolError(f"{name} is not installed: apt-get install {package}")
    return path


def require_file(candidates: Sequence[str], package: str) -> Path:
    """Return the first of the files that exists."""
    for candidate in candidates:
        if Path(candidate).exists():
            return Path(candidate)
    raise MissingToolError(f"none of {', '.join(candidates)} is there: apt-get install {package}")


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = PATIENCE_S) -> None:
    """Return as soon as the condition holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise SupportTimeoutError(f"not within {timeout_s:g} s: {what}")
        time.sleep(POLL_S)


class Process:
    """A running program in its own process group, with a log file.

    The kernel kills it with the thread that started it (PR_SET_PDEATHSIG), so start it from the
    main thread: a killed test run leaves nothing behind.
    """

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        setpriv = require_tool("setpriv", "util-linux")
        self.command = list(command)
        self.log = log
        self._offset = log.stat().st_size if log.exists() else 0
        with log.open("ab") as stream:
            self._popen = subprocess.Popen(
                [setpriv, "--pdeathsig", "KILL", "--", *command],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    def __del__(self) -> None:
        """End what a failed test has left, before it fails another."""
        if hasattr(self, "_popen") and self.returncode is None:
            self.close()

    @property
    def pid(self) -> int:
        """The process id of the program itself."""
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._popen.poll()

    @property
    def text(self) -> str:
        """All that this process has written so far."""
        with self.log.open("rb") as stream:
            stream.seek(self._offset)
            return stream.read().decode(errors="replace")

    def wait_for_log(self, text: str, timeout_s: float = PATIENCE_S) -> str:
        """Return the log once it holds the text."""

        def shown_or_ended() -> bool:
            over = self.returncode is not None
            return text in self.text or over

        with contextlib.suppress(SupportTimeoutError):
            wait_until(shown_or_ended, text, timeout_s)
        output = self.text
        if text not in output:
            state = "runs" if self.returncode is None else f"ended with {self.returncode}"
            raise SupportTimeoutError(f"{self.command[0]} ({state}) never printed {text!r}. Output:\n{output}")
        return output

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Return the exit code once the process has ended."""
        try:
            return self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise SupportTimeoutError(f"{self.command[0]} runs after {timeout_s:g} s. Output:\n{self.text}") from error

    def terminate(self, timeout_s: float = PATIENCE_S) -> int:
        """Send SIGTERM and return the exit code."""
        self._popen.terminate()
        return self.wait(timeout_s)

    def kill(self) -> int:
        """Send SIGKILL to this process alone, as a crash would end it."""
        self._popen.kill()
        return self.wait()

    def close(self) -> None:
        """Kill the process and all that it left in its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait(PATIENCE_S)
