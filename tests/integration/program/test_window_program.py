"""The guide's window of the whole program, on a screen in memory: opened, clicked, killed and closed."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.card import PivCard
from support.pki import make_certificate
from support.process import Process, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.browser import RecordingBrowser
    from support.bus import SessionBus
    from support.desktop import NotificationServer, Screen
    from support.program import Program
    from support.reader import ReaderService

ORDER_URL = "https://order.example/keys"


class Glass:
    """The windows of vigicle on a screen, seen and handled by xdotool."""

    def __init__(self, screen: Screen) -> None:
        self._xdotool = require_tool("xdotool", "xdotool")
        self._environment = os.environ | screen.environment

    def wait(self, count: int = 1) -> str:
        """Wait until so many windows are shown; return the id of the first."""
        shown: list[str] = []

        def as_many() -> bool:
            shown[:] = self._run("search", "--onlyvisible", "--class", "vigicle").split()
            return len(shown) == count

        wait_until(as_many, f"{count} windows are shown", 20)
        return shown[0] if shown else ""

    def press(self, key: str) -> None:
        """Press a key in the window."""
        self._run("windowactivate", "--sync", self.wait(), "key", key)

    def pid(self) -> int:
        """Return the process id of the window's owner."""
        return int(self._run("getwindowpid", self.wait()))

    def close(self) -> None:
        """Close the window by the keyboard; a key may go nowhere while the window manager is still busy with it."""
        window = self.wait()

        def closed() -> bool:
            self._run("windowactivate", window, "key", "alt+F4")
            return window not in self._run("search", "--onlyvisible", "--class", "vigicle").split()

        wait_until(closed, "the window is closed")

    def _run(self, *words: str) -> str:
        command = [self._xdotool, *words]
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=False, timeout=10
        ).stdout


@pytest.fixture
def glass(screen: Screen, tmp_path: Path) -> Iterator[Glass]:
    """The windows of a screen with a window manager."""
    environment = os.environ | screen.environment
    manager = Process([require_tool("openbox", "openbox")], environment=environment, log=tmp_path / "openbox.log")
    yield Glass(screen)
    manager.close()


@pytest.fixture
def desk(
    program: Program,
    reader_service: ReaderService,
    session_bus: SessionBus,
    notification_server: NotificationServer,  # noqa: ARG001 - it answers on the bus
    browser: RecordingBrowser,
    screen: Screen,
) -> Program:
    program.environment |= reader_service.environment | session_bus.environment | browser.environment
    program.environment |= dict(screen.environment) | {"LANG": "en_GB.UTF-8"}
    program.configure(f'[procedures.opalexe]\norder_url = "{ORDER_URL}"\n')
    end = datetime.now(UTC) + timedelta(days=20)
    certificate = make_certificate(not_before=end - timedelta(days=1000), not_after=end)
    reader_service.insert(PivCard({"9A": certificate}))
    return program


def watching(desk: Program, *options: str) -> Process:
    daemon = desk.start("run", *options)
    daemon.wait_for_log("vigicle is running")
    wait_until(lambda: "Jeanne MARTIN" in desk.run("status").stdout, "the key is known")
    return daemon


def test_the_guide_opens_its_window_and_a_choice_there_is_done(
    desk: Program, glass: Glass, browser: RecordingBrowser
) -> None:
    daemon = watching(desk)
    assert desk.run("guide").returncode == 0
    glass.wait()
    glass.press("Return")
    assert browser.wait() == [[ORDER_URL]]
    maps = Path(f"/proc/{daemon.pid}/maps").read_text()
    assert not any(name in maps for name in ("PySide6", "libQt6", "shiboken")), "the daemon has loaded Qt"
    desk.run("quit")
    assert daemon.wait() == 0
    glass.wait(0)


def test_a_second_start_shows_the_guide_of_the_first(desk: Program, glass: Glass) -> None:
    watching(desk)
    for _ in range(2):
        done = desk.run("run")
        assert (done.returncode, "already" in done.stdout) == (0, True)
        glass.wait()


def test_a_notice_that_is_clicked_opens_the_guide_beside_the_page(
    desk: Program, glass: Glass, browser: RecordingBrowser, notification_server: NotificationServer
) -> None:
    watching(desk)
    notice = notification_server.next_notice()
    while not notice.summary.startswith("Your key"):
        notice = notification_server.next_notice()
    notification_server.action_invoked(notice.id, "default")
    assert browser.wait() == [[ORDER_URL]]
    glass.wait()


def test_a_window_that_is_killed_or_closed_opens_again_and_the_watch_goes_on(desk: Program, glass: Glass) -> None:
    daemon = watching(desk)
    desk.run("guide")
    glass.wait()
    os.kill(glass.pid(), signal.SIGKILL)
    daemon.wait_for_log("the watch goes on")
    desk.run("guide")
    glass.wait()
    glass.close()
    glass.wait(0)
    desk.run("guide")
    glass.wait()


def test_without_a_daemon_the_watch_ends_with_the_window(desk: Program, glass: Glass) -> None:
    guide = desk.start("guide")
    glass.wait()
    assert "already" in desk.run("run", "--headless").stdout
    glass.close()
    assert guide.wait() == 0
    assert desk.run("quit").stdout.startswith("vigicle was not")


def test_a_daemon_without_a_window_is_followed_by_one_of_the_command(
    desk: Program, glass: Glass, browser: RecordingBrowser
) -> None:
    daemon = watching(desk, "--headless")
    guide = desk.start("guide")
    glass.wait()
    glass.press("Return")
    assert browser.wait() == [[ORDER_URL]]
    daemon.kill()
    assert guide.wait() == 0
    glass.wait(0)


def test_a_display_that_is_not_there_is_said_once(desk: Program, notification_server: NotificationServer) -> None:
    desk.environment["DISPLAY"] = ":4711"
    watching(desk)
    for _ in range(2):
        desk.run("guide")
    told = [notification_server.next_notice() for _ in range(3)]
    assert [n.summary for n in told].count("The guide finds no display") == 1
    with pytest.raises(AssertionError):
        notification_server.next_notice(timeout_s=1)
    desk.run("quit")
    alone = desk.run("guide")
    assert (alone.returncode, "vigicle guide --text" in alone.stderr) == (1, True)
