"""The narrow window beside the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QCheckBox

from support.guide_pages import PAGES, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.guide_setup import GuideSetup
    from tray.window.guide_window import GuideWindow


@pytest.fixture
def window(guide_setup: GuideSetup) -> Iterator[GuideWindow]:
    """The window on a step."""
    window = guide_setup.window(PAGES["step"](Writer("en")), "700x500")
    yield window
    guide_setup.close(window)


def toggle(guide_setup: GuideSetup, window: GuideWindow) -> None:
    (entry,) = window.findChildren(QAction, "go:beside")
    entry.trigger()
    guide_setup.settle()


def on_top(window: GuideWindow) -> QCheckBox:
    (box,) = window.findChildren(QCheckBox, "on_top")
    return box


def test_it_docks_at_the_right_edge_and_comes_back(guide_setup: GuideSetup, window: GuideWindow) -> None:
    before = window.geometry()
    toggle(guide_setup, window)
    assert window.width() == 400
    assert window.frameGeometry().right() == window.screen().availableGeometry().right()
    toggle(guide_setup, window)
    assert window.geometry() == before


def test_it_stays_on_top_where_the_user_wants_it_until_it_comes_back(
    guide_setup: GuideSetup, window: GuideWindow
) -> None:
    assert not on_top(window).isVisible()
    toggle(guide_setup, window)
    on_top(window).click()
    assert window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert window.isVisible()
    toggle(guide_setup, window)
    assert not window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint


def test_where_no_window_may_be_placed_it_is_only_narrow(
    guide_setup: GuideSetup, window: GuideWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "wayland")
    toggle(guide_setup, window)
    assert (window.width(), window.height()) == (400, 500)
    assert not on_top(window).isVisible()
