"""The pages for a step that does not work."""

from functools import partial

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.action_id import ActionKind
from daemon.core.views.guide import Action, ProblemEntry
from tray.window.buttons import Rank
from tray.window.instructions import Notes
from tray.window.labels import Heading, WrappingLabel, by_sentence
from tray.window.layouts import card, clear, column
from tray.window.link_page import Choose, LinkPage, action_button
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme


class HelpPage(LinkPage):
    """The refusals of the step, and other situations."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Choose) -> None:
        self._theme = theme
        self._problems = column(theme, gap=0.8)
        self._other = Heading(theme, scale=1.1)
        self._situations = column(theme, gap=0.1)
        super().__init__(theme, self._problems, self._other, self._situations)
        self._button = partial(action_button, theme, guard, choose=choose)

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
            self._situations.addWidget(self._button(action, rank=Rank.LINK))

    def _add(self, problem: ProblemEntry[str]) -> None:
        frame, lines = card(self._theme, gap=0.4)
        lines.addWidget(Heading(self._theme, problem.title, scale=1.06))
        lines.addWidget(WrappingLabel(self._theme, by_sentence(problem.text)))
        if problem.action is not None:
            lines.addWidget(self._button(problem.action))
        self._problems.addWidget(frame)


class ContactsPage(LinkPage):
    """Who helps with what."""

    def __init__(self, theme: Theme) -> None:
        self._notes = Notes(theme)
        super().__init__(theme, self._notes)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show whom to call."""
        self.headline.show_words(translator.render(text("window.contacts")))
        self._notes.show_notes((contact, False) for contact in page.contacts)


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
