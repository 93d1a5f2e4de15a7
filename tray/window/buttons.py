"""Buttons whose words wrap, so that nothing is cut however large the letters are."""

from enum import StrEnum

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter

from tray.window.colours import EDGE, PAD_X, PAD_Y
from tray.window.glyphs import Glyph, draw_glyph
from tray.window.labels import breakable
from tray.window.theme import Theme

WIDEST = 34  # em
SMALLER = 0.92  # the letters of the second line
GAP = 0.2  # em, between the two
ROOM = 100_000


class Rank(StrEnum):
    """How much a button stands out."""

    FIRST = "first"
    PLAIN = "plain"
    ANSWER = "answer"  # large, with its words at the left
    QUIET = "quiet"


class WrappingButton(QPushButton):
    """A button; `detail` is a line of explanation below its label."""

    def __init__(self, theme: Theme, label: str, *, rank: Rank = Rank.PLAIN, detail: str | None = None) -> None:
        super().__init__(label)
        self._theme = theme
        self._rank = rank
        self._detail = breakable(detail or "")
        self._mark: Glyph | None = None
        self.setProperty("rank", rank.value)
        self.setAccessibleDescription(detail or "")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.size(self, bold=rank in {Rank.FIRST, Rank.ANSWER})

    def set_glyph(self, glyph: Glyph | None) -> None:
        """Show a mark before the words."""
        self._mark = glyph
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Tell the layout that the words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Give the height that the words need."""
        label, detail = self._boxes(width - 2 * self._pad_x - self._glyph_width)
        gap = round(GAP * self._theme.em) if self._detail else 0
        return label.height() + gap + detail.height() + 2 * self._pad_y

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the words on one line, up to a limit."""
        label, detail = self._boxes(ROOM)
        natural = max(label.width(), detail.width()) + 2 * self._pad_x + self._glyph_width
        width = min(natural, round(WIDEST * self._theme.em))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the longest word."""
        label, detail = self._boxes(1)
        return QSize(max(label.width(), detail.width()) + 2 * self._pad_x + self._glyph_width, 2 * self._pad_y)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the style's button, and the words over it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        self._draw_words(painter)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the menu by Down and by Return, too."""
        if self.menu() is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down}:
            self.showMenu()
            return
        super().keyPressEvent(event)

    def _draw_words(self, painter: QPainter) -> None:
        em, colours = self._theme.em, self._theme.colours
        inner = self.rect().adjusted(self._pad_x, self._pad_y, -self._pad_x, -self._pad_y)
        if self._mark is not None:
            box = QRect(inner.left(), inner.center().y() - round(em / 2), round(em), round(em))
            draw_glyph(painter, self._mark, box.toRectF(), colours)
            inner.setLeft(inner.left() + self._glyph_width)
        label, detail = self._boxes(inner.width())
        gap = round(GAP * em) if self._detail else 0
        top = inner.top() + (inner.height() - label.height() - gap - detail.height()) // 2
        painter.setPen(QColor(colours.on_accent if self._rank is Rank.FIRST else colours.text))
        painter.setFont(self.font())
        painter.drawText(QRect(inner.left(), top, inner.width(), label.height()), self._flags, self._label)
        if self._detail:
            painter.setPen(QColor(colours.muted))
            painter.setFont(self._small)
            below = QRect(inner.left(), top + label.height() + gap, inner.width(), detail.height())
            painter.drawText(below, self._flags, self._detail)

    def _boxes(self, width: int) -> tuple[QRect, QRect]:
        """Return what the label and the detail take in this width."""
        room = QRect(0, 0, max(1, width), ROOM)
        label = QFontMetrics(self.font()).boundingRect(room, self._flags, self._label)
        if not self._detail:
            return label, QRect(0, 0, 0, 0)
        return label, QFontMetrics(self._small).boundingRect(room, self._flags, self._detail)

    @property
    def _label(self) -> str:
        return breakable(self.text()) + ("  ▾" if self.menu() is not None else "")

    @property
    def _flags(self) -> int:
        left = self._rank in {Rank.ANSWER, Rank.QUIET}
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignHCenter
        return int(side | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic)

    @property
    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setBold(False)
        font.setPointSizeF(max(1.0, font.pointSizeF() * SMALLER))
        return font

    @property
    def _glyph_width(self) -> int:
        return round(1.4 * self._theme.em) if self._mark is not None else 0

    @property
    def _pad_x(self) -> int:
        return round(PAD_X * self._theme.em) + EDGE

    @property
    def _pad_y(self) -> int:
        return round(PAD_Y * self._theme.em) + EDGE


def literal(label: str) -> str:
    """Keep Qt from taking an ampersand in words from outside for a shortcut."""
    return label.replace("&", "&&")
