"""The notification servers, the login manager and the recorders."""

from __future__ import annotations

import asyncio
import os
import subprocess
import webbrowser
from typing import TYPE_CHECKING

import pytest
from dbus_fast import BusType, Message, Variant
from dbus_fast.aio import MessageBus

from support.bus import LoginManager, PrivateBus, SessionBus, call
from support.desktop import Dunst, NotificationServer
from support.process import PATIENCE_S, SupportTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.browser import RecordingBrowser, RecordingTool


def notify_message(summary: str, *, replaces: int = 0, actions: Mapping[str, str] | None = None) -> Message:
    flat = [part for pair in (actions or {}).items() for part in pair]
    body = ["vigicle", replaces, "icon", summary, "the body", flat, {"urgency": Variant("y", 2)}, -1]
    return to_server("Notify", "susssasa{sv}i", body)


def to_server(member: str, signature: str = "", body: list[object] | None = None) -> Message:
    return Message(
        destination=NotificationServer.name,
        path=NotificationServer.path,
        interface=NotificationServer.interface,
        member=member,
        signature=signature,
        body=body or [],
    )


def match_rule(path: str) -> Message:
    name = "org.freedesktop.DBus"
    return Message(
        destination=name,
        path="/org/freedesktop/DBus",
        interface=name,
        member="AddMatch",
        signature="s",
        body=[f"type='signal',path='{path}'"],
    )


def notify(bus: PrivateBus, summary: str, *, replaces: int = 0, actions: Mapping[str, str] | None = None) -> int:
    (notice_id,) = call(bus, notify_message(summary, replaces=replaces, actions=actions))
    assert isinstance(notice_id, int)
    return notice_id


async def next_signal(
    bus: PrivateBus, member: str, path: str, act: Callable[[], None], first: Message | None = None
) -> list[object]:
    """Return the body of the signal that follows `act`.

    `first` is called before, on the same connection.
    """
    client = await MessageBus(bus_address=bus.address).connect()
    received: asyncio.Future[list[object]] = asyncio.get_running_loop().create_future()

    def collect_sleep(message: Message) -> None:
        if message.member == member and not received.done():
            received.set_result(message.body)

    client.add_message_handler(collect_sleep)
    await client.call(match_rule(path))
    if first is not None:
        await client.call(first)
    await asyncio.to_thread(act)
    try:
        return await asyncio.wait_for(received, PATIENCE_S)
    finally:
        client.disconnect()


def test_every_notice_is_recorded_in_order(session_bus: SessionBus, notification_server: NotificationServer) -> None:
    first = notify(session_bus, "one", actions={"default": "", "open": "Ouvrir"})
    assert notify(session_bus, "two", replaces=first) == first
    assert notify(session_bus, "three") != first
    notice = notification_server.next_notice()
    assert (notice.id, notice.app_name, notice.summary, notice.body) == (first, "vigicle", "one", "the body")
    assert notice.actions == {"default": "", "open": "Ouvrir"}
    assert notice.hints == {"urgency": 2}
    assert (notice.replaces_id, notice.timeout_ms) == (0, -1)
    assert notification_server.next_notice().replaces_id == first
    assert notification_server.next_notice().summary == "three"
    with pytest.raises(SupportTimeoutError):
        notification_server.next_notice(timeout_s=0.05)


def test_gdbus_can_call_the_server(session_bus: SessionBus, notification_server: NotificationServer) -> None:
    name = NotificationServer.name
    command = ["gdbus", "call", "--session", "--dest", name, "--object-path", NotificationServer.path]
    method = ["--method", f"{name}.Notify", "a", "0", "", "s", "b", "['default','']", "{}", "5"]
    subprocess.run([*command, *method], env=os.environ | session_bus.environment, check=True, timeout=PATIENCE_S)
    assert notification_server.next_notice().actions == {"default": ""}


def test_capabilities_and_closing(session_bus: SessionBus, notification_server: NotificationServer) -> None:
    notification_server.capabilities = ["body"]
    assert call(session_bus, to_server("GetCapabilities")) == [["body"]]
    call(session_bus, to_server("CloseNotification", "u", [7]))
    assert [closed.id for closed in notification_server.closed] == [7]


def test_a_click_and_a_closing_reach_the_sender(
    session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    path = NotificationServer.path
    click = next_signal(session_bus, "ActionInvoked", path, lambda: notification_server.action_invoked(3, "open"))
    assert asyncio.run(click) == [3, "open"]
    gone = next_signal(session_bus, "NotificationClosed", path, lambda: notification_server.notification_closed(3, 1))
    assert asyncio.run(gone) == [3, 1]


def test_a_mute_server_never_answers_and_a_stopped_one_disappears(
    session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    async def ask() -> None:
        client = await MessageBus(bus_address=session_bus.address).connect()
        try:
            await asyncio.wait_for(client.call(to_server("GetCapabilities")), 0.2)
        finally:
            client.disconnect()

    notification_server.mute = True
    with pytest.raises(TimeoutError):
        asyncio.run(ask())
    notification_server.stop()
    with pytest.raises(RuntimeError, match="GetCapabilities"):
        call(session_bus, to_server("GetCapabilities"))
    notification_server.mute = False
    notification_server.start()
    assert call(session_bus, to_server("GetCapabilities"))


def test_a_name_on_the_bus_is_taken_once(session_bus: SessionBus, notification_server: NotificationServer) -> None:
    assert notification_server.notices == []
    second = NotificationServer(session_bus)
    with pytest.raises(RuntimeError, match="is taken"):
        second.start()
    second.stop()


def test_the_real_dunst_shows_clicks_and_keeps(session_bus: SessionBus, dunst: Dunst) -> None:
    def click() -> None:
        dunst.wait_displayed(1)
        dunst.action()

    notice = notify_message("seen", actions={"default": "Open"})
    clicked = asyncio.run(next_signal(session_bus, "ActionInvoked", NotificationServer.path, click, notice))
    assert clicked[1] == "default"
    dunst.close_all()
    dunst.wait_displayed(0)
    assert dunst.history[0]["summary"] == "seen"


def test_the_login_manager_signals_sleep(login_manager: LoginManager, system_bus: PrivateBus) -> None:
    path = LoginManager.path
    down = next_signal(system_bus, "PrepareForSleep", path, lambda: login_manager.prepare_for_sleep(going=True))
    assert asyncio.run(down) == [True]
    up = next_signal(system_bus, "PrepareForSleep", path, lambda: login_manager.prepare_for_sleep(going=False))
    assert asyncio.run(up) == [False]


def test_the_buses_are_found_by_the_environment(monkeypatch: pytest.MonkeyPatch, system_bus: PrivateBus) -> None:
    for name, value in system_bus.environment.items():
        monkeypatch.setenv(name, value)

    async def connect() -> bool:
        client = await MessageBus(bus_type=BusType.SYSTEM).connect()
        client.disconnect()
        return True

    assert asyncio.run(connect())


@pytest.mark.parametrize("command", [["gio", "open"], ["xdg-open"]], ids=["gio", "xdg-open"])
@pytest.mark.parametrize("address", ["https://www.opalexe.fr/a?b=c&d=%20", "mailto:a@b.example?subject=x%20y"])
def test_an_address_reaches_the_recording_browser(browser: RecordingBrowser, command: list[str], address: str) -> None:
    environment = os.environ | browser.environment
    subprocess.run([*command, address], env=environment, check=True, timeout=PATIENCE_S)
    assert browser.wait() == [[address]]


def test_webbrowser_reaches_the_recording_browser(browser: RecordingBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", browser.environment["BROWSER"])
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    assert webbrowser.open("https://www.opalexe.fr")
    assert browser.wait() == [["https://www.opalexe.fr"]]


def test_many_starts_at_once_are_all_recorded(tool: RecordingTool) -> None:
    running = [subprocess.Popen([tool.program, str(number)]) for number in range(20)]
    for each in running:
        each.wait(PATIENCE_S)
    assert sorted(int(start[0]) for start in tool.wait(20)) == list(range(20))


def test_the_tool_starts_from_its_desktop_entry(tool: RecordingTool, browser: RecordingBrowser) -> None:
    entry = tool.add_desktop_entry(browser.program.parent / "data")
    subprocess.run(["gio", "launch", str(entry)], env=os.environ | browser.environment, check=True, timeout=PATIENCE_S)
    assert tool.wait() == [[]]
