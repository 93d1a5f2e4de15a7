"""What the kernel knows about a running process."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Work:
    """What a process has done since its start, by thread.

    Each thread has its wake-ups and its processor time in nanoseconds.
    """

    threads: dict[str, tuple[int, int]]

    @property
    def wakeups(self) -> int:
        """How often its threads went to sleep and woke."""
        return sum(wakeups for wakeups, _ in self.threads.values())

    @property
    def run_ns(self) -> int:
        """The processor time of its threads."""
        return sum(run_ns for _, run_ns in self.threads.values())

    def since(self, before: Work) -> Work:
        """Return what was done after `before`, without threads that have ended."""
        found = {}
        for thread, (wakeups, run_ns) in self.threads.items():
            woken, had_run = before.threads.get(thread, (0, 0))
            found[thread] = wakeups - woken, run_ns - had_run
        return Work(found)


def work_of(pid: int) -> Work:
    """Return the context switches and processor time of each living thread."""
    threads = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            wakeups = int(_field(task / "status", "voluntary_ctxt_switches"))
            threads[task.name] = wakeups, int((task / "schedstat").read_text().split()[0])
    return Work(threads)


def pss_mb(pid: int) -> float:
    """Return the PSS: memory with each shared page divided among its users."""
    return _memory_mb(pid, "Pss")


def anonymous_mb(pid: int) -> float:
    """Return the anonymous PSS, which other processes do not change."""
    return _memory_mb(pid, "Pss_Anon")


def rss_mb(pid: int) -> float:
    """Return the RSS, which counts shared pages fully."""
    return _memory_mb(pid, "Rss")


def descriptors(pid: int) -> int:
    """Return how many files it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 -- iterdir() opens none less


def children(pid: int) -> set[int]:
    """Return its child processes, zombies included."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has just ended
            found.update(map(int, (task / "children").read_text().split()))
    return found


def is_alive(pid: int) -> bool:
    """Return whether it runs and is no zombie."""
    try:
        return _field(Path(f"/proc/{pid}/status"), "State")[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _memory_mb(pid: int, name: str) -> float:
    return int(_field(Path(f"/proc/{pid}/smaps_rollup"), name).split()[0]) / 1024


def _field(file: Path, name: str) -> str:
    lines = file.read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))
