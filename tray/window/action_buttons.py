"""The buttons for what the user can do now."""

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.action_id import ActionId
from daemon.core.views.guide import Action, ActionRank
from tray.window.buttons import Rank, WrappingButton, literal
from tray.window.layouts import Flow, clear, column
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme


class ActionButtons(QWidget):
    """The buttons for what the user can do, the likeliest first."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Callable[[Action[str]], None]) -> None:
        super().__init__()
        self._theme = theme
        self._guard = guard
        self._choose = choose
        self._answers = column(theme, gap=0.5)
        self._flow = Flow(round(0.6 * theme.em))
        whole = column(theme, gap=0.8)
        whole.addLayout(self._answers)
        whole.addLayout(self._flow)
        self.setLayout(whole)

    def show_actions(self, page: Page, translator: Translator) -> None:
        """Show what this page offers."""
        clear(self._answers)
        clear(self._flow)
        for action in page.answers:
            self._answers.addWidget(self._button(action, Rank.ANSWER))
        for action in page.openings:
            self._flow.addWidget(self._button(action, Rank.PLAIN))
        if page.primary is not None:
            self._flow.addWidget(self._button(page.primary, Rank.FIRST))
        self._set_default(page.likely)
        rare = [action for action in page.actions if action.rank is ActionRank.RARE]
        for action in page.actions:
            if action not in rare:
                self._flow.addWidget(self._button(action, Rank.PLAIN))
        if rare:
            self._flow.addWidget(menu_button(self._theme, translator.render(text("window.more")), rare, self._choose))
        self.setVisible(bool(page.primary or page.answers or page.openings or page.actions))

    def first(self) -> WrappingButton | None:
        """Return the default button, or else the first, never a menu."""
        buttons = [b for b in self.findChildren(WrappingButton) if not b.isHidden() and b.menu() is None]
        default = [button for button in buttons if button.isDefault()]
        return next(iter([*default, *buttons]), None)

    def _set_default(self, likely: ActionId | None) -> None:
        for button in self.findChildren(WrappingButton, f"action:{likely}"):
            button.setDefault(True)

    def _button(self, action: Action[str], rank: Rank) -> WrappingButton:
        button = WrappingButton(self._theme, literal(action.label), rank=rank, detail=action.detail)
        button.setObjectName(f"action:{action.id}")
        button.clicked.connect(lambda: self._choose(action))
        self._guard.cover(button)
        return button


def menu_button(
    theme: Theme, label: str, actions: list[Action[str]], choose: Callable[[Action[str]], None]
) -> WrappingButton:
    """Return a button that opens a menu of these actions."""
    button = WrappingButton(theme, label)
    button.setObjectName(f"menu:{label}")
    menu = QMenu(button)
    for action in actions:
        item = QAction(literal(action.label), menu)
        item.triggered.connect(lambda _checked=False, chosen=action: choose(chosen))
        menu.addAction(item)
    button.setMenu(menu)
    return button
