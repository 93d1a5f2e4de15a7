"""Reports the machine's waking and the session's lock.

The signals come from the login manager on Linux. Waking comes from the power service on Windows
and the workspace on macOS.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.schedule.resume_windows import PowerServiceResume

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

MANAGER = "org.freedesktop.login1.Manager"
SERVICE = "org.freedesktop.login1"
SIGNAL = "PrepareForSleep"
MATCH = f"type='signal',sender='org.freedesktop.login1',interface='{MANAGER}',member='{SIGNAL}'"
SESSION = "org.freedesktop.login1.Session"
SESSION_MATCH = (
    "type='signal',sender='org.freedesktop.login1',path_namespace='/org/freedesktop/login1/session',"
    "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='org.freedesktop.login1.Session'"
)
UNLOCK_MATCH = f"type='signal',sender='org.freedesktop.login1',interface='{SESSION}',member='Unlock'"
BUS = "org.freedesktop.DBus"  # the bus itself, whose name no client can have
OWNER_MATCH = f"type='signal',sender='{BUS}',interface='{BUS}',member='NameOwnerChanged',arg0='{SERVICE}'"
LOCKED_HINT = "LockedHint"  # org.freedesktop.login1(5): whether the session is locked
CONNECT_LIMIT_S, SESSION_LIMIT_S = 5.0, 1.0
FOLD_S = 1.0  # wakings of one second are one, or two


class Resume(Protocol):
    """Calls a function, from any thread, each time the machine has woken."""

    def start(self) -> None:
        """Begin to listen."""

    def ensure(self) -> None:
        """Listen again, if what was listened to has gone."""

    def stop(self) -> None:
        """Listen no more."""


class NullResume:
    """For systems without such a signal."""

    def __init__(self, _woken: Callable[[], None], _locked: Callable[[bool], None]) -> None:
        pass

    def start(self) -> None:
        """Do nothing."""

    def ensure(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class LoginManagerResume:
    """systemd-logind on the system bus.

    It reports `PrepareForSleep(false)`, and the lock of the user's session. Without the bus nothing is reported.

    Any account can send a message straight to this client, whatever it listens to. So only what the owner of the login
    manager's name sends counts.
    """

    def __init__(self, thread: AsyncThread, woken: Callable[[], None], locked: Callable[[bool], None]) -> None:
        """Keep the thread, which others share, and what to call."""
        # dbus-fast imports itself in circles: two threads that load it at once fail, and the tray, which is made
        # later in another thread, stayed away in one start of seven. So it is loaded whole here.
        import dbus_fast.aio  # noqa: F401

        self._thread = thread
        self._woken = woken
        self._locked = locked
        self._session: str | None = None
        self._owner: str | None = None
        self._fold: asyncio.TimerHandle | None = None
        self._woken_again = False
        self._bus: MessageBus | None = None
        self._turn = asyncio.Lock()

    @property
    def listening(self) -> bool:
        """Whether the bus is there."""
        return self._bus is not None and self._bus.connected

    def start(self) -> None:
        """Begin to listen."""
        self.ensure()

    def ensure(self) -> None:
        """Connect again, if the bus was absent or has gone."""
        self._thread.begin("The listening to the login manager", self._connect())

    def stop(self) -> None:
        """Leave the bus."""
        self._thread.begin("The end of listening", self._disconnect())

    async def _connect(self) -> None:
        from dbus_fast.errors import DBusError

        async with self._turn:
            if self.listening:
                return
            try:
                async with asyncio.timeout(CONNECT_LIMIT_S):
                    self._bus = await self._listen()
            except (OSError, EOFError, ValueError, DBusError) as error:  # TimeoutError is an OSError
                log.debug("No system bus for the machine's resume signal: %r", error)

    async def _listen(self) -> "MessageBus":
        from dbus_fast import BusType
        from dbus_fast.aio import MessageBus

        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        listening = False
        try:
            bus.add_message_handler(self._hear)
            for rule in (OWNER_MATCH, MATCH, SESSION_MATCH, UNLOCK_MATCH):
                await _ask_bus(bus, "AddMatch", rule)
            self._owner = await _ask_bus(bus, "GetNameOwner", SERVICE)
            self._session = await _own_session(bus)
            listening = True
        finally:
            if not listening:
                bus.disconnect()
        return bus

    def _hear(self, message: "Message") -> None:
        if message.sender == BUS and message.member == "NameOwnerChanged" and message.body[0] == SERVICE:
            self._owner = message.body[2] or None
        if message.sender != self._owner:
            return
        if message.member == SIGNAL and message.interface == MANAGER and message.body == [False]:
            self._hear_waking()
        if message.path is not None and message.path == (self._session or message.path):
            self._hear_session(message)

    def _hear_waking(self) -> None:
        """Report a waking, and those of the next second as one more."""
        if self._fold is not None:
            self._woken_again = True
            return
        log.debug("The machine has woken")
        self._woken()
        self._fold = asyncio.get_running_loop().call_later(FOLD_S, self._unfold)

    def _unfold(self) -> None:
        again, self._woken_again, self._fold = self._woken_again, False, None
        if again:
            self._hear_waking()

    def _hear_session(self, message: "Message") -> None:
        """Report a lock or an unlock of the user's session."""
        if message.member == "Unlock" and message.interface == SESSION:
            self._locked(False)  # noqa: FBT003 - what it reports
        if message.member == "PropertiesChanged" and message.body[0] == SESSION and LOCKED_HINT in message.body[1]:
            self._locked(bool(message.body[1][LOCKED_HINT].value))

    async def _disconnect(self) -> None:
        async with self._turn:
            if self._bus is not None:
                with contextlib.suppress(OSError, EOFError):
                    self._bus.disconnect()
                self._bus = None


async def _ask_bus(bus: "MessageBus", member: str, argument: str) -> str | None:
    """Call the bus itself, and return its answer. None for none."""
    from dbus_fast import Message, MessageType

    reply = await bus.call(
        Message(
            destination=BUS,
            path="/org/freedesktop/DBus",
            interface=BUS,
            member=member,
            signature="s",
            body=[argument],
        )
    )
    if reply.message_type is MessageType.ERROR or not reply.body:
        return None
    return str(reply.body[0])


async def _own_session(bus: "MessageBus") -> str | None:
    """Return the path of the user's session, None if unknown.

    Then the lock of any session counts: a computer mostly has one.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SESSION_LIMIT_S):
            return await _ask_session(bus)
    return None


async def _ask_session(bus: "MessageBus") -> str | None:
    from dbus_fast import Message, MessageFlag, MessageType

    session = Message(
        flags=MessageFlag.NO_AUTOSTART,
        destination="org.freedesktop.login1",
        path="/org/freedesktop/login1/session/auto",
        interface="org.freedesktop.DBus.Properties",
        member="Get",
        signature="ss",
        body=[SESSION, "Id"],
    )
    reply = await bus.call(session)
    if reply.message_type is MessageType.ERROR:
        return None
    found = Message(
        destination="org.freedesktop.login1",
        path="/org/freedesktop/login1",
        interface=MANAGER,
        member="GetSession",
        signature="s",
        body=[reply.body[0].value],
    )
    reply = await bus.call(found)
    return None if reply.message_type is MessageType.ERROR else str(reply.body[0])


MakeResume = Callable[[Callable[[], None], Callable[[bool], None]], Resume]


def make_resume(thread: AsyncThread, woken: Callable[[], None], locked: Callable[[bool], None]) -> Resume:
    """Return the listener of this system."""
    if sys.platform == "linux":
        resume: Resume = LoginManagerResume(thread, woken, locked)
    elif sys.platform == "win32":
        resume = PowerServiceResume(woken)
    else:
        from daemon.adapters.schedule.resume_macos import WorkspaceResume

        resume = WorkspaceResume(woken)
    return resume
