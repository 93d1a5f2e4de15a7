"""The icon on macOS: real pystray over a fake AppKit."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest

from daemon.core.views.tray import IconState
from support import appkit
from tray.icon.tray_icon import IconDrawing

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = ("Check now", "Is something wrong?", "Quit vigicle")
NEW = ("Order a new key", "Remind me tomorrow", "Check now", "Quit vigicle")


class Bar:
    """An icon, and what its lines did."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.pystray = importlib.import_module("pystray")
        module = importlib.import_module("tray.icon.macos")
        self.icon = module.MacIcon("vigicle", IconDrawing(IconState.WELL), "All is well", self.menu(OLD))
        self.icon.update_menu()

    def menu(self, titles: tuple[str, ...]) -> Any:
        def line(title: str) -> Any:
            return self.pystray.MenuItem(title, lambda _icon, _item: self.done.append(title))

        return self.pystray.Menu(*map(line, titles))

    @property
    def shown(self) -> appkit.NSMenu:
        menu: appkit.NSMenu = self.icon._status_item.values["Menu"]
        return menu


@pytest.fixture
def bar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bar]:
    appkit.install(monkeypatch)
    monkeypatch.delitem(sys.modules, "tray.icon.macos", raising=False)
    yield Bar()
    del sys.modules["tray.icon.macos"]


def test_a_menu_that_changes_while_open_still_does_what_it_shows(bar: Bar) -> None:
    bar.shown.open()
    clicked = bar.shown.items[0]
    bar.icon.menu = bar.menu(NEW)
    assert bar.shown.titles == list(OLD)
    bar.shown.choose(clicked)
    assert bar.done == [clicked.title] == ["Check now"]


def test_the_menu_shows_the_change_when_it_opens_next(bar: Bar) -> None:
    bar.icon.menu = bar.menu(NEW)
    bar.shown.open()
    assert bar.shown.titles == list(NEW)
    bar.shown.choose(bar.shown.items[0])
    assert bar.done == ["Order a new key"]


def test_an_update_asked_for_while_open_waits(bar: Bar) -> None:
    bar.shown.open()
    bar.icon.menu = bar.menu(NEW)
    bar.shown.values["Delegate"].menuNeedsUpdate_(bar.shown)
    assert bar.shown.titles == list(OLD)


def test_a_line_that_left_the_menu_does_nothing(bar: Bar) -> None:
    late = bar.shown.items[0]
    bar.icon.menu = bar.menu(NEW)
    bar.shown.open()
    bar.shown.choose(late)
    assert bar.done == []


def test_a_line_of_a_submenu_carries_its_own_action(bar: Bar) -> None:
    bar.icon.menu = bar.pystray.Menu(
        bar.pystray.MenuItem("More", bar.menu(NEW)), *(item for item in bar.menu(OLD).items)
    )
    bar.shown.open()
    submenu: appkit.NSMenu = bar.shown.items[0].values["Submenu"]
    bar.shown.choose(submenu.items[1])
    assert bar.done == ["Remind me tomorrow"]


def test_voiceover_reads_the_icon_and_it_fits_the_bar(bar: Bar) -> None:
    bar.icon._show()
    button = bar.icon._status_item.button().values
    image = button["Image"].values
    assert image["AccessibilityDescription"] == button["AccessibilityLabel"] == "All is well"
    assert (button["Title"], button["ImagePosition"]) == ("vigicle", appkit.NAMES["NSImageOnly"])
    assert image["Size"] == (18, 18)


def test_a_second_start_shows_the_guide(bar: Bar) -> None:
    opened: list[bool] = []
    bar.icon.reopened = lambda: opened.append(True)
    application = appkit.NSApplication.sharedApplication()
    handled = application.values["Delegate"].applicationShouldHandleReopen_hasVisibleWindows_(application, 0)
    assert (opened, handled) == ([True], False)
    assert application.calls == ["yield to fr.vigicle.vigicle"]


def test_at_log_out_the_program_ends_in_order(bar: Bar) -> None:
    """AppKit ends the process once the delegate returns (NSApplicationDelegate, applicationWillTerminate:)."""
    ended: list[bool] = []
    bar.icon.session_ends = lambda: ended.append(True)
    application = appkit.NSApplication.sharedApplication()
    application.values["Delegate"].applicationWillTerminate_(application)
    assert ended == [True]


def test_a_chosen_line_lets_the_window_come_to_the_front(bar: Bar) -> None:
    bar.shown.open()
    bar.shown.choose(bar.shown.items[0])
    assert appkit.NSApplication.sharedApplication().calls == ["yield to fr.vigicle.vigicle"]


def test_the_windows_process_becomes_the_active_program(monkeypatch: pytest.MonkeyPatch) -> None:
    appkit.install(monkeypatch)
    monkeypatch.setattr(sys, "platform", "darwin")
    importlib.import_module("tray.window.activation").activate_process()
    application = appkit.NSApplication.sharedApplication()
    assert application.values["ActivationPolicy"] == appkit.NAMES["NSApplicationActivationPolicyRegular"]
    assert application.calls == ["activate"]


def test_a_wake_and_a_change_of_user_are_heard_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    appkit.install(monkeypatch)
    monkeypatch.delitem(sys.modules, "daemon.adapters.schedule.resume_macos", raising=False)
    woken: list[bool] = []
    moves: list[bool] = []
    resume = importlib.import_module("daemon.adapters.schedule.resume_macos").WorkspaceResume(
        lambda: woken.append(True), moves.append
    )
    heard = (
        "NSWorkspaceDidWakeNotification",
        "NSWorkspaceSessionDidResignActiveNotification",
        "NSWorkspaceSessionDidBecomeActiveNotification",
    )
    resume.start()
    for name in heard:
        appkit.NSWorkspace.center.post(name)
    resume.stop()
    for name in heard:
        appkit.NSWorkspace.center.post(name)
    assert woken == [True]
    assert moves == [False, True]
