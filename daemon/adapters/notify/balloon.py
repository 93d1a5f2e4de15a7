"""The channel of Windows where toasts fail: the tray icon's balloon.

It can be clicked and has no buttons.
"""

import asyncio

from daemon.adapters.notify.channel import Answered, Message
from daemon.core.notice import NoticeChoice, NoticeId
from daemon.ports import Balloons

TITLE_UNITS, BODY_UNITS = 63, 255  # UTF-16 units that NOTIFYICONDATAW holds, less the final zero


class BalloonChannel:
    """Notices through a tray icon, which shows one balloon at a time."""

    name = "balloon"

    def __init__(self, balloons: Balloons) -> None:
        self._balloons = balloons
        self._shown: NoticeId | None = None  # the id of the newest

    async def show(self, message: Message, answered: Answered) -> bool:
        """Show title and body, and return whether Windows showed them."""

        def clicked() -> None:
            if message.opens:
                answered(NoticeChoice.OPEN)

        title, body = fit(message.title, TITLE_UNITS), fit(message.body, BODY_UNITS)
        self._shown = message.notice_id
        return await asyncio.to_thread(self._balloons.show_balloon, title, body, clicked)  # the taskbar may be slow

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Take the balloon off the screen, if it is the newest."""
        if notice_id == self._shown:
            self._shown = None
            await asyncio.to_thread(self._balloons.hide_balloon)

    async def close(self) -> None:
        """Do nothing: balloons go with their icon."""


def fit(text: str, units: int) -> str:
    """Cut a text to that many UTF-16 units."""
    encoded = text.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * units:
        return text
    return encoded[: 2 * (units - 1)].decode("utf-16-le", "ignore") + "…"
