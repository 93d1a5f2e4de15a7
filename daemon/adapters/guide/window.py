"""The guide's window: a child process that shows pages and sends answers."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from daemon.adapters.guide.messages import ANSWER_LIMIT, ANSWERS, ENCODER, Guide
from daemon.adapters.guide.window_environment import window_environment
from daemon.adapters.platform.activation import with_activation
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.adapters.platform.foreground_windows import hand_on_foreground
from daemon.core.model import ActivationToken

CLOSE_LIMIT_S = 1.0  # for a window to end by itself

log = logging.getLogger(__name__)


class WindowProcess:
    """The child process, with a thread each for reading and writing."""

    def __init__(
        self,
        command: Sequence[str],
        guide: Guide,
        ended: Callable[[int | None], None],
        activation: ActivationToken | None = None,
    ) -> None:
        """Start the child, by the right of a click.

        `ended` is called from a thread with the exit code, or None when the child could not be started.
        """
        self._command = command
        self._guide = guide
        self._ended = ended
        self._activation = activation
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._code: int | None = None
        self._thread = threading.Thread(target=self._run, name="guide-window", daemon=True)
        self._thread.start()

    def wait(self) -> int | None:
        """Wait for its end, and return the exit code.

        None when it could not be started.
        """
        self._thread.join()
        return self._code

    def hand_on_foreground(self) -> None:
        """Let the window come to the front, if this process may."""
        with self._guard:
            process = self._process
        if process is not None:
            hand_on_foreground(process.pid)

    def stop(self) -> None:
        """Close the window, and kill the child if it goes on."""
        self._guide.close()
        self._thread.join(CLOSE_LIMIT_S)
        with self._guard:
            self._stopped = True
            process = self._process
        if process is not None:
            _kill(process)
        self._thread.join(CLOSE_LIMIT_S)

    def _run(self) -> None:
        try:
            process = self._start()
        except OSError as error:
            log.warning("The guide's window could not be started: %s", error.strerror)
        else:
            self._code = self._serve(process)
        finally:
            self._guide.close()
            self._ended(self._code)

    def _start(self) -> subprocess.Popen[bytes]:
        environment = window_environment(os.environ)
        with self._guard:
            self._process = subprocess.Popen(  # noqa: S603  # our own program, no shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=_stderr_of_child(),
                cwd=Path(sys.executable).parent,
                env=with_activation(environment, self._activation),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            hand_on_foreground(self._process.pid)
            if self._stopped:
                _kill(self._process)
            return self._process

    def _serve(self, process: subprocess.Popen[bytes]) -> int:
        """Exchange pages and answers, and return the child's exit code.

        The window is closed when it sends a malformed answer.
        """
        pages, answers = process.stdin, process.stdout
        assert pages is not None and answers is not None  # noqa: S101, PT018 - both are pipes
        threading.Thread(target=self._write_pages, args=(pages,), name="guide-pages", daemon=True).start()
        with answers:
            self._read_answers(answers)
        self._guide.close()
        try:
            process.wait(CLOSE_LIMIT_S)
        except subprocess.TimeoutExpired:
            _kill(process)
        return process.wait()

    def _write_pages(self, pages: IO[bytes]) -> None:
        try:
            with contextlib.suppress(OSError), pages:  # the child may have ended
                while (page := self._guide.next()) is not None:
                    pages.write(ENCODER.encode(page) + b"\n")
                    pages.flush()
        finally:
            self._guide.close()  # a window that gets no page more must not stay

    def _read_answers(self, answers: IO[bytes]) -> None:
        while line := answers.readline(ANSWER_LIMIT):
            try:
                self._guide.answer(ANSWERS.decode(line))
            except DECODE_ERRORS as error:
                log.warning("The guide's window sent a malformed answer and is closed: %s", error)
                return


def _stderr_of_child() -> int | None:
    """Return where the child writes its messages.

    Those of Qt are of use only for debugging.
    """
    if log.isEnabledFor(logging.DEBUG):
        return None
    return subprocess.DEVNULL


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the child, and on POSIX the processes that it started."""
    if sys.platform == "win32":
        process.kill()
    elif process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
