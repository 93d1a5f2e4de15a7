"""The live picture of the reader, and what is in it."""

import math

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QPixmap, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from daemon.core.views.guide import BarRole, ReaderStatus
from tray.window.glyphs import ROLES, Glyph, Shape, Sign, draw_glyph
from tray.window.theme import Theme

WIDTH, HEIGHT = 120, 84  # the picture's own units
FRAME_MS = 80
BREATH_S = 2.4

UNREAD: Glyph = (Shape.TRIANGLE, Sign.BANG, "bad")
UNKNOWN_KEY: Glyph = (Shape.SQUARE, Sign.QUESTION, "other")
NO_ANSWER: Glyph = (Shape.SQUARE, Sign.CROSS, "bad")
MISSING: Glyph = (Shape.RING, Sign.QUESTION, "other")
CARDS: dict[ReaderStatus, Glyph] = {
    ReaderStatus.OLD: ROLES[BarRole.OLD],
    ReaderStatus.NEW: ROLES[BarRole.NEW],
    ReaderStatus.OTHER: UNKNOWN_KEY,
    ReaderStatus.UNREAD: UNREAD,
}


class ReaderView(QLabel):
    """A label with a picture, which screen readers take for an image."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = ReaderStatus.EMPTY
        self._clock = QElapsedTimer()
        self._frames = QTimer(self, interval=FRAME_MS)
        self._frames.timeout.connect(self.update)
        self.setPixmap(QPixmap(1, 1))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._move)

    @property
    def moves(self) -> bool:
        """Whether the picture is moving now."""
        return self._frames.isActive()

    def show_picture(self, picture: ReaderStatus, name: str, words: str) -> None:
        """Show what is in the reader.

        Screen readers call it by `name` and describe it by `words`.
        """
        self._picture = picture
        self.setAccessibleName(name)
        self.setAccessibleDescription(words)
        self._move()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as a few lines of text."""
        height = 6.2 * self._theme.em
        return QSize(round(height * WIDTH / HEIGHT), round(height))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never smaller."""
        return self.sizeHint()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Move again."""
        super().showEvent(event)
        self._move()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop moving while the picture is hidden."""
        super().hideEvent(event)
        self._frames.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width() / WIDTH, self.height() / HEIGHT)
        painter.translate((self.width() - scale * WIDTH) / 2, (self.height() - scale * HEIGHT) / 2)
        painter.scale(scale, scale)
        if self._picture is ReaderStatus.BOTH:
            painter.scale(0.6, 0.6)
            painter.translate(-10, HEIGHT / 3)
            self._reader(painter, ROLES[BarRole.OLD])
            painter.translate(100, 0)
            self._reader(painter, ROLES[BarRole.NEW])
        else:
            self._reader(painter, CARDS.get(self._picture))

    def _reader(self, painter: QPainter, glyph: Glyph | None) -> None:
        """Draw one reader, with a card that bears a glyph, or without."""
        picture = self._picture
        if glyph is not None or picture is ReaderStatus.READING:
            self._card(painter, glyph)
        elif picture is ReaderStatus.EMPTY:
            self._gap(painter)
        self._body(painter, dashed=picture is ReaderStatus.NO_READER)
        if picture is ReaderStatus.READING:
            self._dots(painter)
        elif picture is ReaderStatus.AWAY:
            draw_glyph(painter, NO_ANSWER, QRectF(46, 12, 28, 28), self._theme.colours)
        elif picture is ReaderStatus.NO_READER:
            draw_glyph(painter, MISSING, QRectF(46, 12, 28, 28), self._theme.colours)

    def _body(self, painter: QPainter, *, dashed: bool) -> None:
        colours = self._theme.colours
        outline = QRectF(14, 50, 92, 28)
        if dashed:
            painter.setPen(QPen(QColor(colours.edge), 2, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(outline, 7, 7)
            return
        painter.setPen(QPen(QColor(colours.edge), 2))
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(outline, 7, 7)
        painter.setPen(QPen(QColor(colours.text), 3, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(30, 57), QPointF(90, 57))
        painter.setPen(QPen(QColor(colours.edge), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(60, 68), 2.6, 2.6)

    def _card(self, painter: QPainter, glyph: Glyph | None) -> None:
        colours = self._theme.colours
        colour = QColor(getattr(colours, glyph[2])) if glyph else QColor(colours.edge)
        painter.setPen(QPen(colour, 2.5))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(QRectF(36, 3, 48, 60), 5, 5)
        painter.setPen(QPen(colour, 1.5))
        painter.drawRoundedRect(QRectF(54, 36, 12, 9), 2, 2)
        painter.drawLine(QPointF(60, 36), QPointF(60, 45))
        if glyph is not None:
            draw_glyph(painter, glyph, QRectF(49, 9, 22, 22), colours)

    def _gap(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self._theme.colours.edge), 1.6, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(36, 3, 48, 60), 5, 5)

    def _dots(self, painter: QPainter) -> None:
        """Draw three dots that swell one after the other."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.text))
        for number in range(3):
            radius = 3 + self._swell(number)
            painter.drawEllipse(QPointF(50 + 10 * number, 20), radius, radius)

    def _swell(self, number: int) -> float:
        """Return a dot's growth at this moment, from -1 to 1."""
        if not self.moves:
            return 0.0
        passed_s = self._clock.elapsed() / 1000
        return math.sin(2 * math.pi * (passed_s / BREATH_S - number / 6))

    def _move(self) -> None:
        moves = self._picture is ReaderStatus.READING and self.isVisible() and not self._theme.still
        if moves and not self.moves:
            self._clock.start()
            self._frames.start()
        elif not moves:
            self._frames.stop()
