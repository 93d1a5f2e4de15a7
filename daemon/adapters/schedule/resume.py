"""Reports when the machine wakes from sleep.

The signal comes from the login manager on Linux, the power service on Windows, and the workspace on macOS.
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
SIGNAL = "PrepareForSleep"
MATCH = f"type='signal',sender='org.freedesktop.login1',interface='{MANAGER}',member='{SIGNAL}'"
CONNECT_LIMIT_S = 5.0


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

    def __init__(self, _woken: Callable[[], None]) -> None:
        pass

    def start(self) -> None:
        """Do nothing."""

    def ensure(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class LoginManagerResume:
    """systemd-logind's `PrepareForSleep(false)` on the system bus.

    Without the bus nothing is reported.
    """

    def __init__(self, thread: AsyncThread, woken: Callable[[], None]) -> None:
        """Keep the thread, which others share, and what to call."""
        # dbus-fast imports itself in circles: two threads that load it at once fail, and the tray, which is made
        # later in another thread, stayed away in one start of seven. So it is loaded whole here.
        import dbus_fast.aio  # noqa: F401

        self._thread = thread
        self._woken = woken
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
        self._thread.submit(self._connect())

    def stop(self) -> None:
        """Leave the bus."""
        self._thread.submit(self._disconnect())

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
        from dbus_fast import BusType, Message
        from dbus_fast.aio import MessageBus

        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        listening = False
        try:
            bus.add_message_handler(self._hear)
            await bus.call(
                Message(
                    destination="org.freedesktop.DBus",
                    path="/org/freedesktop/DBus",
                    interface="org.freedesktop.DBus",
                    member="AddMatch",
                    signature="s",
                    body=[MATCH],
                )
            )
            listening = True
        finally:
            if not listening:
                bus.disconnect()
        return bus

    def _hear(self, message: "Message") -> None:
        if message.member == SIGNAL and message.interface == MANAGER and message.body == [False]:
            log.debug("The machine has woken")
            self._woken()

    async def _disconnect(self) -> None:
        async with self._turn:
            if self._bus is not None:
                with contextlib.suppress(OSError, EOFError):
                    self._bus.disconnect()
                self._bus = None


MakeResume = Callable[[Callable[[], None]], Resume]


def make_resume(thread: AsyncThread, woken: Callable[[], None]) -> Resume:
    """Return the listener of this system."""
    if sys.platform == "linux":
        resume: Resume = LoginManagerResume(thread, woken)
    elif sys.platform == "win32":
        resume = PowerServiceResume(woken)
    else:
        from daemon.adapters.schedule.resume_macos import WorkspaceResume

        resume = WorkspaceResume(woken)
    return resume
