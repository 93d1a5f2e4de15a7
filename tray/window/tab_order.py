"""The order of the Tab key, from top to bottom."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QStackedWidget, QWidget


def set_tab_order(window: QWidget) -> None:
    """Set the order of the Tab key from top to bottom.

    Qt would go by when each part was made.
    """
    for one, next_ in pairwise(in_reading_order(window)):
        QWidget.setTabOrder(one, next_)


def in_reading_order(widget: QWidget | None) -> Iterator[QWidget]:
    """Yield each widget that takes the keyboard."""
    if widget is None:
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    match widget:
        case QStackedWidget():
            yield from in_reading_order(widget.currentWidget())
        case QScrollArea():
            yield from in_reading_order(widget.widget())
        case _:
            layout = widget.layout()
            if layout is not None:
                yield from _within(layout)


def _within(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from in_reading_order(widget)
        elif inner is not None:
            yield from _within(inner)
