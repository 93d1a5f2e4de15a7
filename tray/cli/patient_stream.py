"""A standard error stream that takes every line, whatever its disk does."""

import io
import sys
import threading
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

WAITING_LIMIT = 1 << 18  # bytes
INTERRUPTED = b"vigicle: the lines above could not be written for a while; bytes lost: %d\n"


class PatientStream(io.RawIOBase):
    """Keeps what the stream below does not take.

    A file on a full disk takes nothing. What is kept follows once there is room. A line then tells of the
    interruption, and how many bytes beyond `WAITING_LIMIT` are lost. No write fails.
    """

    def __init__(self, below: io.RawIOBase, owner: TextIO) -> None:
        """Keep the owner, which would close the stream below as it goes."""
        super().__init__()
        self._below = below
        self._owner = owner
        self._waiting = bytearray()
        self._is_interrupted = False
        self._lost = 0
        self._lock = threading.Lock()

    def write(self, content: "ReadableBuffer") -> int:
        """Take all bytes, and return their number."""
        new = bytes(content)
        with self._lock:
            if self._is_interrupted and self._write():
                self._waiting += INTERRUPTED % self._lost
                self._is_interrupted, self._lost = False, 0
            if len(self._waiting) + len(new) > WAITING_LIMIT:
                self._lost += len(new)
            else:
                self._waiting += new
            if not self._write():
                self._is_interrupted = True
        return len(new)

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Return whether a terminal is below."""
        return self._below.isatty()

    def fileno(self) -> int:
        """Return the number of the file below."""
        return self._below.fileno()

    def close(self) -> None:
        """Close the file below."""
        self._owner.close()
        super().close()

    def _write(self) -> bool:
        """Write what waits, and return whether nothing waits any more.

        A buffer of Python's own would repeat what the disk has taken of a line, or lose the rest.
        """
        try:
            while self._waiting and (written := self._below.write(self._waiting)):
                del self._waiting[:written]
        except (OSError, ValueError):  # the latter: it is closed
            return False
        return not self._waiting


def patient(stream: TextIO) -> TextIO:
    """Return the stream with a `PatientStream` below it.

    One without a file stays as it is.
    """
    below = getattr(stream, "buffer", None)
    if not isinstance(below, io.BufferedWriter):
        return stream
    stream.flush()
    return io.TextIOWrapper(
        PatientStream(below.raw, stream),  # type: ignore[type-var]  # no buffer is needed where each write is whole
        encoding=stream.encoding,
        errors="replace",
        write_through=True,
    )


def never_fail_on_stderr() -> None:
    """Let no line for the standard error stream end the program."""
    if sys.stderr is not None:  # it is None in a Windows program without a console
        sys.stderr = patient(sys.stderr)
