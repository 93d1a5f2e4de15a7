"""Fixes desktop-notifier's handling of clicks on Linux.

It forgets a notice too soon, and knows it too late.

Seen with 6.2.0, which looks each signal's notice up in its own tables. This module maintains them: a notice stays in
them until it is answered or withdrawn, for some servers let it be clicked in their history.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from config.message_bus import BUS, OWNER_CHANGED, call_of_bus
from daemon.adapters.notify.dbus_server import NAME, PATH, find_server
from daemon.adapters.notify.screen_note import Server
from daemon.core.model import ActivationToken, right_of

if TYPE_CHECKING:
    from dbus_fast import Message
    from desktop_notifier import Notification

log = logging.getLogger(__name__)

EARLY_AT_MOST = 100  # signals, of any program's notices
DEFAULT_ACTION = "default"  # Desktop Notifications Specification: the click on the body
ACTIVATION = "ActivationToken"  # the same, since 1.2: a signal before ActionInvoked
SIGNALS = {("ActionInvoked", "us"): "on_action_invoked", ("NotificationClosed", "uu"): "on_notification_closed"}
NOT_NEEDED = {"call_get_server_information": ("", "", "", ""), "call_get_capabilities": ()}
DISMISSED = 2  # the same, NotificationClosed: by the user


class ClickHandler:
    """Handles the server's signals in place of desktop-notifier's backend."""

    def __init__(self, backend: Any, forgotten: Callable[[], None]) -> None:
        """Replace the backend's handlers, before it connects.

        `forgotten` is called when a server has gone, with all that it showed.
        """
        self._backend = backend
        self._forgotten = forgotten
        self._identifiers = backend._platform_to_interface_notification_identifier
        self._showing = 0  # notices whose id is not known yet
        self._early: deque[tuple[int, Callable[[], None]]] = deque(maxlen=EARLY_AT_MOST)
        self._rights: dict[int, ActivationToken] = {}
        self.activation: ActivationToken | None = None
        """The right of the click that is being handled."""
        self.server = Server(bus="", owner="")
        """The server that shows the notices, once connected."""
        self.refused = False
        """Whether the server itself answered with an error. It may show the notice all the same."""
        self._answer, self._connect = backend._on_action, backend._init_dbus
        backend._on_action = self._patient(self._on_action)
        backend._on_closed = self._patient(self._on_closed)
        self._on_right = self._patient(self._keep_right)
        self._unannounced: dict[tuple[str | None, ...], Callable[[int, Any], None]] = {}
        backend._init_dbus = self._init_dbus
        self._send = backend._send
        backend._send, backend._clear = self._send_once, self._clear_known

    async def _init_dbus(self) -> Any:
        interface = await self._connect()  # which also asks the bus for the signal
        self._backend.bus.add_message_handler(self._on_message)
        self.server = await find_server(self._backend.bus)
        await self._hear_unannounced(interface)
        for call, nothing in NOT_NEEDED.items():
            if hasattr(interface, call):
                setattr(interface, call, _forgiving(getattr(interface, call), nothing))
        return interface

    async def _hear_unannounced(self, interface: Any) -> None:
        """Hear the signals that the server does not announce in its introspection.

        desktop-notifier hears only the others.
        """
        handlers = {"ActionInvoked": self._backend._on_action, "NotificationClosed": self._backend._on_closed}
        self._unannounced = {
            (NAME, member, signature): handlers[member]
            for (member, signature), announced in SIGNALS.items()
            if not hasattr(interface, announced)
        }
        if self._unannounced:
            rule = f"type='signal',sender='{NAME}',interface='{NAME}',path='{PATH}'"
            await self._backend.bus.call(call_of_bus("AddMatch", rule))

    def on_screen(self) -> "dict[str, tuple[int, Notification]]":
        """Return what can be clicked, with the server's id.

        The keys are the library's identifiers.
        """
        cached, numbers = self._backend._notification_cache, self._identifiers.inverse
        return {each: (numbers[each], cached[each]) for each in cached if each in numbers}

    def adopt(self, number: int, notification: "Notification") -> None:
        """Take the clicks on what an earlier process has sent."""
        self._identifiers[number] = notification.identifier
        self._backend._notification_cache[notification.identifier] = notification

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Keep early signals until the block's notices have their ids.

        Servers may emit them before Notify returns, and a slow one long before.
        """
        self._showing += 1
        try:
            yield
        finally:
            self._showing -= 1
            asyncio.get_running_loop().call_soon(self._handle_early)

    def _handle_early(self) -> None:
        early = [*self._early]
        self._early.clear()
        for _number, handle in early:
            handle()

    async def _send_once(self, notification: Any) -> None:
        """Send it, and raise where it was not sent.

        A server that answers with anything but an id has shown it all the same: it can then not be clicked.
        """
        from dbus_fast import MessageType
        from dbus_fast.errors import DBusError

        try:
            with self.showing():
                await self._send(notification)
        except DBusError as error:
            self.refused = error.reply is not None and error.reply.sender != BUS
            if error.reply is None or error.reply.message_type is not MessageType.METHOD_RETURN:
                raise
            log.warning("The notification server gave a notice no id")
            return
        if notification.identifier not in self._identifiers.inverse:
            raise OSError("the notification server takes no notice")

    async def _clear_known(self, identifier: str) -> None:
        """Clear it, where its id is known and no newer notice's.

        A server that never answered would keep back the notice that follows: so no answer is awaited.
        """
        if (number := self._identifiers.inverse.pop(identifier, None)) is not None:
            self._take_away(number)

    def _on_message(self, message: "Message") -> None:
        """Keep the right of a click, and forget a dead server's notices.

        The right comes before the click. Ids are unique only as long as one server lives.
        """
        if message.member == OWNER_CHANGED and message.sender == BUS and message.body[0] == NAME:
            self._identifiers.clear()
            self._backend._notification_cache.clear()
            self._backend._capabilities = None  # the next server has its own
            self._rights.clear()
            self._early.clear()
            self.server = Server(bus=self.server.bus, owner=message.body[2])
            self._forgotten()
        elif message.sender == self.server.owner:
            kind = message.interface, message.member, message.signature
            if kind == (NAME, ACTIVATION, "us"):
                self._on_right(*message.body)
            elif kind in self._unannounced:
                self._unannounced[kind](*message.body)

    def _keep_right(self, number: int, token: str) -> None:
        if (right := right_of(token)) is not None:
            self._rights[number] = right

    def _on_action(self, number: int, key: str) -> None:
        """Pass a click on, if the notice offers its action.

        The notice is then done: later signals for it are ignored.
        """
        notification = self._backend._notification_cache.get(self._identifiers.get(number))
        if notification is None:
            return
        keys = {button.identifier for button in notification.buttons if button.on_pressed}
        if key in keys or (key == DEFAULT_ACTION and notification.on_clicked):
            self.activation = self._rights.pop(number, None)
            self._answer(number, key)
            self.activation = None
            self._take_away(number)

    def _take_away(self, number: int) -> None:
        """Close a notice.

        LXQt's server leaves it on the screen after a click on its body. Most others have closed it by then, and refuse.
        """
        from dbus_fast import Message, MessageFlag

        if not (self.server.owner and self._backend.bus.connected):
            return
        close = Message(
            destination=self.server.owner,
            path=PATH,
            interface=NAME,
            member="CloseNotification",
            flags=MessageFlag.NO_REPLY_EXPECTED,
            signature="u",
            body=[number],
        )
        self._backend.bus.send(close)

    def _on_closed(self, number: int, reason: int) -> None:
        identifier = self._identifiers.get(number)
        notification = self._backend._notification_cache.get(identifier)
        if notification is not None and reason == DISMISSED:
            self._backend.handle_dismissed(identifier, notification)

    def _patient(self, handle: Callable[[int, Any], None]) -> Callable[[int, Any], None]:
        """Let a signal wait while its id may be a new one.

        Signals keep their order.
        """

        def handle_signal(number: int, value: Any) -> None:
            follows = any(number == earlier for earlier, _ in self._early)
            if number in self._identifiers and not follows:
                handle(number, value)
            elif self._showing or follows:
                self._early.append((number, partial(handle_signal, number, value)))

        return handle_signal


def _forgiving(call: Callable[[], Awaitable[Any]], nothing: tuple[str, ...]) -> Callable[[], Awaitable[Any]]:
    """Return a call that gives nothing where the server refuses it."""

    async def ask() -> Any:
        from dbus_fast.errors import DBusError

        try:
            return await call()
        except DBusError:
            return nothing

    return ask
