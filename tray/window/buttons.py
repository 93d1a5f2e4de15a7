"""Buttons whose labels wrap, so that large letters are never cut."""

from enum import StrEnum

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter

from tray.window.colours import EDGE, PAD_X, PAD_Y
from tray.window.labels import breakable
from tray.window.layouts import OUTSIDE
from tray.window.theme import Theme

WIDEST = 30  # em
USUAL_PX = 16  # of letters
LOWEST = 2.75  # against the size of the letters: 44 of 16 pixels
SMALLER = 0.92  # the letters of the second line
RING = 2  # pixels: the focus
LINK_PAD = 0.1  # em
UNAVAILABLE = 0.5  # how opaque
GAP = 0.2  # em, between the two
ROOM = 100_000


class Rank(StrEnum):
    """How prominent a button is."""

    FIRST = "first"
    PLAIN = "plain"
    ANSWER = "answer"  # large, with its words at the left
    QUIET = "quiet"
    LINK = "link"  # underlined words


class WrappingButton(QPushButton):
    """A button with an optional line of explanation below its label."""

    def __init__(self, theme: Theme, label: str, *, rank: Rank = Rank.PLAIN, detail: str | None = None) -> None:
        super().__init__(label)
        self._theme = theme
        self._rank = rank
        self._detail = breakable(detail or "")
        self._reserved = 0
        self.setProperty("rank", rank.value)
        self.setAccessibleDescription(detail or "")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(True)
        self.setMinimumHeight(self._lowest)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.size(self, 0.94 if rank is Rank.LINK else 1.0, bold=rank not in {Rank.QUIET, Rank.LINK})
        if rank is Rank.LINK:
            font = self.font()
            font.setUnderline(True)
            self.setFont(font)

    def reserve(self, width: int) -> None:
        """Keep room for a longer label, of this width."""
        self._reserved = width

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Tell the layout that the label wraps."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height that the label needs."""
        label, detail = self._boxes(width - 2 * self._pad_x)
        return max(label.height() + self._gap + detail.height() + 2 * self._pad_y, self._lowest)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the label's size on one line, up to a limit."""
        label, detail = self._boxes(ROOM)
        natural = max(label.width(), detail.width()) + 2 * self._pad_x
        width = min(max(natural, self._reserved), round(WIDEST * self._theme.em))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the width of the longest word."""
        label, detail = self._boxes(1)
        return QSize(max(label.width(), detail.width()) + 2 * self._pad_x, self._lowest)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the style's button, and the words over it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        option.rect = self.rect().adjusted(OUTSIDE, OUTSIDE, -OUTSIDE, -OUTSIDE)
        painter = QStylePainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.colours.text), RING))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 0.5 * self._theme.em, 0.5 * self._theme.em)
        if not self.isEnabled():
            painter.setOpacity(UNAVAILABLE)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        self._draw_words(painter)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the menu by Down and Return. A held key presses once."""
        if event.isAutoRepeat():
            return
        if self.menu() is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down}:
            self.showMenu()
            return
        super().keyPressEvent(event)

    def _draw_words(self, painter: QPainter) -> None:
        colours = self._theme.colours
        inner = self.rect().adjusted(self._pad_x, self._pad_y, -self._pad_x, -self._pad_y)
        label, detail = self._boxes(inner.width())
        top = inner.top() + (inner.height() - label.height() - self._gap - detail.height()) // 2
        ink = colours.on_accent if self._rank is Rank.FIRST else colours.text
        painter.setPen(QColor(ink))
        painter.setFont(self.font())
        painter.drawText(QRect(inner.left(), top, inner.width(), label.height()), self._flags, self._label)
        if self._detail:
            painter.setPen(QColor(colours.muted))
            painter.setFont(self._small)
            below = QRect(inner.left(), top + label.height() + self._gap, inner.width(), detail.height())
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
        label = breakable(self.text())
        return f"{label}  ▾" if self.menu() is not None else label

    @property
    def _flags(self) -> int:
        side = Qt.AlignmentFlag.AlignHCenter
        if self._rank in {Rank.ANSWER, Rank.QUIET, Rank.LINK}:
            side = Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic)

    @property
    def _small(self) -> QFont:
        return self._theme.font(SMALLER)

    @property
    def _lowest(self) -> int:
        scale = 1.0 if self._rank is Rank.LINK else self._theme.base / USUAL_PX
        return round(LOWEST * USUAL_PX * scale) + 2 * OUTSIDE

    @property
    def _gap(self) -> int:
        return round(GAP * self._theme.em) if self._detail else 0

    @property
    def _pad_x(self) -> int:
        inside = LINK_PAD if self._rank is Rank.LINK else PAD_X
        return round(inside * self._theme.em) + EDGE + OUTSIDE

    @property
    def _pad_y(self) -> int:
        inside = LINK_PAD if self._rank is Rank.LINK else PAD_Y
        return round(inside * self._theme.em) + EDGE + OUTSIDE


def literal(label: str) -> str:
    """Escape ampersands, which Qt would take for shortcuts."""
    return label.replace("&", "&&")
