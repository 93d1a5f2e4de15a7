"""The guide's window in each language, size, scale and scheme.

The short form takes pairs: any two of these settings meet in a window. The long one takes every combination.
"""

from __future__ import annotations

from itertools import cycle, product
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel

from config.values import replace
from support.guide_pages import PAGES, Writer
from support.pairs import Row, pairs, pairwise
from tray.window.buttons import WrappingButton
from tray.window.guide_window import GUIDE, KEYS, GuideWindow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _pytest.mark import ParameterSet

    from support.guide_setup import GuideSetup

CERTIFICATES = "certificates"  # the second tab, the same on each page
PLACES = (*PAGES, CERTIFICATES)
LANGUAGES = ("fr", "en")
SIZES = ("640x480", "1280x800")
SCALES = (1.0, 2.0)
SCHEMES = ("light", "dark", "contrast")


def short_form() -> list[Row]:
    """Return each kind of page in pairs of settings.

    Each picture of the reader is there once.
    """
    pictures = [name for name in PLACES if name.startswith("reader-")]
    kinds = [name for name in PLACES if name not in pictures]
    rows = pairwise(kinds, LANGUAGES, SIZES, SCALES)
    rows += [(name, *row) for name, row in zip(pictures, cycle(pairwise(LANGUAGES, SIZES, SCALES)), strict=False)]
    return [(*row, scheme) for row, scheme in zip(rows, cycle(SCHEMES), strict=False)]


def grid() -> Iterator[ParameterSet]:
    """Yield the short form, and marked as long the other combinations."""
    short = short_form()
    for row in product(PLACES, LANGUAGES, SIZES, SCALES, SCHEMES):
        yield pytest.param(*row, id="-".join(map(str, row)), marks=() if row in short else pytest.mark.full)


@pytest.fixture
def usual(guide_setup: GuideSetup) -> Iterator[GuideSetup]:
    """The window's program, set back afterwards."""
    yield guide_setup
    guide_setup.enlarge(1.0)
    guide_setup.theme.set_scheme("light")


def test_the_short_form_has_all_pairs_of_settings() -> None:
    met = {pair for row in short_form() for pair in pairs(row[1:])}
    assert met == {pair for row in product(LANGUAGES, SIZES, SCALES, SCHEMES) for pair in pairs(row)}


@pytest.mark.parametrize(
    ("place", "language", "size", "scale", "scheme"),
    [*grid()],
)
def test_no_words_are_cut(usual: GuideSetup, place: str, language: str, size: str, scale: float, scheme: str) -> None:
    usual.enlarge(scale)
    usual.theme.set_scheme(scheme)
    window = usual.window(PAGES.get(place, PAGES["step"])(Writer(language)), size)
    cut = cut_words(usual, window, KEYS if place == CERTIFICATES else GUIDE)
    usual.close(window)
    assert cut == []


def test_a_word_without_end_is_broken(guide_setup: GuideSetup) -> None:
    page = replace(PAGES["step"](Writer("en")), holder="x" * 128, headline="y" * 300)
    shown = guide_setup.window(page, "640x480")
    assert cut_words(guide_setup, shown, GUIDE) == []
    guide_setup.close(shown)


def cut_words(guide_setup: GuideSetup, window: GuideWindow, place: int) -> list[str]:
    """Return the words on a page that lack room."""
    window.go_to(place)
    guide_setup.settle()
    widgets: list[QLabel | WrappingButton] = [*window.findChildren(QLabel), *window.findChildren(WrappingButton)]
    shown = (widget for widget in widgets if widget.isVisible() and widget.text())
    return [widget.accessibleName() or widget.text() for widget in shown if _is_cut(widget)]


def _is_cut(widget: QLabel | WrappingButton) -> bool:
    parent = widget.parentWidget()
    assert parent is not None
    low = widget.height() < widget.heightForWidth(widget.width())
    narrow = widget.width() < widget.minimumSizeHint().width()
    return low or narrow or widget.mapTo(parent, QPoint(widget.width(), 0)).x() > parent.width()


def test_pictures_are_taken(usual: GuideSetup, tmp_path: Path) -> None:
    names = {"question", "helps", "certificates", "naming"}
    usual.take(tmp_path, "contrast", "fr", names)
    assert {file.name for file in tmp_path.iterdir()} == {f"{name}-fr-contrast.png" for name in names}


@pytest.mark.full
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page_has_its_picture(usual: GuideSetup, language: str, scheme: str, tmp_path: Path) -> None:
    usual.take(tmp_path, scheme, language)
    assert len([*tmp_path.glob("*.png")]) == len(PAGES) + 3
