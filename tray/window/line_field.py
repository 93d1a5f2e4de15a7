"""A field of one line."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit


class LineField(QLineEdit):
    """A field that keeps Return and Escape to itself."""

    def __init__(self, leave: Callable[[], None], limit: int, width: int = 0) -> None:
        """Take `limit` characters at most. Escape calls `leave`.

        It is `width` pixels wide where there is room; 0 is Qt's own width.
        """
        super().__init__()
        self._width = width
        self._leave = leave
        self.setMaxLength(limit)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Give the width that it likes."""
        hint = super().sizeHint()
        return QSize(self._width or hint.width(), hint.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keep both keys from the window's default button."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
