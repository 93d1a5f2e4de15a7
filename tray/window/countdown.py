"""The time that a step still has, counted down by itself."""

import math
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QTimer

from config.i18n.text import Text, text
from config.i18n.translator import Translator
from tray.window.labels import WrappingLabel, announce, sensible
from tray.window.theme import Theme

MINUTE_S = 60
DAYS_FROM = timedelta(hours=48)


class Countdown(WrappingLabel):
    """Shows what is left, to the minute.

    The timer runs once a minute, and only while there is something to count.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, bold=True)
        self._deadline: datetime | None = None
        self._translator: Translator | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._tick)

    def count_to(self, deadline: datetime | None, translator: Translator) -> None:
        """Count down to this moment, or show nothing for None."""
        self._deadline = sensible(deadline) if deadline else None
        self._translator = translator
        self._show()

    def _tick(self) -> None:
        self._show()
        if not self._timer.isActive():
            announce(self, self.accessibleName(), at_once=True)

    def _show(self) -> None:
        self._timer.stop()
        if self._deadline is None or self._translator is None:
            self.show_words("")
            return
        left = self._deadline - datetime.now(UTC)
        self.show_words(self._translator.render(left_words(left)))
        if left > timedelta(0):
            until_next = left.total_seconds() % MINUTE_S or MINUTE_S
            self._timer.start(math.ceil(until_next * 1000) + 1)


def left_words(left: timedelta) -> Text:
    """Return how much time is left, in words.

    A minute that has begun counts, so that the last text is never "0 minutes".
    """
    if left <= timedelta(0):
        return text("window.left.over")
    if left >= DAYS_FROM:
        return text("window.left.days", count=left.days)
    hours, minutes = divmod(math.ceil(left.total_seconds() / MINUTE_S), MINUTE_S)
    if hours and not minutes:
        return text("window.left.whole_hours", hours=hours)
    if hours:
        return text("window.left.hours", hours=hours, minutes=minutes)
    return text("window.left.minutes", count=minutes)
