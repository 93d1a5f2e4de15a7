"""The pages for a step that does not work."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.action_id import ActionKind
from daemon.core.views.guide import Action, ProblemEntry
from tray.window.buttons import Rank, WrappingButton, literal
from tray.window.instructions import Notes
from tray.window.labels import WrappingLabel, by_sentence
from tray.window.layouts import card, clear, column
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme


class HelpPage(QWidget):
    """The refusals of the step, and other situations."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Callable[[Action[str]], None]) -> None:
        super().__init__()
        self.setObjectName("paper")
        self._theme = theme
        self._guard = guard
        self._choose = choose
        self.headline = WrappingLabel(theme, scale=1.75, bold=True)
        self._problems = column(theme, gap=0.8)
        self._other = WrappingLabel(theme, scale=1.1, bold=True)
        self._situations = column(theme, gap=0.1)
        whole = column(theme, gap=0.8, margin=1.4)
        whole.addWidget(self.headline)
        whole.addLayout(self._problems)
        whole.addWidget(self._other)
        whole.addLayout(self._situations)
        whole.addStretch(1)
        self.setLayout(whole)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show what may have gone wrong at this step."""
        self.headline.show_words(translator.render(text("window.helps")))
        clear(self._problems)
        clear(self._situations)
        for problem in page.known_problems:
            self._add(problem)
        situations = situations_of(page)
        self._other.show_words(translator.render(text("window.other_situation")) if situations else "")
        for action in situations:
            self._situations.addWidget(self._button(action, Rank.LINK))

    def _add(self, problem: ProblemEntry[str]) -> None:
        frame, lines = card(self._theme, gap=0.4)
        lines.addWidget(WrappingLabel(self._theme, problem.title, scale=1.06, bold=True))
        lines.addWidget(WrappingLabel(self._theme, by_sentence(problem.text)))
        if problem.action is not None:
            self._add_button(problem.action, lines)
        self._problems.addWidget(frame)

    def _add_button(self, action: Action[str], lines: QVBoxLayout) -> None:
        lines.addWidget(self._button(action, Rank.PLAIN))

    def _button(self, action: Action[str], rank: Rank) -> WrappingButton:
        button = WrappingButton(self._theme, literal(action.label), rank=rank)
        button.setObjectName(f"action:{action.id}")
        button.clicked.connect(lambda: self._choose(action))
        self._guard.cover(button)
        return button


class ContactsPage(QWidget):
    """Who helps with what."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("paper")
        self.headline = WrappingLabel(theme, scale=1.75, bold=True)
        self._notes = Notes(theme)
        whole = column(theme, gap=0.8, margin=1.4)
        whole.addWidget(self.headline)
        whole.addWidget(self._notes)
        whole.addStretch(1)
        self.setLayout(whole)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show whom to call."""
        self.headline.show_words(translator.render(text("window.contacts")))
        self._notes.show_notes((contact, False) for contact in page.contacts)


def situations_of(page: Page) -> list[Action[str]]:
    """Return what is rarely needed, and the other keys."""
    if not page.steps or page.answers:
        return []
    return [action for action in (*page.actions, *page.cases) if action.id.kind is not ActionKind.GO_BACK]
