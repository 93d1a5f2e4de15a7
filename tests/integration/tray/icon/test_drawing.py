"""The drawing of the icon."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

import tray.window
from daemon.core.views.tray import IconState
from tray.icon.drawing import draw_icon

PAIRS = list(combinations(IconState, 2))
SIZES = (16, 22, 24, 32, 48, 64)
LIGHT, DARK = (246, 245, 244), (36, 38, 42)


def on(panel: tuple[int, int, int], picture: Image.Image) -> Image.Image:
    ground = Image.new("RGB", picture.size, panel)
    ground.paste(picture, mask=picture)
    return ground


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how much two images differ in lightness: 0 to 255."""
    return float(ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("icon_state", IconState)
def test_every_look_has_a_picture_in_every_size(icon_state: IconState, size: int) -> None:
    picture = draw_icon(icon_state, size, 12)
    assert (picture.mode, picture.size) == ("RGBA", (size, size))
    assert picture.getchannel("A").getextrema()[0] == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_two_looks_are_alike_without_colour(one: IconState, other: IconState, size: int) -> None:
    assert difference(on(LIGHT, draw_icon(one, size)), on(LIGHT, draw_icon(other, size))) > 6


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_two_shapes_are_alike(one: IconState, other: IconState, size: int) -> None:
    pictures = (draw_icon(icon_state, size, template=True).getchannel("A") for icon_state in (one, other))
    assert difference(*pictures) > 8


@pytest.mark.parametrize("panel", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("icon_state", IconState)
def test_every_look_stands_out_from_the_panel(icon_state: IconState, size: int, panel: tuple[int, int, int]) -> None:
    shown = on(panel, draw_icon(icon_state, size))
    assert difference(shown, Image.new("RGB", shown.size, panel)) > 15


@pytest.mark.parametrize("icon_state", [IconState.SOON, IconState.URGENT])
@pytest.mark.parametrize("size", SIZES)
def test_days_are_written_from_22_pixels_up(icon_state: IconState, size: int) -> None:
    written = draw_icon(icon_state, size, 12).tobytes() != draw_icon(icon_state, size, 47).tobytes()
    assert written == (size >= 22)


@pytest.mark.parametrize("days", [None, -1, 100, 4000])
def test_days_that_do_not_fit_are_not_written(days: int | None) -> None:
    assert draw_icon(IconState.SOON, 32, days).tobytes() == draw_icon(IconState.SOON, 32).tobytes()


@pytest.mark.parametrize("days", [0, 1, 9, 10, 99])
def test_days_stay_within_the_key(days: int) -> None:
    bare = draw_icon(IconState.URGENT, 48, template=True).getchannel("A").point(lambda a: 255 if a else 0)
    with_days = draw_icon(IconState.URGENT, 48, days).getchannel("A")
    assert with_days.getextrema() == (0, 255)
    assert bare.getbbox() == draw_icon(IconState.URGENT, 48, days, template=True).getchannel("A").getbbox()


def test_a_template_is_black_alone() -> None:
    assert draw_icon(IconState.WELL, 44, template=True).convert("RGB").getextrema() == ((0, 0),) * 3


def test_a_returned_picture_may_be_changed() -> None:
    before = draw_icon(IconState.WELL, 16).tobytes()
    draw_icon(IconState.WELL, 16).paste((1, 2, 3, 4), (0, 0, 16, 16))
    assert draw_icon(IconState.WELL, 16).tobytes() == before


@pytest.mark.parametrize("size", SIZES)
def test_the_window_has_the_icon_as_it_is_drawn(size: int) -> None:
    with Image.open(Path(tray.window.__path__[0], "icons", f"{size}.png")) as file:
        assert file.tobytes() == draw_icon(IconState.WELL, size).tobytes()
