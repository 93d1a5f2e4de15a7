"""The guide's window: a child process that draws pages and sends back what the person chooses."""

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
from daemon.adapters.platform.decode_errors import DECODE_ERRORS

NO_DISPLAY = 3  # the child's exit code
CLOSE_LIMIT_S = 1.0  # for a window to end by itself

log = logging.getLogger(__name__)


class WindowProcess:
    """The running child, with a thread that hears it and one that feeds it."""

    def __init__(self, command: Sequence[str], guide: Guide, ended: Callable[[int | None], None]) -> None:
        """Start it. `ended` gets the exit code, None when it could not be started; it is called from a thread."""
        self._command = command
        self._guide = guide
        self._ended = ended
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._code: int | None = None
        self._thread = threading.Thread(target=self._run, name="guide-window", daemon=True)
        self._thread.start()

    def wait(self) -> int | None:
        """Wait for its end, and return the exit code."""
        self._thread.join()
        return self._code

    def stop(self) -> None:
        """End it: kindly, then by force."""
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
            self._code = self._attend(process)
        self._guide.close()
        self._ended(self._code)

    def _start(self) -> subprocess.Popen[bytes]:
        with self._guard:
            self._process = subprocess.Popen(  # noqa: S603  # our own program, no shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if log.isEnabledFor(logging.DEBUG) else subprocess.DEVNULL,  # Qt chatters
                cwd=Path(sys.executable).parent,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            if self._stopped:
                _kill(self._process)
            return self._process

    def _attend(self, process: subprocess.Popen[bytes]) -> int:
        """Feed the window and hear it until it ends, or talks nonsense; return its exit code."""
        questions, answers = process.stdin, process.stdout
        assert questions is not None and answers is not None  # noqa: S101, PT018 - pipes were asked for
        feeder = threading.Thread(target=self._feed, args=(questions,), name="guide-pages", daemon=True)
        feeder.start()
        with answers:
            self._hear(answers)
        self._guide.close()
        try:
            process.wait(CLOSE_LIMIT_S)
        except subprocess.TimeoutExpired:
            _kill(process)
        return process.wait()

    def _feed(self, questions: IO[bytes]) -> None:
        with contextlib.suppress(OSError), questions:  # it has ended already
            while (page := self._guide.next()) is not None:
                questions.write(ENCODER.encode(page) + b"\n")
                questions.flush()

    def _hear(self, answers: IO[bytes]) -> None:
        while line := answers.readline(ANSWER_LIMIT):
            try:
                self._guide.answer(ANSWERS.decode(line))
            except DECODE_ERRORS as error:
                log.warning("The guide's window talks nonsense and is closed: %s", error)
                return


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the child and what it may have started."""
    if sys.platform == "win32":
        process.kill()
    elif process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
