"""Keeps buttons unavailable for a moment after each change of page.

The second click of a double click would press what has just come under the pointer.
"""

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

SHORTEST_MS = 700
AFTER_DOUBLE_CLICK_MS = 200


class PressGuard(QObject):
    """A time in which nothing can be pressed.

    A button that is disabled is so for the mouse, the keyboard, touch and a screen reader's Press alike.
    """

    ended = Signal(bool)  # always True: whether buttons may be pressed again

    def __init__(self, parent: QObject) -> None:
        """End with the parent, in the thread of Qt."""
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.end)
        self._on = False

    @property
    def is_on(self) -> bool:
        """Whether nothing can be pressed now."""
        return self._on

    @property
    def span_ms(self) -> int:
        """How long the time is: longer than the system's double click."""
        return max(SHORTEST_MS, QGuiApplication.styleHints().mouseDoubleClickInterval() + AFTER_DOUBLE_CLICK_MS)

    def begin(self) -> None:
        """Begin the time anew."""
        self._on = True
        self._timer.start(self.span_ms)

    def end(self) -> None:
        """End the time at once."""
        if self._on:
            self._on = False
            self._timer.stop()
            self.ended.emit(True)  # noqa: FBT003 - Qt's call

    def cover(self, widget: QWidget) -> None:
        """Disable a widget until the time is over."""
        if self._on:
            widget.setEnabled(False)
            self.ended.connect(widget.setEnabled)
