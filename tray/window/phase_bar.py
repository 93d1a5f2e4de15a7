"""The phases of the whole renewal, at the top of the window."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import StepStatus, StepSummary
from tray.window.roles import set_role
from tray.window.theme import Theme

STATUSES = {
    StepStatus.DONE: "window.mark.done",
    StepStatus.CURRENT: "window.mark.current",
    StepStatus.AHEAD: "window.mark.ahead",
}
HEIGHT, MARGIN, DISC, GAP = 3.5, 1.75, 1.6, 0.5  # parts of the letters' height in pixels


class PhaseBar(QWidget):
    """The phases in a row, or the present one alone."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._phases: tuple[StepSummary[str], ...] = ()
        self._steps: tuple[StepSummary[str], ...] = ()
        self._eyebrow = ""
        self.setObjectName("bar")
        set_role(self, QAccessible.Role.StaticText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_phases(self, page: Page, translator: Translator) -> None:
        """Show the phase of a page."""
        self._phases, self._steps, self._eyebrow = page.phases, page.steps, page.eyebrow or ""
        words = (f"{phase.title} – {translator.render(text(STATUSES[phase.status]))}" for phase in page.phases)
        self.setAccessibleName(", ".join(words))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as a line with its discs."""
        return QSize(0, round(HEIGHT * self._theme.base))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the row, or the line where it has no room."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        painter.fillRect(self.rect(), QColor(colours.surface))
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())
        fonts = [self._font(bold=phase.status is StepStatus.CURRENT) for phase in self._phases]
        widths = [
            QFontMetricsF(font).horizontalAdvance(phase.title) for font, phase in zip(fonts, self._phases, strict=True)
        ]
        base = self._theme.base
        taken = sum(widths) + len(widths) * (DISC + 2 * GAP) * base
        free = (self.width() - 2 * MARGIN * base - taken) / max(1, len(widths) - 1)
        if free < base:
            self._draw_line(painter)
            return
        self._draw_row(painter, fonts, widths, free)

    def _draw_row(self, painter: QPainter, fonts: list[QFont], widths: list[float], free: float) -> None:
        base, colours = self._theme.base, self._theme.colours
        x, middle = MARGIN * base, self.height() / 2
        for number, phase in enumerate(self._phases):
            self._draw_disc(painter, QRectF(x, middle - DISC * base / 2, DISC * base, DISC * base), number + 1, phase)
            x += (DISC + GAP) * base
            painter.setFont(fonts[number])
            painter.setPen(QColor(colours.text if phase.status is StepStatus.CURRENT else colours.muted))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(x, 0, widths[number] + 2, self.height()), flags, phase.title)
            x += widths[number] + GAP * base
            if number < len(self._phases) - 1:
                done = phase.status is StepStatus.DONE
                painter.setPen(QPen(QColor(colours.accent if done else colours.hairline), 2))
                painter.drawLine(QPointF(x + GAP * base / 2, middle), QPointF(x + free - GAP * base / 2, middle))
            x += free

    def _draw_disc(self, painter: QPainter, box: QRectF, number: int, phase: StepSummary[str]) -> None:
        colours = self._theme.colours
        inner = box.adjusted(2, 2, -2, -2)
        is_done, is_now = phase.status is StepStatus.DONE, phase.status is StepStatus.CURRENT
        painter.setPen(QPen(QColor(colours.accent if is_done or is_now else colours.edge), 3 if is_now else 2))
        painter.setBrush(QColor(colours.accent) if is_done else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(inner)
        painter.setFont(self._font(bold=True))
        painter.setPen(QColor(colours.on_accent if is_done else colours.accent if is_now else colours.muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, "✓" if is_done else str(number))

    def _draw_line(self, painter: QPainter) -> None:
        base, colours = self._theme.base, self._theme.colours
        box = QRectF(base, 0.3 * base, self.width() - 2 * base, 1.9 * base)
        font = self._font(bold=True)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.line_in(box.width()))
        track = QRectF(base, 2.3 * base, box.width(), 0.4 * base)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hairline))
        painter.drawRoundedRect(track, 3, 3)
        painter.setBrush(QColor(colours.accent))
        track.setWidth(track.width() * self.share)
        painter.drawRoundedRect(track, 3, 3)

    def line_in(self, width: float) -> str:
        """Return the phase and the step, as long as `width` pixels allow."""
        metrics = QFontMetricsF(self._font(bold=True))
        current = next((phase.title for phase in self._phases if phase.status is StepStatus.CURRENT), "")
        step = self._eyebrow.split(" · ")[0]  # without the minutes
        parts = ((current, self._eyebrow), (current, step), (step or current,))
        ways = [" · ".join(filter(None, way)) for way in parts]
        fitting = next((way for way in ways if metrics.horizontalAdvance(way) <= width), ways[-1])
        return metrics.elidedText(fitting, Qt.TextElideMode.ElideRight, width)

    @property
    def share(self) -> float:
        """How much is done, at most 1.

        On a page without steps it is that of the phases.
        """
        parts = self._steps or self._phases
        done = sum(part.status is StepStatus.DONE for part in parts)
        under_way = 0.5 if self._steps else 1
        return min(1.0, (done + under_way) / max(1, len(parts)))

    def _font(self, *, bold: bool) -> QFont:
        return self._theme.font(0.875, bold=bold)
