"""A page of the guide as lines, and what typed words mean."""

from collections.abc import Iterator

from config.i18n.text import Argument, text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Chosen, Page
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.labels import ROLES, STAGES
from daemon.core.views.guide import Action, StepStatus, offered
from tray.text_guide.file_question import NO_FILE, FileQuestion

HELP, LIST, CERTIFICATES, REPEAT, QUIT = KEYS = ("help", "list", "certificates", "repeat", "quit")
BACK = "back"
KEY_HELP = {
    HELP: "textguide.help",
    LIST: "textguide.list",
    CERTIFICATES: "textguide.certificates",
    REPEAT: "textguide.repeat",
    QUIT: "textguide.quit",
}
KEY_NAMES = {
    HELP: "textguide.key.help",
    LIST: "textguide.key.list",
    CERTIFICATES: "textguide.key.certificates",
    REPEAT: "textguide.key.repeat",
    QUIT: "textguide.key.quit",
    BACK: "textguide.key.back",
}
STATUSES = {
    StepStatus.DONE: "textguide.step.done",
    StepStatus.CURRENT: "textguide.step.current",
    StepStatus.AHEAD: "textguide.step.ahead",
}
FIRST = "1"
LISTED = 100  # certificates: a longer list is not read in a terminal
USE = "u"  # before the number of a certificate, in both languages
LETTERS = "defgijkmnopstuwxyz"

Choices = dict[str, Action[str]]


class TextPage:
    """The page that was printed last.

    1 is the likely next action, and never another one: a user may type it by habit. Every other action has a letter
    that stays its own.
    """

    def __init__(self, page: Page) -> None:
        """Begin with this page. `whole` returns its lines."""
        self._page = page
        self._texts = Translator(page.language, on_card=page.on_card)
        self._letters = _Letters()
        self._choices = self._letters.choices(page)
        self._asked: FileQuestion | None = None

    def turn(self, page: Page) -> list[str]:
        """Replace the page, and return the lines that are new."""
        before, self._page = self._page, page
        known, self._choices = self._choices, self._letters.choices(page)
        if (page.language, page.on_card) == (before.language, before.on_card):
            return self._with_question(list(self._news(before, known)))
        self._texts = Translator(page.language, on_card=page.on_card)
        if page.language == before.language:
            return self._with_question(list(self._news(before, known)))
        return self.whole()

    def _with_question(self, news: list[str]) -> list[str]:
        """Return news, after which an open question is asked again."""
        return [*news, *self._asked.ask(self._texts.render)] if news and self._asked else news

    def whole(self) -> list[str]:
        """Return all lines of the page, and the words to type."""
        keys = (f"{self._key(key)} {self.render(KEY_HELP[key])}" for key in KEYS)
        return [*_heading(self._page), *self._alert(), self._page.reader_words, *self._step(), *self._offers(), *keys]

    def quits(self, typed: str) -> bool:
        """Return whether the user wants to leave."""
        return typed == self._key(QUIT)

    def choose(self, typed: str) -> Chosen | None:
        """Return the choice that was typed.

        None when there is none, or when something is only to be copied or saved.
        """
        action = self._named(typed)
        if action is None or action.id.kind is ActionKind.COPY or action.file is not None:
            return None
        return Chosen(number=self._page.number, action=action.id)

    @property
    def asks_for_file(self) -> bool:
        """Whether what is typed next says where to save a file."""
        return self._asked is not None

    def name_file(self, typed: str) -> list[str]:
        """Return what to print for the name of a file."""
        if self._asked is None:
            return []
        if typed.casefold() == self._key(QUIT):
            typed = NO_FILE
        lines = self._asked.answer(typed, self._texts.render)
        if self._asked.is_over:
            self._asked = None
        return lines

    def answer(self, typed: str) -> list[str]:
        """Return what to print for what was typed."""
        lists = {REPEAT: self.whole, LIST: self._steps, CERTIFICATES: self._certificates, HELP: self._helps}
        key = next((key for key in KEYS if typed == self._key(key)), typed)
        if key in lists:
            return list(lists[key]()) or [self.render("textguide.nothing")]
        number = self._help_numbers().get(key)
        if number is not None:
            return list(self._help(number))
        action = self._named(typed)
        if action is not None and action.file is not None:
            self._asked = FileQuestion(action.file)
            return self._asked.ask(self._texts.render)
        if action is not None:
            return list(self._effect(action))
        return [self.render("textguide.not_offered"), *self._step(), *self._offers()]

    def _effect(self, action: Action[str]) -> Iterator[str]:
        """Yield what a choice does, and the text to copy."""
        if action.id.kind is not ActionKind.COPY:
            yield self.render("textguide.chosen", label=action.label)
            if action.copy is not None:
                yield self.render("textguide.letter")
        if action.copy is not None:
            yield from action.copy.splitlines()

    def render(self, id_: str, **arguments: Argument) -> str:
        """Render a text in the language of the page."""
        return self._texts.render(text(id_, **arguments))

    def _news(self, before: Page, known: Choices) -> Iterator[str]:
        page = self._page
        if _heading(before) != _heading(page):
            yield from _heading(page)
        if before.alert != page.alert:
            yield from self._alert()
        if before.reader_words != page.reader_words:
            yield page.reader_words
        if _step_of(before) != _step_of(page):
            yield from self._step()
        yield from self._offers(known)

    def _alert(self) -> Iterator[str]:
        if self._page.alert is not None:
            yield self.render("textguide.alert", words=self._page.alert)

    def _step(self) -> Iterator[str]:
        page = self._page
        statuses = [step.status for step in page.steps]
        if StepStatus.CURRENT in statuses:
            number = statuses.index(StepStatus.CURRENT) + 1
            yield self.render("textguide.step", number=number, total=len(statuses), title=page.headline)
        else:
            yield page.headline
        if page.danger is not None:
            yield self.render("textguide.alert", words=page.danger)
        yield page.body
        yield from (f"– {words}" for words in page.at_hand)
        yield from filter(None, (*page.notes, page.deadline_words))

    def _offers(self, known: Choices | None = None) -> Iterator[str]:
        """Yield the choices that are not known yet."""
        for typed, action in self._choices.items():
            if (known or {}).get(typed) != action:
                yield f"{typed} {action.label}"
                yield from filter(None, [action.detail])

    def _help_numbers(self) -> dict[str, int]:
        """Return the numbers of the known problems by the word to type."""
        return {f"{self._key(HELP)}{number}": number for number, _ in enumerate(self._page.known_problems, 1)}

    def _helps(self) -> Iterator[str]:
        """Yield the known problems, or the help for the only one."""
        numbers = self._help_numbers()
        if len(numbers) == 1:
            yield from self._help(1)
            return
        for key, number in numbers.items():
            yield f"{key} {self._page.known_problems[number - 1].title}"

    def _help(self, number: int) -> Iterator[str]:
        problem = self._page.known_problems[number - 1]
        yield problem.title
        yield problem.text
        if problem.action is not None:
            yield f"{self._key(BACK)}{number} {problem.action.label}"

    def _steps(self) -> Iterator[str]:
        total = len(self._page.steps)
        for number, step in enumerate(self._page.steps, 1):
            yield self.render(STATUSES[step.status], number=number, total=total, title=step.title)

    def _certificates(self) -> Iterator[str]:
        listed, rest = self._page.certificates[:LISTED], self._page.certificates[LISTED:]
        total = len(listed)
        for number, known in enumerate(listed, 1):
            yield self.render("textguide.certificate", number=number, total=total, holder=known.holder)
            if known.key_name:
                yield self.render("textguide.named", name=known.key_name)
            role, stage = self.render(ROLES[known.role]), self.render(STAGES[known.stage])
            yield from filter(None, (known.procedure, role, stage, known.until, known.left, known.place))
            if known.use is not None:
                yield f"{USE}{number} {known.use.label}"
        if more := self._page.more_certificates + len(rest):
            yield self.render("window.more_certificates", count=more)

    def _named(self, typed: str) -> Action[str] | None:
        """Return the action of a typed letter, or of a known problem."""
        solutions = {
            f"{self._key(BACK)}{number}": problem.action for number, problem in enumerate(self._page.known_problems, 1)
        }
        return self._choices.get(typed) or solutions.get(typed) or _uses(self._page).get(typed)

    def _key(self, name: str) -> str:
        return self.render(KEY_NAMES[name])


def _step_of(page: Page) -> tuple[object, ...]:
    return page.headline, page.danger, page.body, page.notes, page.deadline


def _heading(page: Page) -> list[str]:
    about = " · ".join(filter(None, (page.procedure, page.holder)))
    return [line for line in (about, page.workflow_title, page.why) if line]


def _uses(page: Page) -> Choices:
    """Return what asks for a key's use, by what to type."""
    return {f"{USE}{number}": known.use for number, known in enumerate(page.certificates, 1) if known.use is not None}


class _Letters:
    """Gives each action a letter that no other one ever has.

    The letters are none of the words that the guide itself obeys, in either language.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[object, ...], str] = {}
        self._free = (first + second for first in ("", *LETTERS) for second in LETTERS)

    def choices(self, page: Page) -> Choices:
        """Return the actions by what to type. The likeliest is 1."""
        elsewhere = {problem.action for problem in page.known_problems}.union(page.settings, _uses(page).values())
        shown = [action for action in offered(page) if action not in elsewhere]
        return {self._typed(action, page): action for action in shown}

    def _typed(self, action: Action[str], page: Page) -> str:
        if action.id == page.likely:
            return FIRST
        meaning = _meaning(action.id)
        if meaning not in self._held:
            self._held[meaning] = next(self._free)
        return self._held[meaning]


def _meaning(id_: ActionId) -> tuple[object, ...]:
    """Return what a letter means, whatever the step."""
    if id_.kind in {ActionKind.END, ActionKind.GO_BACK}:
        return (id_.kind,)
    return id_.kind, id_.subject, id_.claims
