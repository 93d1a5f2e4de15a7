"""The first tab: steps, action, reader and timeline."""

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import Action
from tray.window.action_buttons import ActionButtons
from tray.window.buttons import WrappingButton
from tray.window.countdown import Countdown
from tray.window.glyphs import ALERT, COPIED, GlyphView
from tray.window.known_problems import KnownProblemsView
from tray.window.labels import WrappingLabel, by_sentence
from tray.window.layouts import card, column, row
from tray.window.press_guard import PressGuard
from tray.window.reader_picture import ReaderView
from tray.window.step_list import StepsView
from tray.window.theme import Theme
from tray.window.timeline import TimelineView

TWO_COLUMNS_FROM = 46  # em
SIDE_SHARE, MAIN_SHARE = 4, 9


class GuidePage(QWidget):
    """Two columns where there is room, else one, with the steps below."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Callable[[Action[str]], None]) -> None:
        super().__init__()
        self.setObjectName("paper")
        self._theme = theme
        self._steps = StepsView(theme)
        self._workflow = WrappingLabel(theme, bold=True)
        self._why = WrappingLabel(theme, scale=0.92, tone="muted")
        self._headline = WrappingLabel(theme, scale=1.7, bold=True)
        self._body = WrappingLabel(theme, scale=1.1)
        self._deadline = WrappingLabel(theme)
        self._countdown = Countdown(theme)
        self._action_buttons = ActionButtons(theme, guard, choose)
        self._copied = WrappingLabel(theme, bold=True)
        self._known_problems = KnownProblemsView(theme, choose)
        self._reader = ReaderView(theme)
        self._reader_words = WrappingLabel(theme, scale=1.1)
        self._alert = WrappingLabel(theme, bold=True, tone="alert")
        self._timeline = TimelineView(theme)
        self._side = self._make_side()
        self._band = self._make_band()
        self._time_card = self._make_card(self._timeline)
        self._copied_line = QWidget()
        self._copied_line.setLayout(row(theme, GlyphView(theme, COPIED), self._copied))
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(round(theme.em))
        self._columns.setContentsMargins(*(4 * [round(theme.em)]))
        self._columns.addWidget(self._side, SIDE_SHARE)
        self._columns.addLayout(self._make_main(), MAIN_SHARE)
        self.setLayout(self._columns)

    def default_button(self) -> WrappingButton | None:
        """Return the button that the keyboard begins at."""
        return self._action_buttons.first()

    @property
    def headline(self) -> WrappingLabel:
        """Where the keyboard rests while nothing can be pressed."""
        return self._headline

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show what a page says."""
        self._workflow.show_words(page.workflow_title)
        self._steps.show_steps(page.steps, translator)
        self._why.show_words(page.why)
        self._side.setVisible(bool(page.workflow_title or page.steps or page.why))
        self._alert.show_words(page.alert and by_sentence(page.alert))
        self._band.setVisible(bool(page.alert))
        self._headline.show_words(page.headline)
        self._body.show_words(by_sentence(page.body))
        self._deadline.show_words(page.deadline_words)
        self._countdown.count_to(page.deadline, translator)
        self.show_copied("")
        self._action_buttons.show_actions(page, translator)
        self._known_problems.show_problems(page.known_problems, translator)
        self._reader.show_picture(page.reader, translator.render(text("window.reader")), page.reader_words)
        self._reader_words.show_words(by_sentence(page.reader_words))
        self._timeline.show_timeline(page.timeline, translator)
        self._time_card.setVisible(not self._timeline.isHidden())

    def show_copied(self, words: str) -> None:
        """Announce what was copied to the clipboard.

        "" clears the announcement.
        """
        self._copied.show_words(words)
        self._copied_line.setVisible(bool(words))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Set one column or two."""
        super().resizeEvent(event)
        wide = event.size().width() >= TWO_COLUMNS_FROM * self._theme.em
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop
        if self._columns.direction() is not direction:
            self._columns.setDirection(direction)

    def _make_side(self) -> QFrame:
        frame, inner = card(self._theme, gap=0.9)
        for widget in (self._workflow, self._steps, self._why):
            inner.addWidget(widget)
        inner.addStretch(1)
        return frame

    def _make_band(self) -> QFrame:
        band = QFrame()
        band.setObjectName("alert")
        inner = QHBoxLayout()
        inner.setContentsMargins(*(4 * [round(0.8 * self._theme.em)]))
        inner.addLayout(row(self._theme, GlyphView(self._theme, ALERT, 1.6), self._alert))
        band.setLayout(inner)
        return band

    def _make_card(self, *widgets: QWidget) -> QFrame:
        frame, inner = card(self._theme)
        for widget in widgets:
            inner.addWidget(widget)
        return frame

    def _make_main(self) -> QBoxLayout:
        main = column(self._theme, gap=1.0)
        main.addWidget(self._band)
        task, inner = card(self._theme, gap=0.8)
        inner.addWidget(self._headline)
        inner.addWidget(self._body)
        inner.addWidget(self._deadline)
        inner.addWidget(self._countdown)
        inner.addWidget(self._action_buttons)
        inner.addWidget(self._copied_line)
        inner.addWidget(self._known_problems)
        main.addWidget(task)
        reader, inner = card(self._theme)
        beside = QHBoxLayout()
        beside.setSpacing(round(1.2 * self._theme.em))
        beside.addWidget(self._reader)
        beside.addWidget(self._reader_words, 1)
        inner.addLayout(beside)
        main.addWidget(reader)
        main.addWidget(self._time_card)
        main.addStretch(1)
        return main
