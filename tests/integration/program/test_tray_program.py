"""The tray of the whole program, read and clicked over D-Bus."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.card import PivCard
from support.pki import make_certificate
from support.process import PATIENCE_S, wait_until
from support.tray import TrayItem, TrayWatcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.browser import RecordingBrowser
    from support.bus import SessionBus
    from support.desktop import NotificationServer
    from support.process import Process
    from support.program import Program
    from support.reader import ReaderService


@pytest.fixture
def watcher(session_bus: SessionBus) -> Iterator[TrayWatcher]:
    with TrayWatcher(session_bus) as watcher:
        yield watcher


@pytest.fixture
def workstation(
    program: Program, reader_service: ReaderService, session_bus: SessionBus, browser: RecordingBrowser
) -> Program:
    program.environment |= reader_service.environment | session_bus.environment | browser.environment
    program.environment["LANG"] = "en_GB.UTF-8"
    return program


def on_tray(workstation: Program, watcher: TrayWatcher, session_bus: SessionBus) -> tuple[Process, TrayItem]:
    daemon = workstation.start("run")
    return daemon, watcher.wait_for_item(session_bus)


def key(left: timedelta) -> PivCard:
    end = datetime.now(UTC) + left + timedelta(hours=1)
    return PivCard({"9A": make_certificate(not_before=end - timedelta(days=1000), not_after=end)})


def test_the_menu_begins_with_the_state_and_the_action_whose_click_opens_the_page(
    workstation: Program,
    reader_service: ReaderService,
    session_bus: SessionBus,
    watcher: TrayWatcher,
    browser: RecordingBrowser,
) -> None:
    _, item = on_tray(workstation, watcher, session_bus)
    wait_until(lambda: "No key seen yet" in item.tooltip, "the readers were seen")
    reader_service.insert(key(timedelta(days=20)))
    order = "Order a new key…"
    wait_until(lambda: order in item.labels(), "the order is offered")
    assert item.labels()[0] == item.tooltip == "Your OPALEXE key: 20 days left"
    assert item.labels()[2:] == [order, "Remind me tomorrow", "Open vigicle", "A problem?", "Settings", "Quit vigicle"]
    item.click(order)
    assert browser.wait(1) == [["https://www.certeurope.fr"]]


def test_the_first_start_is_welcomed_and_the_menu_ticks_the_start_at_login(
    workstation: Program, session_bus: SessionBus, watcher: TrayWatcher, notification_server: NotificationServer
) -> None:
    _, item = on_tray(workstation, watcher, session_bus)
    welcome = notification_server.next_notice()
    assert welcome.summary == "Ready: vigicle will remind you"
    entry = workstation.home / ".config/autostart/vigicle.desktop"
    wait_until(lambda: ticked(item) is False, "the menu knows")
    item.click("Start with the computer")
    wait_until(entry.exists, "the login entry is there")
    wait_until(lambda: ticked(item) is True, "it is ticked")
    item.click("Start with the computer")
    wait_until(lambda: ticked(item) is False, "it is off again")


def ticked(item: TrayItem) -> bool | None:
    lines = (line for entry in item.lines() for line in entry.lines)
    return next((line.checked for line in lines if line.label == "Start with the computer"), None)


def test_the_language_changes_at_once_and_for_good(
    workstation: Program, session_bus: SessionBus, watcher: TrayWatcher
) -> None:
    daemon, item = on_tray(workstation, watcher, session_bus)
    item.click("Langue : français")
    wait_until(lambda: "Quitter vigicle" in item.labels(), "the menu is French")
    wait_until(lambda: "Aucune clé vue" in item.tooltip, "the tooltip is French")
    assert "Aucune clé n’est encore connue. Branchez la vôtre." in workstation.run("status").stdout
    item.click("Quitter vigicle")
    assert daemon.wait() == 0


def test_the_menu_runs_a_diagnosis_and_shows_the_remedy(
    workstation: Program, session_bus: SessionBus, watcher: TrayWatcher, notification_server: NotificationServer
) -> None:
    _, item = on_tray(workstation, watcher, session_bus)
    assert notification_server.next_notice().summary == "Ready: vigicle will remind you"
    item.click("A problem?")
    assert notification_server.next_notice().summary.startswith("To look at: ")


def test_the_demonstration_shows_a_tray_icon_and_labels_its_notices(
    workstation: Program, session_bus: SessionBus, watcher: TrayWatcher, notification_server: NotificationServer
) -> None:
    demo = workstation.start("run", "--demo")
    item = watcher.wait_for_item(session_bus)
    assert notification_server.next_notice().summary == "Demonstration · OPALEXE key: 90 days left"
    wait_until(lambda: "Order a new key…" in item.labels(), "the menu follows the story")
    assert demo.wait(timeout_s=90) == 0


def test_the_demonstration_needs_no_desktop_and_leaves_nothing(program: Program) -> None:
    done = program.run("run", "--demo", "--headless", timeout_s=90)
    assert done.returncode == 0
    assert "Step 10 of 10: Check the new certificate" in done.stdout
    assert "Your key is in order again" in done.stdout
    assert "Traceback" not in done.stderr
    assert not program.state_folder.exists()


def test_the_demonstration_waits_at_each_step_when_asked_to(program: Program, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("vigicle")), "run", "--demo", "--headless", "--step"]
    master, terminal = pty.openpty()
    demo = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=program.environment | {"LANG": "C"}, cwd=tmp_path
    )
    os.close(terminal)
    shown, steps = b"", 0
    with contextlib.suppress(OSError):  # the terminal is closed at the end
        while piece := os.read(master, 4096):
            shown += piece  # in which a question may be cut anywhere
            if shown.count(b"Press Enter") > steps:
                steps += 1
                os.write(master, b"\n")
    os.close(master)
    assert demo.wait(PATIENCE_S) == 0
    assert steps > 10
    assert b"Your key is in order again" in shown
