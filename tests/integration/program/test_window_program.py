"""The guide's window of the whole program on a virtual screen."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.bus import BusService
from support.card import PivCard
from support.desktop import WindowManager
from support.pki import make_certificate
from support.process import PATIENCE_S, Process, SupportTimeoutError, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.browser import RecordingBrowser
    from support.bus import PrivateBus, SessionBus
    from support.desktop import NotificationServer, Screen
    from support.program import Program
    from support.reader import ReaderService

ORDER_URL = "https://order.example/keys"


class VisibleWindows:
    """The visible windows of vigicle, operated by xdotool."""

    def __init__(self, screen: Screen) -> None:
        self._xdotool = require_tool("xdotool", "xdotool")
        self._environment = os.environ | screen.environment

    def wait(self, count: int = 1) -> str:
        """Wait until `count` windows are shown and return the first one's id."""
        shown: list[str] = []

        def as_many() -> bool:
            shown[:] = self._run("search", "--onlyvisible", "--class", "vigicle").split()
            return len(shown) == count

        try:
            wait_until(as_many, f"{count} windows are shown")
        except SupportTimeoutError as error:
            titles = [self._run("getwindowname", window).strip() for window in shown]
            raise SupportTimeoutError(f"{error}, but {titles}") from error
        return shown[0] if shown else ""

    def press(self, key: str, until: Callable[[], bool]) -> None:
        """Press a key in the window until it has an effect.

        Buttons cannot be pressed at once, and a key press may get lost.
        """

        def has_effect() -> bool:
            self._run("windowactivate", "--sync", self.wait(), "key", key)
            return until()

        wait_until(has_effect, f"{key} has an effect")

    def pid(self) -> int:
        """Return the process id of the window's owner."""
        return int(self._run("getwindowpid", self.wait()))

    def close(self) -> None:
        """Press Alt+F4 until the window is closed.

        A key press may get lost while the window manager is busy.
        """
        window = self.wait()

        def closed() -> bool:
            self._run("windowactivate", window, "key", "alt+F4")
            return window not in self._run("search", "--onlyvisible", "--class", "vigicle").split()

        wait_until(closed, "the window is closed")

    def _run(self, *words: str) -> str:
        command = [self._xdotool, *words]
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        ).stdout


@pytest.fixture
def windows(screen: Screen) -> Iterator[VisibleWindows]:
    """The windows of a screen with a window manager."""
    with WindowManager(screen):
        yield VisibleWindows(screen)


@pytest.fixture
def workstation(
    workstation: Program, reader_service: ReaderService, browser: RecordingBrowser, screen: Screen
) -> Program:
    workstation.environment |= browser.environment | dict(screen.environment)
    workstation.configure(f'[procedures.opalexe]\norder_url = "{ORDER_URL}"\n')
    end = datetime.now(UTC) + timedelta(days=20)
    certificate = make_certificate(not_before=end - timedelta(days=1000), not_after=end)
    reader_service.insert(PivCard({"9A": certificate}))
    return workstation


def start_daemon(workstation: Program, *options: str) -> Process:
    daemon = workstation.start("run", *options)
    daemon.wait_for_log("vigicle is running")
    wait_until(lambda: "Jeanne MARTIN" in workstation.run("status").stdout, "the key is known")
    return daemon


def test_the_guide_opens_its_window_and_a_choice_there_takes_effect(
    workstation: Program, windows: VisibleWindows, browser: RecordingBrowser
) -> None:
    daemon = start_daemon(workstation)
    assert workstation.run("guide").returncode == 0
    windows.wait()
    windows.press("Return", until=lambda: bool(browser.starts))
    assert browser.wait() == [[ORDER_URL]]
    maps = Path(f"/proc/{daemon.pid}/maps").read_text()
    assert not any(name in maps for name in ("PySide6", "libQt6", "shiboken")), "the daemon has loaded Qt"
    workstation.run("quit")
    assert daemon.wait() == 0
    windows.wait(0)


def test_a_second_start_shows_the_guide_of_the_first(workstation: Program, windows: VisibleWindows) -> None:
    start_daemon(workstation)
    for _ in range(2):
        done = workstation.run("run")
        assert (done.returncode, "already" in done.stdout) == (0, True)
        windows.wait()


def test_a_notice_that_is_clicked_opens_the_guide_beside_the_page(
    workstation: Program, windows: VisibleWindows, browser: RecordingBrowser, notification_server: NotificationServer
) -> None:
    start_daemon(workstation)
    notice = notification_server.next_notice()
    while "OPALEXE key" not in notice.summary:
        notice = notification_server.next_notice()
    notification_server.action_invoked(notice.id, "default")
    assert browser.wait() == [[ORDER_URL]]
    windows.wait()


def test_a_killed_or_closed_window_opens_again_and_the_daemon_continues(
    workstation: Program, windows: VisibleWindows
) -> None:
    daemon = start_daemon(workstation)
    workstation.run("guide")
    windows.wait()
    os.kill(windows.pid(), signal.SIGKILL)
    daemon.wait_for_log("the daemon goes on")
    windows.wait(0)
    workstation.run("guide")
    windows.wait()
    windows.close()
    windows.wait(0)
    workstation.run("guide")
    windows.wait()


def test_without_a_daemon_the_process_ends_with_the_window(workstation: Program, windows: VisibleWindows) -> None:
    guide = workstation.start("guide")
    windows.wait()
    assert "already" in workstation.run("run", "--headless").stdout
    windows.close()
    assert guide.wait() == 0
    assert workstation.run("quit").stdout.startswith("vigicle was not")


def test_a_headless_daemon_is_followed_by_a_window_of_the_command(
    workstation: Program, windows: VisibleWindows, browser: RecordingBrowser
) -> None:
    daemon = start_daemon(workstation, "--headless")
    guide = workstation.start("guide")
    windows.wait()
    windows.press("Return", until=lambda: bool(browser.starts))
    assert browser.wait() == [[ORDER_URL]]
    daemon.kill()
    assert guide.wait() == 0
    windows.wait(0)


class MuteAccessibility(BusService):
    """An accessibility bus that answers nothing (AT-SPI 2)."""

    name = "org.a11y.Bus"
    path = "/org/a11y/bus"
    interface = "org.a11y.Bus"

    def __init__(self, bus: PrivateBus) -> None:
        super().__init__(bus)
        self.mute = True


def test_a_mute_accessibility_bus_does_not_hold_up_the_window(
    workstation: Program, windows: VisibleWindows, session_bus: SessionBus
) -> None:
    """Qt alone would wait for 50 s."""
    with MuteAccessibility(session_bus):
        start_daemon(workstation)
        workstation.run("guide")
        windows.wait()


def test_a_missing_display_is_reported_once(workstation: Program, notification_server: NotificationServer) -> None:
    workstation.environment["DISPLAY"] = ":4711"
    start_daemon(workstation)
    for _ in range(2):
        workstation.run("guide")
    told = [notification_server.next_notice() for _ in range(2)]  # the first one welcomes, and tells the end date
    assert [n.summary for n in told].count("The guide finds no display") == 1
    with pytest.raises(AssertionError):
        notification_server.next_notice(timeout_s=1)
    workstation.run("quit")
    alone = workstation.run("guide")
    assert (alone.returncode, "vigicle guide --text" in alone.stderr) == (1, True)
