"""The narrow window beside the browser."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from tray.window.buttons import literal
from tray.window.theme import Theme
from tray.window.toggles import CheckBox

WIDTH = 25  # parts of the letters' height in pixels
MOST_OF_SCREEN = 0.5


class Companion(QFrame):
    """Docks its window at the edge of the screen.

    A Wayland compositor lets no window do either (xdg-shell has no request for it): there it is made narrow, and the
    switch is not offered.
    """

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self._window = window
        self._before: QRect | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._on_top = CheckBox(theme, "")
        self._on_top.setObjectName("on_top")
        self._on_top.clicked.connect(self._keep_on_top)
        line = QHBoxLayout()
        line.setContentsMargins(round(0.6 * theme.base), 0, 0, 0)
        line.addWidget(self._on_top)
        line.addStretch(1)
        self.setLayout(line)
        self.hide()

    @property
    def is_docked(self) -> bool:
        """Whether the window is beside the browser now."""
        return self._before is not None

    def show_words(self, translator: Translator) -> None:
        """Show the switch in this language."""
        self._on_top.setText(literal(translator.render(text("window.on_top"))))

    def toggle(self) -> None:
        """Dock the window, or bring it back."""
        if self._before is not None:
            self._window.setGeometry(self._before)
            self._before = None
            if self._on_top.isChecked():
                self._on_top.click()
        else:
            self._before = self._window.geometry()
            self._dock()
        self.setVisible(self.is_docked and may_place())

    def _dock(self) -> None:
        room = self._window.screen().availableGeometry()
        frame = self._window.frameGeometry()
        width = round(min(WIDTH * self._theme.base, MOST_OF_SCREEN * room.width()))
        above, beside = self._window.geometry().top() - frame.top(), frame.right() - self._window.geometry().right()
        if not may_place():
            self._window.resize(width, self._window.height())
            return
        height = room.height() - above - (frame.bottom() - self._window.geometry().bottom())
        left = room.right() + 1 - width - beside
        self._window.setGeometry(left, room.top() + above, width, height)

    def _keep_on_top(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self._window.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, on)
        self._window.show()  # a change of flags hides it


def may_place() -> bool:
    """Return whether a program may place its windows here."""
    return not QGuiApplication.platformName().startswith("wayland")
