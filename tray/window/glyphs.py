"""The small glyphs of the window.

Each has a shape of its own, so that none depends on its colour.
"""

from enum import Enum, auto

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from daemon.core.views.guide import BarRole, StepStatus
from daemon.core.views.report import Stage
from tray.window.colours import Colours
from tray.window.theme import Theme


class Sign(Enum):
    """What is drawn within a glyph."""

    CHECK = auto()
    CLOCK = auto()
    STAR = auto()
    BANG = auto()
    CROSS = auto()
    QUESTION = auto()
    DASH = auto()
    ARROW = auto()
    NOTHING = auto()


class Shape(Enum):
    """The outline of a glyph."""

    DISC = auto()
    RING = auto()
    SQUARE = auto()
    DIAMOND = auto()
    TRIANGLE = auto()


Glyph = tuple[Shape, Sign, str]
"""Outline, sign, and the name of the colour."""

STAR = ((0, -6), (1.5, -1.5), (6, 0), (1.5, 1.5), (0, 6), (-1.5, 1.5), (-6, 0), (-1.5, -1.5))
STEPS: dict[StepStatus, Glyph] = {
    StepStatus.DONE: (Shape.DISC, Sign.CHECK, "good"),
    StepStatus.CURRENT: (Shape.SQUARE, Sign.ARROW, "accent"),
    StepStatus.AHEAD: (Shape.RING, Sign.NOTHING, "edge"),
}
STAGES: dict[Stage, Glyph] = {
    Stage.VALID: (Shape.DISC, Sign.CHECK, "good"),
    Stage.DUE: (Shape.DISC, Sign.CLOCK, "old"),
    Stage.URGENT: (Shape.TRIANGLE, Sign.BANG, "old"),
    Stage.EXPIRED: (Shape.SQUARE, Sign.CROSS, "bad"),
    Stage.NOT_YET: (Shape.RING, Sign.CLOCK, "new"),
    Stage.SUPERSEDED: (Shape.DISC, Sign.DASH, "other"),
    Stage.UNREADABLE: (Shape.DIAMOND, Sign.QUESTION, "other"),
}
ROLES: dict[BarRole, Glyph] = {
    BarRole.OLD: (Shape.DISC, Sign.CLOCK, "old"),
    BarRole.NEW: (Shape.DIAMOND, Sign.STAR, "new"),
    BarRole.OTHER: (Shape.SQUARE, Sign.DASH, "other"),
}
ALERT: Glyph = (Shape.TRIANGLE, Sign.BANG, "on_alert")
COPIED: Glyph = (Shape.DISC, Sign.CHECK, "good")


def draw_glyph(painter: QPainter, glyph: Glyph, box: QRectF, colours: Colours) -> None:
    """Draw a glyph into a square."""
    shape, sign, name = glyph
    colour = QColor(getattr(colours, name))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center())
    painter.scale(box.width() / 20, box.height() / 20)
    if shape is Shape.RING:
        painter.setPen(QPen(colour, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(0, 0), 8, 8)
    else:
        painter.setPen(QPen(colour, 1.5, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(QBrush(colour))
        _draw_shape(painter, shape)
    if shape is Shape.TRIANGLE:
        painter.translate(0, 2)
        painter.scale(0.85, 0.85)
    draw_sign(painter, sign, _ink(glyph, colours))
    painter.restore()


def _ink(glyph: Glyph, colours: Colours) -> QColor:
    """Return a colour for the sign that differs from its shape's."""
    shape, _, name = glyph
    if name == "accent":
        return QColor(colours.on_accent)
    if shape is Shape.RING:
        return QColor(getattr(colours, name))
    if name == "on_alert":
        return QColor(colours.alert)
    return QColor(colours.on_glyph)


def _draw_shape(painter: QPainter, shape: Shape) -> None:
    match shape:
        case Shape.SQUARE:
            painter.drawRoundedRect(QRectF(-8, -8, 16, 16), 2.5, 2.5)
        case Shape.DIAMOND:
            painter.drawPolygon(_points((0, -9.3), (9.3, 0), (0, 9.3), (-9.3, 0)))
        case Shape.TRIANGLE:
            painter.drawPolygon(_points((0, -8.5), (9, 7.5), (-9, 7.5)))
        case _:
            painter.drawEllipse(QPointF(0, 0), 8.5, 8.5)


def draw_sign(painter: QPainter, sign: Sign, ink: QColor) -> None:
    """Draw a sign about the origin, within a circle of radius 6."""
    painter.setPen(QPen(ink, 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match sign:
        case Sign.CHECK:
            painter.drawPolyline(_points((-4, 0.3), (-1.2, 3.2), (4.2, -3.2)))
        case Sign.CLOCK:
            painter.drawPolyline(_points((0, -4.8), (0, 0.6), (3.4, 2.6)))
        case Sign.STAR:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawPolygon(_points(*STAR))
        case Sign.BANG:
            painter.drawLine(QLineF(0, -4.4, 0, 0.8))
            painter.drawPoint(QPointF(0, 4.4))
        case Sign.CROSS:
            painter.drawLine(QLineF(-3.6, -3.6, 3.6, 3.6))
            painter.drawLine(QLineF(-3.6, 3.6, 3.6, -3.6))
        case Sign.QUESTION:
            painter.drawArc(QRectF(-2.8, -5.4, 5.6, 5.6), -60 * 16, 240 * 16)
            painter.drawPolyline(_points((1.3, -0.2), (0, 1), (0, 1.6)))
            painter.drawPoint(QPointF(0, 4.6))
        case Sign.DASH:
            painter.drawLine(QLineF(-3.8, 0, 3.8, 0))
        case Sign.ARROW:
            painter.drawPolyline(_points((-1.6, -4), (2.4, 0), (-1.6, 4)))
        case Sign.NOTHING:
            pass


def _points(*points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


class GlyphView(QWidget):
    """A glyph beside words that say the same.

    Screen readers pass it over.
    """

    def __init__(self, theme: Theme, glyph: Glyph, size: float = 1.2) -> None:
        """`size` is in em."""
        super().__init__()
        self._theme = theme
        self._glyph = glyph
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a square as large as letters of its size."""
        edge = round(self._size * self._theme.em)
        return QSize(edge, edge)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the glyph."""
        draw_glyph(QPainter(self), self._glyph, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.colours)
