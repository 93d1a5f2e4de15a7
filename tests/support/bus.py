"""Private message buses, and services on them in threads of the test."""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from dbus_fast import ErrorType, Message, MessageType, NameFlag, RequestNameReply, Variant
from dbus_fast.aio import MessageBus

from config.values import dataclass
from support.process import PATIENCE_S, Process, require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

POLL_S = 0.001
DBUS = "org.freedesktop.DBus"
# No <servicedir>: nothing can be activated, so no daemon of the machine takes a test's name.
CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>{kind}</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Addressed(Protocol):
    """A bus that is reached by its address."""

    @property
    def address(self) -> str:
        """Where it listens."""


@dataclass(frozen=True, slots=True)
class Address:
    """A bus that somebody else keeps."""

    address: str


class PrivateBus:
    """A private dbus-daemon without service folders. A context manager."""

    def __init__(self, kind: Literal["session", "system"] = "session") -> None:
        daemon = require_tool("dbus-daemon", "dbus")
        self.folder = Path(tempfile.mkdtemp(prefix="vigicle-bus-"))
        self.address = f"unix:path={self.folder}/bus"
        self.environment = {f"DBUS_{kind.upper()}_BUS_ADDRESS": self.address}
        configuration = self.folder / "bus.conf"
        configuration.write_text(CONFIGURATION.format(kind=kind, folder=self.folder))
        self._command = [daemon, f"--config-file={configuration}", "--nofork", "--print-address=1"]
        self._process: Process | None = None

    def start(self) -> None:
        """Start the daemon and return once it listens."""
        self._process = Process(self._command, environment=os.environ, log=self.folder / "bus.log")
        self._process.wait_for_log("unix:path=", PATIENCE_S)

    def stop(self) -> None:
        """End the daemon: every client loses its connection."""
        if self._process:
            self._process.close()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)  # what used the bus may be about to end


class SessionBus(PrivateBus):
    """A private session bus."""

    def __init__(self) -> None:
        super().__init__("session")


class SystemBus(PrivateBus):
    """A private system bus."""

    def __init__(self) -> None:
        super().__init__("system")


class BusService:
    """A service with one object and one interface, in its own thread.

    A context manager.

    `introspection` is the inside of the XML `<interface>`. Subclasses answer in `respond`, which
    runs in the service's thread. `mute`: takes every call and never answers.
    """

    name: str
    path: str
    interface: str
    introspection = ""

    def __init__(self, bus: PrivateBus) -> None:
        self.mute = False
        self._address = bus.address
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bus: MessageBus | None = None
        self._thread: threading.Thread | None = None

    def respond(self, message: Message) -> Message:
        """Return the answer to a call of the interface."""
        return Message.new_error(message, ErrorType.UNKNOWN_METHOD, f"no {message.member}")

    def start(self) -> None:
        """Request the name on the bus and return once it is owned."""
        assert self._thread is None, f"{self.name} runs already"
        loop = self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._connect(), loop).result(PATIENCE_S)

    def stop(self) -> None:
        """Leave the bus."""
        if self._thread is None:
            return
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()
        self._thread = self._loop = self._bus = None

    def emit(self, member: str, signature: str, *body: object) -> None:
        """Emit a signal and wait until the bus takes more.

        Any thread may call it. dbus-fast closes its connection when it sends into a full socket
        (`_MessageWriter.schedule_write`).
        """
        assert self._loop is not None, f"{self.name} is not running"

        async def send() -> None:
            await self.tell(member, signature, *body)
            await self._have_room()

        asyncio.run_coroutine_threadsafe(send(), self._loop).result(PATIENCE_S)

    def tell(self, member: str, signature: str, *body: object) -> asyncio.Future[None]:
        """Emit a signal from the service's thread, before later replies."""
        assert self._bus is not None
        return self._bus.send(Message.new_signal(self.path, self.interface, member, signature, list(body)))

    async def _have_room(self) -> None:
        assert self._bus is not None
        sock: Any = self._bus._sock  # noqa: SLF001 - nothing public knows
        while not select.select([], [sock], [], 0)[1]:
            await asyncio.sleep(POLL_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    async def _connect(self) -> None:
        self._bus = await MessageBus(bus_address=self._address).connect()
        self._bus.add_message_handler(self._handle)
        reply = await self._bus.request_name(self.name, NameFlag.DO_NOT_QUEUE)
        if reply is not RequestNameReply.PRIMARY_OWNER:
            raise RuntimeError(f"{self.name} is taken on {self._address}: {reply}")

    async def _disconnect(self) -> None:
        assert self._bus is not None
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # untyped in dbus-fast

    def _handle(self, message: Message) -> Message | bool:
        if message.message_type is not MessageType.METHOD_CALL or message.path != self.path:
            return False
        if self.mute:
            return True
        if message.interface == "org.freedesktop.DBus.Introspectable":
            inside = f'<interface name="{self.interface}">{self.introspection}</interface>'
            return Message.new_method_return(message, "s", [f"<node>{inside}</node>"])
        return self.respond(message) if message.interface in {self.interface, None} else False


class LoginManager(BusService):
    """The part of systemd-logind that signals sleep, for a private bus.

    `asked` is set once a client asks for a session, which it does when it listens.
    """

    name = "org.freedesktop.login1"
    path = "/org/freedesktop/login1"
    interface = "org.freedesktop.login1.Manager"
    introspection = '<signal name="PrepareForSleep"><arg type="b"/></signal>'
    session = "/org/freedesktop/login1/session/_32"

    def __init__(self, bus: PrivateBus, *, seat: str = "seat0", active: bool = True) -> None:
        super().__init__(bus)
        self.seat = seat
        self.active = active
        self.asked = threading.Event()

    def respond(self, message: Message) -> Message:
        if message.member == "GetSession":
            return Message.new_method_return(message, "o", [self.session])
        return super().respond(message)

    def _handle(self, message: Message) -> Message | bool:
        if message.message_type is MessageType.METHOD_CALL and (message.path or "").startswith(f"{self.path}/session/"):
            return self._answer_property(message)
        return super()._handle(message)

    def _answer_property(self, message: Message) -> Message:
        """Answer a Get of a session's property (org.freedesktop.login1(5))."""
        self.asked.set()
        values = {
            "Id": Variant("s", "2"),
            "Active": Variant("b", self.active),
            "Seat": Variant("(so)", [self.seat, f"/org/freedesktop/login1/seat/{self.seat or '_'}"]),
        }
        if message.member != "Get" or message.body[1] not in values:
            return Message.new_error(message, ErrorType.UNKNOWN_PROPERTY, str(message.body))
        return Message.new_method_return(message, "v", [values[message.body[1]]])

    def move(self, *, to_front: bool) -> None:
        """Signal that the session came to the front, or left it."""
        self.active = to_front
        self._tell_session({}, ["Active"])

    def lock(self, *, locked: bool) -> None:
        """Signal that a session was locked or unlocked."""
        self._tell_session({"LockedHint": Variant("b", locked)}, [])

    def _tell_session(self, changed: dict[str, Variant], invalidated: list[str]) -> None:
        assert self._loop is not None, f"{self.name} is not running"
        body = ["org.freedesktop.login1.Session", changed, invalidated]

        async def send() -> None:
            assert self._bus is not None
            await self._bus.send(
                Message.new_signal(
                    self.session,
                    "org.freedesktop.DBus.Properties",
                    "PropertiesChanged",
                    "sa{sv}as",
                    body,
                )
            )

        asyncio.run_coroutine_threadsafe(send(), self._loop).result(PATIENCE_S)

    def prepare_for_sleep(self, *, going: bool) -> None:
        """Signal that the machine goes to sleep or has resumed."""
        self.emit("PrepareForSleep", "b", going)


def call(bus: Addressed, message: Message) -> list[Any]:
    """Call a method as a client and return its reply. Raises RuntimeError."""
    reply = _once(bus, lambda client: client.call(message))
    if reply is None or reply.message_type is MessageType.ERROR:
        raise RuntimeError(f"{message.member}: {reply.body if reply else 'no answer'}")
    return list(reply.body)


def send_to_all(bus: PrivateBus, signals: Sequence[Message]) -> None:
    """Send signals as another account, broadcast and to each client."""

    async def send(client: MessageBus) -> None:
        listed = await client.call(Message(destination=DBUS, path="/", interface=DBUS, member="ListNames"))
        assert listed is not None
        for signal in signals:
            for name in (None, *(name for name in listed.body[0] if name.startswith(":"))):
                signal.destination, signal.serial = name, 0
                await client.send(signal)

    _once(bus, send)


def _once(bus: Addressed, act: Callable[[MessageBus], Any]) -> Message | None:
    async def run() -> Message | None:
        client = await MessageBus(bus_address=bus.address).connect()
        try:
            answer: Message | None = await asyncio.wait_for(act(client), PATIENCE_S)
            return answer
        finally:
            client.disconnect()
            await client.wait_for_disconnect()  # type: ignore[no-untyped-call]  # untyped in dbus-fast

    return asyncio.run(run())
