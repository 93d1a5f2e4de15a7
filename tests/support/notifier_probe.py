"""A notifier in a test, with the events that it posts."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TYPE_CHECKING

from config.i18n.text import CleanText, Text, text
from daemon.core.commands import AnswerNotice
from daemon.core.dedup_keys import QuestionKey
from daemon.core.events import CommandReceived, Event, NoticeDelivered
from daemon.core.model import KeyId
from daemon.core.notice import Notice, NoticeChoice, NoticeId, NoticeKind
from daemon.core.renewal import Question
from support.process import PATIENCE_S

if TYPE_CHECKING:
    from daemon.adapters.notify.chain import ChainNotifier
    from daemon.core.commands import Command
    from daemon.core.model import ActivationToken
    from daemon.ports import Post

NOTICE = Notice(
    notice_id=NoticeId(NoticeKind.KEY, "key-1"),
    title=text("Your key"),
    body=text("Order a new one"),
    dedup_keys=(QuestionKey(Question.IN_USE, KeyId("key-1")),),
    button=text("Order"),
    more=(NoticeChoice.LATER, NoticeChoice.ORDERED),
)


def plain(what: Text) -> CleanText:
    """Render a text as its id, without a catalogue."""
    return CleanText(what.id)


class NotifierProbe:
    """A notifier and what it has posted."""

    def __init__(self, make_notifier: Callable[[Post], ChainNotifier]) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.notifier = make_notifier(self.events.put)

    def next(self) -> Event:
        return self.events.get(timeout=PATIENCE_S)

    def say(self, notice: Notice = NOTICE) -> None:
        """Show a notice and wait until its delivery is posted."""
        self.notifier.show(notice)
        delivered = self.next()
        assert isinstance(delivered, NoticeDelivered), delivered
        assert (delivered.notice_id, delivered.dedup_keys) == (notice.notice_id, notice.dedup_keys)

    def answer(self) -> tuple[str, NoticeChoice]:
        command, _right = self.answer_and_right()
        assert isinstance(command, AnswerNotice), command
        return str(command.notice_id), command.choice

    def answer_and_right(self) -> tuple[Command, ActivationToken | None]:
        event = self.next()
        assert isinstance(event, CommandReceived), event
        return event.command, event.activation


Make = Callable[..., NotifierProbe]
