"""The guide in plain lines: what to print of a page, and what a typed word means. Each change is said once."""

from collections.abc import Iterator
from itertools import count

from config.i18n.text import Argument, text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Chosen, Page
from daemon.core.labels import ROLES, STAGES
from daemon.core.views.guide import Action, StepStatus, offered

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
FIRST = 1

Choices = dict[int, Action[str]]


class TextPage:
    """The page that was printed last.

    1 is the likely next action, and nothing else: whoever types it by habit shall not give a word that counts. The
    others keep their number while they are there, and nothing takes the number of one that has just gone.
    """

    def __init__(self, page: Page) -> None:
        """Begin with this page; `whole` prints it."""
        self._page = page
        self._texts = Translator(page.language)
        self._choices = _numbered(page, {})

    def turn(self, page: Page) -> list[str]:
        """Go on to a newer page, and return what is new on it."""
        before, self._page = self._page, page
        known, self._choices = self._choices, _numbered(page, self._choices)
        if page.language == before.language:
            return list(self._news(before, known))
        self._texts = Translator(page.language)
        return self.whole()

    def whole(self) -> list[str]:
        """Return all lines of the page, and the words that may be typed."""
        keys = (f"{self._key(key)} {self.words(KEY_HELP[key])}" for key in KEYS)
        return [*_heading(self._page), *self._alert(), self._page.reader_words, *self._step(), *self._offers(), *keys]

    def quits(self, typed: str) -> bool:
        """Tell whether the person wants to leave."""
        return typed == self._key(QUIT)

    def choose(self, typed: str) -> Chosen | None:
        """Return the choice whose number was typed; None where there is none, and for what is only to be copied."""
        action = self._named(typed)
        if action is None or action.copy is not None:
            return None
        return Chosen(number=self._page.number, action=action.id)

    def answer(self, typed: str) -> list[str]:  # noqa: PLR0911 - one return a rule
        """Return what to print for what was typed."""
        known_problems = {f"{self._key(HELP)}{number}": number for number, _ in enumerate(self._page.known_problems, 1)}
        key = next((key for key in KEYS if typed == self._key(key)), typed)
        if key == REPEAT:
            return self.whole()
        if key == LIST:
            return self._or_nothing(self._steps())
        if key == CERTIFICATES:
            return self._or_nothing(self._certificates())
        if key == HELP and len(known_problems) != 1:
            return self._or_nothing(
                f"{key} {self._page.known_problems[number - 1].title}" for key, number in known_problems.items()
            )
        if key == HELP or key in known_problems:
            return list(self._help(known_problems.get(key, 1)))
        if (action := self._named(typed)) is not None:
            return [action.copy or self.words("textguide.chosen", label=action.label)]
        return [self.words("textguide.gone"), *self._step(), *self._offers()]

    def words(self, id_: str, **arguments: Argument) -> str:
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
        if (before.headline, before.body, before.deadline) != (page.headline, page.body, page.deadline):
            yield from self._step()
        yield from self._offers(known)

    def _alert(self) -> Iterator[str]:
        if self._page.alert is not None:
            yield self.words("textguide.alert", words=self._page.alert)

    def _step(self) -> Iterator[str]:
        page = self._page
        marks = [step.status for step in page.steps]
        if StepStatus.CURRENT in marks:
            number = marks.index(StepStatus.CURRENT) + 1
            yield self.words("textguide.step", number=number, total=len(marks), title=page.headline)
        else:
            yield page.headline
        yield from filter(None, (page.body, page.deadline_words))

    def _offers(self, known: Choices | None = None) -> Iterator[str]:
        """List what can be chosen, but for what is known."""
        for number, action in self._choices.items():
            if (known or {}).get(number) != action:
                yield f"{number} {action.label}"
                yield from filter(None, [action.detail])

    def _help(self, number: int) -> Iterator[str]:
        problem = self._page.known_problems[number - 1]
        yield problem.title
        yield problem.text
        if problem.action is not None:
            yield f"{self._key(BACK)}{number} {problem.action.label}"

    def _steps(self) -> Iterator[str]:
        total = len(self._page.steps)
        for number, step in enumerate(self._page.steps, 1):
            yield self.words(STATUSES[step.status], number=number, total=total, title=step.title)

    def _certificates(self) -> Iterator[str]:
        total = len(self._page.certificates)
        for number, known in enumerate(self._page.certificates, 1):
            yield self.words("textguide.certificate", number=number, total=total, holder=known.holder)
            if known.key_name:
                yield self.words("textguide.named", name=known.key_name)
            role, stage = self.words(ROLES[known.role]), self.words(STAGES[known.stage])
            yield from filter(None, (known.procedure, role, stage, known.until, known.left, known.place))
        if more := self._page.more_certificates:
            yield self.words("window.more_certificates", count=more)

    def _named(self, typed: str) -> Action[str] | None:
        """Return the action that was typed: by its number, or that of a help by its key."""
        back = {
            f"{self._key(BACK)}{number}": problem.action for number, problem in enumerate(self._page.known_problems, 1)
        }
        return self._choices.get(int(typed)) if typed.isdecimal() else back.get(typed)

    def _or_nothing(self, lines: Iterator[str]) -> list[str]:
        return list(lines) or [self.words("textguide.nothing")]

    def _key(self, name: str) -> str:
        return self.words(KEY_NAMES[name])


def _heading(page: Page) -> list[str]:
    about = " · ".join(filter(None, (page.procedure, page.holder)))
    return [line for line in (about, page.workflow_title, page.why) if line]


def _numbered(page: Page, before: Choices) -> Choices:
    """Give each action the number to type for it; where all are others, begin anew."""
    solutions = {problem.action for problem in page.known_problems}
    shown = [action for action in offered(page) if action not in solutions]
    others = [action for action in shown if action is not page.primary]
    held = {action.id: number for number, action in before.items() if number != FIRST}
    kept = {action.id: held[action.id] for action in others if action.id in held}
    gone = {number for number, action in before.items() if action.id not in {a.id for a in shown}}
    taken = {*kept.values(), *(gone if kept else ())}
    free = (number for number in count(FIRST + 1) if number not in taken)
    choices = {kept.get(action.id) or next(free): action for action in others}
    if page.primary is not None:
        choices[FIRST] = page.primary
    return dict(sorted(choices.items()))
