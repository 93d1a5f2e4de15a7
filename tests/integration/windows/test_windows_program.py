"""vigicle on Windows reads a key, notifies and answers commands."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from support.windows import READER

if TYPE_CHECKING:
    from support.windows import Windows


def test_the_services_of_windows_are_started_once(windows: Windows) -> None:
    """Two would answer in turn, and disagree (Wine 8)."""
    windows.start("run", "--headless").wait_for("vigicle is running")
    windows.run("status")
    assert running(windows, "services.exe") == 1


def running(windows: Windows, program: str) -> int:
    """Count the processes of that Windows that run a program."""
    own = f"WINEPREFIX={windows.folder}/prefix\0".encode()
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            named = (process / "cmdline").read_bytes().rstrip(b"\0").endswith(program.encode())
            found += named and own in (process / "environ").read_bytes()
    return found


def test_a_key_is_read_and_notified_by_a_daemon_that_commands_reach(windows: Windows, key: bytes) -> None:
    daemon = windows.start("-v", "run", "--headless")
    daemon.wait_for("vigicle is running")
    windows.plug_in(key)
    daemon.wait_for("Notice delivered by the channel")
    answer = windows.answer("status")
    assert [reader["name"] for reader in answer["readers"]] == [READER]
    assert [certificate["stage"] for certificate in answer["certificates"]] == ["due"]
    assert windows.run("quit").code == 0
    assert daemon.wait().code == 0
