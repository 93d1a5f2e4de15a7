"""The guide in plain lines: what to print of a page, and what a typed word means. Each change is said once."""

from collections.abc import Iterator

from config.text import Argument, text
from config.texts import Texts
from daemon.adapters.guide.messages import Chosen, Page, PageAction, PageHelp, actions_of
from daemon.core.guide.view import StepMark

HELP, LIST, CERTIFICATES, REPEAT, QUIT = KEYS = ("help", "list", "certificates", "repeat", "quit")


class TextPage:
    """The page that was printed last."""

    def __init__(self, page: Page) -> None:
        """Begin with this page; `whole` prints it."""
        self._page = page
        self._texts = Texts(page.language)

    def turn(self, page: Page) -> list[str]:
        """Go on to a newer page, and return what is new on it."""
        before, self._page = self._page, page
        if page.language == before.language:
            return list(self._news(before))
        self._texts = Texts(page.language)
        return self.whole()

    def whole(self) -> list[str]:
        """Return all lines of the page, and the words that may be typed."""
        keys = (f"{self._key(key)} {self.words(f'textguide.{key}')}" for key in KEYS)
        return [*_heading(self._page), *self._alert(), self._page.reader_words, *self._step(), *self._choices(), *keys]

    def quits(self, typed: str) -> bool:
        """Tell whether the person wants to leave."""
        return typed == self._key(QUIT)

    def choose(self, typed: str) -> Chosen | None:
        """Return the choice whose number was typed; None where there is none, and for what is only to be copied."""
        action = _numbered(self._page).get(typed)
        if action is None or action.copy is not None:
            return None
        return Chosen(number=self._page.number, action=action.id)

    def answer(self, typed: str) -> list[str]:
        """Return what to print for what was typed."""
        helps = {f"{self._key(HELP)}{number}": help_ for number, help_ in enumerate(self._page.helps, 1)}
        key = next((key for key in KEYS if typed == self._key(key)), typed)
        if key == REPEAT:
            return self.whole()
        if key == LIST:
            return self._or_nothing(self._steps())
        if key == CERTIFICATES:
            return self._or_nothing(self._certificates())
        if key == HELP and len(helps) != 1:
            return self._or_nothing(f"{key} {help_.title}" for key, help_ in helps.items())
        if key == HELP or key in helps:
            return list(self._help(helps.get(key, self._page.helps[0])))
        if (action := _numbered(self._page).get(typed)) is not None:
            return [action.copy or self.words("textguide.chosen", label=action.label)]
        return [self.words("textguide.gone"), *self._step(), *self._choices()]

    def words(self, id_: str, **arguments: Argument) -> str:
        """Render a text in the language of the page."""
        return self._texts.render(text(id_, **arguments))

    def _news(self, before: Page) -> Iterator[str]:
        page = self._page
        if _heading(before) != _heading(page):
            yield from _heading(page)
        if before.alert != page.alert:
            yield from self._alert()
        if before.reader_words != page.reader_words:
            yield page.reader_words
        other_step = (before.headline, before.body, before.deadline) != (page.headline, page.body, page.deadline)
        if other_step:
            yield from self._step()
        if other_step or _numbered(before) != _numbered(page):
            yield from self._choices()

    def _alert(self) -> Iterator[str]:
        if self._page.alert is not None:
            yield self.words("textguide.alert", words=self._page.alert)

    def _step(self) -> Iterator[str]:
        page = self._page
        marks = [step.mark for step in page.steps]
        if StepMark.CURRENT in marks:
            number = marks.index(StepMark.CURRENT) + 1
            yield self.words("textguide.step", number=number, total=len(marks), title=page.headline)
        else:
            yield page.headline
        yield from filter(None, (page.body, page.deadline_words))

    def _choices(self) -> Iterator[str]:
        of_helps = _of_helps(self._page)
        for number, action in _numbered(self._page).items():
            if action not in of_helps:
                yield f"{number} {action.label}"
                yield from filter(None, [action.detail])

    def _help(self, help_: PageHelp) -> Iterator[str]:
        yield help_.title
        yield help_.text
        for number, action in _numbered(self._page).items():
            if action == help_.action:
                yield f"{number} {action.label}"

    def _steps(self) -> Iterator[str]:
        total = len(self._page.steps)
        for number, step in enumerate(self._page.steps, 1):
            yield self.words(f"textguide.step.{step.mark}", number=number, total=total, title=step.title)

    def _certificates(self) -> Iterator[str]:
        total = len(self._page.certificates)
        for number, known in enumerate(self._page.certificates, 1):
            yield self.words("textguide.certificate", number=number, total=total, holder=known.holder)
            if known.key_name:
                yield self.words("textguide.named", name=known.key_name)
            role, stage = self.words(f"role.{known.role}"), self.words(f"stage.{known.stage}")
            yield from filter(None, (known.procedure, role, stage, known.until, known.left, known.place))

    def _or_nothing(self, lines: Iterator[str]) -> list[str]:
        return list(lines) or [self.words("textguide.nothing")]

    def _key(self, name: str) -> str:
        return self.words(f"textguide.key.{name}")


def _heading(page: Page) -> list[str]:
    about = " · ".join(filter(None, (page.procedure, page.holder)))
    return [line for line in (about, page.course_title, page.why) if line]


def _of_helps(page: Page) -> set[PageAction | None]:
    return {help_.action for help_ in page.helps}


def _numbered(page: Page) -> dict[str, PageAction]:
    """Give each action a number to type; those of the helps come last."""
    of_helps = _of_helps(page)
    in_order = sorted(actions_of(page), key=lambda action: action in of_helps)
    return {str(number): action for number, action in enumerate(in_order, 1)}
