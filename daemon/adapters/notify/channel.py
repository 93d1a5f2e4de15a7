"""A channel to the user, and the message that it shows."""

from collections.abc import Callable, Mapping
from typing import Protocol

from config.i18n.text import CleanText
from config.values import dataclass, field
from daemon.core.model import ActivationToken, AnswerWord
from daemon.core.notice import NoticeChoice, NoticeId, Urgency

DELIVERY_LIMIT_S = 5.0  # a notification server that has not answered by then is mute


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeButton:
    """A rendered button."""

    choice: NoticeChoice
    label: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A rendered notice."""

    notice_id: NoticeId
    """A newer message with the same id replaces it on the screen."""
    title: CleanText
    """One line, cleaned and cut."""
    body: CleanText
    """One line, cleaned and cut."""
    opens: bool = False
    """Whether a click on the body answers `OPEN`."""
    buttons: tuple[NoticeButton, ...] = ()
    """From the most important one; a channel may show fewer."""
    urgency: Urgency = Urgency.NORMAL
    """A critical one may stay on the screen."""
    words: Mapping[AnswerWord, NoticeChoice] = field(default_factory=dict)
    """What a click outside this process says, where the channel can say it."""


class Answered(Protocol):
    """Is called with the user's choice, and the right of the click."""

    def __call__(self, choice: NoticeChoice, activation: ActivationToken | None = None, /) -> None:
        """Take the answer. Any thread may call."""


class NoticesOffError(Exception):
    """The user or an administrator has switched notices off."""


class NoticePendingError(Exception):
    """The desktop may still show the notice."""


class Channel(Protocol):
    """One way to reach the user.

    All methods run in the asyncio thread and must not block it.
    """

    @property
    def name(self) -> str:
        """The channel's name in `VIGICLE_NOTIFIER` and in the log."""

    async def show(self, message: Message, answered: Answered) -> bool:
        """Show the message, and return whether it is known to be delivered.

        It replaces the message with the same id. Raises NoticesOffError where no channel may show it, and
        NoticePendingError where another one could show it a second time.

        `answered` may be called from any thread, as often as the user answers, perhaps hours later.
        """

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Remove the message with this id from the screen."""

    async def close(self) -> None:
        """End, and remove messages that can be clicked from the screen.

        Takes half a second at most.
        """


class Resumable(Protocol):
    """A channel whose notices outlive the process."""

    async def resume(self, answer_to: Callable[[NoticeId], Answered]) -> None:
        """Take the clicks on what a killed process has shown."""
