"""The colours of the guide's window have enough contrast.

WCAG 2.2, 1.4.3 and 1.4.11.
"""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from support.contrast import contrast
from tray.window.colours import DARK, LIGHT, Colours, high_contrast, stylesheet
from tray.window.glyphs import ALERT, ROLES, STAGES, STEPS
from tray.window.theme import CONTRAST_PALETTE

CONTRAST = high_contrast({role: QColor(name) for role, name in CONTRAST_PALETTE.items()})
SCHEMES = pytest.mark.parametrize("colours", [LIGHT, DARK, CONTRAST], ids=["light", "dark", "contrast"])
TEXTS = [
    ("text", "ground"),
    ("text", "surface"),
    ("text", "hover"),
    ("muted", "ground"),
    ("muted", "surface"),
    ("muted", "hover"),
    ("on_accent", "accent"),
    ("on_alert", "alert"),
    ("old", "old_ground"),
    ("new", "new_ground"),
    ("good", "good_ground"),
    ("bad", "bad_ground"),
    ("accent", "good_ground"),
]
EDGES = [
    ("edge", "surface"),
    ("edge", "ground"),
    ("accent", "surface"),
    ("accent", "ground"),
    *((name, "surface") for name in ("old", "new", "other", "good", "bad")),
    *(("on_glyph", name) for name in ("old", "new", "other", "good", "bad")),
]


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@SCHEMES
@pytest.mark.parametrize(("ink", "paper"), TEXTS)
def test_words_can_be_read(colours: Colours, ink: str, paper: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, paper)) >= 4.5


@SCHEMES
@pytest.mark.parametrize(("ink", "paper"), EDGES)
def test_glyphs_and_edges_can_be_found(colours: Colours, ink: str, paper: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, paper)) >= 3


@pytest.mark.parametrize("ink", ["text", "muted"])
def test_high_contrast_is_high(ink: str) -> None:
    assert contrast(getattr(CONTRAST, ink), CONTRAST.ground) >= 7


@SCHEMES
def test_the_stylesheet_is_written_to_its_end(colours: Colours) -> None:
    assert "$" not in stylesheet(colours, 18, 16)


@pytest.mark.parametrize("glyphs", [STEPS, STAGES, ROLES], ids=["steps", "stages", "roles"])
def test_no_two_glyphs_differ_by_colour_alone(glyphs: dict[object, tuple[object, object, str]]) -> None:
    shapes = [(shape, sign) for shape, sign, _ in glyphs.values()]
    assert len(set(shapes)) == len(shapes)


def test_the_alert_has_a_shape_of_its_own() -> None:
    assert ALERT[:2] not in [glyph[:2] for glyph in STEPS.values()]
