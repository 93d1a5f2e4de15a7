"""The window on every page of one renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea

from support.guide_story_pages import story_pages
from tray.window.buttons import WrappingButton
from tray.window.guide_window import CONTACTS, GUIDE, HELP, KEYS, SETTINGS, GuideWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.guide_setup import GuideSetup

MOST_WORDS = 135  # of a page, without its buttons
LEAST_LETTERS, LEAST_TARGET = 14, 44  # pixels
LANGUAGES = ["fr", "en"]


@pytest.fixture(scope="module", params=LANGUAGES)
def shown(request: pytest.FixtureRequest, guide_setup: GuideSetup) -> Iterator[dict[str, GuideWindow]]:
    """A window of the first size on each page, by name."""
    windows = {name: guide_setup.window(page, "920x640") for name, page in story_pages(request.param)}
    yield windows
    for window in windows.values():
        guide_setup.close(window)


def overflow(window: GuideWindow) -> int:
    """Return by how many pixels the page is higher than its place."""
    (bar,) = [area.verticalScrollBar() for area in window.findChildren(QScrollArea) if area.isVisible()]
    return bar.maximum()


def words_of(window: GuideWindow) -> list[str]:
    """Return the words that are shown, without those of buttons."""
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible()).split()


def test_no_page_scrolls(shown: dict[str, GuideWindow]) -> None:
    assert {name: overflow(window) for name, window in shown.items() if overflow(window)} == {}


def test_no_page_says_too_much(shown: dict[str, GuideWindow]) -> None:
    counts = {name: len(words_of(window)) for name, window in shown.items()}
    assert {name: count for name, count in counts.items() if count > MOST_WORDS} == {}


def test_letters_and_targets_are_large_enough(shown: dict[str, GuideWindow]) -> None:
    for name, window in shown.items():
        labels = [label for label in window.findChildren(QLabel) if label.isVisible() and label.text()]
        small = [label.text() for label in labels if QFontInfo(label.font()).pixelSize() < LEAST_LETTERS]
        buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible()]
        low = [button.text() for button in buttons if button.height() < LEAST_TARGET]
        assert (small, low) == ([], []), name


def test_whom_to_call_is_on_every_page_with_a_procedure(shown: dict[str, GuideWindow]) -> None:
    without = [name for name, window in shown.items() if not window.findChildren(QAbstractButton, "go:contacts")]
    assert without == ["empty"], "nothing is known there yet"


def test_no_page_of_what_does_not_work_scrolls(shown: dict[str, GuideWindow], guide_setup: GuideSetup) -> None:
    too_high: list[str] = []
    for name, window in shown.items():
        window.go_to(HELP)
        window.guard.end()
        guide_setup.settle()
        too_high += [name] * bool(overflow(window))
        for problem in [button.objectName() for button in folded(window)]:
            next(button for button in folded(window) if button.objectName() == problem).click()
            window.guard.end()
            guide_setup.settle()
            too_high += [f"{name} {problem}"] * bool(overflow(window))
        window.go_to(GUIDE)  # the other tests look at it, in any order
        guide_setup.settle()
    assert too_high == []


def folded(window: GuideWindow) -> list[WrappingButton]:
    """Return the buttons that open a refusal."""
    buttons = window.findChildren(WrappingButton)
    return [button for button in buttons if button.isVisible() and button.objectName().startswith("problem:")]


@pytest.mark.parametrize("place", [CONTACTS, SETTINGS, KEYS, GUIDE])
def test_no_page_beside_scrolls(shown: dict[str, GuideWindow], guide_setup: GuideSetup, place: int) -> None:
    window = shown["add_with_old-log_in"]
    window.go_to(place)
    guide_setup.settle()
    too_much = overflow(window)
    window.go_to(GUIDE)  # the other tests look at it, in any order
    guide_setup.settle()
    assert too_much == 0
