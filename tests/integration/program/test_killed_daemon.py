"""A notice outlives the daemon that showed it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from support.process import wait_until
from support.workstation import key, runtime, start_daemon

if TYPE_CHECKING:
    from support.browser import RecordingBrowser
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService

ORDER_URL = "https://order.example/"


def test_a_click_after_a_kill_and_a_restart_opens_the_order_page_once(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    browser: RecordingBrowser,
) -> None:
    workstation.environment |= browser.environment
    workstation.configure(f'[procedures.opalexe]\norder_url = "{ORDER_URL}"\n')
    reader_service.insert(key(timedelta(days=20)))
    killed = start_daemon(workstation)
    notice = notification_server.next_notice()
    wait_until((runtime(workstation) / "screen.json").exists, "it is noted")
    killed.kill()
    again = start_daemon(workstation)
    again.wait_for_log("can be clicked again: 1")
    notification_server.action_invoked(notice.id + 1)
    for _ in range(2):
        notification_server.action_invoked(notice.id)
    assert browser.wait(1) == [[ORDER_URL]]
    assert workstation.run("quit").returncode == 0
    assert browser.wait(1) == [[ORDER_URL]]
    assert not (runtime(workstation) / "screen.json").exists()
