"""Asks the session's notification server on Linux directly."""

import asyncio
import logging
from typing import TYPE_CHECKING

from config.i18n.text import without_markup
from config.message_bus import BUS, OWNER_CHANGED, call_of_bus
from daemon.adapters.notify.screen_note import Server
from daemon.adapters.platform.session_bus import find_session_bus

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
ACTIONS, MARKUP, PERSISTENCE = "actions", "body-markup", "persistence"


async def ask_capabilities(limit_s: float) -> frozenset[str] | None:
    """Return the capabilities of the server, None without an answer.

    Desktop Notifications Specification, GetCapabilities.

    None: there is no bus, no server, or it does not answer within the limit. One that refuses to say has none.
    """
    from dbus_fast.errors import DBusError

    if not find_session_bus():
        return None
    try:
        async with asyncio.timeout(limit_s):
            return await _ask()
    except (OSError, EOFError, ValueError, DBusError) as error:  # TimeoutError is an OSError
        log.debug("No notification server: %r", error)
        return None


async def find_server(bus: "MessageBus") -> Server:
    """Return the server on a bus that is connected."""
    return Server(bus=await _ask_bus(bus, "GetId"), owner=await _ask_bus(bus, "GetNameOwner", NAME))


def shown_body(body: str, skills: frozenset[str]) -> str:
    """Return the body, escaped where the server renders markup."""
    if MARKUP in skills:
        return without_markup(body)
    return body


async def wait_for_server(limit_s: float) -> bool:
    """Wait for the session's notification server.

    Returns whether it came within the limit.

    A bus that cannot be reached, or that goes away meanwhile, is tried again, since no signal tells that it is back.
    """
    if not find_session_bus():
        return False
    pause_s = FIRST_PAUSE_S
    try:
        async with asyncio.timeout(limit_s):
            while not await _came():
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            return True
    except TimeoutError:
        return False


async def _came() -> bool:
    from dbus_fast.errors import DBusError

    try:
        return await _wait()
    except (OSError, EOFError, ValueError, DBusError) as error:
        log.debug("The session bus cannot be reached: %r", error)
        return False


async def _wait() -> bool:
    from dbus_fast.aio import MessageBus

    came = asyncio.Event()

    def note_owner_change(message: "Message") -> None:
        if message.member == OWNER_CHANGED:
            came.set()

    bus = await MessageBus().connect()
    gone = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]  # dbus-fast leaves it bare
    try:
        bus.add_message_handler(note_owner_change)
        await bus.call(call_of_bus("AddMatch", f"type='signal',sender='{BUS}',member='{OWNER_CHANGED}',arg0='{NAME}'"))
        if (await bus.call(call_of_bus("NameHasOwner", NAME))).body == [True]:
            return True
        coming = asyncio.ensure_future(came.wait())
        await asyncio.wait({gone, coming}, return_when=asyncio.FIRST_COMPLETED)
        coming.cancel()
        return came.is_set()
    finally:
        bus.disconnect()
        await asyncio.gather(gone, return_exceptions=True)


def is_refusal(error: BaseException) -> bool:
    """Return whether a bus or its server refused, or has gone."""
    return isinstance(error, OSError | EOFError) or type(error).__module__ == "dbus_fast.errors"


async def _ask_bus(bus: "MessageBus", member: str, *arguments: str) -> str:
    """Return the bus's answer, "" for an error."""
    from dbus_fast import MessageType

    reply = await bus.call(call_of_bus(member, *arguments))
    if reply.message_type is MessageType.ERROR or reply.signature != "s":
        return ""
    return str(reply.body[0])


async def _ask() -> frozenset[str]:
    """Return the server's capabilities, over a connection of its own.

    An answer over an older connection may be out of date.
    """
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import DBusError

    bus = await MessageBus().connect()
    try:
        call = Message(destination=NAME, path=PATH, interface=NAME, member="GetCapabilities")
        reply = await bus.call(call)
    finally:
        bus.disconnect()
    if reply.sender == BUS:
        raise DBusError("org.freedesktop.DBus.Error.Failed", "the bus knows no server")
    if reply.signature != "as":
        return frozenset()
    return frozenset(reply.body[0])
