"""Draws the icon: a key whose bow holds a glyph.

Each state has an outline, a glyph and a colour of its own.
"""

import math
from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

from config.values import dataclass
from daemon.core.views.tray import IconState

SIZES = (16, 22, 24, 32, 48, 64)  # what panels ask for
SMALLEST_WITH_DAYS = 22  # below this edge, in pixels, two digits cannot be told apart
MOST_DAYS = 99
TWO_TEETH_FROM = 24

Point = tuple[float, float]
Colour = tuple[int, int, int, int]

_BLACK: Colour = (0, 0, 0, 255)
_WHITE: Colour = (255, 255, 255, 255)
_INK: Colour = (43, 29, 0, 255)
_CENTRE = 0.42  # of the bow, on both axes
_BOW = 0.37
_SHAFT_END = 0.86


class Drawing(Protocol):
    """An icon that is drawn at the size a panel requests."""

    def draw(self, size: int) -> Image.Image:
        """Return it as RGBA, `size` pixels square."""


class _Glyph(Enum):
    EYE = auto()
    CLOCK = auto()
    BANG = auto()
    CROSS = auto()
    DOTS = auto()
    QUESTION = auto()
    HOLE = auto()


@dataclass(frozen=True, slots=True)
class _Style:
    """How a state is drawn."""

    colour: Colour
    """The key's body."""
    glyph: _Glyph
    """The sign in the bow."""
    ink: Colour = _WHITE
    """The glyph and the digits."""
    rim: Colour = _WHITE
    """The edge around the key, against panels of its own colour."""
    corners: int = 0
    """Corners of the bow; 0 is round."""
    turn: float = 0
    """Where the first corner lies, in degrees from the right."""
    swell: float = 1.0
    """The bow's size, as a part of that of a round one."""
    days: bool = False
    """Whether the days left are written instead of the glyph."""


# Colours differ in lightness too, and no two states share both outline and glyph: hue is never needed.
_STYLES = {
    IconState.WELL: _Style((15, 118, 92, 255), _Glyph.EYE),
    IconState.SOON: _Style((250, 190, 30, 255), _Glyph.CLOCK, ink=_INK, rim=_INK, days=True),
    IconState.URGENT: _Style((222, 80, 8, 255), _Glyph.BANG, corners=4, turn=45, swell=1.3, days=True),
    IconState.EXPIRED: _Style((176, 10, 36, 255), _Glyph.CROSS, corners=8, turn=22.5, swell=1.06),
    IconState.READING: _Style((32, 104, 214, 255), _Glyph.DOTS),
    IconState.TROUBLE: _Style((98, 70, 158, 255), _Glyph.QUESTION, corners=4, turn=0, swell=1.14),
    IconState.NO_READER: _Style((120, 127, 138, 255), _Glyph.HOLE),
}


def draw_icon(icon_state: IconState, size: int, days_left: int | None = None, *, template: bool = False) -> Image.Image:
    """Return a square RGBA image of `size` pixels.

    It is visible on light and on dark panels. The days are written into the urgent states, from 22 pixels up and for
    0 to 99 days. `template` gives black on nothing, for macOS, which colours it itself.
    """
    style = _STYLES[icon_state]
    days = days_left if style.days and size >= SMALLEST_WITH_DAYS else None
    if days is not None and not 0 <= days <= MOST_DAYS:
        days = None
    return _draw(style, size, days, template=template).copy()


@lru_cache(maxsize=10 * len(SIZES))
def _draw(style: _Style, size: int, days: int | None, *, template: bool) -> Image.Image:
    """Draw several times larger, and shrink.

    Pillow's drawing knows no half pixels.
    """
    edge = size * (8 if size < 32 else 4)
    rim_width = max(1.0, size / 22) / size
    teeth = 2 if size >= TWO_TEETH_FROM else 1
    body, glyphs, rim = (Image.new("L", (edge, edge)) for _ in range(3))
    _key(_Pen(body), style, teeth)
    if days is None:
        _GLYPHS[style.glyph](_Pen(glyphs))
    else:
        _write(glyphs, str(days))
    if template:
        body.paste(0, mask=glyphs)
        image = Image.new("RGBA", (size, size), _BLACK)
        image.putalpha(body.resize((size, size), Image.Resampling.BOX))
        return image
    _key(_Pen(rim, grown=rim_width), style, teeth)
    image = Image.new("RGBA", (edge, edge), (*style.rim[:3], 0))
    image.paste(style.rim, mask=rim)
    image.paste(style.colour, mask=body)
    image.paste(style.ink, mask=glyphs)
    if style.glyph is _Glyph.HOLE:
        image.paste((*style.rim[:3], 0), mask=_hole_within(edge, rim_width))
    return image.resize((size, size), Image.Resampling.BOX)


class _Pen:
    """Draws with round ends on a mask.

    Lengths are parts of its edge, and everything is widened by `grown` on each side.
    """

    def __init__(self, mask: Image.Image, grown: float = 0) -> None:
        self._pen = ImageDraw.Draw(mask)
        self._edge = mask.width
        self._grown = grown

    def dot(self, centre: Point, radius: float, *, fill: int = 255) -> None:
        x, y = self._scaled(centre)
        r = (radius + self._grown) * self._edge
        self._pen.ellipse([x - r, y - r, x + r, y + r], fill=fill)

    def stroke(self, start: Point, end: Point, width: float) -> None:
        thick = round((width + 2 * self._grown) * self._edge)
        self._pen.line([self._scaled(start), self._scaled(end)], fill=255, width=thick)
        for point in (start, end):
            self.dot(point, width / 2)

    def arc(self, centre: Point, radius: float, start: float, end: float, width: float) -> None:
        (x, y), r = self._scaled(centre), radius * self._edge
        self._pen.arc([x - r, y - r, x + r, y + r], start, end, fill=255, width=round(width * self._edge))

    def polygon(self, points: list[Point], softness: float = 0) -> None:
        """Fill it, with corners rounded outwards by `softness`."""
        self._pen.polygon([self._scaled(point) for point in points], fill=255)
        if softness:
            for start, end in zip(points, points[1:] + points[:1], strict=True):
                self.stroke(start, end, 2 * softness)

    def _scaled(self, point: Point) -> Point:
        return point[0] * self._edge, point[1] * self._edge


def _key(pen: _Pen, style: _Style, teeth: int) -> None:
    """Fill the shaft, its teeth, and the bow."""
    pen.stroke((_CENTRE, _CENTRE), (_SHAFT_END, _SHAFT_END), 0.13)
    for tooth in range(teeth):
        along = _SHAFT_END - 0.01 - 0.13 * tooth
        pen.stroke((along, along), (along + 0.08, along - 0.08), 0.09)
    if not style.corners:
        pen.dot((_CENTRE, _CENTRE), _BOW)
        return
    softness = 0.1
    reach = _BOW * style.swell - softness / math.cos(math.pi / style.corners)
    turns = [math.radians(style.turn + i * 360 / style.corners) for i in range(style.corners)]
    pen.polygon([(_CENTRE + reach * math.cos(t), _CENTRE + reach * math.sin(t)) for t in turns], softness)


def _eye(pen: _Pen) -> None:
    """Draw an open eye: two arcs that meet, and the pupil."""
    half, rise = 0.28, 0.19  # of the eye's width and height
    radius = (half**2 + rise**2) / (2 * rise)
    lid = [(x, math.sqrt(radius**2 - x**2) - (radius - rise)) for x in (half * (i / 16 - 1) for i in range(33))]
    outline = lid + [(x, -y) for x, y in reversed(lid)]
    pen.polygon([(_CENTRE + x, _CENTRE + y) for x, y in outline])
    pen.dot((_CENTRE, _CENTRE), 0.115, fill=0)


def _clock(pen: _Pen) -> None:
    axis = (_CENTRE, _CENTRE + 0.02)
    pen.stroke(axis, (_CENTRE, 0.19), 0.11)
    pen.stroke(axis, (0.585, 0.525), 0.11)


def _bang(pen: _Pen) -> None:
    pen.stroke((_CENTRE, 0.22), (_CENTRE, 0.44), 0.12)
    pen.dot((_CENTRE, 0.63), 0.07)


def _cross(pen: _Pen) -> None:
    near, far = _CENTRE - 0.14, _CENTRE + 0.14
    pen.stroke((near, near), (far, far), 0.12)
    pen.stroke((near, far), (far, near), 0.12)


def _dots(pen: _Pen) -> None:
    for x in (-0.2, 0, 0.2):
        pen.dot((_CENTRE + x, _CENTRE), 0.075)


def _question(pen: _Pen) -> None:
    radius, y, width = 0.13, 0.32, 0.105
    pen.arc((_CENTRE, y), radius, 180, 90, width)
    pen.dot((_CENTRE - radius + width / 2, y), width / 2)
    pen.stroke((_CENTRE, y + radius - width / 2), (_CENTRE, 0.48), width)
    pen.dot((_CENTRE, 0.63), 0.07)


def _hole(pen: _Pen) -> None:
    pen.dot((_CENTRE, _CENTRE), 0.235)


def _hole_within(edge: int, rim_width: float) -> Image.Image:
    """Return the mask of the hole without its rim.

    The panel is seen through it.
    """
    mask = Image.new("L", (edge, edge))
    _Pen(mask, grown=-rim_width).dot((_CENTRE, _CENTRE), 0.235)
    return mask


_GLYPHS: dict[_Glyph, Callable[[_Pen], None]] = {
    _Glyph.EYE: _eye,
    _Glyph.CLOCK: _clock,
    _Glyph.BANG: _bang,
    _Glyph.CROSS: _cross,
    _Glyph.DOTS: _dots,
    _Glyph.QUESTION: _question,
    _Glyph.HOLE: _hole,
}


def _write(glyphs: Image.Image, digits: str) -> None:
    """Write the days into the bow, as large as it holds.

    The font is the one that Pillow brings.
    """
    edge = glyphs.width
    font = ImageFont.load_default((0.60 if len(digits) == 1 else 0.55) * edge)
    centre = (_CENTRE * edge, _CENTRE * edge)
    bold = round(edge * 0.018)
    ImageDraw.Draw(glyphs).text(centre, digits, fill=255, font=font, anchor="mm", stroke_width=bold)
