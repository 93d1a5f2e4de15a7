"""The notifier: puts a notice into words and hands it to the first channel that delivers it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from daemon.adapters.aio import AsyncThread
from daemon.adapters.notify.channel import Button, Channel, Message
from daemon.core.events import NoticeAnswered, NoticeSaid
from daemon.core.notice import Choice, Notice
from daemon.core.text import Text, clean, text
from daemon.ports import Post

log = logging.getLogger(__name__)

TITLE_LIMIT = 120
BODY_LIMIT = 1000
LABEL_LIMIT = 60

Render = Callable[[Text], str]


class ChainNotifier:
    """The `Notifier` over several channels, tried in order, one notice at a time."""

    def __init__(self, channels: Sequence[Channel], render: Render, thread: AsyncThread) -> None:
        """Keep the channels. `thread` is shared: whoever made it stops it."""
        self._channels = tuple(channels)
        self._render = render
        self._thread = thread
        self._post: Post = lambda _event: None
        self._turn = asyncio.Lock()

    def start(self, post: Post) -> None:
        """Be ready for `say`."""
        self._post = post

    def use_render(self, render: Render) -> None:
        """Speak another language from now on."""
        self._render = render

    def say(self, notice: Notice) -> None:
        """Put the notice on the best channel that delivers."""
        self._thread.submit(self._in_turn(self._tell(notice, in_words(notice, self._render))))

    def withdraw(self, tag: str) -> None:
        """Take it off the screen, if it is there."""
        self._thread.submit(self._in_turn(self._withdraw(tag)))

    def stop(self) -> None:
        """End; what is on the screen stays, and its clicks are no longer heard."""
        self._post = lambda _event: None
        self._thread.submit(self._in_turn(self._close()))

    async def _in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            await work

    async def _tell(self, notice: Notice, message: Message) -> None:
        for channel in self._channels:
            if await self._guarded(channel, channel.tell(message, self._answer_to(notice.tag))):
                log.info("A notice was said through the channel %s", channel.name)
                self._post(NoticeSaid(at=datetime.now(UTC), tag=notice.tag, marks=notice.marks))
                return
        log.error("A notice could not be said")

    async def _withdraw(self, tag: str) -> None:
        for channel in self._channels:
            await self._guarded(channel, channel.withdraw(tag))

    async def _close(self) -> None:
        for channel in self._channels:
            await self._guarded(channel, channel.close())

    async def _guarded(self, channel: Channel, work: Coroutine[Any, Any, bool | None]) -> bool:
        try:
            return bool(await work)
        except Exception as error:  # noqa: BLE001 - the desktop's libraries raise what they like; the next channel follows
            log.debug("The channel %s failed: %r", channel.name, error)
            return False

    def _answer_to(self, tag: str) -> Callable[[Choice], None]:
        return lambda choice: self._post(NoticeAnswered(at=datetime.now(UTC), tag=tag, choice=choice))


def in_words(notice: Notice, render: Render) -> Message:
    """Put a notice into words that no certificate's text can break: one line each, cleaned and cut."""
    labels = {choice: text(f"choice.{choice}") for choice in notice.more}
    if notice.button is not None:
        labels = {Choice.OPEN: notice.button, **labels}
    return Message(
        tag=notice.tag,
        title=clean(render(notice.title), TITLE_LIMIT),
        body=clean(render(notice.body), BODY_LIMIT),
        opens=notice.button is not None,
        buttons=tuple(Button(choice=each, label=clean(render(label), LABEL_LIMIT)) for each, label in labels.items()),
        urgency=notice.urgency,
    )
