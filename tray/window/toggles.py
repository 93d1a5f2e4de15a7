"""Check boxes and radio buttons with visible edges."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy

from tray.window.buttons import LOWEST
from tray.window.theme import Theme

EDGE, GAP = 1.4, 0.6  # of the letters' height in pixels: the box, and up to the words
CHECK = ((0.22, 0.52), (0.43, 0.72), (0.78, 0.3))  # of the box


class CheckBox(QCheckBox):
    """A square that holds a check mark."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__(words)
        self._theme = theme
        _prepare(self, theme)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the box and the words."""
        return _size(self, self._theme)

    def hitButton(self, at: QPoint) -> bool:  # noqa: N802 - Qt's name
        """Take a press anywhere."""
        return self.rect().contains(at)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the box, its check mark and the words."""
        painter, box = _begin(self, self._theme)
        painter.drawRoundedRect(box, 4, 4)
        if self.isChecked():
            painter.setPen(QPen(QColor(self._theme.colours.on_accent), 0.13 * box.width()))
            points = [box.topLeft() + QPointF(x, y) * box.width() for x, y in CHECK]
            painter.drawPolyline(points)
        _draw_words(self, painter, self._theme)


class RadioButton(QRadioButton):
    """A circle that holds a dot."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__(words)
        self._theme = theme
        _prepare(self, theme)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the circle and the words."""
        return _size(self, self._theme)

    def hitButton(self, at: QPoint) -> bool:  # noqa: N802 - Qt's name
        """Take a press anywhere."""
        return self.rect().contains(at)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the circle, its dot and the words."""
        painter, box = _begin(self, self._theme)
        painter.drawEllipse(box)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.colours.on_accent))
            painter.drawEllipse(box.center(), 0.22 * box.width(), 0.22 * box.width())
        _draw_words(self, painter, self._theme)


def _prepare(button: QAbstractButton, theme: Theme) -> None:
    theme.size(button)
    button.setMinimumHeight(round(LOWEST * theme.base))
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    button.setCursor(Qt.CursorShape.PointingHandCursor)


def _size(button: QAbstractButton, theme: Theme) -> QSize:
    metrics = QFontMetrics(button.font())
    words = metrics.size(Qt.TextFlag.TextShowMnemonic, button.text()).width()
    return QSize(round(words + (EDGE + 3 * GAP) * theme.base), max(metrics.height(), round(LOWEST * theme.base)))


def _begin(button: QAbstractButton, theme: Theme) -> tuple[QPainter, QRectF]:
    """Return a painter with the colours of the box, and the box.

    The focus is drawn around the whole.
    """
    colours = theme.colours
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if button.hasFocus():
        painter.setPen(QPen(QColor(colours.text), 2))
        painter.drawRoundedRect(QRectF(button.rect()).adjusted(1, 1, -1, -1), 6, 6)
    if not button.isEnabled():
        painter.setOpacity(0.5)
    edge = EDGE * theme.base
    box = QRectF(GAP * theme.base, (button.height() - edge) / 2, edge, edge)
    painter.setPen(QPen(QColor(colours.accent if button.isChecked() else colours.edge), 2))
    painter.setBrush(QColor(colours.accent if button.isChecked() else colours.surface))
    return painter, box


def _draw_words(button: QAbstractButton, painter: QPainter, theme: Theme) -> None:
    painter.setPen(QColor(theme.colours.text))
    painter.setFont(button.font())
    words = button.rect().adjusted(round((EDGE + 2 * GAP) * theme.base), 0, 0, 0)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
    painter.drawText(words, int(flags), button.text())
    painter.end()
