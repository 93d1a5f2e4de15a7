"""Both paths at one sitting: two keys, the real reader service, and the guide's window used as a screen reader does.

A picture of the screen is kept at every step, in the folder that pytest gives the test.
"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from support.accessibility import Accessibility
from support.card import PivCard
from support.desktop import Screen
from support.pki import make_certificate
from support.process import Process, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.browser import RecordingBrowser, RecordingTool
    from support.bus import SessionBus
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService

PLATFORM_URL = "https://platform.example/login"
THREE_YEARS = timedelta(days=3 * 365)


def card(end: datetime, number: int) -> PivCard:
    certificate = make_certificate(not_before=end - THREE_YEARS, not_after=end)
    return PivCard({"9A": certificate}, guid=bytes([number]) * 16)


def new_key() -> PivCard:
    return card(datetime.now(UTC) + THREE_YEARS - timedelta(days=1), 2)


class GuidePublisher:
    """The person's desk: the program, two readers' worth of keys, and a window that is read and pressed by name."""

    def __init__(self, program: Program, reader: ReaderService, tree: Accessibility, pictures: Path) -> None:
        self.program = program
        self.reader = reader
        self._tree = tree
        self._pictures = pictures
        self._taken = 0
        self.daemon = self.watch()

    def watch(self) -> Process:
        """Start the program, and wait until it is on watch."""
        self.daemon = self.program.start("run")
        self.daemon.wait_for_log("vigicle is running")
        return self.daemon

    def sees(self, words: str) -> None:
        """Wait until these words can be read in the window, and take a picture."""
        wait_until(lambda: self._reads(words), f"the window says {words!r}", 20)
        self._taken += 1
        scrot = require_tool("scrot", "scrot")
        path = self._pictures / f"{self._taken:02}.png"
        subprocess.run([scrot, "-o", str(path)], env=os.environ | self.program.environment, check=True, timeout=10)

    def press(self, label: str) -> None:
        """Press the button with this label."""
        node = self._tree.find("push button", label, 20)
        self._tree.act(node, "Press")

    def has(self, label: str) -> bool:
        """Tell whether a button with this label can be seen."""
        return any(n.name == label for n in self._tree.tree(hidden=False) if n.role == "push button")

    def _reads(self, words: str) -> bool:
        return any(words in f"{n.name} {n.description}" for n in self._tree.tree(hidden=False))


@pytest.fixture
def large_screen() -> Iterator[Screen]:
    with Screen("1000x860x24") as display:
        yield display


@pytest.fixture
def desk(
    program: Program,
    reader_service: ReaderService,
    session_bus: SessionBus,
    notification_server: NotificationServer,  # noqa: ARG001 - it answers on the bus
    browser: RecordingBrowser,
    tool: RecordingTool,
    large_screen: Screen,
    tmp_path: Path,
) -> Iterator[GuidePublisher]:
    """A desktop with a window manager, a browser, a mail program and the vendor's tool."""
    program.environment |= reader_service.environment | session_bus.environment | browser.environment
    program.environment |= dict(large_screen.environment) | {"LANG": "en_GB.UTF-8"}
    program.configure(
        f'[procedures.opalexe]\nplatform_url = "{PLATFORM_URL}"\ntool = "{tool.program}"\nmargin_hours = 0\n'
    )
    manager = Process(
        [require_tool("openbox", "openbox")], environment=os.environ | large_screen.environment, log=tmp_path / "wm.log"
    )
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    with Accessibility(session_bus) as tree:
        program.environment |= tree.environment
        yield GuidePublisher(program, reader_service, tree, pictures)
    manager.close()


def bring_both(desk: GuidePublisher, old: PivCard) -> PivCard:
    """Open the guide, show both keys, and say that the new one is activated; return the new one."""
    new = new_key()
    assert desk.program.run("guide").returncode == 0
    desk.sees("Put your key in")
    desk.reader.insert(old)
    desk.sees("Plugged in: your")
    desk.reader.swap(new)
    activate(desk)
    return new


def activate(desk: GuidePublisher) -> None:
    """Say of each step in the vendor's tool that it is done."""
    for done in (
        "It is open and up to date",
        "I have clicked “Activer”",
        "The code is accepted",
        "The key is activated",
    ):
        desk.sees(done)
        desk.press(done)


def test_step_2a_from_the_notice_to_the_active_certificate(
    desk: GuidePublisher, notification_server: NotificationServer, browser: RecordingBrowser, tool: RecordingTool
) -> None:
    old, new = card(datetime.now(UTC) + timedelta(days=200), 1), new_key()
    desk.reader.insert(old)
    wait_until(lambda: "MARTIN" in desk.program.run("status").stdout, "the old key is known")
    desk.reader.swap(new)
    notice = notification_server.next_notice()
    while notice.summary != "Your new key is here":
        notice = notification_server.next_notice()
    notification_server.action_invoked(notice.id, "default")
    assert tool.wait() == [[]]
    activate(desk)
    desk.sees("Put the old key in")
    for _ in range(2):  # the wrong key, twice
        desk.reader.remove()
        desk.sees("No key is in.")
        desk.reader.insert(new)
        desk.sees("The key that is in is your new key.")
        assert not desk.has("Open the platform")
    desk.reader.swap(old)
    desk.sees("Choose the certificate of your old key.")
    desk.reader.remove()  # too early
    desk.sees("No key is in.")
    assert not desk.has("Open the platform")
    desk.reader.insert(old)
    desk.press("Open the platform")
    assert browser.wait() == [[PLATFORM_URL]]
    desk.press("I am logged in")
    desk.sees("Ask for the mail")
    desk.press("The mail was sent, I clicked OK")
    desk.sees("Close all browser windows")
    assert desk.program.run("quit").returncode == 0
    assert desk.daemon.wait() == 0
    desk.watch()
    assert desk.program.run("run").returncode == 0  # a second start shows the guide of the first
    desk.sees("Close all browser windows")
    desk.press("All windows are closed")
    desk.sees("Take the old key out")
    desk.reader.remove()
    desk.sees("No key is in.")
    desk.reader.insert(new)
    for done in ("I have clicked the link", "The PIN is accepted", "I see my space", "The new certificate is active"):
        desk.sees(done)
        desk.press(done)
    desk.sees("All is done")
    assert desk.program.run("status", "--json").returncode == 0


def test_step_2b_from_an_expired_key_to_the_letter(desk: GuidePublisher, browser: RecordingBrowser) -> None:
    bring_both(desk, card(datetime.now(UTC) - timedelta(days=3), 1))
    desk.sees("Open OPALEXE with the new key")
    desk.press("Open the platform")
    assert browser.wait() == [[PLATFORM_URL]]
    desk.press("I see “Nouveau certificat reconnu”")
    desk.sees("Say that you have an account")
    desk.press("I have followed the instructions")
    desk.sees("Write to the support")
    desk.press("Write to the support")
    (letter,) = browser.wait(2)[1]
    assert letter.startswith("mailto:support@opalexe.fr?")
    assert "Jeanne MARTIN" in unquote(letter)
    desk.press("I have sent the letter")
    desk.sees("Wait for the answer")
    desk.press("The support has answered")
    desk.sees("Log in and see your cases")
    desk.press("I see my cases")
    desk.sees("All is done")


def test_an_old_key_that_expires_on_the_way_leads_over_to_step_2b(desk: GuidePublisher) -> None:
    end = (datetime.now(UTC) + timedelta(seconds=40)).replace(microsecond=0)
    old = card(end, 1)
    bring_both(desk, old)
    desk.sees("Put the old key in")
    desk.reader.swap(old)
    desk.press("I am logged in")
    desk.sees("Ask for the mail")
    assert datetime.now(UTC) < end
    wait_until(lambda: datetime.now(UTC) > end, "the old certificate has expired", 45)
    desk.sees("Have the new certificate linked to your account")
    desk.reader.remove()
    desk.sees("The way has changed: the certificate of your old key")
