"""The bar at the foot: links, and the one button."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QSizePolicy

from daemon.core.views.guide import Action
from tray.window.buttons import Rank, WrappingButton, literal
from tray.window.labels import WrappingLabel
from tray.window.layouts import TWO_COLUMNS_FROM, Flow, clear
from tray.window.press_guard import PressGuard
from tray.window.steady_menu import SteadyMenu
from tray.window.theme import Theme

Link = tuple[str, str, Callable[[], None]]
"""The name of a link, its words, and what it does."""

WAITING_WIDEST = 18  # parts of the letters' height in pixels


class FootBar(QFrame):
    """Its button stays in its place on every page.

    The links are left of it, or below it where there is little room. Folded, they are all in one menu.
    """

    def __init__(self, theme: Theme, guard: PressGuard) -> None:
        super().__init__()
        self._guard = guard
        self._theme = theme
        self._pressed: Callable[[], object] = lambda: None
        self.setObjectName("foot")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._shown: tuple[tuple[Link, ...], str, tuple[Link, ...]] = ((), "", ())
        self._is_folded = False
        self._links = Flow(round(0.4 * theme.base), below=0)
        self._waits = WrappingLabel(theme, scale=0.9, tone="muted")
        self.button = WrappingButton(theme, "", rank=Rank.FIRST)
        self.button.clicked.connect(self._press)
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        left, right, above = (round(part * theme.base) for part in (1.1, 1.5, 0.6))  # links have a margin of their own
        self._whole.setContentsMargins(left, above, right, above)
        self._whole.setSpacing(round(0.25 * theme.base))
        self._whole.addLayout(self._links, 1)
        self._whole.addWidget(self._waits)
        self._whole.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)  # its place, above two lines of links too
        self.setLayout(self._whole)
        self.setMinimumHeight(round(4.75 * theme.base))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Set the links beside the button or below it."""
        super().resizeEvent(event)
        beside = event.size().width() >= TWO_COLUMNS_FROM * self._theme.base
        directions = QBoxLayout.Direction
        self._whole.setDirection(directions.LeftToRight if beside else directions.BottomToTop)
        side = Qt.AlignmentFlag.AlignBottom if beside else Qt.AlignmentFlag(0)
        self._whole.setAlignment(self.button, side)

    def show_links(self, links: Iterable[Link], label: str, menu: Iterable[Link] = ()) -> None:
        """Show these links alone, and a menu with this label."""
        self._shown = tuple(links), label, tuple(menu)
        self._draw_links()

    def fold(self, *, folded: bool) -> None:
        """Put all links into the menu, or show them again."""
        if folded is not self._is_folded:
            self._is_folded = folded
            self._draw_links()

    def _draw_links(self) -> None:
        clear(self._links)
        links, label, menu = self._shown
        if self._is_folded:
            links, menu = (), (*links, *menu)
        for name, words, follow in links:
            link = self._link(name, words)
            link.clicked.connect(follow)
        if menu:
            self._add_menu(label, menu)

    def show_action(self, action: Action[str], press: Callable[[], None]) -> None:
        """Let the button do this action."""
        self.show_button(f"action:{action.id}", action.label, press)

    def show_button(self, name: str, words: str, press: Callable[[], object]) -> None:
        """Let the button have this name, these words and this effect."""
        self._pressed = press
        self.button.setObjectName(name)
        self.button.setText(literal(words))
        self.button.setAccessibleName(words)
        self.button.setAccessibleDescription("")
        self.button.updateGeometry()
        self._guard.cover(self.button)
        self.button.show()
        self._waits.show_words("")

    def show_waiting(self, words: str | None) -> None:
        """Show no button, but what the page waits for."""
        self.button.hide()
        self.button.setObjectName("")
        self._waits.show_words(words)
        line = self._waits.fontMetrics().horizontalAdvance(words or "")
        self._waits.setMinimumWidth(min(line + 2, round(WAITING_WIDEST * self._theme.base)))

    def _link(self, name: str, words: str) -> WrappingButton:
        link = WrappingButton(self._theme, literal(words), rank=Rank.LINK)
        link.setObjectName(name)
        self._guard.cover(link)
        self._links.addWidget(link)
        return link

    def _add_menu(self, words: str, links: tuple[Link, ...]) -> None:
        opener = self._link("go:menu", words)
        menu = SteadyMenu(opener)
        for name, label, follow in links:
            entry = menu.addAction(literal(label))
            entry.setObjectName(name)
            entry.triggered.connect(follow)
        opener.setMenu(menu)

    def _press(self) -> None:
        self._pressed()
