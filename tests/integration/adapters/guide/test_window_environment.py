"""The window opens with what the desktop answers about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from dbus_fast import Message, MessageFlag, Variant

from daemon.adapters.guide.window_environment import ADDRESS, LETTERS, NOWHERE, window_environment
from support.bus import BusService, SessionBus
from support.process import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the session bus is Linux's")

WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}


class SettingsPortal(BusService):
    """The settings of XDG Desktop Portal, with the desktop's letters alone."""

    name = "org.freedesktop.portal.Desktop"
    path = "/org/freedesktop/portal/desktop"
    interface = "org.freedesktop.portal.Settings"

    def __init__(self, bus: SessionBus, factor: Variant) -> None:
        super().__init__(bus)
        self._factor = factor

    def respond(self, message: Message) -> Message:
        if message.body != ["org.gnome.desktop.interface", "text-scaling-factor"]:
            return super().respond(message)
        return Message.new_method_return(message, "v", [Variant("v", self._factor)])


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[SessionBus]:
    """The session's bus, on which nothing can be started."""
    with SessionBus() as made:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", made.address)
        yield made


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer come too late on a busy machine."""
    for limit in ("ANSWER_LIMIT_S", "LETTERS_LIMIT_S"):
        monkeypatch.setattr(f"daemon.adapters.guide.window_environment.{limit}", PATIENCE_S)


def letters(bus: SessionBus, factor: Variant, environ: dict[str, str]) -> str | None:
    with SettingsPortal(bus, factor):
        return window_environment(environ).get(LETTERS)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(("factor", "dpi"), [(1.25, "120"), (3.0, "288")])
def test_the_desktops_larger_letters_are_the_windows_on_wayland(bus: SessionBus, factor: float, dpi: str) -> None:
    assert letters(bus, Variant("d", factor), WAYLAND) == dpi


@pytest.mark.parametrize(
    "factor",
    [Variant("d", 1.0), Variant("d", 0.5), Variant("d", 1e9), Variant("d", float("nan")), Variant("s", "1.5")],
    ids=["usual", "small", "huge", "none", "a text"],
)
def test_letters_are_never_smaller_nor_beyond_measure(bus: SessionBus, factor: Variant) -> None:
    assert letters(bus, factor, WAYLAND) is None


def test_on_x11_qt_knows_the_letters_itself(bus: SessionBus) -> None:
    assert letters(bus, Variant("d", 1.5), {"DISPLAY": ":0"}) is None


def test_what_the_user_has_set_stays(bus: SessionBus) -> None:
    assert letters(bus, Variant("d", 1.5), WAYLAND | {LETTERS: "100"}) == "100"


def test_a_mute_portal_or_none_costs_the_larger_letters_alone(bus: SessionBus) -> None:
    assert window_environment(WAYLAND) == WAYLAND
    with SettingsPortal(bus, Variant("d", 1.5)) as portal:
        portal.mute = True
        assert window_environment(WAYLAND) == WAYLAND


def test_a_mute_accessibility_bus_does_not_take_the_letters(bus: SessionBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.adapters.guide.window_environment.LETTERS_LIMIT_S", PATIENCE_S)

    class Mute(BusService):
        name, path, interface = "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus"

    with Mute(bus) as accessibility, SettingsPortal(bus, Variant("d", 1.5)):
        accessibility.mute = True
        assert window_environment(WAYLAND) == WAYLAND | {LETTERS: "144", ADDRESS: NOWHERE}


@pytest.mark.usefixtures("patient")
def test_no_accessibility_bus_is_started_for_the_question(bus: SessionBus) -> None:
    asked: list[MessageFlag] = []

    class Asked(BusService):
        name, path, interface = "org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties"

        def respond(self, message: Message) -> Message:
            asked.append(message.flags)
            return Message.new_method_return(message, "v", [Variant("b", False)])

    with Asked(bus):
        assert window_environment({}) == {}
    assert asked == [MessageFlag.NO_AUTOSTART]


def test_a_bus_that_is_gone_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert window_environment(WAYLAND) == WAYLAND
