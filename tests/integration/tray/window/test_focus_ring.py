"""The keyboard's place can be seen on every control.

WCAG 2.2, 2.4.13: as much as a ring of two pixels differs by 3 : 1 from what was there without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from support.contrast import contrast
from support.guide_pages import PAGES, Writer
from tray.window.guide_window import GUIDE, HELP, KEYS, SETTINGS, SHEET, GuideWindow
from tray.window.press_guard import PressGuard
from tray.window.tab_order import in_reading_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QImage

    from support.guide_setup import GuideSetup

ROUNDED = 0.8  # of a rectangle's edge: the corners are round
SPACING = 2  # pixels: every second one is measured


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_the_focus_is_seen_on_every_control(guide_setup: GuideSetup, scheme: str) -> None:
    guide_setup.theme.set_scheme(scheme)
    window = guide_setup.window(PAGES["settings"](Writer("fr")), "1000x1800")
    window.activateWindow()
    rings: dict[str, float] = {}
    for place in (GUIDE, HELP, KEYS, SETTINGS, SHEET):
        window.go_to(place)
        window.guard.end()
        open_all(guide_setup, window, place)
        shown = [control for control in in_reading_order(window) if control.isVisible()]
        rings |= {f"{place} {control.objectName()}": ring(control) for control in shown}
    window.findChildren(QAction, "forget:" + 64 * "a")[0].trigger()
    (question,) = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    question.findChildren(PressGuard)[0].end()
    rings |= {f"question {number}": ring(control) for number, control in enumerate(in_reading_order(question))}
    guide_setup.close(window)
    guide_setup.theme.set_scheme("light")
    assert len(rings) > 20
    assert {name: share for name, share in rings.items() if share < ROUNDED} == {}


def open_all(guide_setup: GuideSetup, window: GuideWindow, place: int) -> None:
    """Open what is written into."""
    if place == KEYS:
        window.findChildren(QAction, "name:1")[0].trigger()
    guide_setup.settle()


def ring(control: QWidget) -> float:
    """Return how much of a two-pixel ring is seen, from 0."""
    control.activateWindow()
    QApplication.processEvents()
    control.setFocus()
    assert control.hasFocus(), control.objectName()
    focused = drawn(control)
    control.clearFocus()
    pairs = zip(colours(focused), colours(drawn(control)), strict=True)
    seen = sum(one != other and contrast(one, other) >= 3 for one, other in pairs)
    return seen * SPACING / (2 * 2 * (control.width() + control.height()))


def drawn(control: QWidget) -> QImage:
    """Draw a control with what is behind it."""
    window = control.window()
    box = control.rect().translated(control.mapTo(window, control.rect().topLeft()))
    return window.grab(box).toImage()


def colours(image: QImage) -> Iterator[str]:
    """Yield the colours of every second pixel, as a chequer board."""
    for y in range(image.height()):
        for x in range(y % SPACING, image.width(), SPACING):
            yield image.pixelColor(x, y).name()
