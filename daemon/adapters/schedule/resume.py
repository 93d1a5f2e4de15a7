"""Reports the machine's waking, and the session's lock and place.

The signals come from the login manager on Linux. Waking comes from the power service on Windows
and the workspace on macOS.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from config.message_bus import BUS, OWNER_CHANGED, call_of_bus
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
OWNER_MATCH = f"type='signal',sender='{BUS}',interface='{BUS}',member='{OWNER_CHANGED}',arg0='{SERVICE}'"
ACTIVE, LOCKED_HINT = "Active", "LockedHint"  # org.freedesktop.login1(5)
CONNECT_LIMIT_S, SESSION_LIMIT_S = 5.0, 1.0
FOLD_S = 1.0  # wakings of one second are one, or two


Tell = Callable[[], None]
TellWhether = Callable[[bool], None]


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

    def __init__(self, _woken: Tell, _locked: TellWhether, _moved: TellWhether) -> None:
        pass

    def start(self) -> None:
        """Do nothing."""

    def ensure(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class LoginManagerResume:
    """systemd-logind on the system bus.

    It reports `PrepareForSleep(false)`, the lock of the user's session, and whether it is in front. Without the bus
    nothing is reported.

    Any account can send a message straight to this client, whatever it listens to. So only what the owner of the login
    manager's name sends counts.
    """

    def __init__(self, thread: AsyncThread, woken: Tell, locked: TellWhether, moved: TellWhether) -> None:
        """Keep the thread, which others share, and what to call."""
        # dbus-fast imports itself in circles: two threads that load it at once fail, and the tray, which is made
        # later in another thread, stayed away in one start of seven. So it is loaded whole here.
        import dbus_fast.aio  # noqa: F401

        self._thread = thread
        self._woken = woken
        self._locked = locked
        self._moved = moved
        self._session: str | None = None
        self._owner: str | None = None
        self._fold: asyncio.TimerHandle | None = None
        self._woken_again = False
        self._bus: MessageBus | None = None
        self._turn = asyncio.Lock()
        self._has_left = False

    @property
    def listening(self) -> bool:
        """Whether the bus is there."""
        return self._bus is not None and self._bus.connected

    def start(self) -> None:
        """Begin to listen."""
        self.ensure()

    def ensure(self) -> None:
        """Connect again, if the bus was absent or has gone.

        Look whether the session is in front: a change may have been missed.
        """
        self._thread.begin("The listening to the login manager", self._connect())

    def stop(self) -> None:
        """Leave the bus."""
        self._thread.begin("The end of listening", self._disconnect())

    async def _connect(self) -> None:
        from dbus_fast.errors import DBusError

        async with self._turn:
            if self._has_left:
                return
            try:
                async with asyncio.timeout(CONNECT_LIMIT_S):
                    if self._bus is None or not self._bus.connected:
                        self._bus = await self._listen()
                    await self._look_at_front(self._bus)
            except (OSError, EOFError, ValueError, DBusError) as error:  # TimeoutError is an OSError
                log.debug("No answer of the login manager: %r", error)
                if not self.listening:
                    self._moved(True)  # noqa: FBT003 - as far as is known

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
            listening = True
        finally:
            if not listening:
                bus.disconnect()
        return bus

    def _hear(self, message: "Message") -> None:
        if message.sender == BUS and message.member == OWNER_CHANGED and message.body[0] == SERVICE:
            self._owner = message.body[2] or None
            if self._owner is not None:
                self.ensure()  # what changed meanwhile was not told
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
        """Report what happens to the user's session."""
        if message.member == "Unlock" and message.interface == SESSION:
            self._locked(False)  # noqa: FBT003 - what it reports
        if message.member == "PropertiesChanged" and message.body[0] == SESSION and LOCKED_HINT in message.body[1]:
            self._locked(bool(message.body[1][LOCKED_HINT].value))
        if message.member == "PropertiesChanged" and message.body[0] == SESSION and ACTIVE in chain(*message.body[1:]):
            self.ensure()

    async def _look_at_front(self, bus: "MessageBus") -> None:
        self._session = self._session or await _own_session(bus)
        self._moved(self._session is None or await _is_in_front(bus, self._session))

    async def _disconnect(self) -> None:
        async with self._turn:
            self._has_left = True
            if self._bus is not None:
                with contextlib.suppress(OSError, EOFError):
                    self._bus.disconnect()
                self._bus = None


async def _ask_bus(bus: "MessageBus", member: str, argument: str) -> str | None:
    """Call the bus itself, and return its answer. None for none."""
    from dbus_fast import MessageType

    reply = await bus.call(call_of_bus(member, argument))
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


async def _is_in_front(bus: "MessageBus", session: str) -> bool:
    """Return whether a session is in front, or without a seat.

    org.freedesktop.login1(5), `Active` and `Seat`: sessions from afar have no seat.
    """
    seat = await _property(bus, session, "Seat")
    active = await _property(bus, session, ACTIVE)
    has_seat = isinstance(seat, list | tuple) and bool(seat and seat[0])
    return active is not False or not has_seat


async def _property(bus: "MessageBus", path: str, name: str) -> Any:
    """Return a property of a session, None where it is unknown."""
    from dbus_fast import Message, MessageFlag, MessageType

    reply = await bus.call(
        Message(
            flags=MessageFlag.NO_AUTOSTART,
            destination="org.freedesktop.login1",
            path=path,
            interface="org.freedesktop.DBus.Properties",
            member="Get",
            signature="ss",
            body=[SESSION, name],
        )
    )
    return None if reply.message_type is MessageType.ERROR else reply.body[0].value


async def _ask_session(bus: "MessageBus") -> str | None:
    from dbus_fast import Message, MessageType

    own = await _property(bus, "/org/freedesktop/login1/session/auto", "Id")
    if own is None:
        return None
    found = Message(
        destination="org.freedesktop.login1",
        path="/org/freedesktop/login1",
        interface=MANAGER,
        member="GetSession",
        signature="s",
        body=[own],
    )
    reply = await bus.call(found)
    return None if reply.message_type is MessageType.ERROR else str(reply.body[0])


MakeResume = Callable[[Tell, TellWhether, TellWhether], Resume]


def make_resume(thread: AsyncThread, woken: Tell, locked: TellWhether, moved: TellWhether) -> Resume:
    """Return the listener of this system."""
    if sys.platform == "linux":
        resume: Resume = LoginManagerResume(thread, woken, locked, moved)
    elif sys.platform == "win32":
        resume = PowerServiceResume(woken)
    else:
        from daemon.adapters.schedule.resume_macos import WorkspaceResume

        resume = WorkspaceResume(woken, moved)
    return resume
