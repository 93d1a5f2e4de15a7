"""The validity of a key as a bar, and the present."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy

from config.i18n.text import text
from config.i18n.translator import Translator
from config.instants import has_end
from daemon.core.views.guide import Bar
from tray.window.labels import sensible
from tray.window.theme import Theme

LABELS = 0.875  # of the letters
ROW = 1.2  # em
THICK = 0.55  # em
HEAD = 0.3  # em, half of the triangle at the present
SHORTEST = timedelta(days=1)


class ValidityBar(QLabel):
    """A label with a picture, which screen readers take for an image."""

    def __init__(self, theme: Theme, bar: Bar[str], now: datetime, translator: Translator) -> None:
        super().__init__()
        self._theme = theme
        self._ends = (_day(bar.begins, translator), _day(bar.ends, translator))
        self._today = translator.render(text("window.today"))
        self._first, self._last = span(bar, now)
        self._validity = (_seconds(bar.begins), _seconds(bar.ends))
        self._now = _seconds(now)
        self._has_end = has_end(bar.ends)
        self.setPixmap(QPixmap(1, 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(bar_words(bar, translator))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A row each for the present, the bar and its ends."""
        return QSize(round(16 * self._theme.em), round((2 * ROW + THICK + 0.3) * self._theme.em))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow at most, never flat."""
        return QSize(round(8 * self._theme.em), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(LABELS))
        em, colours = self._theme.em, self._theme.colours
        left, right = (self._at(each) for each in self._validity)
        if not self._has_end:
            right = self.width()
        box = QRectF(left, ROW * em, max(right - left, 3), THICK * em)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.edge))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        self._draw_rest(painter, box)
        self._draw_ends(painter, left, right)
        self._draw_present(painter)

    def _draw_rest(self, painter: QPainter, box: QRectF) -> None:
        """Draw in the accent's colour what is left of the validity."""
        rest = QRectF(box)
        rest.setLeft(max(box.left(), self._at(self._now)))
        if rest.width() <= 0:
            return
        painter.setBrush(QColor(self._theme.colours.accent))
        painter.drawRoundedRect(rest, min(box.height(), rest.width()) / 2, box.height() / 2)

    def _draw_ends(self, painter: QPainter, left: float, right: float) -> None:
        metrics, em = QFontMetricsF(painter.font()), self._theme.em
        painter.setPen(QColor(self._theme.colours.text))
        begin, end = self._ends
        below = (ROW + THICK + 0.15) * em + metrics.ascent()
        end_at = min(max(right - metrics.horizontalAdvance(end), 0), self.width() - metrics.horizontalAdvance(end))
        painter.drawText(QPointF(end_at, below), end)
        if left + metrics.horizontalAdvance(begin) + em <= end_at:
            painter.drawText(QPointF(left, below), begin)

    def _draw_present(self, painter: QPainter) -> None:
        """Draw the present, with its word and an arrow."""
        metrics, em = QFontMetricsF(painter.font()), self._theme.em
        x, half = self._at(self._now), HEAD * em
        ink = QColor(self._theme.colours.text)
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QPointF(x, (ROW - 0.15) * em), QPointF(x, (ROW + THICK + 0.1) * em))
        painter.setBrush(ink)
        top = (ROW - 0.35) * em
        painter.drawPolygon([QPointF(x - half, top), QPointF(x + half, top), QPointF(x, top + half)])
        width = metrics.horizontalAdvance(self._today)
        left = x + half + 0.2 * em
        if left + width > self.width():
            left = x - half - 0.2 * em - width
        painter.drawText(QPointF(max(left, 0), metrics.ascent()), self._today)

    def _at(self, second: float) -> float:
        """Return the x of a moment, within the picture."""
        margin = HEAD * self._theme.em + 1
        x = margin + (second - self._first) / (self._last - self._first) * (self.width() - 2 * margin)
        return min(max(x, margin), self.width() - margin)


def bar_words(bar: Bar[str], translator: Translator) -> str:
    """Return from when until when a certificate is valid, in words."""
    label = bar.label[:1].upper() + bar.label[1:]
    id_ = "window.bar" if has_end(bar.ends) else "window.bar.no_end"
    return translator.render(text(id_, label=label, begins=bar.begins, ends=bar.ends))


def span(bar: Bar[str], now: datetime) -> tuple[float, float]:
    """Return the first and the last second to draw.

    These hold the validity and the present. A validity without end is drawn as far again as it has lasted.
    """
    present = _seconds(now)
    first = min(_seconds(bar.begins), present)
    last = max(_seconds(bar.ends), present) if has_end(bar.ends) else 2 * present - first
    return first, max(last, first + SHORTEST.total_seconds())


def _day(moment: datetime, translator: Translator) -> str:
    return translator.render(text("window.day", day=moment if moment.tzinfo else moment.replace(tzinfo=UTC)))


def _seconds(moment: datetime) -> float:
    return sensible(moment).timestamp()
