"""The page of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QRadioButton, QWidget

from config.i18n.translator import Translator
from config.settings import SettingId
from config.values import replace
from daemon.adapters.guide.messages import Chosen, SettingWritten
from daemon.core.views.guide import Action, Finding
from support.guide_actions import action_id
from support.guide_pages import PAGES, Writer
from support.process import wait_until
from tray.window.guide_window import SETTINGS, GuideWindow
from tray.window.settings_page import diagnosis_news

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.core.views.guide import SettingField
    from support.guide_setup import GuideSetup

PAGE = PAGES["settings"](Writer("en"))


@pytest.fixture
def window(guide_setup: GuideSetup) -> Iterator[GuideWindow]:
    """The window at the settings."""
    guide_setup.answers.clear()
    window = guide_setup.window(PAGE)
    window.go_to(SETTINGS)
    window.guard.end()
    guide_setup.settle()
    yield window
    guide_setup.close(window)


def changed(**changes: object) -> tuple[SettingField[str], ...]:
    """Return the fields of the page, those of the days changed."""
    return tuple(replace(f, **changes) if f.id is SettingId.DAYS else f for f in PAGE.fields)  # type: ignore[arg-type]  # by name


def days(window: GuideWindow) -> QLineEdit:
    (found,) = window.findChildren(QLineEdit, "set:notices.days")
    return found


def save(window: GuideWindow) -> QPushButton:
    (found,) = window.findChildren(QPushButton, "save:notices.days")
    return found


def test_the_box_of_a_switch_begins_where_the_fields_do(window: GuideWindow) -> None:
    def first_drawn(widget: QWidget) -> int:
        line, y = window.grab().toImage(), widget.mapTo(window, widget.rect().center()).y()
        return next(x for x in range(line.width()) if line.pixelColor(x, y) != line.pixelColor(0, y))

    (box,) = [box for box in window.findChildren(QCheckBox) if box.isVisible()]
    assert first_drawn(box) == first_drawn(days(window))


def write(window: GuideWindow, words: str) -> None:
    days(window).setText(words)
    days(window).textEdited.emit(words)


def test_the_second_click_on_a_switch_or_a_button_does_nothing(guide_setup: GuideSetup, window: GuideWindow) -> None:
    (switch,) = window.findChildren(QCheckBox, "action:autostart")
    switch.click()
    (anew,) = window.findChildren(QCheckBox, "action:autostart")
    anew.click()
    (button,) = window.findChildren(QPushButton, "action:diagnose")
    button.click()
    assert guide_setup.answers == [Chosen(number=1, action=action_id("autostart"))]
    assert not anew.isChecked(), "as the first click has set it"
    assert anew.isEnabled(), "the keyboard stays where it is"


def test_the_second_click_on_a_button_reaches_no_field(guide_setup: GuideSetup, window: GuideWindow) -> None:
    """A finding goes once it is mended, and the fields move up."""
    (french,) = window.findChildren(QRadioButton, "set:language:fr")
    (button,) = window.findChildren(QPushButton, "action:diagnose")

    def chosen() -> bool:
        place = french.mapTo(window, french.rect().center())
        QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
        guide_setup.settle()
        return french.isChecked()

    button.click()
    assert not chosen()
    assert guide_setup.answers == [Chosen(number=1, action=action_id("diagnose"))]
    wait_until(chosen, "a later click counts")


def test_a_shorter_label_moves_nothing_below_the_second_click(guide_setup: GuideSetup, window: GuideWindow) -> None:
    def places(words: str) -> tuple[QPoint, QPoint]:
        reading = Action(id=action_id("read_keys"), label=words)
        kept = (action for action in PAGE.settings if action.id != reading.id)
        window.show_page(replace(PAGE, settings=(*kept, reading)))
        guide_setup.settle()
        (button,) = window.findChildren(QPushButton, "action:read_keys")
        return button.pos(), days(window).mapTo(window, QPoint())

    window.resize(640, 640)
    short, long, again = map(places, ("Read", "Read the keys that are plugged in now", "Read"))
    assert short != long, "the long label has a line of its own"
    assert again == long


def test_what_is_written_is_saved_as_it_is(guide_setup: GuideSetup, window: GuideWindow) -> None:
    assert not save(window).isVisible(), "nothing is to be saved yet"
    write(window, "90; 7")
    save(window).click()
    days(window).returnPressed.emit()
    assert guide_setup.answers == 2 * [SettingWritten(setting=SettingId.DAYS, written="90; 7")]


def test_a_refusal_is_shown_and_what_was_written_stays(guide_setup: GuideSetup, window: GuideWindow) -> None:
    write(window, "soon")
    window.show_page(replace(PAGE, fields=changed(refusal="“soon” is not accepted.")))
    guide_setup.settle()
    assert days(window).text() == "soon"
    assert "“soon” is not accepted." in [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def test_a_value_that_holds_takes_the_place_of_what_was_written(guide_setup: GuideSetup, window: GuideWindow) -> None:
    write(window, "90; 7")
    window.show_page(replace(PAGE, fields=changed(value="90, 7")))
    guide_setup.settle()
    assert days(window).text() == "90, 7"
    assert not save(window).isVisible()


def test_what_an_administrator_has_set_cannot_be_written(guide_setup: GuideSetup, window: GuideWindow) -> None:
    window.show_page(replace(PAGE, fields=changed(fixed=True)))
    guide_setup.settle()
    assert not days(window).isVisible()
    words = f"{PAGE.fields[1].value} – set by your administrator"
    assert words in [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def test_a_language_holds_at_once(guide_setup: GuideSetup, window: GuideWindow) -> None:
    (french,) = window.findChildren(QRadioButton, "set:language:fr")
    french.click()
    assert guide_setup.answers == [SettingWritten(setting=SettingId.LANGUAGE, written="fr")]


def test_the_diagnosis_is_shown_with_one_action_for_each_trouble(guide_setup: GuideSetup, window: GuideWindow) -> None:
    read = Action(id=action_id("read_keys"), label="Read the keys again")
    found = (
        Finding(topic="Readers", what="No reader is there.", remedy="Plug in your key.", action=read),
        Finding(topic="Icon", what="There is no place for it.", remedy="Install the extension."),
    )
    window.show_page(replace(PAGE, findings=found))
    window.guard.end()
    guide_setup.settle()
    words = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    at = words.index("What the diagnosis found")
    assert words[at + 1 : at + 7] == [
        *("Readers", "No reader is there.", "Plug in your key."),
        *("Icon", "There is no place for it.", "Install the extension."),
    ]
    button = next(b for b in window.findChildren(QPushButton) if b.text() == "Read the keys again")
    button.click()
    assert guide_setup.answers[-1] == Chosen(number=PAGE.number, action=read.id)
    window.show_page(replace(PAGE, findings=()))
    guide_setup.settle()
    assert "All is in order." in [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def test_in_large_letters_the_page_is_as_wide_as_the_window(guide_setup: GuideSetup) -> None:
    guide_setup.enlarge(2.0)
    narrow = guide_setup.window(PAGE, "640x480")
    narrow.go_to(SETTINGS)
    guide_setup.settle()
    narrow.grab()
    field = days(narrow)
    assert field.mapTo(narrow, field.rect().topRight()).x() < narrow.width()
    guide_setup.close(narrow)
    guide_setup.enlarge(1.0)


def test_what_a_diagnosis_found_is_seen_without_scrolling(guide_setup: GuideSetup, window: GuideWindow) -> None:
    window.resize(800, 640)
    found = Finding(topic="Readers", what="No key is plugged in.", remedy="Plug in your key.", action=None)
    window.show_page(replace(PAGE, findings=(found,)))
    guide_setup.settle()
    (remedy,) = [label for label in window.findChildren(QLabel) if "Plug in your key." in label.text()]
    foot = window.findChildren(QPushButton, "return")[0]
    assert remedy.mapTo(window, remedy.rect().bottomLeft()).y() < foot.mapTo(window, foot.rect().topLeft()).y()


def test_a_screen_reader_hears_what_the_diagnosis_found() -> None:
    found = Finding(topic="Readers", what="No key is plugged in.", remedy="Plug in your key.", action=None)
    after = replace(PAGE, findings=(found,))
    assert diagnosis_news(PAGE, after, Translator("en")) == "What the diagnosis found. Readers"
    assert diagnosis_news(after, after, Translator("en")) == ""
