"""The timeline: validities, the present, and when step 2-A is possible."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy

from config.i18n.text import text
from config.i18n.translator import MONTHS, Translator
from config.instants import has_end
from daemon.core.views.guide import Bar, Timeline
from tray.window.glyphs import ROLES, draw_glyph
from tray.window.labels import EARLIEST, sensible
from tray.window.theme import Theme

MONTHS_A_YEAR = 12
BREADTH = timedelta(days=60)  # shown at least, before and after what matters


class TimelinePicture(QLabel):
    """The bars alone.

    The words beside them say the same.

    A bar that goes on beyond the picture runs off its edge.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._line: Timeline[str] | None = None
        self._ticks: list[tuple[float, str]] = []
        self._span = (0.0, 1.0)
        self.setPixmap(QPixmap(1, 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_timeline(self, line: Timeline[str] | None, translator: Translator) -> None:
        """Show another time line."""
        self._line = line
        if line is not None:
            self._span = span(line)
            self._ticks = ticks(*self._span, translator)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One row for the dates, one for each bar."""
        bars = self._line.bars if self._line is not None else ()
        rows = 1.8 + 1.8 * len(bars)
        return QSize(round(16 * self._theme.em), round(rows * self._theme.em))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow at most, never flat."""
        return QSize(round(8 * self._theme.em), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        if self._line is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        em = self._theme.em
        self._dates(painter)
        for number, bar in enumerate(self._line.bars):
            left, right = self._at(_seconds(bar.begins)), self._at(_seconds(bar.ends))
            self._bar(painter, bar, QRectF(left, (1.9 + 1.8 * number) * em, max(right - left, 3), 1.1 * em))
        if self._line.stretch:
            begins, ends = (self._at(_seconds(each)) for each in self._line.stretch)
            box = QRectF(begins, 1.6 * em, max(ends - begins, 0.4 * em), self.height() - 1.8 * em)
            draw_stretch(painter, box, QColor(self._theme.colours.text))
        draw_today(painter, self._at(_seconds(self._line.now)), 1.5 * em, self.height(), self._theme)

    def _at(self, second: float) -> float:
        """Return the x of a moment, which may lie outside."""
        first, last = self._span
        margin = self._theme.em
        x = margin + (second - first) / (last - first) * (self.width() - 2 * margin)
        return min(max(x, -margin), self.width() + margin)

    def _dates(self, painter: QPainter) -> None:
        """Write each date where it begins, if there is room."""
        font = self._theme.font(0.875)
        metrics, em = QFontMetricsF(font), self._theme.em
        painter.setFont(font)
        free_from = -1.0
        for second, words in self._ticks:
            x, width = self._at(second), metrics.horizontalAdvance(words)
            painter.setPen(QPen(QColor(self._theme.colours.hairline), 1))
            painter.drawLine(QPointF(x, 1.4 * em), QPointF(x, self.height()))
            left = min(max(x - width / 2, 0.0), self.width() - width)
            if left > free_from:
                painter.setPen(QColor(self._theme.colours.muted))
                painter.drawText(QPointF(left, metrics.ascent()), words)
                free_from = left + width + em

    def _bar(self, painter: QPainter, bar: Bar[str], box: QRectF) -> None:
        colours = self._theme.colours
        glyph = ROLES[bar.role]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colours, glyph[2])))
        painter.drawRoundedRect(box, 3, 3)
        edge = box.height() * 1.3
        sign = QRectF(0, 0, edge, edge)
        sign.moveCenter(QPointF(min(max(box.left(), edge / 2), self.width() - edge / 2), box.center().y()))
        painter.setBrush(QColor(colours.surface))
        painter.drawEllipse(sign.adjusted(-2, -2, 2, 2))
        draw_glyph(painter, glyph, sign, colours)


def bar_words(bar: Bar[str], translator: Translator) -> str:
    """Return from when until when a certificate is valid, in words."""
    label = bar.label[:1].upper() + bar.label[1:]
    id_ = "window.bar" if has_end(bar.ends) else "window.bar.no_end"
    return translator.render(text(id_, label=label, begins=bar.begins, ends=bar.ends))


def span(line: Timeline[str]) -> tuple[float, float]:
    """Return the first and the last second to draw.

    Of one bar that is all of it; of several, what lies between them, and now.
    """
    begins = sorted(_seconds(bar.begins) for bar in line.bars)
    ends = sorted(_seconds(bar.ends) for bar in line.bars)
    now = _seconds(line.now)
    if len(line.bars) == 1:
        first, last = min(*begins, *ends), max(*begins, *ends)
    else:
        matters = [*begins[1:], *ends[:-1], now, *map(_seconds, line.stretch or ())]
        first, last = min(matters), max(matters)
        breadth = max(BREADTH.total_seconds(), (last - first) / 2)
        first, last = first - breadth, last + breadth
    if last - first <= 1:
        return first - BREADTH.total_seconds(), last + BREADTH.total_seconds()
    return first, last


def ticks(first: float, last: float, translator: Translator) -> list[tuple[float, str]]:
    """Return the dates to write: years, or months where these are few."""
    begin, end = (sensible(EARLIEST + timedelta(seconds=each - EARLIEST.timestamp())) for each in (first, last))
    step = _months_between_ticks(12 * (end.year - begin.year) + end.month - begin.month)
    month = 12 * begin.year
    if step < MONTHS_A_YEAR:
        month += (begin.month - 1) // step * step
    found = []
    while (moment := datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)) <= end:
        if moment >= begin:
            found.append((moment.timestamp(), _tick_label(moment, step, translator)))
        month += step
    return found


def _months_between_ticks(months: int) -> int:
    """Return the months between two dates that are written.

    At most a dozen dates are written.
    """
    for step in (1, 2, 3, 6):
        if months <= 6 * step:
            return step
    return MONTHS_A_YEAR * (1 + months // (12 * MONTHS_A_YEAR))


def _tick_label(moment: datetime, step: int, translator: Translator) -> str:
    if step >= MONTHS_A_YEAR:
        return str(moment.year)
    return f"{translator.render(text(MONTHS[moment.month - 1]))} {moment.year}"


def draw_stretch(painter: QPainter, box: QRectF, ink: QColor) -> None:
    """Hatch a stretch of time."""
    painter.setPen(QPen(ink, 1.5))
    painter.setBrush(QBrush(ink, Qt.BrushStyle.BDiagPattern))
    painter.drawRect(box)


def draw_today(painter: QPainter, x: float, top: float, bottom: float, theme: Theme) -> None:
    """Draw the line of the present, with a head."""
    ink = QColor(theme.colours.text)
    half = 0.32 * theme.em
    painter.setPen(QPen(ink, 2))
    painter.drawLine(QPointF(x, top), QPointF(x, bottom))
    painter.setBrush(ink)
    painter.drawPolygon([QPointF(x - half, top - half), QPointF(x + half, top - half), QPointF(x, top + half)])


def _seconds(moment: datetime) -> float:
    return sensible(moment).timestamp()
