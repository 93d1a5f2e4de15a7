"""vigicle on Windows reads a key, notifies and answers commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.windows import READER

if TYPE_CHECKING:
    from support.windows import Windows


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
