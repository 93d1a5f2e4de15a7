"""The page of the keys is drawn when it becomes visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QStackedWidget

from config.values import replace
from daemon.adapters.guide.messages import Chosen
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.views.guide import Action
from support.guide_pages import PAGES, Writer
from tray.window.guide_window import GUIDE, KEYS, GuideWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

    from support.guide_setup import GuideSetup

PAGE = PAGES["step"](Writer("en"))


@pytest.fixture
def window(guide_setup: GuideSetup) -> Iterator[GuideWindow]:
    """The window at the guide."""
    window = guide_setup.window(PAGE)
    yield window
    guide_setup.close(window)


def look_at(window: GuideWindow, tab: int) -> None:
    window.go_to(tab)


def test_the_certificates_are_drawn_when_their_tab_is_shown(window: GuideWindow) -> None:
    assert forget_entries(window) == 0
    look_at(window, KEYS)
    assert forget_entries(window) == len(PAGE.certificates)


def test_certificates_that_changed_on_a_hidden_tab_are_drawn_when_it_is_shown(
    guide_setup: GuideSetup, window: GuideWindow
) -> None:
    look_at(window, KEYS)
    look_at(window, GUIDE)
    window.show_page(replace(PAGE, number=2, certificates=PAGE.certificates[:1]))
    look_at(window, KEYS)
    guide_setup.settle()
    assert forget_entries(window) == 1


def test_what_a_key_is_for_can_be_asked_from_its_menu(guide_setup: GuideSetup, window: GuideWindow) -> None:
    asks = Action(id=ActionId(ActionKind.ASK_USE, "ab"), label="What is this key for?")
    window.show_page(replace(PAGE, certificates=(replace(PAGE.certificates[0], use=asks),)))
    look_at(window, KEYS)
    (entry,) = [each for each in window.findChildren(QAction) if each.objectName() == f"action:{asks.id}"]
    assert entry.text() == asks.label
    entry.trigger()
    assert guide_setup.answers == [Chosen(number=PAGE.number, action=asks.id)]
    assert window.findChildren(QStackedWidget)[0].currentIndex() == GUIDE, "which then asks"


def forget_entries(window: QWidget) -> int:
    return sum(action.objectName().startswith("forget:") for action in window.findChildren(QAction))


def test_a_key_says_where_it_lies_and_who_keeps_it(guide_setup: GuideSetup, window: GuideWindow) -> None:
    noted = replace(PAGE.certificates[0], note="the blue drawer", keeper="Zoé")
    window.show_page(replace(PAGE, number=2, certificates=(noted,)))
    look_at(window, KEYS)
    guide_setup.settle()
    shown = {label.text() for label in window.findChildren(QLabel) if label.isVisible()}
    assert {"the blue drawer", "Kept by: Zoé"} <= shown
