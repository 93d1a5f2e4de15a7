"""The parts of the guide's window, drawn in memory."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QFontInfo, QGuiApplication, QKeyEvent, QMouseEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from config.instants import instant
from config.values import replace
from daemon.adapters.guide.messages import NAME_LIMIT, Chosen, Forgotten, Named
from daemon.core.model import ActivationToken
from daemon.core.views.guide import Action, ReaderStatus
from support.guide_actions import action_id
from support.guide_pages import NOW, PAGES, Writer
from support.process import wait_until
from tray.window.buttons import WrappingButton
from tray.window.colours import LIGHT
from tray.window.countdown import left_words
from tray.window.guide_window import GUIDE, HELP, KEYS, GuideWindow
from tray.window.key_picture import KeyPicture, drawn_keys
from tray.window.labels import WrappingLabel, breakable, by_sentence
from tray.window.layouts import OUTSIDE
from tray.window.press_guard import PressGuard
from tray.window.steady_menu import SteadyMenu
from tray.window.theme import Theme
from tray.window.validity_bar import SHORTEST, span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.guide_setup import GuideSetup

FRENCH, ENGLISH = Writer("fr"), Writer("en")
WRITERS = pytest.mark.parametrize("writer", [FRENCH, ENGLISH], ids=["fr", "en"])
BUTTONS = {  # by page, with the words above
    "step": ("Open OPALEXE in", "action:open:platform"),
    "copy": ("If OPALEXE asks for it", "action:open:support_mail"),
    "question": ("A second key", "action:state:works"),
}
OLD_KEY, OLD_FINGERPRINT = "1", "a" * 64


@pytest.fixture
def window(guide_setup: GuideSetup) -> Iterator[GuideWindow]:
    """A window on a step, in English."""
    guide_setup.answers.clear()
    shown = guide_setup.window(PAGES["step"](ENGLISH))
    yield shown
    guide_setup.close(shown)


def named(window: QWidget, name: str) -> QPushButton:
    (found,) = window.findChildren(QPushButton, name)
    return found


def entry(window: QWidget, name: str) -> QAction:
    (found,) = window.findChildren(QAction, name)
    return found


def field(window: QWidget) -> QLineEdit:
    (found,) = window.findChildren(QLineEdit, f"field:{OLD_KEY}")
    return found


def press(widget: QWidget, key: Qt.Key) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier))


def mouse(widget: QWidget, kind: QEvent.Type) -> QMouseEvent:
    middle = QPointF(widget.rect().center())
    buttons = Qt.MouseButton.LeftButton
    return QMouseEvent(kind, middle, middle, buttons, buttons, Qt.KeyboardModifier.NoModifier)


def click_at(button: QPushButton, time_ms: int) -> None:
    """Click at this time of the system's clock."""
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        event = mouse(button, kind)
        event.setTimestamp(time_ms)
        QApplication.sendEvent(button, event)


def wait_for_the_end_of(guard: PressGuard) -> None:
    """Let the time pass in which nothing can be pressed."""

    def is_over() -> bool:
        QApplication.processEvents()
        return not guard.is_on

    wait_until(is_over, "buttons can be pressed")


@pytest.fixture
def _slow_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time in which nothing can be pressed outlast the test."""
    monkeypatch.setattr("tray.window.press_guard.SHORTEST_MS", 600_000)


def shown_words(window: QWidget) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel)]


def open_certificates(window: GuideWindow) -> None:
    window.go_to(KEYS)
    window.guard.end()


def write_name(window: QWidget, name: str) -> QLineEdit:
    entry(window, f"name:{OLD_KEY}").trigger()
    typed = field(window)
    typed.selectAll()
    typed.insert(name)
    typed.textEdited.emit(name)
    return typed


# ---------------------------------------------------------------------------------------------- its title


def test_the_title_is_that_of_the_page_which_is_shown(window: GuideWindow) -> None:
    step = replace(PAGES["step"](ENGLISH), headline="Open https://account.example/a/very/long/place")
    window.show_page(step)
    assert window.windowTitle() == "vigicle – Open https://account.example/a/very/long/place"
    window.go_to(KEYS)
    assert window.windowTitle() == "vigicle – My keys"
    window.show_page(replace(step, headline="Wait"))
    assert window.windowTitle() == "vigicle – My keys", "the page of the guide is behind it"


# ----------------------------------------------------------------------------------------------- its size


def test_it_fits_the_smallest_screen(window: GuideWindow) -> None:
    assert window.minimumWidth() <= 640
    assert window.minimumHeight() <= 480


# ------------------------------------------------------------------------------------------------------ answers


def test_a_button_sends_the_number_of_the_page_that_it_is_on(guide_setup: GuideSetup, window: GuideWindow) -> None:
    window.show_page(replace(PAGES["question"](ENGLISH), number=9))
    window.guard.end()
    named(window, "action:state:new").click()
    assert guide_setup.answers == [Chosen(number=9, action=action_id("state:new"))]


def test_a_copy_goes_to_the_clipboard_and_is_not_sent(guide_setup: GuideSetup, window: GuideWindow) -> None:
    window.show_page(PAGES["copy"](ENGLISH))
    window.guard.end()
    named(window, "action:copy:serial").click()
    assert QGuiApplication.clipboard().text() == "0A1B2C"
    assert guide_setup.answers == []


def test_a_letter_is_opened_and_its_text_copied(guide_setup: GuideSetup, window: GuideWindow) -> None:
    window.show_page(PAGES["copy"](ENGLISH))
    window.guard.end()
    named(window, "action:open:support_mail").click()
    assert QGuiApplication.clipboard().text() == "Hello,\n0A1B2C"
    assert [answer.action for answer in guide_setup.answers if isinstance(answer, Chosen)] == [
        action_id("open:support_mail")
    ]


def test_what_was_copied_is_told_below_all_buttons_until_another_page(guide_setup: GuideSetup) -> None:
    page = PAGES["copy"](ENGLISH)
    window = guide_setup.window(page)
    before = places(window)
    named(window, "action:open:support_mail").click()
    window.show_page(replace(page, likely=page.primary.id if page.primary else None))
    guide_setup.settle()
    told = "The text of the message is copied as well. If the message opens empty, paste it."
    assert told in visible_words(window)
    assert places(window) == before
    window.show_page(replace(PAGES["step"](ENGLISH), number=2))
    guide_setup.settle()
    assert told not in visible_words(window)
    guide_setup.close(window)


def places(window: QWidget) -> dict[str, QPoint]:
    buttons = window.findChildren(QPushButton)
    return {each.objectName(): each.mapTo(window, QPoint()) for each in buttons if each.isVisible()}


def visible_words(window: QWidget) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


@pytest.mark.parametrize("name", ["step", "copy", "question"])
def test_the_edges_of_buttons_are_below_the_words(guide_setup: GuideSetup, name: str) -> None:
    window = guide_setup.window(PAGES[name](ENGLISH))
    start, id_ = BUTTONS[name]
    words = next(each for each in window.findChildren(QLabel) if each.text().startswith(start))
    edges = [each.mapTo(window, QPoint()).x() for each in (named(window, id_), words)]
    assert edges[0] + OUTSIDE == edges[1]
    guide_setup.close(window)


def test_an_ampersand_from_outside_is_shown_as_it_is(guide_setup: GuideSetup, window: GuideWindow) -> None:
    action = ENGLISH.action("select:x", "Martin & &Sons", "")
    window.show_page(replace(PAGES["question"](ENGLISH), answers=(action,)))
    window.guard.end()
    assert named(window, "action:select:x").text() == "Martin && &&Sons"
    named(window, "action:select:x").click()
    assert guide_setup.answers == [Chosen(number=1, action=action_id("select:x"))]


def test_words_from_outside_are_never_markup(window: GuideWindow) -> None:
    evil = "<img src='file:///etc/passwd'><b>bold</b>"
    step = replace(PAGES["step"](ENGLISH).steps[0], title=evil)
    window.show_page(replace(PAGES["step"](ENGLISH), headline=evil, steps=(step,)))
    rich = [label for label in window.findChildren(QLabel) if label.textFormat() is not Qt.TextFormat.PlainText]
    assert [label.text() for label in rich if "<img" in label.text() or "<b>" in label.text()] == []


# -------------------------------------------------------------------------------------- the keyboard and a new page


def test_the_keyboard_begins_at_the_default_button(window: GuideWindow) -> None:
    assert window.focusWidget().objectName() == "action:end:log_in"


@pytest.mark.usefixtures("_slow_guard")
def test_the_keyboard_stays_where_it_was_on_a_page_and_begins_anew_on_the_next(
    guide_setup: GuideSetup, window: GuideWindow
) -> None:
    window.activateWindow()
    named(window, "action:open:platform").setFocus()
    guide_setup.settle()
    window.show_page(replace(PAGES["step"](ENGLISH), reader_words="The card is being read."))
    guide_setup.settle()
    assert window.focusWidget().objectName() == "action:open:platform"
    window.show_page(replace(PAGES["deadline"](ENGLISH), number=2))
    guide_setup.settle()
    assert isinstance(window.focusWidget(), QLabel), "nothing can be pressed yet"
    window.guard.end()
    guide_setup.settle()
    assert window.focusWidget().objectName() == "action:end:click_link"


def test_what_the_keyboard_comes_to_is_seen_and_the_page_then_stays(
    guide_setup: GuideSetup, window: GuideWindow
) -> None:
    def seen(widget: QWidget) -> bool:
        return widget.visibleRegion().boundingRect() == widget.rect()

    page = replace(
        PAGES["step"](ENGLISH), number=2, likely=action_id("open:platform"), danger=20 * "Three codes lock it. "
    )
    window.resize(400, 480)
    window.show_page(page)
    window.guard.end()
    guide_setup.settle()
    assert window.focusWidget() is named(window, "action:open:platform")
    assert seen(window.focusWidget())
    (bar,) = [area.verticalScrollBar() for area in window.findChildren(QScrollArea) if area.isVisible()]
    bar.setValue(0)
    assert not seen(window.focusWidget())
    window.show_page(replace(page, reader_words="The card is being read."))
    guide_setup.settle()
    assert bar.value() == 0, "the user reads there"


def test_nothing_is_pressed_on_a_page_that_has_just_come(guide_setup: GuideSetup, window: GuideWindow) -> None:
    window.show_page(replace(PAGES["deadline"](ENGLISH), number=2))
    ended = named(window, "action:end:click_link")
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        QApplication.sendEvent(ended, mouse(ended, kind))
    ended.click()
    press(window, Qt.Key.Key_Return)
    assert (ended.isEnabled(), guide_setup.answers) == (False, [])
    window.guard.end()
    assert ended.isEnabled()
    ended.click()
    assert guide_setup.answers == [Chosen(number=2, action=action_id("end:click_link"))]


def test_nothing_is_pressed_while_the_keyboard_comes_back_to_a_button_drawn_again(
    guide_setup: GuideSetup, window: GuideWindow
) -> None:
    page = replace(PAGES["step"](ENGLISH), number=2, likely=action_id("open:platform"))
    window.activateWindow()
    window.show_page(page)
    window.guard.end()
    guide_setup.settle()
    window.show_page(replace(page, reader_words="The card is being read."))
    press(QApplication.focusWidget() or window, Qt.Key.Key_Return)
    assert guide_setup.answers == []
    guide_setup.settle()
    press(window.focusWidget(), Qt.Key.Key_Return)
    assert guide_setup.answers == [Chosen(number=2, action=action_id("open:platform"))]


@pytest.mark.parametrize(("name", "place"), [("question", GUIDE), ("step", HELP)])
def test_nothing_is_pressed_by_the_second_click_on_a_link_that_goes(
    guide_setup: GuideSetup, window: GuideWindow, name: str, place: int
) -> None:
    links = tuple(Action(id=action_id(id_), label=id_) for id_ in ("put_off", "restart"))
    window.show_page(replace(PAGES[name](ENGLISH), actions=links))
    window.go_to(place)
    window.guard.end()
    window.show_page(replace(PAGES[name](ENGLISH), actions=links[1:]))
    follower = named(window, "action:restart")
    follower.click()
    assert (follower.isEnabled(), guide_setup.answers) == (False, [])
    window.guard.end()
    follower.click()
    assert guide_setup.answers == [Chosen(number=1, action=action_id("restart"))]


def test_a_second_click_that_a_busy_computer_handles_late_presses_nothing(
    guide_setup: GuideSetup, window: GuideWindow
) -> None:
    window.go_to(HELP)
    window.guard.end()
    click_at(named(window, "return"), 1000)
    wait_for_the_end_of(window.guard)
    assert named(window, "action:end:log_in").isEnabled()
    click_at(named(window, "action:end:log_in"), 1000 + window.guard.span_ms - 1)
    assert guide_setup.answers == []
    click_at(named(window, "action:end:log_in"), 1000 + window.guard.span_ms)
    assert guide_setup.answers == [Chosen(number=1, action=action_id("end:log_in"))]


@pytest.mark.parametrize(
    ("headline", "at_hand", "spoken"),
    [
        (
            "It is activated. One thing is left.",
            ("both keys", "15 minutes"),
            "is left. Have both keys, 15 minutes. Wait…",
        ),
        ("Ready?", (), "Ready? Have Wait…"),
    ],
)
def test_what_is_read_of_a_page_is_made_of_sentences(
    guide_setup: GuideSetup, window: GuideWindow, headline: str, at_hand: tuple[str, ...], spoken: str
) -> None:
    page = replace(PAGES["step"](ENGLISH), number=2, headline=headline, eyebrow=None, body="Have", at_hand=at_hand)
    window.show_page(replace(page, awaited="Wait…"))
    window.guard.end()
    guide_setup.settle()
    assert window.focusWidget().accessibleDescription().endswith(spoken)


def test_a_window_leaves_room_for_its_title(guide_setup: GuideSetup) -> None:
    """At 200 % of 1200 pixels the title was above the screen."""
    room = QGuiApplication.primaryScreen().availableGeometry()
    guide_setup.enlarge(3.0)
    window = guide_setup.window(PAGES["step"](ENGLISH))
    guide_setup.enlarge(1.0)
    shown = window.geometry()
    guide_setup.close(window)
    assert room.top() + 24 <= room.bottom() - shown.height(), "a title bar has its place"
    assert room.contains(shown.adjusted(0, 0, 0, 24))


def test_the_notes_of_a_page_are_read_after_its_words(guide_setup: GuideSetup, window: GuideWindow) -> None:
    page = replace(PAGES["step"](ENGLISH), number=2, body="Order it.", notes=("Order by Friday", "It takes weeks."))
    window.show_page(page)
    window.guard.end()
    guide_setup.settle()
    assert window.focusWidget().accessibleDescription().endswith("Order it. Order by Friday. It takes weeks.")


def test_what_is_new_is_read_where_the_keyboard_stays(guide_setup: GuideSetup, window: GuideWindow) -> None:
    """Orca 43 hears no announcements.

    Who pulled a key out heard nothing.
    """
    page = PAGES["step"](ENGLISH)
    window.guard.end()
    named(window, "go:help").setFocus()
    window.show_page(replace(page, reader_words="No key is plugged in."))
    guide_setup.settle()
    assert window.focusWidget() is named(window, "go:help")
    assert window.focusWidget().accessibleDescription() == "No key is plugged in."


def test_buttons_wait_longer_than_a_double_click(guide_setup: GuideSetup, window: GuideWindow) -> None:
    hints = guide_setup.application.styleHints()
    usual = hints.mouseDoubleClickInterval()
    try:
        waits = []
        for interval in (100, 500, 501, 900):
            hints.setMouseDoubleClickInterval(interval)
            window.guard.begin()
            waits.append(window.guard.span_ms)
    finally:
        hints.setMouseDoubleClickInterval(usual)
    assert waits == [700, 700, 701, 1100]


def test_a_key_held_down_presses_once(guide_setup: GuideSetup, window: GuideWindow) -> None:
    button = named(window, "action:open:platform")
    button.setFocus()
    for held in (False, True, True):
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", held)
        QApplication.sendEvent(button, event)
    assert guide_setup.answers == [Chosen(number=1, action=action_id("open:platform"))]


def test_escape_closes_nothing(guide_setup: GuideSetup, window: GuideWindow) -> None:
    press(window, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert guide_setup.answers == []


def test_escape_goes_back_to_the_guide(guide_setup: GuideSetup, window: GuideWindow) -> None:
    named(window, "go:help").click()
    assert foot_button(window).objectName() == "return"
    press(window, Qt.Key.Key_Escape)
    assert foot_button(window).objectName() == "action:end:log_in"
    assert guide_setup.answers == []


def test_the_button_stays_in_its_place_on_every_page(guide_setup: GuideSetup, window: GuideWindow) -> None:
    places = set()
    for number, name in enumerate(("step", "deadline", "copy", "finished"), 2):
        window.show_page(replace(PAGES[name](ENGLISH), number=number))
        guide_setup.settle()
        button = foot_button(window)
        corner = button.mapTo(window, button.rect().bottomRight())
        places.add((corner.x(), corner.y()))
    assert len(places) == 1
    assert foot_button(window).height() >= 44


def test_opening_moves_no_button(guide_setup: GuideSetup, window: GuideWindow) -> None:
    page = PAGES["step"](ENGLISH)
    window.show_page(page)
    guide_setup.settle()
    before = [(b.objectName(), b.mapTo(window, b.rect().topLeft())) for b in shown_buttons(window)]
    window.show_page(replace(page, likely=action_id("end:log_in")))
    guide_setup.settle()
    assert [(b.objectName(), b.mapTo(window, b.rect().topLeft())) for b in shown_buttons(window)] == before


@pytest.mark.parametrize("name", ["step", "deadline", "alert", "copy", "question", "finished", "empty"])
@WRITERS
def test_no_page_scrolls_at_its_first_size(guide_setup: GuideSetup, name: str, writer: Writer) -> None:
    shown = guide_setup.window(PAGES[name](writer), "920x640")
    bars = [area.verticalScrollBar().maximum() for area in shown.findChildren(QScrollArea) if area.isVisible()]
    guide_setup.close(shown)
    assert bars == [0]


@pytest.mark.parametrize(("size", "scrolls"), [("920x560", False), ("920x480", True)])
def test_a_page_scrolls_only_where_its_words_need_it(guide_setup: GuideSetup, size: str, scrolls: bool) -> None:
    shown = guide_setup.window(PAGES["deadline"](ENGLISH), size)
    bars = [area.verticalScrollBar().maximum() for area in shown.findChildren(QScrollArea) if area.isVisible()]
    guide_setup.close(shown)
    assert [bar > 0 for bar in bars] == [scrolls]


@pytest.mark.parametrize("size", ["400x700", "920x640"])
def test_every_control_is_large_enough(guide_setup: GuideSetup, size: str) -> None:
    shown = guide_setup.window(PAGES["deadline"](FRENCH), size)
    heights = {button.objectName(): button.height() for button in shown_buttons(shown)}
    letters = {QFontInfo(label.font()).pixelSize() for label in shown.findChildren(QLabel) if label.text()}
    guide_setup.close(shown)
    assert {name: height for name, height in heights.items() if height < 44} == {}
    assert min(letters) >= 14


def test_a_wrong_key_is_the_headline_and_the_right_one_a_ghost(window: GuideWindow) -> None:
    window.show_page(replace(PAGES["alert"](ENGLISH), number=2))
    assert "This is not the right key yet" in shown_words(window)
    drawn = [(key.kind, key.ghost) for key in drawn_keys(PAGES["alert"](ENGLISH), Translator("en"))]
    assert drawn == [("other", False), ("new", True)]
    assert not foot_button(window).isVisible()


def test_what_does_not_work_is_a_page_of_its_own(guide_setup: GuideSetup, window: GuideWindow) -> None:
    named(window, "go:help").click()
    window.guard.end()
    named(window, "problem:link_too_old").click()
    assert not named(window, "action:help:link_too_old").isEnabled(), "a second click may come where it is now"
    window.guard.end()
    named(window, "action:help:link_too_old").click()
    assert guide_setup.answers == [Chosen(number=1, action=action_id("help:link_too_old"))]
    window.show_page(replace(PAGES["deadline"](ENGLISH), number=2))
    assert named(window, "action:end:click_link").isVisible(), "the guide comes back with the next step"


def test_the_window_leads_to_keys_and_back(guide_setup: GuideSetup, window: GuideWindow) -> None:
    entry(window, "go:keys").trigger()
    window.guard.end()
    guide_setup.settle()
    named(window, "return").click()
    assert named(window, "action:end:log_in").isVisible()


def foot_button(window: QWidget) -> QPushButton:
    return next(b for b in window.findChildren(WrappingButton) if b.property("rank") == "first")


def shown_buttons(window: QWidget) -> list[QPushButton]:
    return [button for button in window.findChildren(WrappingButton) if button.isVisible()]


# --------------------------------------------------------------------------------------------- names and forgetting


def test_a_name_is_written_and_saved_by_return(guide_setup: GuideSetup, window: GuideWindow) -> None:
    open_certificates(window)
    press(write_name(window, "  blue  "), Qt.Key.Key_Return)
    assert guide_setup.answers == [Named(fingerprint=OLD_FINGERPRINT, name="blue")]
    assert not field(window).isVisible()


def test_escape_takes_a_name_back(guide_setup: GuideSetup, window: GuideWindow) -> None:
    open_certificates(window)
    press(write_name(window, "blue"), Qt.Key.Key_Escape)
    assert guide_setup.answers == []
    assert not field(window).isVisible()
    assert window.isVisible()


def test_a_name_that_is_being_written_survives_another_page(guide_setup: GuideSetup, window: GuideWindow) -> None:
    open_certificates(window)
    write_name(window, "half a na")
    page = PAGES["step"](ENGLISH)
    fewer = tuple(each for each in page.certificates if each.key in {"1", "2"})
    window.show_page(replace(page, number=2, certificates=fewer))
    guide_setup.settle()
    assert field(window).isVisible()
    assert field(window).text() == "half a na"


@WRITERS
def test_it_says_how_many_certificates_are_not_listed(window: GuideWindow, writer: Writer) -> None:
    open_certificates(window)
    page = PAGES["step"](writer)
    window.show_page(replace(page, number=2, more_certificates=50))
    words = Translator(writer.language).render(text("window.more_certificates", count=50))
    assert "50" in words
    assert words in shown_words(window)
    window.show_page(replace(page, number=3))
    assert words not in shown_words(window)


def test_a_name_is_no_longer_than_it_may_be(window: GuideWindow) -> None:
    open_certificates(window)
    assert field(window).maxLength() == NAME_LIMIT


@pytest.mark.parametrize("way", ["Return", "Escape"])
def test_forgetting_is_asked_for_and_kept_is_the_default(
    guide_setup: GuideSetup, window: GuideWindow, way: str
) -> None:
    question = ask_to_forget(guide_setup, window)
    press(question, Qt.Key.Key_Return if way == "Return" else Qt.Key.Key_Escape)
    assert not question.isVisible()
    assert guide_setup.answers == []


@pytest.mark.usefixtures("_slow_guard")
def test_forgetting_is_confirmed(guide_setup: GuideSetup, window: GuideWindow) -> None:
    question = ask_to_forget(guide_setup, window)
    (yes,) = [button for button in question.findChildren(QPushButton) if button.text() == "Forget it"]
    yes.click()
    assert guide_setup.answers == [], "a second click on the menu's entry may come here"
    question.findChildren(PressGuard)[0].end()
    yes.click()
    assert guide_setup.answers == [Forgotten(fingerprint=OLD_FINGERPRINT)]


def test_a_click_on_the_menu_and_a_late_second_one_forget_nothing(guide_setup: GuideSetup, window: GuideWindow) -> None:
    open_certificates(window)
    menu = SteadyMenu(window)
    chosen = mouse(menu, QEvent.Type.MouseButtonRelease)
    chosen.setTimestamp(1000)
    QApplication.sendEvent(menu, chosen)
    question = ask_to_forget(guide_setup, window)
    (guard,) = question.findChildren(PressGuard)
    wait_for_the_end_of(guard)
    for label in ("Keep it", "Forget it"):
        (button,) = [each for each in question.findChildren(QPushButton) if each.text() == label]
        click_at(button, 1000 + guard.span_ms - 1)
    assert (question.isVisible(), guide_setup.answers) == (True, [])
    click_at(button, 1000 + guard.span_ms)
    assert guide_setup.answers == [Forgotten(fingerprint=OLD_FINGERPRINT)]


def ask_to_forget(guide_setup: GuideSetup, window: GuideWindow) -> QDialog:
    open_certificates(window)
    entry(window, f"forget:{OLD_FINGERPRINT}").trigger()
    guide_setup.settle()
    (question,) = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    return question


# ------------------------------------------------------------------------------------------------------ the pictures


def test_a_contrast_theme_that_is_chosen_later_gives_its_own_colours(
    guide_setup: GuideSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not those of the window, which are the application's by then."""
    theme, hints = Theme(guide_setup.application), guide_setup.application.styleHints()
    system = guide_setup.application.style().standardPalette().color(QPalette.ColorRole.Window).name()
    assert theme.colours.ground == LIGHT.ground != system
    chosen = SimpleNamespace(contrastPreference=lambda: Qt.ContrastPreference.HighContrast)
    monkeypatch.setattr(theme, "_wishes", chosen)
    hints.accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    guide_setup.settle()
    assert theme.colours.ground == guide_setup.application.palette().color(QPalette.ColorRole.Window).name() == system
    theme.deleteLater()
    guide_setup.theme.set_scheme("light")


@pytest.mark.parametrize(("still", "moves"), [(False, True), (True, False)])
def test_only_a_key_that_is_read_moves_and_only_if_it_may(guide_setup: GuideSetup, still: bool, moves: bool) -> None:
    picture = KeyPicture(Theme(guide_setup.application, still=still))
    picture.show()
    moving = []
    for each in ReaderStatus:
        picture.show_page(replace(PAGES["step"](ENGLISH), reader=each), Translator("en"))
        moving += [each] if picture.moves else []
    picture.hide()
    assert moving == ([ReaderStatus.READING] if moves else [])
    assert not picture.moves


@pytest.mark.parametrize("on_card", [False, True], ids=["USB key", "card"])
def test_no_two_pictures_are_alike_without_colour(guide_setup: GuideSetup, on_card: bool) -> None:
    guide_setup.theme.set_scheme("contrast")
    picture = KeyPicture(guide_setup.theme)
    seen = {}
    for each in ReaderStatus:
        page = replace(PAGES["reader-empty"](ENGLISH), reader=each, on_card=on_card)
        picture.show_page(page, Translator("en"))
        image = picture.grab().toImage()
        seen[each] = bytes(image.constBits())
    guide_setup.theme.set_scheme("light")
    empty = {ReaderStatus.NO_READER, ReaderStatus.EMPTY, ReaderStatus.AWAY}  # the words below tell these apart
    assert len({picture for status, picture in seen.items() if status not in empty}) == len(ReaderStatus) - len(empty)


@pytest.mark.parametrize(
    ("begins", "ends", "drawn"),
    [
        pytest.param(-3, 2, (-3, 2), id="now lies within"),
        pytest.param(-9, -2, (-9, 0), id="it has ended"),
        pytest.param(2, 9, (0, 9), id="it has not begun"),
        pytest.param(0, 0, (0, 1), id="an instant"),
        pytest.param(-3, None, (-3, 3), id="it has no end"),
    ],
)
def test_a_bar_holds_the_validity_and_the_present(begins: int, ends: int | None, drawn: tuple[int, int]) -> None:
    end = instant(datetime(9999, 12, 31, tzinfo=UTC)) if ends is None else NOW + ends * SHORTEST
    bar = replace(ENGLISH.bars()[0], begins=NOW + begins * SHORTEST, ends=end)
    assert span(bar, NOW) == tuple((NOW + days * SHORTEST).timestamp() for days in drawn)


# ---------------------------------------------------------------------------------------------------- words and times


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=-1), "The link in the mail no longer works."),
        (timedelta(0), "The link in the mail no longer works."),
        (timedelta(seconds=1), "The link in the mail still works for 1 minute."),
        (timedelta(minutes=59), "The link in the mail still works for 59 minutes."),
        (timedelta(minutes=59, seconds=1), "The link in the mail still works for 1 h."),
        (timedelta(hours=23, minutes=12), "The link in the mail still works for 23 h 12 min."),
        (timedelta(hours=48) - timedelta(seconds=1), "The link in the mail still works for 48 h."),
        (timedelta(hours=48), "The link in the mail still works for 2 days."),
    ],
)
def test_what_is_left_is_shown_to_the_minute(left: timedelta, words: str) -> None:
    assert Translator("en").render(left_words(left)) == words


def test_the_end_of_the_time_is_shown_when_it_comes(guide_setup: GuideSetup, window: GuideWindow) -> None:
    gone = instant(datetime.now(UTC)) - timedelta(seconds=1)
    window.show_page(replace(PAGES["deadline"](ENGLISH), deadline=gone))
    guide_setup.settle()
    assert "The link in the mail no longer works." in [label.text() for label in window.findChildren(QLabel)]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Open it. Send it.", ["Open it.", "Send it."]),
        ("Wait for Dr. martin. Then go on.", ["Wait for Dr. martin.", "Then go on."]),
        ("Cliquez sur « OK ». Étape suivante : lisez.", ["Cliquez sur « OK ».", "Étape suivante : lisez."]),
        ("à 9 h 00. « Oui » suffit.", ["à 9 h 00.", "« Oui » suffit."]),
        ("Jean P. Martin is next. Wait.", ["Jean P. Martin is next.", "Wait."]),
        ("", [""]),
    ],
)
def test_each_sentence_has_a_line(words: str, lines: list[str]) -> None:
    assert by_sentence(words).split("\n") == lines


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("See https://tkm.certeurope.fr.", ["See https://", "tkm.", "certeurope.", "fr."]),
        (
            "write to jeanne.martin@expert-judiciaire.example",
            ["write to jeanne.", "martin@", "expert-judiciaire.", "example"],
        ),
        ("https://www.opalexe.fr", ["https://www.opalexe.fr"]),
        ("x" * 25, ["x"] * 25),
    ],
    ids=["address", "mail", "short", "one long word"],
)
def test_a_long_address_breaks_at_its_parts(words: str, parts: list[str]) -> None:
    assert breakable(words).split("\N{ZERO WIDTH SPACE}") == parts


@pytest.mark.skipif(sys.platform != "linux", reason="Wayland and X11 have these tokens")
def test_a_page_that_comes_to_the_front_uses_the_right_of_the_click(
    window: GuideWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt reads the variable at activation (doc.qt.io, QWindow::requestActivate)."""
    seen: list[str | None] = []
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    monkeypatch.setattr(window, "activateWindow", lambda: seen.append(os.environ.get("XDG_ACTIVATION_TOKEN")))
    window.show_page(replace(PAGES["step"](ENGLISH), front=True, activation=ActivationToken("a-token")))
    assert seen == ["a-token"]


def test_a_double_click_on_words_selects_none(guide_setup: GuideSetup) -> None:
    label = WrappingLabel(guide_setup.theme, "Keep the old key")
    label.show()
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton, pos=QPoint(10, label.height() // 2))
    assert label.selectedText() == ""


def test_a_low_window_leaves_the_words_their_room(guide_setup: GuideSetup) -> None:
    guide_setup.enlarge(2.0)
    low = guide_setup.window(PAGES["step"](FRENCH), "640x480")
    area = low.findChildren(QScrollArea)[0]
    assert area.height() >= 180
    assert {"go:help", "go:keys"} <= {action.objectName() for action in low.findChildren(QAction)}
    low.resize(640, 900)
    guide_setup.settle()
    assert named(low, "go:help").isVisible()
    guide_setup.close(low)
    guide_setup.enlarge(1.0)


def test_a_link_that_goes_into_the_menu_gives_the_keyboard_back(guide_setup: GuideSetup) -> None:
    guide_setup.enlarge(2.0)
    high = guide_setup.window(PAGES["step"](FRENCH), "640x900")
    high.activateWindow()
    named(high, "go:help").setFocus()
    high.resize(640, 480)
    guide_setup.settle()
    assert high.focusWidget() is named(high, "action:end:log_in")
    guide_setup.close(high)
    guide_setup.enlarge(1.0)
