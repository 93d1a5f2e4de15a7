"""Pages are made when they are first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTreeView

from support.guide_pages import PAGES, Writer
from tray.window.guide_window import GUIDE, KEYS, SETTINGS
from tray.window.page_widget import PageWidget

if TYPE_CHECKING:
    from support.guide_setup import GuideSetup

WRITER = Writer("en")


def test_a_page_is_made_once_it_is_shown_and_then_kept(guide_setup: GuideSetup) -> None:
    window = guide_setup.window(PAGES["step"](WRITER))
    assert len(window.findChildren(PageWidget)) == 1
    window.go_to(SETTINGS)
    made = window.findChildren(PageWidget)
    assert len(made) == 2
    window.go_to(GUIDE)
    window.go_to(SETTINGS)
    assert window.findChildren(PageWidget) == made
    guide_setup.close(window)


def test_few_keys_make_no_list(guide_setup: GuideSetup) -> None:
    window = guide_setup.window(PAGES["step"](WRITER))
    window.go_to(KEYS)
    assert window.findChildren(QTreeView) == []
    guide_setup.close(window)
