"""Both paths with two keys and the guide's window, through AT-SPI.

A picture of the screen is kept at every step, in the folder that pytest gives the test.
"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from support.accessibility import Accessibility, report
from support.card import PivCard
from support.desktop import Screen
from support.pki import make_certificate
from support.process import Process, SupportTimeoutError, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.browser import RecordingBrowser, RecordingTool
    from support.bus import SessionBus
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService

PLATFORM_URL = "https://platform.example/login"
THREE_YEARS = timedelta(days=3 * 365)
NEW_END = datetime.now(UTC) + THREE_YEARS - timedelta(days=1)


def card(end: datetime, number: int) -> PivCard:
    certificate = make_certificate(not_before=end - THREE_YEARS, not_after=end)
    return PivCard({"9A": certificate}, guid=bytes([number]) * 16)


def new_key() -> PivCard:
    return card(NEW_END, 2)


def day(moment: datetime) -> str:
    """Return a day as the window writes it."""
    local = moment.astimezone()
    return f"{local:%A} {local.day} {local:%B %Y}"


class Sitting:
    """The program with two readers, and a window operated by labels."""

    def __init__(self, program: Program, reader: ReaderService, tree: Accessibility, pictures: Path) -> None:
        self.program = program
        self.reader = reader
        self._tree = tree
        self._pictures = pictures
        self._taken = 0
        self.daemon = self.start_daemon()

    def start_daemon(self) -> Process:
        """Start the program and wait until it runs."""
        self.daemon = self.program.start("run")
        self.daemon.wait_for_log("vigicle is running")
        return self.daemon

    def wait_for(self, words: str) -> None:
        """Wait for these words in the window and take a picture."""
        self._wait_until(lambda: self._reads(words), f"the window says {words!r}")

    def wait_for_step(self, title: str) -> None:
        """Wait for the headline of a step, and take a picture."""
        self._wait_until(lambda: self._is_at(title), f"the window is at the step {title!r}")

    def _wait_until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            wait_until(condition, what, 20)
        except SupportTimeoutError as error:
            raise SupportTimeoutError(f"{error}\n{report(self._tree.tree(hidden=False))}") from error
        self._taken += 1
        scrot = require_tool("scrot", "scrot")
        path = self._pictures / f"{self._taken:02}.png"
        subprocess.run([scrot, "-o", str(path)], env=os.environ | self.program.environment, check=True, timeout=10)

    def press(self, label: str) -> None:
        """Press the button with this label."""
        node = self._tree.available("push button", label, 20)
        self._tree.act(node, "Press")

    def has(self, label: str) -> bool:
        """Return whether a button with this label is visible."""
        return any(n.name == label for n in self._tree.tree(hidden=False) if n.role == "push button")

    def _is_at(self, title: str) -> bool:
        names = [n.name for n in self._tree.tree(hidden=False) if n.role == "label"]
        return any(name.startswith("Step ") and name.endswith(f". {title}") for name in names)

    def _reads(self, words: str) -> bool:
        return any(words in f"{n.name} {n.description}" for n in self._tree.tree(hidden=False))


@pytest.fixture
def large_screen() -> Iterator[Screen]:
    with Screen("1000x860x24") as display:
        yield display


@pytest.fixture
def workstation(
    program: Program,
    reader_service: ReaderService,
    session_bus: SessionBus,
    notification_server: NotificationServer,  # noqa: ARG001 - it answers on the bus
    browser: RecordingBrowser,
    tool: RecordingTool,
    large_screen: Screen,
    tmp_path: Path,
) -> Iterator[Sitting]:
    """A desktop with window manager, browser, mail program and vendor's tool."""
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
        yield Sitting(program, reader_service, tree, pictures)
    manager.close()


def bring_both(workstation: Sitting, old: PivCard) -> PivCard:
    """Open the guide, present both keys and return the activated new one."""
    new = new_key()
    assert workstation.program.run("guide").returncode == 0
    workstation.wait_for("Plug in your key")
    workstation.reader.insert(old)
    workstation.wait_for("Plugged in: your")
    workstation.reader.swap(new)
    activate(workstation)
    return new


def activate(workstation: Sitting) -> None:
    """Confirm each step in the vendor's tool."""
    for done in (
        "It is open and up to date",
        "I have clicked “Activer”",
        "The code is accepted",
        "The key is activated",
    ):
        workstation.wait_for(done)
        workstation.press(done)


def test_step_2a_from_the_notice_to_the_active_certificate(
    workstation: Sitting, notification_server: NotificationServer, browser: RecordingBrowser, tool: RecordingTool
) -> None:
    old_end = datetime.now(UTC) + timedelta(days=200)
    old, new = card(old_end, 1), new_key()
    workstation.reader.insert(old)
    wait_until(lambda: "MARTIN" in workstation.program.run("status").stdout, "the old key is known")
    workstation.reader.swap(new)
    notice = notification_server.next_notice()
    while notice.summary != "New OPALEXE key found":
        notice = notification_server.next_notice()
    notification_server.action_invoked(notice.id, "default")
    assert tool.wait() == [[]]
    activate(workstation)
    workstation.press("Go on")
    workstation.wait_for_step("This is not the right key yet")
    for _ in range(2):  # the wrong key, twice
        workstation.reader.remove()
        workstation.wait_for_step("Plug in the old key")
        workstation.wait_for("No key is plugged in.")
        workstation.reader.insert(new)
        workstation.wait_for_step("This is not the right key yet")
        workstation.wait_for("Plugged in is your new key.")
        assert not workstation.has("Open the platform")
    workstation.reader.swap(old)
    workstation.wait_for_step("Log in with the old key")
    workstation.wait_for(f"Choose the certificate that ends on {day(old_end)}.")
    workstation.reader.remove()  # too early
    workstation.wait_for("No key is plugged in.")
    assert not workstation.has("Open the platform")
    workstation.reader.insert(old)
    workstation.press("Open the platform")
    assert browser.wait() == [[PLATFORM_URL]]
    workstation.press("I am logged in")
    workstation.wait_for_step("Ask to add the certificate")
    workstation.press("The mail was sent, I clicked OK")
    workstation.wait_for_step("Close all browser windows")
    assert workstation.program.run("quit").returncode == 0
    assert workstation.daemon.wait() == 0
    workstation.start_daemon()
    assert workstation.program.run("run").returncode == 0  # a second start shows the guide of the first
    workstation.wait_for_step("Close all browser windows")
    workstation.press("All windows are closed")
    workstation.wait_for_step("Unplug the old key")
    workstation.reader.remove()
    workstation.wait_for("No key is plugged in.")
    workstation.wait_for_step("Plug in the new key")
    workstation.reader.insert(new)
    workstation.wait_for(f"Choose the certificate that ends on {day(NEW_END)}.")
    last_steps = (
        "I have clicked the link",
        "The PIN is accepted",
        "I see my usual pages",
        "The new certificate is active",
    )
    for done in last_steps:
        workstation.wait_for(done)
        workstation.press(done)
    workstation.wait_for("Has your new key opened your account?")
    workstation.press("Yes, it has")
    workstation.wait_for("Your new key is in use")
    assert workstation.program.run("status", "--json").returncode == 0


def test_step_2b_from_an_expired_key_to_the_letter(workstation: Sitting, browser: RecordingBrowser) -> None:
    bring_both(workstation, card(datetime.now(UTC) - timedelta(days=3), 1))
    workstation.press("Go on")
    workstation.wait_for_step("Open OPALEXE with the new key")
    workstation.press("Open the platform")
    assert browser.wait() == [[PLATFORM_URL]]
    workstation.press("I see “Nouveau certificat reconnu”")
    workstation.wait_for_step("Answer that you have an account")
    workstation.press("I have followed the instructions")
    workstation.wait_for_step("If OPALEXE asks you to, write to the support")
    workstation.press("Write to the support")
    (letter,) = browser.wait(2)[1]
    assert letter.startswith("mailto:support@opalexe.fr?")
    assert "Jeanne MARTIN" in unquote(letter)
    workstation.press("The message is sent, or not needed")
    workstation.wait_for_step("Wait for the answer")
    workstation.press("OPALEXE has answered")
    workstation.wait_for_step("Check that you find your cases")
    workstation.press("I see my cases")
    workstation.wait_for("Has your new key opened your account?")
    workstation.press("Yes, it has")
    workstation.wait_for("Your new key is in use")


def test_an_old_key_that_expires_meanwhile_switches_to_step_2b(workstation: Sitting) -> None:
    end = (datetime.now(UTC) + timedelta(seconds=40)).replace(microsecond=0)
    old = card(end, 1)
    new = bring_both(workstation, old)
    workstation.press("Go on")
    workstation.wait_for_step("This is not the right key yet")
    workstation.wait_for("Plug in your old key.")
    workstation.reader.swap(old)
    workstation.wait_for_step("Log in with the old key")
    workstation.press("I am logged in")
    workstation.wait_for_step("Ask to add the certificate")
    assert datetime.now(UTC) < end
    wait_until(lambda: datetime.now(UTC) > end, "the old certificate has expired", 45)
    workstation.wait_for_step("This is not the right key yet")
    workstation.wait_for("Plug in your new key.")
    workstation.reader.remove()
    workstation.wait_for_step("Plug in the new key")
    workstation.wait_for(f"The steps have changed: your old key expired on {day(end)} at ")
    workstation.reader.insert(new)
    workstation.wait_for_step("Open OPALEXE with the new key")
