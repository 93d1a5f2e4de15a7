"""Keeps a mute accessibility bus from holding up the window (Linux).

Qt asks it while it shows its first window, and waits 25 s for each of two answers.
"""

import asyncio
import logging
import sys
from collections.abc import Mapping

from daemon.adapters.platform.session_bus import find_session_bus

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 3.0  # a screen reader must not be lost to a busy machine
ADDRESS = "AT_SPI_BUS_ADDRESS"  # Qt then asks no one else for the bus (qtbase, accessible/linux/dbusconnection.cpp)
NOWHERE = "unix:path=/nonexistent"


def window_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the window's environment.

    It has no accessibility bus where that one does not answer.
    """
    environment = dict(environ)
    if sys.platform == "linux" and ADDRESS not in environ and find_session_bus() and _is_mute():
        log.warning("The accessibility bus does not answer, and the window opens without it")
        environment[ADDRESS] = NOWHERE
    return environment


def _is_mute() -> bool:
    try:
        asyncio.run(_ask())
    except TimeoutError:
        return True
    except (OSError, EOFError, ValueError) as error:
        log.debug("The session bus was not asked: %r", error)
    return False


async def _ask() -> None:
    """Ask what Qt will ask. Raises TimeoutError without an answer.

    An error is an answer, too: there is no such bus.
    """
    from dbus_fast import Message, MessageFlag
    from dbus_fast.aio import MessageBus

    async with asyncio.timeout(ANSWER_LIMIT_S):
        bus = await MessageBus().connect()
        try:
            await bus.call(
                Message(
                    flags=MessageFlag.NO_AUTOSTART,
                    destination="org.a11y.Bus",
                    path="/org/a11y/bus",
                    interface="org.freedesktop.DBus.Properties",
                    member="Get",
                    signature="ss",
                    body=["org.a11y.Status", "IsEnabled"],
                )
            )
        finally:
            bus.disconnect()
