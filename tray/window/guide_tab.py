"""The guide's page: one column of instruction, and one panel."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from config.workflows import Needs
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import Action, ReaderStatus, StepStatus
from tray.window.buttons import Rank, WrappingButton
from tray.window.countdown import Countdown
from tray.window.glyphs import COPIED, GlyphView
from tray.window.help_page import back_of
from tray.window.instructions import Instructions, Notes
from tray.window.labels import WrappingLabel, as_sentence
from tray.window.layouts import LINK_OUTSIDE, TWO_COLUMNS_FROM, Flow, clear, column, outdented, row
from tray.window.link_page import action_button
from tray.window.page_widget import PageWidget
from tray.window.press_guard import PressGuard
from tray.window.side_panel import SidePanel, StatusPill
from tray.window.theme import Theme

HEADLINE, NARROW_HEADLINE = 1.75, 1.4  # of the letters


class GuidePage(PageWidget):
    """Two columns where there is room, else one."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Callable[[Action[str]], None]) -> None:
        super().__init__(theme)
        self._theme = theme
        self._guard = guard
        self._choose = choose
        self._words = ""
        self._eyebrow = WrappingLabel(theme, scale=0.9, tone="muted")
        self._pill = StatusPill(theme)
        self._danger = Notes(theme)
        self._instructions = Instructions(theme)
        self._answers = column(theme, gap=0.3)
        self._actions = Flow(round(0.4 * theme.base))
        self._notes = Notes(theme)
        self._countdown = Countdown(theme)
        self._copied = WrappingLabel(theme, bold=True)
        self._copied_line = QWidget()
        self._copied_line.setLayout(row(theme, GlyphView(theme, COPIED), self._copied))
        self._panel = SidePanel(theme)
        self.show_copied("")
        self._lay_out()

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show what a page says."""
        wrong = page.wrong_key and page.alert is not None
        self._eyebrow.show_words(page.eyebrow)
        self.headline.show_words(translator.render(text(_wrong_title(page))) if wrong else page.headline)
        self.headline.setAccessibleName(". ".join(filter(None, (page.eyebrow, self.headline.words))))
        at_step = bool(page.primary or page.openings or page.awaited) and any(
            step.status is StepStatus.CURRENT for step in page.steps
        )
        body = page.alert if wrong and page.alert else page.body
        danger = None if wrong else page.danger
        beside = map(as_sentence, filter(None, (None if wrong else page.alert, *page.notes)))
        spoken = (danger, body, as_sentence(", ".join(page.at_hand)), page.awaited, *beside)
        self._words = " ".join(filter(None, spoken))
        self._instructions.show_body(
            body, [self._button(o, Rank.PLAIN) for o in page.openings], lettered=at_step, at_hand=page.at_hand
        )
        self._danger.show_notes([(danger or "", True)])
        self._notes.show_notes(_notes(page, translator, wrong=wrong))
        self._countdown.count_to(page.deadline, translator)
        self._show_answers(page)
        self._pill.show_page(page)
        self._panel.show_page(page, translator)
        self._show_columns(self.width())  # the pill has shown itself with its words

    def words_to_read(self) -> str:
        """Return what was copied, the instruction, and what the page waits for."""
        return " ".join(filter(None, (as_sentence(self._copied.accessibleName()), self._words)))

    def show_copied(self, words: str) -> None:
        """Announce what was copied to the clipboard.

        "" clears the announcement.
        """
        self._copied.show_words(words)
        self._copied_line.setVisible(bool(words))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Set one column or two."""
        super().resizeEvent(event)
        self._show_columns(event.size().width())

    def _show_columns(self, width: int) -> None:
        wide = width >= TWO_COLUMNS_FROM * self._theme.base
        self._panel.setVisible(wide)
        self._theme.size(self.headline, HEADLINE if wide else NARROW_HEADLINE, bold=True)
        self._eyebrow.setVisible(wide and bool(self._eyebrow.text()))  # else it is in the line of the phase
        self._pill.setVisible(not wide)

    def _show_answers(self, page: Page) -> None:
        clear(self._answers)
        clear(self._actions)
        for action in page.answers:
            self._answers.addWidget(self._button(action, Rank.ANSWER))
        for action in links_of(page):
            self._actions.addWidget(self._button(action, Rank.LINK))

    def _button(self, action: Action[str], rank: Rank) -> WrappingButton:
        return action_button(self._theme, self._guard, action, self._choose, rank=rank, detail=action.detail)

    def _lay_out(self) -> None:
        base = self._theme.base
        main = column(self._theme, gap=0.7)
        for widget in (self._pill, self._eyebrow, self.headline, self._danger):
            main.addWidget(widget)
        instructions = column(self._theme, gap=0)
        instructions.addWidget(self._instructions)
        main.addLayout(outdented(instructions))
        main.addLayout(outdented(self._answers))
        main.addWidget(self._notes)
        main.addWidget(self._countdown)
        main.addLayout(outdented(self._actions, round(LINK_OUTSIDE * base)))
        main.addWidget(self._copied_line)  # below all buttons, which stay in their places
        main.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(round(2 * base))
        columns.setContentsMargins(*(2 * [round(1.6 * base), round(1.4 * base)]))
        columns.addLayout(main, 1)
        columns.addWidget(self._panel, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(columns)


def _wrong_title(page: Page) -> str:
    """Return the id of the headline while another key is in."""
    if page.reader is not ReaderStatus.BOTH:
        return "window.wrong_key"
    return "window.both.new" if page.needs is Needs.NEW else "window.both.old"


def links_of(page: Page) -> list[Action[str]]:
    """Return the actions below the words of a page without steps.

    At a step they are under "It does not work".
    """
    if page.steps and not page.answers:
        return []
    back = back_of(page)
    return [action for action in (*page.actions, *page.cases) if action != back]


def _notes(page: Page, translator: Translator, *, wrong: bool) -> list[tuple[str, bool]]:
    """Return the notes of a page, and whether each warns."""
    notes = [(page.alert or "", True)] if not wrong else []
    notes += [(note, False) for note in page.notes]
    if page.needs is not Needs.NOTHING and page.awaited:
        notes.append((translator.render(text("window.by_itself")), False))
    if page.steps and page.steps[0].status is StepStatus.CURRENT and not page.notes:
        notes.append((page.why or "", False))
    return notes
