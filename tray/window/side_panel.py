"""The panel beside the instruction: the key, and the outline."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from config.workflows import Needs
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import ReaderStatus, StepStatus, StepSummary
from tray.window.key_picture import KeyPicture
from tray.window.labels import WrappingLabel
from tray.window.layouts import clear, column
from tray.window.phase_bar import STATUSES
from tray.window.roles import set_role
from tray.window.theme import Theme

WIDTH = 18.1  # parts of the letters' height in pixels
SHAPES = {StepStatus.DONE: "✓", StepStatus.CURRENT: "›", StepStatus.AHEAD: ""}
SIGN = 1.25  # parts of the letters' height in pixels: the room of a sign
RIGHT = {Needs.OLD: ReaderStatus.OLD, Needs.NEW: ReaderStatus.NEW}
LINES = 3  # of the outline


class StatusPill(WrappingLabel):
    """What is in the readers, in words, and whether it is right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, scale=0.94, bold=True)
        self.setMargin(round(0.6 * theme.base))

    def show_page(self, page: Page) -> None:
        """Show it with a sign, which does not depend on the colour."""
        kind = _kind(page)
        sign = {"good": "✓ ", "bad": "✕ "}.get(kind, "")
        self.setProperty("pill", kind)
        self.show_words(sign + page.reader_words)
        self.setAccessibleName(page.reader_words)
        self.style().unpolish(self)
        self.style().polish(self)


class OutlineLine(WrappingLabel):
    """A line of the outline, with its sign left of the words."""

    def __init__(self, theme: Theme, step: StepSummary[str]) -> None:
        is_now = step.status is StepStatus.CURRENT
        super().__init__(theme, step.title, scale=0.9, bold=is_now, tone="" if is_now else "muted")
        self._sign = SHAPES[step.status]
        self.setIndent(round(SIGN * theme.base))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the sign beside the words."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), self._sign)


class SidePanel(QFrame):
    """One panel beside the instruction."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("card", True)  # noqa: FBT003 - Qt's call
        self._widen()
        self._title = WrappingLabel(theme, scale=0.9, bold=True, tone="muted")
        self._picture = KeyPicture(theme)
        self._pill = StatusPill(theme)
        self._outline = column(theme, gap=0.3)
        outline = QWidget()
        outline.setLayout(self._outline)
        set_role(outline, QAccessible.Role.List)
        self._holder = WrappingLabel(theme, scale=0.9, tone="muted")
        whole = column(theme, gap=0.45, margin=0.8)
        for widget in (self._title, self._picture, self._pill, self._holder, outline):
            whole.addWidget(widget)
        self.setLayout(whole)
        theme.changed.connect(self._widen)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show what is in the readers, and the outline of the way."""
        self._title.show_words(translator.render(text("window.computer")))
        self._picture.show_page(page, translator)
        self._pill.show_page(page)
        clear(self._outline)
        self._holder.show_words(page.holder if page.cases or not page.outline else "")
        shown = _around_current(page.outline)
        for number, step in enumerate(page.outline, 1):
            if step in shown:
                self._outline.addWidget(self._line(number, len(page.outline), step, translator))

    def _widen(self) -> None:
        self.setFixedWidth(round(WIDTH * self._theme.base))

    def _line(self, number: int, total: int, step: StepSummary[str], translator: Translator) -> OutlineLine:
        line = OutlineLine(self._theme, step)
        status = translator.render(text(STATUSES[step.status]))
        line.setAccessibleName(
            translator.render(text("window.item", number=number, total=total, title=step.title, status=status))
        )
        set_role(line, QAccessible.Role.ListItem)
        return line


def _around_current(outline: tuple[StepSummary[str], ...]) -> tuple[StepSummary[str], ...]:
    """Return the lines about the current one."""
    at = next((n for n, step in enumerate(outline) if step.status is StepStatus.CURRENT), 0)
    begin = max(0, min(at - LINES // 2, len(outline) - LINES))
    return outline[begin : begin + LINES]


def _kind(page: Page) -> str:
    """Return whether the inserted key is right, wrong, or neither."""
    wanted = RIGHT.get(page.needs)
    if page.reader is ReaderStatus.UNREAD or page.wrong_key:
        return "bad"
    if page.reader in {wanted, ReaderStatus.OLD, ReaderStatus.NEW} and (wanted is None or page.reader is wanted):
        return "good"
    return "neutral"
