"""What takes a letter or a page over the session bus."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from dbus_fast import Message

from support.bus import BusService

if TYPE_CHECKING:
    from support.bus import SessionBus


class EmailPortal(BusService):
    """The e-mail part of XDG Desktop Portal.

    `drafts` holds what it was asked to open.
    """

    name = "org.freedesktop.portal.Desktop"
    path = "/org/freedesktop/portal/desktop"
    interface = "org.freedesktop.portal.Email"

    def __init__(self, bus: SessionBus, response: int = 0) -> None:
        super().__init__(bus)
        self.drafts: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()
        self._response = response

    def respond(self, message: Message) -> Message:
        if message.member != "ComposeEmail":
            return super().respond(message)
        options = {name: value.value for name, value in message.body[1].items()}
        assert message.sender is not None
        request = f"{self.path}/request/{message.sender[1:].replace('.', '_')}/{options['handle_token']}"
        assert self._bus is not None
        interface, body = "org.freedesktop.portal.Request", [self._response, {}]
        self._bus.send(Message.new_signal(request, interface, "Response", "ua{sv}", body))
        self.drafts.put(options)
        return Message.new_method_return(message, "o", [request])


class PagePortal(BusService):
    """The part of XDG Desktop Portal that opens addresses.

    `pages` holds what it was asked to open. It answers each request with `answers` (Request, Response);
    `NONE`: the user is still choosing.
    """

    name = "org.freedesktop.portal.Desktop"
    path = "/org/freedesktop/portal/desktop"
    interface = "org.freedesktop.portal.OpenURI"
    NONE = -1

    def __init__(self, bus: SessionBus, *answers: int) -> None:
        super().__init__(bus)
        self.pages: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._answers = answers or (0, 2)
        self._request = ""

    def answer(self, answer: int) -> None:
        """Answer the last request, as the user chose late."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._send, "ua{sv}", [answer, {}])

    def leave(self) -> None:
        """Leave the bus, as a portal that crashes."""
        assert self._loop is not None
        assert self._bus is not None
        self._loop.call_soon_threadsafe(self._bus.disconnect)

    def respond(self, message: Message) -> Message:
        if (message.member, message.signature) != ("OpenURI", "ssa{sv}"):
            return super().respond(message)
        assert message.sender is not None
        token = message.body[2]["handle_token"].value
        self._request = f"{self.path}/request/{message.sender[1:].replace('.', '_')}/{token}"
        self._send("s", ["done"])
        for answer in self._answers:
            if answer != self.NONE:
                self._send("ua{sv}", [answer, {}])
        self.pages.put(message.body[1])
        return Message.new_method_return(message, "o", [self._request])

    def _send(self, signature: str, body: list[object]) -> None:
        assert self._bus is not None
        interface = "org.freedesktop.portal.Request"
        self._bus.send(Message.new_signal(self._request, interface, "Response", signature, body))


class MailProgram(BusService):
    """A mail program that the bus activates.

    `opened` holds the addresses.
    """

    name = "org.example.Mail"
    path = "/org/example/Mail"
    interface = "org.freedesktop.Application"

    def __init__(self, bus: SessionBus) -> None:
        super().__init__(bus)
        self.opened: queue.SimpleQueue[str] = queue.SimpleQueue()

    def respond(self, message: Message) -> Message:
        self.opened.put(message.body[0][0])
        return Message.new_method_return(message)
