"""A full disk under the standard error stream loses nothing."""

from __future__ import annotations

import errno
import io
from typing import TYPE_CHECKING

import pytest

from tray.cli.patient_stream import INTERRUPTED, WAITING_LIMIT, patient

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Disk(io.RawIOBase):
    """A file on a disk with this room."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room, self.content = room, b""

    def writable(self) -> bool:
        return True

    def write(self, content: ReadableBuffer) -> int:
        taken = bytes(content)[: self.room]
        if not taken:
            raise OSError(errno.ENOSPC, "full")
        self.room -= len(taken)
        self.content += taken
        return len(taken)


def stream_on(disk: Disk) -> io.TextIOBase:
    stream = patient(io.TextIOWrapper(io.BufferedWriter(disk), encoding="utf-8", line_buffering=True))
    assert isinstance(stream, io.TextIOWrapper)
    return stream


@pytest.mark.parametrize("room", range(12), ids=str)
def test_no_line_of_a_full_disk_is_lost_or_written_twice(room: int) -> None:
    disk = Disk(room)
    stream = stream_on(disk)
    for line in ("first\n", "second\n"):
        print(line, end="", file=stream, flush=True)
    disk.room = 1000
    print("third", file=stream)
    print("fourth", file=stream)
    assert disk.content == b"first\nsecond\n" + INTERRUPTED % 0 + b"third\nfourth\n"


class DiskThatGetsRoom(Disk):
    """A full disk that has room right after a refusal."""

    refusals_left = 2

    def write(self, content: ReadableBuffer) -> int:
        try:
            return super().write(content)
        except OSError:
            self.refusals_left -= 1
            self.room = 0 if self.refusals_left else 1000
            raise


def test_an_interruption_that_ends_within_a_write_is_told() -> None:
    disk = DiskThatGetsRoom(0)
    stream = stream_on(disk)
    for line in ("first\n", "second\n", "third\n"):
        stream.write(line)
    assert disk.content == b"first\nsecond\n" + INTERRUPTED % 0 + b"third\n"


def test_what_waits_is_limited_and_the_loss_is_told() -> None:
    disk = Disk(0)
    stream = stream_on(disk)
    line = "x" * 1023 + "\n"
    for _ in range(WAITING_LIMIT // 1024 + 2):
        stream.write(line)
    disk.room = 2 * WAITING_LIMIT
    stream.write("end\n")
    assert disk.content == line.encode() * (WAITING_LIMIT // 1024) + INTERRUPTED % 2048 + b"end\n"


def test_a_stream_without_a_file_stays_as_it_is() -> None:
    stream = io.StringIO()
    assert patient(stream) is stream
