"""Many holders' keys are a list to sort, search and print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, Qt
from PySide6.QtGui import QAccessible, QAction, QPdfWriter, QTextTable
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QStackedWidget, QTreeView

from config.i18n.translator import Translator
from config.values import replace
from daemon.adapters.guide.messages import Chosen
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.model import KeyId
from support.guide_pages import PAGES, Writer, office_cards
from tray.window.buttons import WrappingButton
from tray.window.guide_window import GUIDE, KEYS, GuideWindow
from tray.window.key_sheet import key_document, key_list_words
from tray.window.key_table import GUIDE as GUIDE_COLUMN
from tray.window.key_table import HOLDER, line_of
from tray.window.layouts import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.guide_setup import GuideSetup

WRITER = Writer("en")
MANY = office_cards(WRITER, 6)
PAGE = replace(PAGES["step"](WRITER), certificates=MANY)


@pytest.fixture
def window(guide_setup: GuideSetup) -> Iterator[GuideWindow]:
    """The window at the list of six holders."""
    guide_setup.answers.clear()
    window = guide_setup.window(PAGE)
    window.go_to(KEYS)
    window.guard.end()
    guide_setup.settle()
    yield window
    guide_setup.close(window)


def table(window: GuideWindow) -> QTreeView:
    (found,) = window.findChildren(QTreeView, "keys")
    return found


def holders(window: GuideWindow) -> list[str]:
    model = table(window).model()
    return [model.index(row, HOLDER).data() for row in range(model.rowCount())]


def search(window: GuideWindow, words: str) -> list[str]:
    (field,) = window.findChildren(QLineEdit, "list:search")
    field.setText(words)
    return holders(window)


def sort(window: GuideWindow, column: int) -> list[str]:
    (entry,) = window.findChildren(QAction, f"sort:{column}")
    entry.trigger()
    return holders(window)


def place(window: GuideWindow) -> int:
    return window.findChildren(QStackedWidget)[0].currentIndex()


def test_five_holders_are_cards_and_six_a_list(guide_setup: GuideSetup, window: GuideWindow) -> None:
    assert table(window).isVisible()
    window.show_page(replace(PAGE, number=2, certificates=MANY[:5]))
    guide_setup.settle()
    assert not table(window).isVisible()
    assert sum(each.objectName().startswith("menu:") for each in window.findChildren(WrappingButton)) >= 5


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        pytest.param(0, "Zoé MARTIN", "Éric ŒUVRARD", id="end, a replaced key last"),
        pytest.param(1, "anne Petit", "Zoé MARTIN", id="holder, whatever case and accents"),
        pytest.param(3, "Zoé MARTIN", "Marc LE GALL", id="place"),
    ],
)
def test_it_is_sorted_and_the_other_way_round(window: GuideWindow, column: int, first: str, last: str) -> None:
    sort(window, 2)  # another column first
    shown = sort(window, column)
    assert shown[0] == first
    if column != 3:
        assert shown[-1] == last
    assert sort(window, column)[-1] == first


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("celik", ["Bruno ÇELIK"]),
        ("OEUV", ["Éric ŒUVRARD"]),
        ("petit ANNE", ["anne Petit"]),
        ("(.*", []),
        ("martin opalexe", ["Zoé MARTIN"]),
    ],
)
def test_a_search_folds_case_and_accents_and_finds_every_word(
    window: GuideWindow, words: str, found: list[str]
) -> None:
    assert search(window, words) == found
    assert f"{len(found)} key" in " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert len(search(window, "")) == len(MANY)


def test_one_click_on_a_line_opens_its_guide(guide_setup: GuideSetup, window: GuideWindow) -> None:
    search(window, "celik")
    index = table(window).model().index(0, GUIDE_COLUMN)
    spot = table(window).visualRect(index).center()
    QTest.mouseClick(table(window).viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
    assert guide_setup.answers == [Chosen(number=1, action=ActionId(ActionKind.SELECT, "k4"))]
    assert place(window) == GUIDE


def test_the_keyboard_walks_the_lines_and_return_opens_the_guide(guide_setup: GuideSetup, window: GuideWindow) -> None:
    sort(window, HOLDER)
    table(window).setFocus()
    table(window).setCurrentIndex(table(window).model().index(0, 0))
    QTest.keyClick(table(window), Qt.Key.Key_Down)
    QTest.keyClick(table(window), Qt.Key.Key_Return)
    assert guide_setup.answers == [Chosen(number=1, action=ActionId(ActionKind.SELECT, "k4"))]


def test_a_key_without_a_guide_opens_none(guide_setup: GuideSetup, window: GuideWindow) -> None:
    search(window, "oeuvrard")
    QTest.keyClick(table(window), Qt.Key.Key_Return)
    assert guide_setup.answers == []
    assert table(window).isVisible()


def test_the_current_line_has_its_card_below(guide_setup: GuideSetup, window: GuideWindow) -> None:
    search(window, "celik")
    guide_setup.settle()
    menus = [e for e in window.findChildren(WrappingButton) if e.objectName().startswith("menu:") and e.isVisible()]
    assert [each.objectName() for each in menus] == ["menu:k4"]


def test_another_page_leaves_the_search_the_line_and_the_keyboard(guide_setup: GuideSetup, window: GuideWindow) -> None:
    search(window, "r")
    (field,) = window.findChildren(QLineEdit, "list:search")
    window.activateWindow()
    field.setFocus()
    before = holders(window)
    table(window).setCurrentIndex(table(window).model().index(2, 0))
    window.show_page(replace(PAGE, certificates=(replace(MANY[0], key=KeyId("other"), note="safe"), *MANY[1:])))
    guide_setup.settle()
    assert holders(window) == before
    assert table(window).currentIndex().row() == 2
    assert window.focusWidget() is field


def test_a_screen_reader_hears_the_table_and_its_cells(window: GuideWindow) -> None:
    shown = QAccessible.queryAccessibleInterface(table(window))
    assert shown.text(QAccessible.Text.Name) == "My keys"
    heard = {shown.child(number).text(QAccessible.Text.Name) for number in range(shown.childCount())}
    assert {"Holder", "anne Petit", "4 December 2026, valid", "drawer 4", "Open"} <= heard


@pytest.mark.usefixtures("guide_setup")
def test_the_paper_has_each_line_and_the_titles_on_each_page() -> None:
    cards = office_cards(WRITER, 120)
    hostile = replace(cards[0], holder="<b>x</b>")
    lines = [line_of((card,), Translator("en")) for card in (hostile, *cards[1:])]
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    document = key_document(QPdfWriter(buffer), key_list_words(lines, Translator("en")))
    words = document.toPlainText()
    (table_on_paper,) = document.rootFrame().childFrames()
    assert isinstance(table_on_paper, QTextTable)
    assert table_on_paper.format().headerRowCount() == 1, "which Qt draws on each page"
    assert document.pageCount() > 1
    assert "<b>x</b>" in words
    assert all(card.holder in words for card in cards[1:])


def test_it_prints_what_is_shown(guide_setup: GuideSetup, window: GuideWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []

    def note(_device: object, lines: Iterator[object], _translator: object) -> bool:
        printed.extend(line.words[HOLDER] for line in lines)  # type: ignore[attr-defined]  # key lines
        return False

    monkeypatch.setattr(QPrintDialog, "exec", lambda _dialog: True)
    monkeypatch.setattr("tray.window.key_list.draw_key_list", note)
    search(window, "martin")
    window.findChildren(WrappingButton, "list:print")[0].click()
    guide_setup.settle()
    assert printed == ["Zoé MARTIN"]
    told = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "The printer did not take the sheet. Save it as PDF, and print it later." in told


def test_the_search_field_and_the_buttons_beside_it_are_on_one_line(window: GuideWindow) -> None:
    (field,) = window.findChildren(QLineEdit, "list:search")
    (button,) = window.findChildren(WrappingButton, "list:print")
    assert field.geometry().center().y() == button.geometry().center().y()
    assert field.height() == button.height() - 2 * OUTSIDE
