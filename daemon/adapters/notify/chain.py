"""The notifier: renders notices, and shows each by the first working channel."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from config.i18n.text import CleanText, Text, clean, text
from config.values import replace
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import kind_and_places
from daemon.adapters.notify.channel import (
    Answered,
    Channel,
    Message,
    NoticeButton,
    NoticePendingError,
    NoticesOffError,
    Resumable,
)
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.platform.heap import give_back
from daemon.core.commands import AnswerNotice
from daemon.core.events import AnswerWordsIssued, CommandReceived, Event, NoticeDelivered, NoticesSwitched
from daemon.core.model import ActivationToken, AnswerWord
from daemon.core.notice import CHOICE_LABELS, Notice, NoticeChoice, NoticeId
from daemon.ports import Post

if TYPE_CHECKING:
    from concurrent.futures import Future

log = logging.getLogger(__name__)

TITLE_LIMIT = 120
BODY_LIMIT = 1000
LABEL_LIMIT = 60

RenderText = Callable[[Text], CleanText]
Desktop = Callable[[], Coroutine[Any, Any, bool]]


class ChainNotifier:
    """The `Notifier` over several channels, one notice at a time."""

    def __init__(
        self,
        post: Post,
        channels: Sequence[Channel],
        render: RenderText,
        thread: AsyncThread,
        desktop: Desktop | None = None,
        *,
        issues_words: bool = False,
    ) -> None:
        """Keep the channels, the log last, and the thread.

        `desktop` waits for a desktop that shows notices, and returns whether it came. At login vigicle may be
        earlier: what only the log could take is then shown again, by the channels before it.

        `issues_words`: a click may come when this process has ended, as a word that the memory knows.
        """
        self._post = post
        self._channels = tuple(channels)
        self._render = render
        self._thread = thread
        self._desktop = desktop
        self._issues_words = issues_words
        self._stopped = False
        self._on = True
        self._turn = asyncio.Lock()
        self._undelivered: dict[NoticeId, Message] = {}
        self._waiting: Future[object] | None = None

    def resume(self, channel: Resumable) -> None:
        """Have a channel take clicks on a killed process's notices."""
        self._thread.begin("The notices of a killed process", self._resume(channel))

    def show(self, notice: Notice) -> None:
        """Put the notice on the best channel that delivers."""
        message = to_message(notice, self._render)
        if self._issues_words and (choices := offered_choices(message)):
            words = {AnswerWord(secrets.token_hex(16)): choice for choice in choices}
            message = replace(message, words=words)
            self._post(AnswerWordsIssued(at=read_clock(), notice_id=notice.notice_id, words=words))
        self._thread.begin("A notice", self._show(notice, message))

    def withdraw(self, notice_id: NoticeId) -> None:
        """Take it off the screen, if it is there."""
        self._thread.begin("The withdrawal of a notice", self._withdraw(notice_id))

    def stop(self) -> None:
        """End, and remove notices that could be clicked from the screen.

        They still count as delivered, so none is shown twice.
        """
        self._stopped = True
        self._thread.begin("The end of notices", self._close())

    async def _resume(self, channel: Resumable) -> None:
        async with self._turn:
            await channel.resume(self._answer_to)

    async def _show(self, notice: Notice, message: Message) -> None:
        async with self._turn:
            self._undelivered.pop(notice.notice_id, None)
            try:
                channel = await self._deliver(message, self._channels)
            except NoticesOffError as setting:
                log.warning("The system shows no notices of vigicle: %s", setting)
                self._tell_switch(on=False)
                return
            self._tell_switch(on=True)
            if channel is None:
                log.error("No channel delivered a notice")
                return
            self._post_until_stop(
                NoticeDelivered(at=read_clock(), notice_id=notice.notice_id, dedup_keys=notice.dedup_keys)
            )
            if channel is self._channels[-1] and len(self._channels) > 1:
                self._deliver_later(message)
            give_back()

    async def _withdraw(self, notice_id: NoticeId) -> None:
        async with self._turn:
            self._undelivered.pop(notice_id, None)
            for channel in self._channels:
                await self._guarded(channel, channel.withdraw(notice_id))

    async def _close(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        async with self._turn:
            for channel in self._channels:
                await self._guarded(channel, channel.close())

    async def _deliver(self, message: Message, channels: Sequence[Channel]) -> Channel | None:
        for channel in channels:
            try:
                shown = await self._guarded(channel, channel.show(message, self._answer_to(message.notice_id)))
            except NoticePendingError:
                log.info("The desktop has not confirmed a notice yet")
                return await self._deliver(message, [each for each in channels if each is self._channels[-1]])
            if shown:
                log.info("Notice delivered by the channel %s", channel.name)
                return channel
        return None

    def _tell_switch(self, *, on: bool) -> None:
        """Post whether the system shows notices, when that has changed."""
        if on != self._on:
            self._on = on
            self._post_until_stop(NoticesSwitched(at=read_clock(), on=on))

    def _deliver_later(self, message: Message) -> None:
        self._undelivered[message.notice_id] = message
        if self._desktop is not None and (self._waiting is None or self._waiting.done()):
            self._waiting = self._thread.begin("The wait for a desktop", self._settle(self._desktop))

    async def _settle(self, desktop: Desktop) -> None:
        came = await desktop()
        async with self._turn:
            undelivered, self._undelivered = self._undelivered, {}
            for message in undelivered.values() if came else ():
                await self._deliver(message, self._channels[:-1])

    async def _guarded(self, channel: Channel, work: Coroutine[Any, Any, bool | None]) -> bool:
        try:
            return bool(await work)
        except (NoticesOffError, NoticePendingError):
            raise
        except Exception as error:  # noqa: BLE001 - the top of a channel's task; libraries raise anything
            level = logging.DEBUG if isinstance(error, OSError) else logging.WARNING
            log.log(level, "The channel %s failed and was left out: %s", channel.name, kind_and_places(error))
            return False

    def _answer_to(self, notice_id: NoticeId) -> Answered:
        def answer(choice: NoticeChoice, activation: ActivationToken | None = None) -> None:
            command = AnswerNotice(notice_id=notice_id, choice=choice)
            event = CommandReceived(at=read_clock(), command=command, activation=activation)
            self._thread.begin("An answer", self._tell_answer(event))

        return answer

    async def _tell_answer(self, event: CommandReceived) -> None:
        """Post it after the delivery of its notice."""
        async with self._turn:
            self._post_until_stop(event)

    def _post_until_stop(self, event: Event) -> None:
        if not self._stopped:
            self._post(event)


def offered_choices(message: Message) -> list[NoticeChoice]:
    """Return what a click on the body or on a button chooses."""
    choices = dict.fromkeys(button.choice for button in message.buttons)
    if message.opens:
        choices = {NoticeChoice.OPEN: None, **choices}
    return list(choices)


def to_message(notice: Notice, render: RenderText) -> Message:
    """Render a notice as lines that no certificate's text can break.

    Each is one line, cleaned and cut.
    """
    labels = {choice: text(CHOICE_LABELS[choice]) for choice in notice.more}
    if notice.button is not None:
        labels = {NoticeChoice.OPEN: notice.button, **labels}
    return Message(
        notice_id=notice.notice_id,
        title=clean(render(notice.title), TITLE_LIMIT),
        body=clean(render(notice.body), BODY_LIMIT),
        opens=notice.button is not None,
        buttons=tuple(
            NoticeButton(choice=each, label=clean(render(label), LABEL_LIMIT)) for each, label in labels.items()
        ),
        urgency=notice.urgency,
    )
