"""A double click opens a menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tray.window.steady_menu import SteadyMenu

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.guide_setup import GuideSetup

A_MINUTE_MS = 60_000


@pytest.fixture
def menu(guide_setup: GuideSetup) -> Iterator[SteadyMenu]:
    """A menu that has just been opened, with one entry."""
    guide_setup.settle()
    interval = QApplication.doubleClickInterval()
    owner = QWidget()
    menu = SteadyMenu(owner)
    menu.addAction("Entry")
    QApplication.setDoubleClickInterval(A_MINUTE_MS)
    menu.popup(QPoint(100, 100))
    yield menu
    QApplication.setDoubleClickInterval(interval)
    menu.close()
    owner.deleteLater()


def click(menu: SteadyMenu, place: QPoint) -> None:
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


@pytest.mark.parametrize("place", [QPoint(-20, -20), QPoint(10, 10)], ids=["on the button", "on an entry"])
def test_the_second_click_of_a_double_click_leaves_a_menu_open(menu: SteadyMenu, place: QPoint) -> None:
    chosen: list[bool] = []
    menu.actions()[0].triggered.connect(chosen.append)
    click(menu, place)
    assert menu.isVisible()
    assert chosen == []


def test_a_later_click_beside_a_menu_closes_it(menu: SteadyMenu) -> None:
    QApplication.setDoubleClickInterval(0)
    click(menu, QPoint(-20, -20))
    assert not menu.isVisible()
