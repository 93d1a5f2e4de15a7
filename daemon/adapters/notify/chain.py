"""The notifier: puts a notice into words and hands it to the first channel that delivers it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from config.i18n.text import Text, clean, text
from daemon.adapters.notify.channel import Channel, Message, NoticeButton
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.core.commands import AnswerNotice
from daemon.core.events import CommandReceived, Event, NoticeDelivered
from daemon.core.notice import Choice, Notice, NoticeChoice
from daemon.ports import Post

log = logging.getLogger(__name__)

TITLE_LIMIT = 120
BODY_LIMIT = 1000
LABEL_LIMIT = 60

Render = Callable[[Text], str]
Desktop = Callable[[], Coroutine[Any, Any, bool]]


class ChainNotifier:
    """The `Notifier` over several channels, tried in order, one notice at a time."""

    def __init__(
        self,
        post: Post,
        channels: Sequence[Channel],
        render: Render,
        thread: AsyncThread,
        desktop: Desktop | None = None,
    ) -> None:
        """Keep the channels, the log last. `thread` is shared: whoever made it stops it.

        `desktop` waits until there is one to show notices, and tells whether that came. At login vigicle may be
        earlier: what only the log could take is then said again, through the channels before it.
        """
        self._post = post
        self._channels = tuple(channels)
        self._render = render
        self._thread = thread
        self._desktop = desktop
        self._stopped = False
        self._turn = asyncio.Lock()
        self._owed: dict[str, Message] = {}
        self._waiting: asyncio.Task[None] | None = None

    def show(self, notice: Notice) -> None:
        """Put the notice on the best channel that delivers."""
        self._thread.submit(self._tell(notice, in_words(notice, self._render)))

    def withdraw(self, tag: str) -> None:
        """Take it off the screen, if it is there."""
        self._thread.submit(self._withdraw(tag))

    def stop(self) -> None:
        """End; what could have been clicked leaves the screen, and stays said: no notice is said twice."""
        self._stopped = True
        self._thread.submit(self._close())

    async def _tell(self, notice: Notice, message: Message) -> None:
        async with self._turn:
            self._owed.pop(notice.tag, None)
            teller = await self._deliver(message, self._channels)
            if teller is None:
                log.error("A notice could not be said")
                return
            self._post_until_stop(NoticeDelivered(at=datetime.now(UTC), tag=notice.tag, dedup_keys=notice.dedup_keys))
            if teller is self._channels[-1] and len(self._channels) > 1:
                self._owe(message)

    async def _withdraw(self, tag: str) -> None:
        async with self._turn:
            self._owed.pop(tag, None)
            for channel in self._channels:
                await self._guarded(channel, channel.withdraw(tag))

    async def _close(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        async with self._turn:
            for channel in self._channels:
                await self._guarded(channel, channel.close())

    async def _deliver(self, message: Message, channels: Sequence[Channel]) -> Channel | None:
        for channel in channels:
            if await self._guarded(channel, channel.show(message, self._answer_to(message.tag))):
                log.info("A notice was said through the channel %s", channel.name)
                return channel
        return None

    def _owe(self, message: Message) -> None:
        self._owed[message.tag] = message
        if self._desktop is not None and (self._waiting is None or self._waiting.done()):
            self._waiting = asyncio.create_task(self._settle(self._desktop))

    async def _settle(self, desktop: Desktop) -> None:
        came = await desktop()
        async with self._turn:
            owed, self._owed = self._owed, {}
            for message in owed.values() if came else ():
                await self._deliver(message, self._channels[:-1])

    async def _guarded(self, channel: Channel, work: Coroutine[Any, Any, bool | None]) -> bool:
        try:
            return bool(await work)
        except Exception as error:  # noqa: BLE001 - the top of a channel's task; libraries raise anything
            log.debug("The channel %s failed: %r", channel.name, error)
            return False

    def _answer_to(self, tag: str) -> Callable[[Choice], None]:
        def answer(choice: Choice) -> None:
            command = AnswerNotice(tag=tag, choice=choice)
            self._post_until_stop(CommandReceived(at=datetime.now(UTC), command=command))

        return answer

    def _post_until_stop(self, event: Event) -> None:
        if not self._stopped:
            self._post(event)


def in_words(notice: Notice, render: Render) -> Message:
    """Put a notice into words that no certificate's text can break: one line each, cleaned and cut."""
    labels = {choice: text(f"choice.{choice}") for choice in notice.more}
    if notice.button is not None:
        labels = {NoticeChoice.OPEN: notice.button, **labels}
    return Message(
        tag=notice.tag,
        title=clean(render(notice.title), TITLE_LIMIT),
        body=clean(render(notice.body), BODY_LIMIT),
        opens=notice.button is not None,
        buttons=tuple(
            NoticeButton(choice=each, label=clean(render(label), LABEL_LIMIT)) for each, label in labels.items()
        ),
        urgency=notice.urgency,
    )
