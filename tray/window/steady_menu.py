"""A menu that a double click opens, and does not close again."""

from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from tray.window.press_guard import PressGuard


class SteadyMenu(QMenu):
    """A menu that the second click neither closes nor chooses from."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = QElapsedTimer()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Remember since when it is shown."""
        super().showEvent(event)
        self._shown.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Close or choose, but not by the second click."""
        if not self._is_new():
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose, but not by the second click."""
        PressGuard.remember(event)
        if not self._is_new():
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose by a key, which is not pressed again on what comes."""
        PressGuard.remember(event)
        super().keyPressEvent(event)

    def _is_new(self) -> bool:
        return self._shown.elapsed() < QGuiApplication.styleHints().mouseDoubleClickInterval()
