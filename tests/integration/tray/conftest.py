"""The tray on a bus of its own, and the guide's window."""

from __future__ import annotations

import gc
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


@pytest.fixture(scope="module")
def guide_setup() -> Iterator[GuideSetup]:
    """The window's program, without a screen.

    Python's collector rests: in a thread of another test, or of pytest-xdist, it would delete Qt's objects.
    """
    from support.guide_setup import GuideSetup  # Qt is for the tests of the window alone

    gc.disable()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QT_QPA_PLATFORM", "offscreen")
        setup = GuideSetup()
        yield setup
        setup.end()
    del setup
    gc.collect()
    gc.enable()
