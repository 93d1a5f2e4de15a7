"""A user32 of Windows that notes who may come to the front.

learn.microsoft.com, AllowSetForegroundWindow: its argument is a process id, or ASFW_ANY for whichever comes next.
"""

from __future__ import annotations

import queue
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def played_user32() -> Iterator[queue.SimpleQueue[int]]:
    """Yield the process ids that get the right."""
    handed: queue.SimpleQueue[int] = queue.SimpleQueue()

    def load(name: str) -> Any:
        assert name == "user32"
        return SimpleNamespace(AllowSetForegroundWindow=lambda process: handed.put(process.value))

    platform = SimpleNamespace(platform="win32")
    with (
        mock.patch("daemon.adapters.platform.foreground_windows.sys", platform),
        mock.patch("ctypes.WinDLL", load, create=True),
    ):
        yield handed
