"""The sentences of a page as a, b, c, and its notes."""

from collections.abc import Iterable, Sequence
from string import ascii_lowercase

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tray.window.labels import WrappingLabel, by_sentence
from tray.window.layouts import OUTSIDE, Flow, clear, column, outdented, row
from tray.window.theme import Theme

BADGE = 1.75  # parts of the letters' height in pixels


class Instructions(QWidget):
    """The sentences of a page, with what the first one opens."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._column = column(theme, gap=0.5)
        self._column.setContentsMargins(OUTSIDE, 0, 0, 0)  # where the focus of a button is drawn
        self.setLayout(self._column)

    def show_body(self, body: str, openings: Sequence[QWidget], *, lettered: bool, at_hand: Sequence[str] = ()) -> None:
        """Show these sentences, what to have at hand, and the buttons.

        Buttons are below the first sentence of a step, and below the last one elsewhere.
        """
        clear(self._column)
        sentences = [sentence for sentence in by_sentence(body).split("\n") if sentence]
        last = 0 if lettered else len(sentences) - 1
        for number, sentence in enumerate(sentences):
            words = WrappingLabel(self._theme, sentence, scale=1.06)
            lines = column(self._theme, gap=0.4)
            lines.addWidget(words)
            if number == last and openings:
                lines.addLayout(self._buttons(openings))
            self._add(lines, number, lettered=lettered and len(sentences) > 1)
            words.setAccessibleName(sentence)
        for item in at_hand:
            self._column.addLayout(self._item(item))
        if not sentences and openings:
            self._column.addLayout(self._buttons(openings))
        self.setVisible(bool(sentences or openings))

    def _add(self, lines: QVBoxLayout, number: int, *, lettered: bool) -> None:
        if not lettered:
            self._column.addLayout(lines)
            return
        inner = QWidget()
        lines.setContentsMargins(OUTSIDE, round(0.15 * self._theme.base), 0, 0)
        inner.setLayout(lines)
        line = row(self._theme, self._badge(ascii_lowercase[number]), inner)
        line.setSpacing(line.spacing() - OUTSIDE)
        self._column.addLayout(line)

    def _item(self, words: str) -> QHBoxLayout:
        """Return one line of a list."""
        bullet = QLabel("•")
        bullet.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        bullet.setFixedWidth(round(1.2 * self._theme.base))
        self._theme.size(bullet, 1.06, bold=True)
        return row(self._theme, bullet, WrappingLabel(self._theme, words, scale=1.06))

    def _badge(self, letter: str) -> QLabel:
        badge = QLabel(letter)
        badge.setProperty("badge", True)  # noqa: FBT003 - Qt's call
        badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        edge = round(BADGE * self._theme.base)
        badge.setFixedSize(edge, edge)
        self._theme.size(badge, 0.9, bold=True)
        return badge

    def _buttons(self, openings: Sequence[QWidget]) -> QHBoxLayout:
        flow = Flow(round(0.5 * self._theme.base))
        for button in openings:
            flow.addWidget(button)
        return outdented(flow)


class Notes(QWidget):
    """What to know beside."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._column = column(theme, gap=0.7)
        self.setLayout(self._column)

    def show_notes(self, notes: Iterable[tuple[str, bool]]) -> None:
        """Show these notes, each with whether it is a warning."""
        clear(self._column)
        shown = [(words, warns) for words, warns in notes if words]
        for words, warns in shown:
            note = QFrame()
            note.setProperty("note", "warning" if warns else "plain")
            lines = QVBoxLayout()
            lines.setContentsMargins(round(0.8 * self._theme.base), round(0.3 * self._theme.base), 0, 4)
            tone = "" if warns else "muted"
            lines.addWidget(WrappingLabel(self._theme, words, scale=0.94, bold=warns, tone=tone))
            note.setLayout(lines)
            self._column.addWidget(note)
        self.setVisible(bool(shown))
