"""The pages of the window, of which one is shown."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractSlider, QScrollArea, QStackedWidget, QWidget

from tray.window.layouts import OUTSIDE
from tray.window.page_widget import PageWidget
from tray.window.roles import set_role

SCROLLS = {
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}


class PageStack(QStackedWidget):
    """Makes each page when it is first shown."""

    def __init__(self, makers: Mapping[int, Callable[[], PageWidget]]) -> None:
        """`makers` has what makes the page of each place."""
        super().__init__()
        set_role(self, QAccessible.Role.Pane)  # else Orca says "layered pane" again and again
        self._makers = makers
        self._pages: dict[int, PageWidget] = {}
        self._areas: dict[int, QScrollArea] = {}
        self.go_to(next(iter(makers)))

    @property
    def page(self) -> PageWidget:
        """The page that is shown."""
        return self._pages[self.place]

    def go_to(self, place: int) -> None:
        """Show the page of this place."""
        self.place = place
        if place not in self._pages:
            self._pages[place] = self._makers[place]()
            self._areas[place] = _scrolled(self._pages[place])
            self.addWidget(self._areas[place])
        self.setCurrentWidget(self._areas[place])

    def reveal(self, widget: QWidget) -> None:
        """Scroll as little as shows this part of the page."""
        area = self._areas[self.place]
        if area.isAncestorOf(widget):
            area.ensureWidgetVisible(widget, 0, OUTSIDE)

    def scroll_by(self, key: int) -> None:
        """Scroll the page by one of the keys of `SCROLLS`."""
        self._areas[self.place].verticalScrollBar().triggerAction(SCROLLS[Qt.Key(key)])


def _scrolled(widget: PageWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a stop that says nothing; the keys of `SCROLLS` scroll it
    return area
