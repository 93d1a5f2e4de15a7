"""Keeps buttons unavailable for a moment after each change of page.

The second click of a double click would press what has just come under the pointer.
"""

from collections.abc import Callable
from typing import ClassVar, TypeGuard

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QInputEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

SHORTEST_MS = 700
AFTER_DOUBLE_CLICK_MS = 200
PRESSES = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.TouchBegin}
KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class PressGuard(QObject):
    """A time in which nothing can be pressed.

    A button that is disabled is so for the mouse, the keyboard, touch and a screen reader's Press alike. On a busy
    computer the second click may be handled only after this time. By when it was made it is still the second one.
    """

    ended = Signal(bool)  # always True: whether buttons may be pressed again
    _last_press: ClassVar[int] = 0  # anywhere, when it was made, in ms of the system's clock; 0 before the first

    def __init__(self, parent: QObject) -> None:
        """End with the parent, in the thread of Qt."""
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._expire)
        self._on = False
        self._press_before = 0  # the last one before the page; 0 where none counts
        self._then: Callable[[], None] | None = None

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
        self._press_before = PressGuard._last_press
        self._timer.start(self.span_ms)

    def end(self) -> None:
        """End the time at once, for late presses, too."""
        self._press_before = 0
        self._expire()

    def then(self, do: Callable[[], None]) -> None:
        """Do this once the time is over, which begins now.

        For a dialog of the system: the second click of a double click would come into it.
        """
        self.begin()
        self._then = do

    @staticmethod
    def remember(event: QInputEvent) -> None:
        """Let the time that begins next count from this event."""
        PressGuard._last_press = event.timestamp()

    def cover(self, widget: QWidget) -> None:
        """Disable a widget until the time is over."""
        widget.installEventFilter(self)
        if self._on:
            widget.setEnabled(False)
            self.ended.connect(widget.setEnabled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Drop a press made within the time, however late it comes."""
        if not _is_press(event):
            return super().eventFilter(watched, event)
        self.remember(event)
        return bool(self._press_before) and 0 <= event.timestamp() - self._press_before < self.span_ms

    def _expire(self) -> None:
        if self._on:
            self._on = False
            self._timer.stop()
            self.ended.emit(True)  # noqa: FBT003 - Qt's call
        then, self._then = self._then, None
        if then is not None:
            QTimer.singleShot(0, self, then)


def _is_press(event: QEvent) -> TypeGuard[QInputEvent]:
    if isinstance(event, QKeyEvent):
        return event.type() is QEvent.Type.KeyPress and event.key() in KEYS
    return event.type() in PRESSES
