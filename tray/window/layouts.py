"""Layouts: rows that wrap, and columns measured in em."""

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLayout, QLayoutItem, QVBoxLayout, QWidget

from tray.window.theme import Theme

TWO_COLUMNS_FROM = 43  # parts of the letters' height in pixels
OUTSIDE = 4  # pixels around a button: the focus, and its distance
LINK_OUTSIDE = 0.5  # parts of the letters' height in pixels: around a link's words


class Flow(QLayout):
    """Places widgets in a row that wraps."""

    def __init__(self, gap: int, below: int | None = None) -> None:
        """Keep `gap` pixels between two widgets, and `below` between two rows."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._below = gap if below is None else below
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Take one more."""
        self._items.append(item)

    def count(self) -> int:
        """Tell how many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt asks beyond the end
        """Return one of them."""
        if not 0 <= index < len(self._items):
            return None
        return self._items[index]

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Give one away."""
        if not 0 <= index < len(self._items):
            return None
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """Claim no more than is needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Tell that the lines wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Give the height of all lines."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, box: QRect) -> None:  # noqa: N802 - Qt's name
        """Place them."""
        super().setGeometry(box)
        self._arrange(box, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as all of them on one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() + self._gap for size in sizes) - self._gap
        return QSize(max(0, width), max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the widest word of them all."""
        return QSize(max((item.minimumSize().width() for item in self._shown()), default=0), 0)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, box: QRect, *, move: bool) -> int:
        """Return the height of all lines.

        A field and a higher button are centred on their line.
        """
        top = box.y()
        for line in self._lines(box.width()):
            height, x = max(size.height() for _item, size in line), box.x()
            for item, size in line if move else ():
                item.setGeometry(QRect(QPoint(x, top + (height - size.height()) // 2), size))
                x += size.width() + self._gap
            top += height + self._below
        return max(0, top - self._below - box.y())

    def _lines(self, room: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """Return the items of each line, with their sizes."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        taken = room
        for item in self._shown():
            width = min(item.sizeHint().width(), room)
            if not lines or taken + width > room:
                lines.append([])
                taken = 0
            lines[-1].append((item, QSize(width, _height(item, width))))
            taken += width + self._gap
        return lines


def _height(item: QLayoutItem, width: int) -> int:
    if item.hasHeightForWidth():
        return item.heightForWidth(width)
    return item.sizeHint().height()


def column(theme: Theme, *, gap: float = 0.5, margin: float = 0.0) -> QVBoxLayout:
    """Return a column. Measures are in em."""
    layout = QVBoxLayout()
    layout.setSpacing(round(gap * theme.em))
    edge = round(margin * theme.em)
    layout.setContentsMargins(QMargins(edge, edge, edge, edge))
    return layout


def row(theme: Theme, *widgets: QWidget, gap: float = 0.6) -> QHBoxLayout:
    """Return a row of widgets aligned at the top.

    The last one takes the room that is left.
    """
    layout = QHBoxLayout()
    layout.setSpacing(round(gap * theme.em))
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget, int(widget is widgets[-1]), Qt.AlignmentFlag.AlignTop)
    return layout


def outdented(layout: QLayout, by: int = OUTSIDE) -> QHBoxLayout:
    """Move a layout left, so that its buttons are below the words."""
    line = QHBoxLayout()
    line.setSpacing(0)
    line.addSpacing(-by)
    line.addLayout(layout, 1)
    return line


def card(theme: Theme, *, gap: float = 0.5) -> tuple[QFrame, QVBoxLayout]:
    """Return a card, and the column within."""
    frame = QFrame()
    frame.setProperty("card", True)  # noqa: FBT003 - Qt's call
    layout = column(theme, gap=gap, margin=1.0)
    frame.setLayout(layout)
    return frame, layout


def clear(layout: QLayout) -> None:
    """Remove and delete everything in a layout.

    What goes gives up the keyboard first. Qt would give it to the next button, and a key pressed then would press that.
    """
    while (item := layout.takeAt(0)) is not None:
        inner = item.layout()
        if inner is not None:
            clear(inner)
        widget = item.widget()
        if widget is not None:
            _give_up_keyboard(widget)
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


def _give_up_keyboard(widget: QWidget) -> None:
    focused = QApplication.focusWidget()
    if focused is not None and (focused is widget or widget.isAncestorOf(focused)):
        focused.clearFocus()
