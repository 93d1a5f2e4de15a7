"""One child process that reads one module's tokens, and its thread."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from enum import Enum, auto
from pathlib import Path

from daemon.adapters.pkcs11.job_windows import hold
from daemon.adapters.pkcs11.limits import child_environment
from daemon.adapters.pkcs11.messages import (
    ANSWER_LIMIT,
    ANSWERS_OF_CHILD,
    ENCODER,
    LINE_LIMIT,
    Finished,
    ReadRequest,
    WorkerAnswer,
    decode_answer,
)
from daemon.adapters.platform.decode_errors import DECODE_ERRORS

log = logging.getLogger(__name__)

GRACE_S = 3.0  # longer than the supervisor's own limit


class ProcessOutcome(Enum):
    """How a child ended."""

    FINISHED = auto()
    CRASHED = auto()  # by a signal, too early, or with answers that no sound child gives


Hear = Callable[["TokenProcess", WorkerAnswer | ProcessOutcome], None]


def child_command() -> list[str]:
    """Return the command of the child.

    A frozen program calls itself.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "token-child"]
    return [sys.executable, "-I", "-m", "daemon.adapters.pkcs11.worker"]


class TokenProcess:
    """A running child.

    `hear` is called from a thread of its own: first each answer, then the outcome.
    """

    def __init__(self, command: Sequence[str], request: ReadRequest, hear: Hear) -> None:
        self.module = request.module
        self._hear = hear
        self._process = subprocess.Popen(  # noqa: S603  # our own program, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # vendor modules chatter
            cwd=Path(sys.executable).parent,
            env=child_environment(os.environ),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._job = hold(self._process.pid)  # before the request names the module
        self._fallback = threading.Timer(GRACE_S, self._kill_session)
        self._fallback.daemon = True
        self._killing = threading.Lock()  # two threads may kill it at one time
        self._thread = threading.Thread(
            target=self._listen, args=(ENCODER.encode(request),), name="token-child", daemon=True
        )
        self._thread.start()

    def kill(self) -> None:
        """Kill the child and what it started.

        The outcome is still reported. On Linux the child's supervisor kills; where it does not, the child's session
        is killed after `GRACE_S`.
        """
        if sys.platform == "linux":
            self._process.terminate()
            with self._killing:
                if self._fallback.ident is None:
                    self._fallback.start()
        else:
            self._kill_session()

    def _kill_session(self) -> None:
        if self._job is not None:
            self._job.kill()
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def join(self, timeout_s: float) -> None:
        """Wait until the child's thread has ended."""
        self._thread.join(timeout_s)

    def _listen(self, request: bytes) -> None:
        """Pass the answers on, then the outcome."""
        outcome = ProcessOutcome.CRASHED
        try:
            with self._process:
                finished = self._pass_answers_on(request)
                if not finished:
                    self.kill()
                self._kill_leftovers()
            if finished and self._process.returncode == 0:
                outcome = ProcessOutcome.FINISHED
        finally:
            self._fallback.cancel()
            self._hear(self, outcome)

    def _kill_leftovers(self) -> None:
        """Wait for the child's end, and kill what its module left running.

        The process id is not reused until it has been reaped.
        """
        if self._job is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_S)
            self._job.kill()
        if sys.platform != "win32" and hasattr(os, "waitid"):  # macOS has it from Python 3.13 on
            with contextlib.suppress(ChildProcessError, ProcessLookupError, PermissionError):
                os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
                os.killpg(self._process.pid, signal.SIGKILL)

    def _pass_answers_on(self, request: bytes) -> bool:
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            return False
        with contextlib.suppress(OSError):  # it has ended already
            questions.write(request)
        with contextlib.suppress(OSError):
            questions.close()
        left = ANSWER_LIMIT
        for _ in range(ANSWERS_OF_CHILD):
            line = answers.readline(min(LINE_LIMIT, left))
            left -= len(line)
            try:
                answer = decode_answer(line)
            except (*DECODE_ERRORS, ValueError) as error:
                log.debug("%s: an answer that cannot be (%s)", self.module, type(error).__name__)
                return False  # not decodable, cut at a limit, or not sound
            if isinstance(answer, Finished):
                return True
            self._hear(self, answer)
        return False
