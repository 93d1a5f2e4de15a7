"""Labels that wrap, and announcements for screen readers."""

import re
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from tray.window.roles import set_role
from tray.window.theme import Theme

SENTENCE_END = re.compile(r"(?<=[.!?…])(?<!\b[A-Z]\.)\s+(?=[«“\"(]?\s?[A-ZÀ-ÖØ-Þ0-9])")
LONG_WORD = re.compile(r"\S{25,}")
PART_END = re.compile(r"(?<=[/.@])(?=[^/.@])")  # of an address
BREAK = "\N{ZERO WIDTH SPACE}"
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class WrappingLabel(QLabel):
    """A label of plain text that wraps.

    `tone` names its colour in the stylesheet.
    """

    def __init__(
        self, theme: Theme, words: str = "", *, scale: float = 1.0, bold: bool = False, tone: str = ""
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        if tone:
            self.setProperty("tone", tone)
        theme.size(self, scale, bold=bold)
        self._set_words(words)
        if not words:
            self.hide()

    @property
    def words(self) -> str:
        """What it shows, without the places where it may break."""
        return self.text().replace(BREAK, "")

    def show_words(self, words: str | None) -> None:
        """Show these words, or hide the label when there are none.

        It has to lie in a layout: alone it would be shown as a window.
        """
        self._set_words(words or "")
        self.setVisible(bool(words))

    def _set_words(self, words: str) -> None:
        self.setText(breakable(words))
        self.setAccessibleName(words)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Select no word: the second click often meets a new page."""
        event.accept()


class Heading(WrappingLabel):
    """Bold words above what belongs to them."""

    def __init__(self, theme: Theme, words: str = "", *, scale: float = 1.75) -> None:
        super().__init__(theme, words, scale=scale, bold=True)
        set_role(self, QAccessible.Role.Heading)


def breakable(words: str) -> str:
    """Let words that are too long for a line break.

    An address breaks behind slashes and dots, and other words anywhere.
    """
    return LONG_WORD.sub(lambda address: BREAK.join(map(_breakable_part, PART_END.split(address[0]))), words)


def _breakable_part(part: str) -> str:
    return LONG_WORD.sub(lambda found: BREAK.join(found[0]), part)


def by_sentence(words: str) -> str:
    """Put each sentence on a line of its own."""
    return SENTENCE_END.sub("\n", words)


def as_sentence(words: str) -> str:
    """Return the words with a full stop, unless they end a sentence."""
    return words if not words or words.endswith((".", "?", "!", "…")) else f"{words}."


def sensible(moment: datetime) -> datetime:
    """Bring a moment into what calendars and time zones can bear."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware, EARLIEST), LATEST)


def tell(window: QWidget, words: str, *, at_once: bool = False) -> None:
    """Announce, and describe by these words what has the keyboard.

    Orca 43 hears no announcements. It reads a description that changes.
    """
    announce(window, words, at_once=at_once)
    has_keyboard: QWidget | None = window.window().focusWidget()
    if words and has_keyboard is not None:
        has_keyboard.setAccessibleDescription(words)


def announce(widget: QWidget, words: str, *, at_once: bool = False) -> None:
    """Have a screen reader speak, wherever the focus is.

    `at_once` interrupts what it is speaking.
    """
    if words and QAccessible.isActive():
        event = QAccessibleAnnouncementEvent(widget, words)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if at_once else politeness.Polite)
        QAccessible.updateAccessibility(event)
