"""The key in the computer, drawn and labelled."""

import math
from collections.abc import Iterator

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QPixmap, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from config.i18n.text import text
from config.i18n.translator import Translator
from config.values import dataclass
from config.workflows import Needs, WorkflowKind
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import ReaderStatus
from tray.window.theme import Theme

WIDTH, HEIGHT = 252, 140  # the picture's own units
LEFT, MIDDLE, RIGHT = 28, 80, 134  # of a key
TOP, KEY_WIDTH, KEY_HEIGHT = 30, 92, 72
LABEL_LIMIT = 12  # letters
FRAME_MS = 80
BREATH_S = 2.4
HELD = {
    ReaderStatus.OLD: ("old",),
    ReaderStatus.NEW: ("new",),
    ReaderStatus.BOTH: ("old", "new"),
    ReaderStatus.OTHER: ("other",),
    ReaderStatus.UNREAD: ("bad",),
    ReaderStatus.READING: ("reading",),
}
NAMES = {"old": "window.key.old", "new": "window.key.new", "other": "window.key.other", "bad": "window.key.unread"}
SPOKEN = {"old": "window.spoken.old", "new": "window.spoken.new"}
INKS = {"old": "old", "new": "new", "good": "good", "other": "other", "bad": "bad", "reading": "edge"}
GROUNDS = {"old": "old_ground", "new": "new_ground", "good": "good_ground", "bad": "bad_ground"}
MISSING = {Needs.OLD: "old", Needs.NEW: "new"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnKey:
    """A key in the picture."""

    kind: str
    label: str
    x: float
    ghost: bool = False
    """Whether it is missing: dotted, above its socket."""


class KeyPicture(QLabel):
    """A label with a picture, which screen readers take for an image."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._keys: tuple[DrawnKey, ...] = ()
        self._is_reading = False
        self._on_card = False
        self._clock = QElapsedTimer()
        self._frames = QTimer(self, interval=FRAME_MS)
        self._frames.timeout.connect(self.update)
        self.setPixmap(QPixmap(1, 1))
        theme.size(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._move)

    @property
    def moves(self) -> bool:
        """Whether the picture is moving now."""
        return self._frames.isActive()

    def show_page(self, page: Page, translator: Translator) -> None:
        """Draw what is in the readers, and the key that is missing."""
        self._keys = tuple(drawn_keys(page, translator))
        self._is_reading = page.reader is ReaderStatus.READING
        self._on_card = page.on_card
        self.setAccessibleName(translator.render(text("window.reader")))
        missing = next((key.kind for key in self._keys if key.ghost and key.kind in SPOKEN), None)
        words = translator.render(text("window.spoken.missing", key=text(SPOKEN[missing]))) if missing else ""
        self.setAccessibleDescription(words)  # the words below say what is plugged in
        self._move()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as in a panel, with the letters."""
        scale = self._theme.base / 16
        return QSize(round(WIDTH * scale), round(HEIGHT * scale))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never smaller."""
        return self.sizeHint()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Move again."""
        super().showEvent(event)
        self._move()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop moving while the picture is hidden."""
        super().hideEvent(event)
        self._frames.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the keys, then what they are plugged into."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / WIDTH, self.height() / HEIGHT)
        for key in self._keys:
            draw_key(painter, key, self._theme, on_card=self._on_card)
        self._draw_computer(painter)
        if self._is_reading:
            self._draw_dots(painter)

    def _draw_computer(self, painter: QPainter) -> None:
        colours = self._theme.colours
        painter.setPen(QPen(QColor(colours.edge), 3))
        painter.setBrush(QColor(colours.surface))
        if self._on_card:
            painter.drawRoundedRect(QRectF(56, 92, 140, 42), 8, 8)
            painter.drawLine(QPointF(72, 104), QPointF(180, 104))
            return
        painter.drawRoundedRect(QRectF(20, 104, 212, 28), 6, 6)
        painter.setPen(QPen(QColor(colours.hairline), 2))
        painter.drawLine(QPointF(22, 118), QPointF(230, 118))

    def _draw_dots(self, painter: QPainter) -> None:
        """Draw three dots that swell one after the other."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.text))
        for number in range(3):
            radius = 4 + self._swell(number)
            painter.drawEllipse(QPointF(106 + 20 * number, 74), radius, radius)

    def _swell(self, number: int) -> float:
        """Return a dot's growth at this moment, from -1 to 1."""
        if not self.moves:
            return 0.0
        return math.sin(2 * math.pi * (self._clock.elapsed() / 1000 / BREATH_S - number / 6))

    def _move(self) -> None:
        moves = self._is_reading and self.isVisible() and not self._theme.still
        if moves and not self.moves:
            self._clock.start()
            self._frames.start()
        elif not moves:
            self._frames.stop()


def draw_key(painter: QPainter, key: DrawnKey, theme: Theme, *, on_card: bool = False) -> None:
    """Draw one key in the picture's own units."""
    colours = theme.colours
    ink = QColor(getattr(colours, INKS[key.kind]))
    top = 8 if key.ghost else TOP
    pen = QPen(ink, 3)
    if key.ghost:
        pen.setDashPattern([2, 1.7])
    painter.setPen(pen)
    painter.setBrush(QColor(colours.surface if key.ghost else getattr(colours, GROUNDS.get(key.kind, "surface"))))
    painter.drawRoundedRect(QRectF(key.x, top, KEY_WIDTH, KEY_HEIGHT), 12, 12)
    painter.setPen(QPen(ink, 3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if on_card:
        painter.drawRoundedRect(QRectF(key.x + 38, top + 9, 16, 13), 2, 2)
    else:
        painter.drawEllipse(QPointF(key.x + 46, top + 16), 5, 5)
        if key.ghost:
            painter.drawRect(QRectF(key.x + 32, top + 72, 28, 20))
    painter.setFont(theme.font(14 / theme.base, bold=True))
    painter.drawText(QRectF(key.x - 20, top + 30, 132, 30), Qt.AlignmentFlag.AlignCenter, key.label)


def short_title(procedure: str | None) -> str:
    """Return a title that fits a drawn key, else ""."""
    title = title_of(procedure)
    return title if len(title) <= LABEL_LIMIT else ""


def title_of(procedure: str | None) -> str:
    """Return a procedure's title without its brackets."""
    return (procedure or "").split(" (")[0]


def drawn_keys(page: Page, translator: Translator) -> Iterator[DrawnKey]:
    """Yield the inserted keys, and the one that is missing."""
    held = HELD.get(page.reader, ())
    missing = MISSING.get(page.needs)
    if missing in held or (not held and not missing):
        missing = None
    places = iter((LEFT, RIGHT) if len(held) + bool(missing) > 1 else (MIDDLE,))
    for kind in held:
        yield DrawnKey(kind=_kind(kind, page), label=_label(kind, page, translator), x=next(places))
    if missing:
        yield DrawnKey(kind=missing, label=_label(missing, page, translator), x=next(places), ghost=True)
    elif not held:
        yield DrawnKey(kind="reading", label="", x=MIDDLE, ghost=True)


def _kind(kind: str, page: Page) -> str:
    """Return the kind of a key, which names its colour."""
    is_only = not page.phases or page.workflow is WorkflowKind.ORDER
    return "good" if kind in {"old", "new"} and is_only else kind


def _label(kind: str, page: Page, translator: Translator) -> str:
    if kind == "reading":
        return ""
    if _kind(kind, page) == "good":
        return short_title(page.procedure)
    return translator.render(text(NAMES[kind]))
