"""The known problems, each with what to do about it."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.core.views.guide import Action, ProblemEntry
from tray.window.buttons import Rank, WrappingButton, literal
from tray.window.labels import WrappingLabel, by_sentence
from tray.window.layouts import Flow, card, clear, column
from tray.window.theme import Theme

CLOSED, OPEN = "▸", "▾"


class KnownProblemsView(QWidget):
    """The known problems, each folded until its button is clicked."""

    def __init__(self, theme: Theme, choose: Callable[[Action[str]], None]) -> None:
        super().__init__()
        self._theme = theme
        self._choose = choose
        self._opened: set[str] = set()  # by id; "" is the list itself
        self._column = column(theme, gap=0.4)
        self.setLayout(self._column)

    def show_problems(self, known_problems: tuple[ProblemEntry[str], ...], translator: Translator) -> None:
        """Show these problems, and keep open what was open."""
        clear(self._column)
        self.setVisible(bool(known_problems))
        self._opened &= {"", *(each.id for each in known_problems)}
        frame, inner = card(self._theme, gap=0.4)
        self._add_opener("", translator.render(text("window.helps")), frame, self._column)
        for each in known_problems:
            self._add_opener(each.id, literal(each.title), self._body(each), inner)

    def _body(self, problem: ProblemEntry[str]) -> QWidget:
        body = QWidget()
        lines = column(self._theme, gap=0.5)
        lines.setContentsMargins(round(1.9 * self._theme.em), 0, 0, round(0.5 * self._theme.em))
        body.setLayout(lines)
        lines.addWidget(WrappingLabel(self._theme, by_sentence(problem.text)))
        action = problem.action
        if action is not None:
            button = WrappingButton(self._theme, literal(action.label), detail=action.detail)
            button.setObjectName(f"action:{action.id}")
            button.clicked.connect(lambda: self._choose(action))
            buttons = Flow(0)
            buttons.addWidget(button)
            lines.addLayout(buttons)
        return body

    def _add_opener(self, id_: str, label: str, body: QWidget, into: QVBoxLayout) -> None:
        """Add a button that shows and hides what is below it."""
        button = WrappingButton(self._theme, "", rank=Rank.QUIET)
        button.setObjectName(f"help:{id_}")
        button.setCheckable(True)

        def turn(opened: bool) -> None:  # noqa: FBT001 - Qt's signal
            if opened:
                self._opened.add(id_)
                button.setText(f"{OPEN}  {label}")
            else:
                self._opened.discard(id_)
                button.setText(f"{CLOSED}  {label}")
            button.setAccessibleName(label.replace("&&", "\0").replace("&", "").replace("\0", "&"))
            body.setVisible(opened)

        button.toggled.connect(turn)
        into.addWidget(button)
        into.addWidget(body)
        button.setChecked(id_ in self._opened)
        turn(id_ in self._opened)
