"""Examines the desktop for `doctor`: notices and the tray."""

import asyncio
import os
import queue
import sys
from collections.abc import Iterator, Mapping, Sequence

from config.i18n.text import text
from config.message_bus import call_of_bus
from daemon.adapters.inbox import Inbox
from daemon.adapters.notify import make_channels
from daemon.adapters.notify.chain import ChainNotifier, RenderText
from daemon.adapters.notify.channel import Answered, Channel, Message
from daemon.adapters.notify.dbus_server import ACTIONS, ask_capabilities
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.notify.toast import ask_whether_on
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.platform.session_bus import find_session_bus
from daemon.core.diagnosis import Check, Topic, doubtful, fine, troubled
from daemon.core.notice import Notice, NoticeId, NoticeKind
from daemon.core.troubles import Trouble

if sys.platform == "linux":
    import dbus_fast.aio  # noqa: F401  # here, once: two probes that import it at the same time break it

ASK_LIMIT_S = 5.0
DELIVERY_LIMIT_S = 25.0  # every channel may take its own limit
TRAY_HOST = "org.kde.StatusNotifierWatcher"


def probe_notices() -> Iterator[Check]:
    """Yield whether a notification server answers.

    Nothing is shown.
    """
    if sys.platform == "win32":
        yield _probe_toasts()
    elif sys.platform != "linux":
        yield fine(Topic.NOTICES, text("doctor.notices.untried"), text("doctor.notices.try"))
    elif (skills := asyncio.run(ask_capabilities(ASK_LIMIT_S))) is None:
        yield doubtful(Topic.NOTICES, text("doctor.notices.nobody"), text("doctor.notices.nobody.do"))
    elif ACTIONS in skills:
        yield fine(Topic.NOTICES, text("doctor.notices.buttons"))
    else:
        yield fine(Topic.NOTICES, text("doctor.notices.plain"))


def _probe_toasts() -> Check:
    """Return whether Windows shows vigicle's toasts."""
    try:
        are_on = ask_whether_on()
    except (OSError, ImportError):
        return fine(Topic.NOTICES, text("doctor.notices.untried"), text("doctor.notices.try"))
    if not are_on:
        return troubled(Topic.NOTICES, Trouble.NOTICES_OFF)
    return fine(Topic.NOTICES, text("doctor.notices.on"), text("doctor.notices.try"))


def probe_notices_by_one(render: RenderText, channels: Sequence[Channel] | None = None) -> Iterator[Check]:
    """Show one test notice, and yield which channel delivered it."""
    delivered: queue.SimpleQueue[str] = queue.SimpleQueue()
    thread = AsyncThread()
    recording = [_RecordingChannel(channel, delivered) for channel in channels or make_channels()]
    notifier = ChainNotifier(Inbox().post, recording, render, thread)
    try:
        notifier.show(
            Notice(notice_id=NoticeId(NoticeKind.TEST), title=text("doctor.test.title"), body=text("doctor.test.body"))
        )
        channel = delivered.get(timeout=DELIVERY_LIMIT_S)
    except queue.Empty:
        channel = ""
    finally:
        thread.stop()
    if channel in {"", LogChannel.name}:
        yield doubtful(Topic.NOTICES, text("doctor.notices.undelivered"), text("doctor.notices.nobody.do"))
    else:
        yield fine(Topic.NOTICES, text("doctor.notices.delivered", channel=channel))


def probe_tray(environ: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Yield whether the desktop has a place for the icon."""
    if sys.platform != "linux":
        yield fine(Topic.TRAY, text("doctor.tray.there"))
    elif not environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY"):
        yield doubtful(Topic.TRAY, text("doctor.tray.no_screen"), text("doctor.tray.no_screen.do"))
    elif not find_session_bus() or not asyncio.run(_has_owner(TRAY_HOST)):
        yield doubtful(Topic.TRAY, text("doctor.tray.no_place"), text("doctor.tray.no_place.do"))
    else:
        yield fine(Topic.TRAY, text("doctor.tray.there"))


class _RecordingChannel:
    """A channel that records its deliveries."""

    def __init__(self, channel: Channel, delivered: "queue.SimpleQueue[str]") -> None:
        self._channel = channel
        self._delivered = delivered

    @property
    def name(self) -> str:
        """The channel's own name."""
        return self._channel.name

    async def show(self, message: Message, answered: Answered) -> bool:
        """Pass it on."""
        done = await self._channel.show(message, answered)
        if done:
            self._delivered.put(self.name)
        return done

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Pass it on."""
        await self._channel.withdraw(notice_id)

    async def close(self) -> None:
        """Pass it on."""
        await self._channel.close()


async def _has_owner(name: str) -> bool:
    """Return whether this name has an owner on the session bus.

    False without a bus.
    """
    from dbus_fast.aio import MessageBus

    try:
        async with asyncio.timeout(ASK_LIMIT_S):
            bus = await MessageBus().connect()
            reply = await bus.call(call_of_bus("NameHasOwner", name))
            bus.disconnect()
    except (OSError, EOFError, ValueError):  # TimeoutError is an OSError
        return False
    return reply.body == [True]
