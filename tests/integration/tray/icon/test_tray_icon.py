"""The tray icon on a real bus, as a panel sees it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from config.i18n.text import Text, text
from config.values import replace
from daemon.core.commands import (
    AnswerNotice,
    CheckKeys,
    ChooseAction,
    Command,
    QuitDaemon,
    RaiseGuide,
    ToggleAutostart,
)
from daemon.core.events import CommandReceived, FaultMet
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind
from daemon.core.views.tray import IconState, MenuItem, TrayView
from support.bus import BusService
from support.guide_actions import action_id
from support.process import PATIENCE_S, Process, wait_until
from support.tray import ITEM, MENU, TrayWatcher
from support.tray_icon_probe import RunningTrayIcon
from tray.icon.drawing import draw_icon
from tray.icon.tray_icon import LABEL_LIMIT, default_command, load_icon_class

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.bus import SessionBus
    from support.tray import MenuLine, TrayItem

HOLDER = "Jeanne MARTIN"
ORDER = MenuItem(label=text("menu.order"), command=AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, "key-1")))
LATER = MenuItem(
    label=text("menu.later"),
    command=AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, "key-1"), choice=NoticeChoice.LATER),
)
LOGIN = MenuItem(label=text("menu.login"), command=ToggleAutostart(), checked=True)
PRESENT = MenuItem(label=text("menu.until", date=datetime(2028, 10, 27, 12, tzinfo=UTC)))
VALID = "Valid until Friday 27 October 2028"
CHECK = MenuItem(label=text("menu.check"), command=CheckKeys())
GUIDE = MenuItem(label=text("menu.guide"), command=RaiseGuide())
SETTINGS = MenuItem(label=text("menu.settings"), items=(LOGIN, CHECK))
QUIT = MenuItem(label=text("menu.quit"), command=QuitDaemon())


def word(words: str) -> Text:
    """A text that is these words."""
    return text("doctor.finding", what=words, remedy="")


def workflow_of(step: str, *actions: str) -> MenuItem:
    """The menu of a workflow: the step, and what it offers."""
    commands = {a: ChooseAction(action=action_id(f"end:{step}:{a}")) for a in actions}
    offered = (
        MenuItem(label=word(f"The new key of {a} already works"), command=command) for a, command in commands.items()
    )
    return MenuItem(
        label=text("path.add_with_old"), items=(MenuItem(label=word(f"Order a new key for {step}")), *offered)
    )


def view_of(
    *items: MenuItem, icon_state: IconState = IconState.WELL, days: int | None = 12, holder: str = HOLDER
) -> TrayView:
    tooltip = text("face.well", key=holder, left=text("days.left", count=12))
    return TrayView(icon_state=icon_state, tooltip=tooltip, days_left=days, items=items)


@pytest.fixture
def watcher(on_bus: SessionBus) -> Iterator[TrayWatcher]:
    with TrayWatcher(on_bus) as watcher:
        yield watcher


@pytest.fixture
def item(watcher: TrayWatcher, on_bus: SessionBus, running: RunningTrayIcon) -> TrayItem:
    running.show(view_of(PRESENT, ORDER, LATER, GUIDE, SETTINGS, QUIT, icon_state=IconState.SOON))
    shown = watcher.wait_for_item(on_bus)
    wait_until(lambda: shown.status == "Active" and bool(shown.labels()), "the icon shows the face")
    return shown


def test_the_icon_has_the_words_and_the_menu_of_the_view(item: TrayItem) -> None:
    assert item.tooltip == item.title == "Your Jeanne MARTIN: 12 days left"
    assert item.property("ItemIsMenu") is False, "a left click is no menu"
    assert [(line.label, line.enabled) for line in item.lines()] == [
        (VALID, False),
        ("", True),
        ("Order a new key…", True),
        ("Remind me tomorrow", True),
        ("", True),
        ("Open vigicle", True),
        ("Settings", True),
        ("", True),
        ("Quit vigicle", True),
    ]


@pytest.mark.parametrize("icon_state", IconState)
def test_each_look_is_shown(icon_state: IconState, item: TrayItem, running: RunningTrayIcon) -> None:
    running.show(view_of(icon_state=icon_state))
    expected = {size: draw_icon(icon_state, size, 12).tobytes() for size in (16, 22, 24, 32, 48, 64)}

    def shown() -> bool:
        return {size: picture.tobytes() for size, picture in item.pictures().items()} == expected

    wait_until(shown, f"the icon is {icon_state}")


def test_a_panel_gets_every_property_at_once(item: TrayItem) -> None:
    properties = item.properties()
    assert properties["Category"] == "ApplicationStatus"
    assert properties["Id"] == "vigicle"
    assert properties["Menu"] == "/MenuBar"
    assert len(properties["IconPixmap"]) == 6


def test_a_property_that_is_not_there_is_refused(item: TrayItem) -> None:
    with pytest.raises(RuntimeError, match="Gibberish"):
        item.property("Gibberish")


def test_calls_with_other_arguments_are_refused_and_logged_once(
    item: TrayItem, caplog: pytest.LogCaptureFixture
) -> None:
    malformed = [("Event", "s", "clicked"), ("GetLayout", "s", ""), ("EventGroup", "as", ["x"]), ("Event", "i", 2**30)]
    for member, signature, argument in malformed * 5:
        with pytest.raises(RuntimeError, match="other arguments"):
            item.call("/MenuBar", MENU, member, signature, argument)
    with pytest.raises(RuntimeError, match="other arguments"):
        item.call("/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get", "s", "Title")
    assert item.labels()
    told = [record for record in caplog.records if record.name.startswith("tray.")]  # threads of other tests may go on
    assert [record.levelname for record in told if record.levelno >= logging.WARNING] == ["WARNING"]
    assert "Traceback" not in caplog.text


def test_the_tooltip_holds_no_markup(item: TrayItem, running: RunningTrayIcon) -> None:
    running.show(replace(view_of(), tooltip=word("<b>A & B</b>")))
    wait_until(lambda: "A & B" in item.title, "the words are shown")
    assert item.title == "<b>A & B</b>"
    assert item.tooltip == "&lt;b&gt;A &amp; B&lt;/b&gt;"


def test_clicks_post_what_the_lines_mean(item: TrayItem, running: RunningTrayIcon) -> None:
    item.click("Order a new key…")
    assert running.posted.command() == AnswerNotice(
        notice_id=NoticeId(NoticeKind.KEY, "key-1"), choice=NoticeChoice.OPEN
    )
    item.click("Remind me tomorrow")
    assert running.posted.command() == AnswerNotice(
        notice_id=NoticeId(NoticeKind.KEY, "key-1"), choice=NoticeChoice.LATER
    )
    item.click("Start with the computer")
    assert running.posted.command() == ToggleAutostart()
    item.click("Quit vigicle")
    event = running.posted.next(CommandReceived)
    assert (event.request, event.command) == (None, QuitDaemon())
    assert event.at.utcoffset() is not None


def test_a_click_carries_its_right_once(item: TrayItem, running: RunningTrayIcon) -> None:
    item.provide_activation("right-1")
    item.activate()
    item.click("Quit vigicle")
    item.provide_activation("x" * 200_000)  # no program could be started with it
    item.activate()
    assert [running.posted.next(CommandReceived).activation for _ in range(3)] == ["right-1", None, None]


def test_a_line_that_informs_does_nothing(item: TrayItem, running: RunningTrayIcon) -> None:
    item.click(VALID)
    item.activate()
    assert running.posted.command() == RaiseGuide()  # of the icon's own click, and nothing before it


def test_a_click_that_comes_too_late_does_nothing(item: TrayItem, running: RunningTrayIcon) -> None:
    (order,) = [line for line in item.lines() if line.label.startswith("Order")]
    running.show(view_of(QUIT, CHECK))
    wait_until(lambda: item.labels() == ["Quit vigicle", "Read the plugged-in keys again"], "the menu changes")
    item.click_id(order.id)
    item.click("Read the plugged-in keys again")
    assert running.posted.command() == CheckKeys()


def test_a_line_keeps_its_id_while_its_words_stay(item: TrayItem, running: RunningTrayIcon) -> None:
    before = {line.label: line.id for line in item.lines() if line.label}
    running.show(view_of(QUIT, ORDER))
    wait_until(lambda: len(item.labels()) == 2, "the menu changes")
    assert {line.label: line.id for line in item.lines() if line.label}.items() <= before.items()


def test_a_workflow_opens_a_menu_of_its_own(item: TrayItem, running: RunningTrayIcon) -> None:
    running.show(view_of(ORDER, GUIDE, workflow_of("step", "A_1", "B"), PRESENT, CHECK))
    wait_until(lambda: "Add the new key with the old one" in item.labels(), "the menu changes")
    top = [(line.label, line.enabled, len(line.lines)) for line in item.lines()]
    assert top == [
        ("Order a new key…", True, 0),
        ("", True, 0),
        ("Open vigicle", True, 0),
        ("Add the new key with the old one", True, 4),
        ("", True, 0),
        (VALID, False, 0),
        ("", True, 0),
        ("Read the plugged-in keys again", True, 0),
    ]
    (workflow,) = [line for line in item.lines() if line.lines]
    assert [(line.label, line.enabled) for line in workflow.lines] == [
        ("Order a new key for step", False),
        ("", True),
        ("The new key of A_1 already works", True),
        ("The new key of B already works", True),
    ]
    item.click("The new key of A_1 already works")
    assert running.posted.command() == ChooseAction(action=action_id("end:step:A_1"))
    item.click("Open vigicle")
    assert running.posted.command() == RaiseGuide()


def test_the_same_words_at_the_next_step_are_another_line(item: TrayItem, running: RunningTrayIcon) -> None:
    def done() -> MenuLine:
        return item.lines()[0].lines[-1]

    running.show(view_of(workflow_of("first", "it")))
    wait_until(lambda: bool(item.lines()[0].lines), "the course is there")
    before = done()
    running.show(view_of(workflow_of("second", "it")))
    wait_until(lambda: done().id != before.id, "the menu changes")
    item.click_id(before.id)
    item.click_id(done().id)
    assert running.posted.command() == ChooseAction(action=action_id("end:second:it"))
    assert running.posted.rest() == []


def test_a_panel_may_ask_for_a_part_of_the_menu(item: TrayItem, running: RunningTrayIcon) -> None:
    running.show(view_of(CHECK, workflow_of("step", "A")))
    wait_until(lambda: any(line.lines for line in item.lines()), "the menu changes")
    (workflow,) = [line for line in item.lines() if line.lines]
    assert [line.label for line in item.lines(workflow.id)] == [line.label for line in workflow.lines]
    assert [len(line.lines) for line in item.lines(depth=1)] == [0] * len(item.lines())


def test_hostile_names_become_one_short_line(item: TrayItem, running: RunningTrayIcon) -> None:
    holder = "_A&B\n\u202e" + "x" * 300
    running.show(view_of(MenuItem(label=word(f"Order a new key for {holder}"), command=CheckKeys()), holder=holder))
    wait_until(lambda: "_A&B x" in item.title, "the name is shown")
    (label,) = item.labels()
    assert label.startswith("Order a new key for _A&B xxx")
    assert len(label) == LABEL_LIMIT
    assert len(item.tooltip) <= 127


def test_the_view_shown_before_the_tray_runs_is_the_first(watcher: TrayWatcher, on_bus: SessionBus) -> None:
    tray = RunningTrayIcon()
    tray.show(view_of(QUIT))
    with tray:
        assert watcher.wait_for_item(on_bus).labels() == ["Quit vigicle"]


def test_a_panel_that_comes_late_gets_the_icon(on_bus: SessionBus, caplog: pytest.LogCaptureFixture) -> None:
    with RunningTrayIcon() as running:  # no fixture: between fixtures and test pytest keeps no line of the log
        running.show(view_of(QUIT))
        wait_until(lambda: "No panel with a tray so far" in caplog.text, "the tray runs")
        with TrayWatcher(on_bus) as late:
            item = late.wait_for_item(on_bus)
            wait_until(lambda: item.status == "Active", "the icon is shown")


def test_the_icon_comes_where_another_program_has_its_name(on_bus: SessionBus, watcher: TrayWatcher) -> None:
    with OtherItem(on_bus), RunningTrayIcon() as tray:
        tray.show(view_of(QUIT))
        shown = watcher.wait_for_item(on_bus)
        wait_until(lambda: shown.labels() == ["Quit vigicle"], "its menu is there")


class OtherItem(BusService):
    """A program of another sandbox, with the same process number."""

    name = f"{ITEM}-{os.getpid()}-1"
    path = "/StatusNotifierItem"
    interface = ITEM


def test_a_panel_that_restarts_gets_the_icon_again(on_bus: SessionBus, running: RunningTrayIcon) -> None:
    for _ in range(3):
        with TrayWatcher(on_bus) as panel:
            running.show(view_of(QUIT))
            assert panel.wait_for_item(on_bus).labels() == ["Quit vigicle"]


def test_without_a_session_bus_vigicle_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    others = {*threading.enumerate()}  # of which some may end meanwhile
    with RunningTrayIcon() as tray:
        wait_until(lambda: "No tray icon" in caplog.text, "the log says why")
        tray.show(view_of(QUIT))
        assert tray.thread.is_alive()
    wait_until(lambda: {*threading.enumerate()} <= others, "no thread is left")


def test_a_session_bus_that_ends_leaves_vigicle_running(
    session_bus: SessionBus,
    watcher: TrayWatcher,
    item: TrayItem,
    running: RunningTrayIcon,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert item.status == "Active"
    watcher.stop()
    session_bus.stop()
    wait_until(lambda: "No tray icon: the session bus has gone" in caplog.text, "the log says why")
    running.show(view_of(icon_state=IconState.EXPIRED))
    assert running.thread.is_alive()


def test_the_icon_comes_back_with_the_bus(
    session_bus: SessionBus, watcher: TrayWatcher, item: TrayItem, running: RunningTrayIcon
) -> None:
    assert item.status == "Active"
    watcher.stop()
    session_bus.stop()
    session_bus.start()
    with TrayWatcher(session_bus) as again:
        returned = again.wait_for_item(session_bus)
        wait_until(lambda: returned.status == "Active", "it is shown")
    assert running.posted.rest() == []


@pytest.mark.parametrize("name", ["_run", "_serve_on", "_registration"])
def test_the_icon_is_begun_again_after_an_error(
    name: str, on_bus: SessionBus, watcher: TrayWatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.adapters.guard.FIRST_PAUSE_S", 0.01)
    icon = load_icon_class()
    whole, failed = getattr(icon, name), threading.Event()

    def failing_once(*arguments: object) -> object:
        if failed.is_set():
            return whole(*arguments)
        failed.set()
        raise ValueError("unforeseen")

    monkeypatch.setattr(icon, name, failing_once)
    with RunningTrayIcon() as tray:
        tray.posted.next(FaultMet)
        tray.show(view_of(QUIT))
        item = watcher.wait_for_item(on_bus)
        wait_until(lambda: item.labels() == ["Quit vigicle"], "the icon is there")


def test_a_desktop_session_that_is_over_ends_the_watch(on_bus: SessionBus, watcher: TrayWatcher) -> None:
    with RunningTrayIcon(session_patience_s=0.0) as tray:
        watcher.wait_for_item(on_bus)
        watcher.stop()
        on_bus.stop()
        assert tray.posted.command() == QuitDaemon()


def test_a_mute_bus_does_not_hinder_the_stop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.platform != "win32":
        with socket.socket(socket.AF_UNIX) as mute:
            mute.bind(str(tmp_path / "bus"))
            mute.listen()
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
            monkeypatch.setattr(sys.modules[load_icon_class().__module__], "CONNECT_S", 2 * PATIENCE_S)
            with RunningTrayIcon(), mute.accept()[0]:
                pass


def test_a_stop_before_the_run_ends_it_at_once(on_bus: SessionBus) -> None:  # noqa: ARG001 - it runs there
    tray = RunningTrayIcon()
    tray.tray.stop()
    with tray:
        pass


@pytest.mark.parametrize("delay_s", [0.0, 0.001, 0.003, 0.01, 0.03, 0.1])
def test_a_stop_while_the_tray_starts_ends_it(delay_s: float, on_bus: SessionBus) -> None:  # noqa: ARG001 - it runs there
    with RunningTrayIcon():
        time.sleep(delay_s)


def test_nothing_is_left_in_the_environment_for_children(item: TrayItem) -> None:
    assert item.status == "Active"
    assert "PYSTRAY_BACKEND" not in os.environ


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        (
            [AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, "a")), CheckKeys(), RaiseGuide(), QuitDaemon()],
            RaiseGuide(),
        ),
        ([CheckKeys(), None, QuitDaemon()], None),
    ],
    ids=["the window, whatever is to be done", "nothing else"],
)
def test_a_click_on_the_icon_opens_the_window_and_never_a_page_or_tool(
    commands: list[Command | None], expected: Command | None
) -> None:
    assert default_command(commands) == expected


def test_a_tick_is_shown_and_follows_the_view(item: TrayItem, running: RunningTrayIcon) -> None:
    def ticks() -> dict[str, bool | None]:
        return {line.label: line.checked for entry in item.lines() for line in entry.lines}

    assert ticks() == {"Start with the computer": True, "Read the plugged-in keys again": None}
    running.show(view_of(MenuItem(label=text("menu.settings"), items=(replace(LOGIN, checked=False),))))
    wait_until(lambda: ticks() == {"Start with the computer": False}, "the tick goes")


PROGRAM = """
import signal, threading
from config.i18n.translator import Translator
from tray.icon.tray_icon import TrayIcon
icon = TrayIcon(Translator("en").render, lambda event: None)
signal.signal(signal.SIGTERM, lambda *_: icon.stop())
signal.signal(signal.SIGINT, lambda *_: icon.stop())
icon.run()
import sys
assert not {"gi", "PIL.PngImagePlugin", "Xlib"} & sys.modules.keys(), "more is loaded than the tray needs"
print("ended well")
"""


@pytest.mark.parametrize("number", ["TERM", "INT"])
def test_signals_reach_our_own_handlers(number: str, on_bus: SessionBus, watcher: TrayWatcher, tmp_path: Path) -> None:
    process = Process([sys.executable, "-c", PROGRAM], environment=os.environ, log=tmp_path / "log")
    try:
        watcher.wait_for_item(on_bus)
        os.kill(process.pid, getattr(signal, f"SIG{number}"))
        assert process.wait() == 0, process.text
        assert "ended well" in process.text
    finally:
        process.close()


@pytest.fixture(autouse=True)
def _log_at_info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
