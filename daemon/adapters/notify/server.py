"""The session's notification server on Linux, asked directly: is it there, does it answer, what can it do."""

import asyncio
import html
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
ACTIONS, MARKUP = "actions", "body-markup"


def find_session_bus() -> bool:
    """Tell whether there is a session bus to try.

    The user bus of systemd is written into the environment where only its socket is there: desktop-notifier and the
    programs that we start look nowhere else.
    """
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"  # type: ignore[attr-defined,unused-ignore]
    socket = Path(folder) / "bus"
    if socket.is_socket():
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={socket}"
    return socket.is_socket()


async def ask_capabilities(limit_s: float) -> frozenset[str] | None:
    """Return what the server says that it can do (Desktop Notifications Specification, GetCapabilities).

    None: there is no bus, no server, or it does not answer within the limit.
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


def shown_body(body: str, skills: frozenset[str]) -> str:
    """Return the body as the server has to get it: a server that renders markup needs its signs escaped."""
    return html.escape(body, quote=False) if MARKUP in skills else body


async def _ask() -> frozenset[str]:
    """Ask on a connection of its own: the answer is of now, whatever became of the one before."""
    from dbus_fast import Message, MessageType
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import DBusError

    bus = await MessageBus().connect()
    try:
        call = Message(destination=NAME, path=PATH, interface=NAME, member="GetCapabilities")
        reply = await bus.call(call)
    finally:
        bus.disconnect()
    if reply.message_type is MessageType.ERROR or reply.signature != "as":
        raise DBusError("org.freedesktop.DBus.Error.Failed", "GetCapabilities failed")
    return frozenset(reply.body[0])
