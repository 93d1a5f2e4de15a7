"""The list of steps, done and to come."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.core.views.guide import StepStatus, StepSummary
from tray.window.glyphs import STEPS, GlyphView
from tray.window.labels import WrappingLabel, breakable
from tray.window.layouts import clear, column, row
from tray.window.theme import Theme

STATUSES = {
    StepStatus.DONE: "window.mark.done",
    StepStatus.CURRENT: "window.mark.current",
    StepStatus.AHEAD: "window.mark.ahead",
}
LARGER = 1.2  # the current one


class StepsView(QWidget):
    """One line a step, with a shape, a colour and a word."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._column = column(theme, gap=0.7)
        self.setLayout(self._column)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def show_steps(self, steps: tuple[StepSummary[str], ...], translator: Translator) -> None:
        """Show these."""
        clear(self._column)
        for number, step in enumerate(steps, 1):
            self._column.addLayout(self._line(number, step, translator))
        self.setVisible(bool(steps))
        self.setAccessibleName(translator.render(text("window.steps")))

    def _line(self, number: int, step: StepSummary[str], translator: Translator) -> QHBoxLayout:
        status = translator.render(text(STATUSES[step.status]))
        title = f"{number}. {step.title}"
        if step.status is StepStatus.CURRENT:
            glyph = GlyphView(self._theme, STEPS[step.status], LARGER * 1.2)
            words = WrappingLabel(self._theme, scale=LARGER, bold=True)
        else:
            glyph = GlyphView(self._theme, STEPS[step.status], 1.3)
            words = WrappingLabel(self._theme, tone="muted")
        words.show_words(f"{title} – {status}")
        words.setTextFormat(Qt.TextFormat.RichText)
        words.setText(f"{escape(breakable(title))}<br><small>{status}</small>")
        return row(self._theme, glyph, words)
