"""The pages for a step that does not work."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.action_id import ActionKind
from daemon.core.views.guide import Action, ProblemEntry
from tray.window.buttons import Rank, WrappingButton, literal
from tray.window.labels import Heading, WrappingLabel, announce, as_sentence, by_sentence
from tray.window.layouts import LINK_OUTSIDE, TWO_COLUMNS_FROM, Flow, card, clear, column, outdented
from tray.window.link_page import Choose, LinkPage, action_button
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme

OPENED = "opened"  # the name of an open refusal's heading


class HelpPage(LinkPage):
    """The refusals of the step, one of them open, and other situations."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Choose) -> None:
        self._theme = theme
        self._guard = guard
        self._opened: tuple[int, str] | None = None  # the number of the page, and the refusal
        self._has_many = False
        self._words = ""
        self._problems = column(theme, gap=0.6)
        self._other = Heading(theme, scale=1.06)
        self._situations = Flow(round(0.4 * theme.base), below=0)
        others = column(theme, gap=0)
        others.addWidget(self._other)
        others.addLayout(outdented(self._situations, round(LINK_OUTSIDE * theme.base)))
        others.addStretch(1)
        refusals = column(theme, gap=0)
        refusals.addLayout(self._problems)
        refusals.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(round(0.6 * theme.base))
        self._columns.addLayout(refusals, 1)
        self._columns.addLayout(others, 1)
        super().__init__(theme, self._columns)
        self._button = partial(action_button, theme, guard, choose=choose)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show what may have gone wrong at this step."""
        self.headline.show_words(translator.render(text("window.helps")))
        clear(self._problems)
        clear(self._situations)
        self._words = ""
        for problem in page.known_problems:
            if len(page.known_problems) == 1 or self._opened == (page.number, problem.id):
                self._add_open(problem)
            else:
                self._add_folded(problem, page, translator)
        situations = situations_of(page)
        self._other.show_words(translator.render(text("window.other_situation")) if situations else "")
        for action in situations:
            self._situations.addWidget(self._button(action, rank=Rank.LINK))
        self._has_many = len(page.known_problems) > 1
        self._arrange(self.width())

    def words_to_read(self) -> str:
        """Return the refusal that is open, and what to do."""
        return self._words

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Set the situations beside several refusals where there is room."""
        super().resizeEvent(event)
        self._arrange(event.size().width())

    def _arrange(self, width: int) -> None:
        beside = self._has_many and width >= TWO_COLUMNS_FROM * self._theme.base
        directions = QBoxLayout.Direction
        self._columns.setDirection(directions.LeftToRight if beside else directions.TopToBottom)

    def _add_open(self, problem: ProblemEntry[str]) -> None:
        frame, lines = card(self._theme, gap=0.4)
        heading = Heading(self._theme, problem.title, scale=1.06)
        heading.setObjectName(OPENED)
        heading.setAccessibleDescription(problem.text)
        self._words = f"{problem.title}. {problem.text}"
        lines.addWidget(heading)
        lines.addWidget(WrappingLabel(self._theme, by_sentence(problem.text)))
        if problem.action is not None:
            buttons = Flow(0)
            buttons.addWidget(self._button(problem.action))
            lines.addLayout(outdented(buttons))
        self._problems.addWidget(frame)

    def _add_folded(self, problem: ProblemEntry[str], page: Page, translator: Translator) -> None:
        button = WrappingButton(self._theme, f"▸  {literal(problem.title)}", rank=Rank.ANSWER)
        button.setAccessibleName(problem.title)
        button.setObjectName(f"problem:{problem.id}")
        button.clicked.connect(lambda: self._open(problem, page, translator))
        self._guard.cover(button)
        line = column(self._theme, gap=0)
        line.addWidget(button)
        self._problems.addLayout(outdented(line))

    def _open(self, problem: ProblemEntry[str], page: Page, translator: Translator) -> None:
        """Show what to do, and read it out."""
        self._opened = page.number, problem.id
        self._guard.begin()
        self.show_page(page, translator)
        for heading in self.findChildren(Heading, OPENED):
            heading.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, problem.text)


class ContactsPage(LinkPage):
    """Who helps with what."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._contacts = column(theme, gap=1)
        self._words = ""
        super().__init__(theme, self._contacts)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show whom to call."""
        self.headline.show_words(translator.render(text("window.contacts")))
        clear(self._contacts)
        for contact in page.contacts:
            self._contacts.addWidget(WrappingLabel(self._theme, by_sentence(contact), scale=1.06))
        self._words = " ".join(map(as_sentence, page.contacts))

    def words_to_read(self) -> str:
        """Return whom to call."""
        return self._words


def back_of(page: Page) -> Action[str] | None:
    """Return the action that goes back a step."""
    kinds = {ActionKind.GO_BACK, ActionKind.TAKE_BACK} if page.steps else {ActionKind.GO_BACK}
    return next((action for action in page.actions if action.id.kind in kinds), None)


def situations_of(page: Page) -> list[Action[str]]:
    """Return what is rarely needed, and the other keys."""
    if not page.steps or page.answers:
        return []
    back = back_of(page)
    return [action for action in (*page.actions, *page.cases) if action != back]
