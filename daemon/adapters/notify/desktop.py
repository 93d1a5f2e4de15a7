"""The first channel on Linux and macOS: desktop-notifier, with buttons."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any

from config.identity import APPLICATION
from daemon.adapters.guard import kind_and_places
from daemon.adapters.notify.channel import DELIVERY_LIMIT_S, Answered, Message, NoticePendingError
from daemon.adapters.notify.clicks import DEFAULT_ACTION, ClickHandler
from daemon.adapters.notify.dbus_server import ACTIONS, PERSISTENCE, ask_capabilities, is_refusal, shown_body
from daemon.adapters.notify.permission import Permission, raise_errors
from daemon.adapters.notify.screen_note import MAX_ON_SCREEN, Screen, ScreenNote, shown_notice
from daemon.adapters.platform.light_imports import load_desktop_notifier
from daemon.core.notice import NoticeChoice, NoticeId, Urgency

if TYPE_CHECKING:
    import desktop_notifier

log = logging.getLogger(__name__)

FAREWELL_S = 0.4  # the asyncio thread waits half a second for what it has begun
LAST_NEWS_S = 0.005
LOST_AFTER_S = 600.0  # what a server has taken and not answered by then, it never answers
SERVERS_CHOICE, NEVER = -1, 0  # Desktop Notifications Specification, Notify: expire_timeout


class _Sending(Enum):
    DELIVERED = auto()
    FAILED = auto()
    MUTE = auto()  # no answer yet: it may still appear


class DesktopChannel:
    """Notices through desktop-notifier.

    It is loaded with the first notice, since notices are rare.

    desktop-notifier swallows failures, does not escape markup, and never replaces: all three are done here.
    """

    name = "desktop"

    def __init__(
        self, note: ScreenNote | None = None, *, limit_s: float = DELIVERY_LIMIT_S, lost_after_s: float = LOST_AFTER_S
    ) -> None:
        """Keep the limits of an answer, and the note of the screen."""
        self._note = note
        self._limit_s = limit_s
        self._lost_after_s = lost_after_s
        self._notifier: desktop_notifier.DesktopNotifier | None = None
        self._clicks: ClickHandler | None = None
        self._permission = Permission()
        self._shown: dict[NoticeId, str] = {}  # id → identifier of its newest notice
        self._sending: dict[NoticeId, tuple[Message, asyncio.Task[bool]]] = {}  # the newest that has no answer
        self._tasks: set[asyncio.Task[bool]] = set()

    async def show(self, message: Message, answered: Answered) -> bool:
        """Show the message, and return whether the desktop confirmed it.

        Raises NoticesOffError where macOS has no permission of the user, or none yet, and NoticePendingError where the
        server has it and has not answered, or with an error: it is not sent again.
        """
        skills = await self._skills()
        if skills is None:
            return False
        if sys.platform == "darwin":
            await self._demand_permission()
        outcome = await self._send(message, answered, skills)
        if outcome is _Sending.FAILED and self._clicks and self._clicks.refused:
            raise NoticePendingError
        if outcome is _Sending.FAILED:
            await self._drop_dead_connection()
            outcome = await self._send(message, answered, skills)
        if outcome is _Sending.FAILED:
            await self._drop_dead_connection()
        if outcome is _Sending.MUTE:
            raise NoticePendingError
        return outcome is _Sending.DELIVERED

    @property
    def left_behind(self) -> bool:
        """Whether a killed process has noted notices on the screen."""
        return self._note is not None and self._note.kept is not None

    async def resume(self, answer_to: Callable[[NoticeId], Answered]) -> None:
        """Take the clicks on what a killed process has shown.

        Nothing is taken where another server shows notices now.
        """
        if await self._skills() is not None:
            await asyncio.wait({self._follow(self._adopt(self._begin(), answer_to))}, timeout=self._limit_s)

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Remove the notice from the screen."""
        if self._notifier is not None:
            await asyncio.wait({self._follow(self._withdraw(self._notifier, notice_id))}, timeout=self._limit_s)

    async def close(self) -> None:
        """Remove all notices from the screen, and disconnect from the bus.

        It disconnects also where the end of the asyncio thread cuts it short.
        """
        try:
            await self._take_leave()
        finally:
            self._forget()

    async def _take_leave(self) -> None:
        for _ in range(2):  # at logoff the bus dies at the same time: its last signals, then its end
            await asyncio.sleep(LAST_NEWS_S)
        if self._notifier is not None and (self._bus is None or self._bus.connected):
            on_screen = await self._notifier.get_current_notifications()
            leaving = {self._follow(self._remove(self._notifier, identifier)) for identifier in on_screen}
            if leaving:
                await asyncio.wait(leaving, timeout=FAREWELL_S)

    async def _skills(self) -> frozenset[str] | None:
        """Return the server's capabilities, None where it is mute or absent.

        desktop-notifier would wait for such a server without end.
        """
        if sys.platform == "linux":
            skills = await ask_capabilities(self._limit_s)
        else:
            skills = frozenset({ACTIONS})
        return skills

    async def _demand_permission(self) -> None:
        notifier = self._begin()
        if await notifier.get_capabilities():  # none outside a bundle, where the next channel does
            await self._permission.demand(notifier, self._limit_s)

    def _begin(self) -> "desktop_notifier.DesktopNotifier":
        load_desktop_notifier()
        from desktop_notifier import DesktopNotifier

        if self._notifier is None:
            self._notifier = DesktopNotifier(app_name=APPLICATION, app_icon=None)
            if sys.platform == "linux":
                self._clicks = ClickHandler(self._notifier._backend, self._write_note)
            elif sys.platform == "darwin":
                raise_errors()
        return self._notifier

    async def _send(self, message: Message, answered: Answered, skills: frozenset[str]) -> _Sending:
        earlier, sending = self._sending.get(message.notice_id, (None, None))
        if sending is None or earlier != message:
            sending = self._follow(self._send_after(sending, self._replace(self._begin(), message, answered, skills)))
            self._sending[message.notice_id] = message, sending
            sending.add_done_callback(partial(self._sent, message.notice_id))
        await asyncio.wait({sending}, timeout=self._limit_s)
        if not sending.done():
            return _Sending.MUTE
        if sending.exception() is None and sending.result():
            return _Sending.DELIVERED
        return _Sending.FAILED

    async def _send_after(self, earlier: asyncio.Task[bool] | None, sending: Coroutine[Any, Any, bool]) -> bool:
        """Send it once the one before has its id, or is lost."""
        if earlier is not None:
            await asyncio.wait({earlier})
        async with asyncio.timeout(self._lost_after_s):
            return await sending

    def _sent(self, notice_id: NoticeId, sending: asyncio.Task[bool]) -> None:
        if self._sending[notice_id][1] is sending:
            del self._sending[notice_id]

    async def _replace(
        self,
        notifier: "desktop_notifier.DesktopNotifier",
        message: Message,
        answered: Answered,
        skills: frozenset[str],
    ) -> bool:
        if self._clicks:
            self._clicks.refused = False
        # The null backend (macOS outside a bundle) can do nothing and "delivers". A user may have switched it off.
        if not await self._connect(notifier) or not await notifier.request_authorisation():
            return False
        await self._clear(notifier, message.notice_id)
        for oldest in (await notifier.get_current_notifications())[: 1 - MAX_ON_SCREEN]:
            await notifier.clear(oldest)
        dispatched = asyncio.Event()
        notification = await self._build(notifier, message, answered, skills, dispatched)
        self._shown[message.notice_id] = await notifier.send_notification(notification)
        self._write_note()
        return dispatched.is_set()

    async def _adopt(
        self, notifier: "desktop_notifier.DesktopNotifier", answer_to: Callable[[NoticeId], Answered]
    ) -> bool:
        """Enter what a killed process has noted of the same server."""
        noted = self._note and self._note.kept
        if not noted or self._clicks is None:
            return False
        with self._clicks.showing():
            await self._connect(notifier)
            if self._clicks.server != noted.server:
                self._write_note()
                return False
            for shown in noted.notices:
                notification = await self._build(
                    notifier, shown.as_message(), answer_to(shown.notice_id), frozenset({ACTIONS}), asyncio.Event()
                )
                self._shown[shown.notice_id] = notification.identifier
                self._clicks.adopt(shown.number, notification)
        log.info("Notices of a killed process that can be clicked again: %d", len(noted.notices))
        return True

    async def _connect(self, notifier: "desktop_notifier.DesktopNotifier") -> bool:
        """Return whether notices can be shown. Nothing is shown so far.

        Raises TimeoutError where the server does not say who it is.
        """
        async with asyncio.timeout(self._limit_s):
            return bool(await notifier.get_capabilities())

    def _write_note(self) -> None:
        """Note what can be clicked, for a later process."""
        if self._note is None:
            return
        on_screen = {} if self._clicks is None else self._clicks.on_screen()
        notices = [
            shown_notice(notice_id, *on_screen[identifier])
            for notice_id, identifier in self._shown.items()
            if identifier in on_screen
        ]
        if notices and self._clicks:
            self._note.keep(Screen(server=self._clicks.server, notices=tuple(notices)))
        else:
            self._note.keep(None)

    async def _build(
        self,
        notifier: "desktop_notifier.DesktopNotifier",
        message: Message,
        answered: Answered,
        skills: frozenset[str],
        dispatched: asyncio.Event,
    ) -> "desktop_notifier.Notification":
        from desktop_notifier import Button, Capability, Notification
        from desktop_notifier import Urgency as Level

        def answer(choice: NoticeChoice) -> None:
            log.debug("Notice %s: %s", message.notice_id, choice)
            self._write_note()
            answered(choice, None if self._clicks is None else self._clicks.activation)

        buttons = [
            Button(title=button.label, identifier=button.choice, on_pressed=partial(answer, button.choice))
            for button in (message.buttons if ACTIONS in skills else ())
        ]
        if message.opens and ACTIONS in skills and Capability.ON_CLICKED not in await notifier.get_capabilities():
            # desktop-notifier gives Xfce none. 0.7 takes a click on the body for a dismissal all the same.
            buttons.append(Button(title="", identifier=DEFAULT_ACTION))
        return Notification(
            title=message.title,
            message=shown_body(message.body, skills),
            urgency=Level(message.urgency.value),
            buttons=tuple(buttons),
            timeout=NEVER if message.urgency is Urgency.CRITICAL and PERSISTENCE in skills else SERVERS_CHOICE,
            on_dispatched=dispatched.set,
            on_clicked=partial(answer, NoticeChoice.OPEN) if message.opens else None,
            on_dismissed=partial(answer, NoticeChoice.DISMISSED),
        )

    async def _withdraw(self, notifier: "desktop_notifier.DesktopNotifier", notice_id: NoticeId) -> bool:
        """Clear it, also where the server is late to show it."""
        if notice_id in self._sending:
            await asyncio.wait({self._sending[notice_id][1]})
        return await self._clear(notifier, notice_id)

    async def _clear(self, notifier: "desktop_notifier.DesktopNotifier", notice_id: NoticeId) -> bool:
        identifier = self._shown.pop(notice_id, None)
        if identifier is None or identifier not in await notifier.get_current_notifications():
            return False
        return await self._remove(notifier, identifier)

    async def _remove(self, notifier: "desktop_notifier.DesktopNotifier", identifier: str) -> bool:
        await notifier.clear(identifier)
        self._write_note()
        return True

    def _follow(self, work: Coroutine[Any, Any, bool]) -> asyncio.Task[bool]:
        """Run it to its end, even after the limit.

        The notice of a slow server can then still be clicked.
        """
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[bool]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            level = logging.DEBUG if is_refusal(error) else logging.WARNING
            log.log(level, "A notice on the desktop failed and was left out: %s", kind_and_places(error))

    async def _drop_dead_connection(self) -> None:
        """Forget a connection over which no click can arrive (Linux).

        It may have died with an earlier bus.
        """
        bus, notifier = self._bus, self._notifier
        if notifier is None or bus is None or not (bus.connected and await notifier.get_current_notifications()):
            self._forget()

    @property
    def _bus(self) -> Any:
        return getattr(getattr(self._notifier, "_backend", None), "bus", None)

    def _forget(self) -> None:
        """Drop desktop-notifier and its connection.

        Notices that are still on the screen can no longer be clicked.
        """
        bus = self._bus
        if bus is not None and bus.connected:
            bus.disconnect()
        self._notifier = self._clicks = None
        self._shown.clear()
        self._write_note()
