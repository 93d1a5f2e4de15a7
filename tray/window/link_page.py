"""What the pages behind the links of the foot share."""

from collections.abc import Callable

from PySide6.QtWidgets import QLayout, QWidget

from daemon.core.views.guide import Action
from tray.window.buttons import Rank, WrappingButton, literal
from tray.window.layouts import Flow, column, outdented
from tray.window.page_widget import PageWidget
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme

Choose = Callable[[Action[str]], None]


class LinkPage(PageWidget):
    """A headline, and parts below it."""

    def __init__(self, theme: Theme, *parts: QLayout | QWidget, gap: float = 0.8) -> None:
        super().__init__(theme)
        whole = column(theme, gap=gap, margin=1.4)
        whole.addWidget(self.headline)
        for part in parts:
            if isinstance(part, Flow):
                whole.addLayout(outdented(part))
            elif isinstance(part, QLayout):
                whole.addLayout(part)
            else:
                whole.addWidget(part)
        whole.addStretch(1)
        self.setLayout(whole)


def action_button(
    theme: Theme,
    guard: PressGuard,
    action: Action[str],
    choose: Choose,
    *,
    rank: Rank = Rank.PLAIN,
    detail: str | None = None,
) -> WrappingButton:
    """Return a guarded button that chooses an action."""
    button = WrappingButton(theme, literal(action.label), rank=rank, detail=detail)
    button.setObjectName(f"action:{action.id}")
    button.clicked.connect(lambda: choose(action))
    guard.cover(button)
    return button
