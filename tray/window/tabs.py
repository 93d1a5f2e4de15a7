"""The tabs of the window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar

from tray.window.colours import EDGE
from tray.window.theme import Theme


class Tabs(QTabBar):
    """Tabs that show the focus, and whose labels are never cut."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("tabs")
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setExpanding(False)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a ring around the tab that has the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(self._theme.colours.text), EDGE))
            painter.drawRect(self.tabRect(self.currentIndex()).adjusted(EDGE, EDGE, -EDGE, -EDGE))
