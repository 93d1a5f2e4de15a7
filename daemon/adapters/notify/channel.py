"""What a channel to the person is, and the words that it carries."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from daemon.core.notice import Choice, Urgency

DELIVERY_LIMIT_S = 5.0  # a notification server that has not answered by then is mute


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeButton:
    """A button in words."""

    choice: Choice
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice in words: one line each, cleaned and cut. `opens`: a click on the body answers `OPEN`."""

    tag: str
    title: str
    body: str
    opens: bool = False
    buttons: tuple[NoticeButton, ...] = ()
    urgency: Urgency = Urgency.NORMAL


Answered = Callable[[Choice], None]


class Channel(Protocol):
    """One way to reach the person. All methods run in the asyncio thread and must not block it."""

    @property
    def name(self) -> str:
        """The channel's name in `VIGICLE_NOTIFIER` and in the log."""

    async def show(self, message: Message, answered: Answered) -> bool:
        """Show the message in place of one with the same tag; tell whether that is known to have worked.

        `answered` may be called from any thread, as often as the person answers, perhaps hours later.
        """

    async def withdraw(self, tag: str) -> None:
        """Take the message with this tag off the screen, if it is there."""

    async def close(self) -> None:
        """Let go of what is held, and take off the screen what could be clicked, within half a second."""
