"""The narrow window beside the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QCheckBox

from config.i18n.translator import Translator
from config.values import replace
from daemon.core.views.guide import StepStatus
from support.guide_pages import PAGES, Writer
from tray.window.phase_bar import PhaseBar

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


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (1000, "Add to OPALEXE · Step 2 of 10 · about 10 min left"),
        (270, "Add to OPALEXE · Step 2 of 10"),
        (110, "Step 2 of 10"),
    ],
)
def test_the_line_of_the_phase_leaves_out_what_has_no_room(guide_setup: GuideSetup, width: int, shown: str) -> None:
    bar = PhaseBar(guide_setup.theme)
    bar.show_phases(PAGES["step"](Writer("en")), Translator("en"))
    assert bar.line_in(width) == shown


@pytest.mark.parametrize(
    ("done", "share"),
    [(0, 0.125), (3, 0.875), (4, 1.0), (None, 0.75)],
    ids=["first step", "last step", "all steps", "no steps, the third of four phases"],
)
def test_the_line_of_the_phase_is_never_more_than_full(guide_setup: GuideSetup, done: int | None, share: float) -> None:
    page = PAGES["step"](Writer("en"))
    statuses = [StepStatus.DONE] * (done or 0) + [StepStatus.AHEAD] * (4 - (done or 0))
    steps = tuple(replace(step, status=status) for step, status in zip(page.steps, statuses, strict=False))
    bar = PhaseBar(guide_setup.theme)
    bar.show_phases(replace(page, steps=() if done is None else steps), Translator("en"))
    assert bar.share == share
