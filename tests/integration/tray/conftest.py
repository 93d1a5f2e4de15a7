"""The tray on a bus of its own, and the guide's window."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from support.tray_icon_probe import RunningTrayIcon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.bus import SessionBus
    from support.guide_setup import GuideSetup


@pytest.fixture
def on_bus(session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch) -> SessionBus:
    """The test's session bus, where this process finds it, and no display."""
    monkeypatch.delenv("DISPLAY", raising=False)
    for name, value in session_bus.environment.items():
        monkeypatch.setenv(name, value)
    return session_bus


@pytest.fixture
def running(on_bus: SessionBus) -> Iterator[RunningTrayIcon]:  # noqa: ARG001 - it runs there
    """A running tray icon."""
    with RunningTrayIcon() as tray:
        yield tray


@cache
def the_guide_setup() -> GuideSetup:
    """Return the only one of this process.

    PySide 6.12 crashed where one had replaced another.
    """
    from support.guide_setup import GuideSetup  # Qt is for the tests of the window alone

    return GuideSetup()


@pytest.fixture(scope="module")
def guide_setup() -> Iterator[GuideSetup]:
    """The window's program, without a screen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QT_QPA_PLATFORM", "offscreen")
        setup = the_guide_setup()
        setup.begin()
        yield setup
