"""The bar at the foot: links, and the one button."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from daemon.core.views.guide import Action
from tray.window.buttons import Rank, WrappingButton, literal
from tray.window.labels import WrappingLabel
from tray.window.layouts import Flow, clear
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme

Link = tuple[str, str, Callable[[], None]]
"""The name of a link, its words, and what it does."""


class FootBar(QFrame):
    """Its button stays in its place on every page."""

    def __init__(self, theme: Theme, guard: PressGuard) -> None:
        super().__init__()
        self._guard = guard
        self._theme = theme
        self._pressed: Callable[[], object] = lambda: None
        self.setObjectName("foot")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._links = Flow(round(0.4 * theme.base))
        self._waits = WrappingLabel(theme, scale=0.9, tone="muted")
        self.button = WrappingButton(theme, "", rank=Rank.FIRST)
        self.button.clicked.connect(self._press)
        whole = QHBoxLayout()
        side, above = round(1.5 * theme.base), round(0.6 * theme.base)
        whole.setContentsMargins(side, above, side, above)
        whole.setSpacing(round(theme.base))
        whole.addLayout(self._links, 1)
        whole.addWidget(self._waits)
        whole.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)  # its place, where the links need two lines
        self.setLayout(whole)
        self.setMinimumHeight(round(4.75 * theme.base))

    def show_links(self, links: Iterable[Link]) -> None:
        """Show these links, and none other."""
        clear(self._links)
        for name, words, follow in links:
            link = WrappingButton(self._theme, literal(words), rank=Rank.LINK)
            link.setObjectName(name)
            link.clicked.connect(follow)
            self._guard.cover(link)
            self._links.addWidget(link)

    def show_action(self, action: Action[str], press: Callable[[], None]) -> None:
        """Let the button do this action."""
        self.show_button(f"action:{action.id}", action.label, press)

    def show_button(self, name: str, words: str, press: Callable[[], object]) -> None:
        """Let the button have this name, these words and this effect."""
        self._pressed = press
        self.button.setObjectName(name)
        self.button.setText(literal(words))
        self.button.setAccessibleName(words)
        self.button.updateGeometry()
        self._guard.cover(self.button)
        self.button.show()
        self._waits.show_words("")

    def show_waiting(self, words: str | None) -> None:
        """Show no button, but what the page waits for."""
        self.button.hide()
        self.button.setObjectName("")
        self._waits.show_words(words)

    def _press(self) -> None:
        self._pressed()
