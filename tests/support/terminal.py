"""A pseudo-terminal with a program, read and typed into by a test."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
from typing import TYPE_CHECKING, Self

from support.process import PATIENCE_S, SupportTimeoutError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def _own_terminal() -> None:
    """Take the terminal on standard input, and hear its Ctrl-C.

    A shell that runs the tests in the background has it ignored, and that is inherited.
    """
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A command on its own terminal. A context manager."""

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str], columns: int = 80) -> None:
        self._master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self._popen = subprocess.Popen(
            command,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - no threads there
        )
        os.close(terminal)
        self._changed = threading.Condition()
        self._shown = ""
        self._over = False
        self._read_to = 0
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def text(self) -> str:
        """All that was shown so far, without carriage returns."""
        with self._changed:
            return self._shown

    def read(self, words: str, timeout_s: float = PATIENCE_S) -> str:
        """Read until these words are shown and return all up to them."""
        with self._changed:
            shown = self._changed.wait_for(lambda: words in self._shown[self._read_to :] or self._over, timeout_s)
            at = self._shown.find(words, self._read_to)
            if not shown or at < 0:
                raise SupportTimeoutError(f"{words!r} was not shown. Unread:\n{self._shown[self._read_to :]}")
            begin, self._read_to = self._read_to, at + len(words)
            return self._shown[begin : self._read_to]

    def type(self, line: str) -> None:
        """Type a line, and Enter."""
        os.write(self._master, f"{line}\n".encode())

    def press(self, key: bytes) -> None:
        """Press a key: b"\\x03" is Ctrl-C, b"\\x04" Ctrl-D."""
        os.write(self._master, key)

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Return the exit code after all output has been read."""
        try:
            code = self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise SupportTimeoutError(f"The program did not end. It showed:\n{self.text}") from None
        with self._changed:
            self._changed.wait_for(lambda: self._over, timeout_s)
        return code

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        self._popen.send_signal(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self._listener.join(PATIENCE_S)  # else it might read what has this number next
        os.close(self._master)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # the program has ended
            while piece := os.read(self._master, 4096):
                with self._changed:
                    self._shown += piece.decode(errors="replace").replace("\r", "")
                    self._changed.notify_all()
        with self._changed:
            self._over = True
            self._changed.notify_all()
