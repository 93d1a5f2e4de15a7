"""Pages are made when they are first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QTreeView, QWidget

from support.guide_pages import PAGES, Writer
from tray.window.guide_window import CONTACTS, GUIDE, HELP, KEYS, SETTINGS, SHEET
from tray.window.page_widget import PageWidget

if TYPE_CHECKING:
    from support.guide_setup import GuideSetup

WRITER = Writer("en")
PLACES = (HELP, CONTACTS, KEYS, SETTINGS, SHEET)


class ShownWindows(QObject):
    """Remembers the kind of each window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.kinds.append(type(watched).__name__)
        return False


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


def test_no_part_of_a_page_is_ever_a_window_of_its_own(guide_setup: GuideSetup) -> None:
    shown = ShownWindows()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(shown)
    window = guide_setup.window(PAGES["empty"](WRITER))
    for write in PAGES.values():
        window.show_page(write(WRITER))
        for place in (*PLACES, GUIDE):
            window.go_to(place)
    application.removeEventFilter(shown)
    guide_setup.close(window)
    assert shown.kinds == ["GuideWindow"]
