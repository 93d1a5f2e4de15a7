"""Hands a letter or a page to the desktop (Linux session bus).

Every account can read the arguments of a process. On the bus only the user's own programs see them.
Sources: XDG Desktop Portal, org.freedesktop.portal.Email, OpenURI; Desktop Entry Specification 1.5, D-Bus activation.
"""

import asyncio
import logging
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Coroutine, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.message_bus import BUS, OWNER_CHANGED, PORTAL, PORTAL_PATH, call_of_bus
from daemon.adapters.launch.mailto import Draft
from daemon.adapters.launch.vendor_tool import find_entry, read_entry
from daemon.adapters.platform.session_bus import find_session_bus
from daemon.core.model import ActivationToken

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

EMAIL, OPEN_URI = "org.freedesktop.portal.Email", "org.freedesktop.portal.OpenURI"
REQUEST = "org.freedesktop.portal.Request"
APPLICATION = "org.freedesktop.Application"
MAILTO = "x-scheme-handler/mailto"
CALL_LIMIT_S = 10.0  # a portal or a mail program starts meanwhile
CHOICE_LIMIT_S = 120.0  # the portal may ask the user which program to take, as long as we stay on the bus
OPENED, CANCELLED, ENDED = 0, 1, 2  # org.freedesktop.portal.Request


def open_draft(draft: Draft, activation: ActivationToken | None) -> bool:
    """Open the draft through the portal or the mail program.

    Returns success.
    """
    return any(_worked(way(draft, activation)) for way in (_by_portal, _by_activation))


def open_page(url: str, activation: ActivationToken | None) -> bool:
    """Open an https address through the portal.

    Returns success.
    """
    return _worked(_ask_portal(OPEN_URI, "OpenURI", (url,), {}, activation, {OPENED}))


def _worked(way: Coroutine[Any, Any, bool]) -> bool:
    from dbus_fast.errors import DBusFastError

    if not find_session_bus():
        way.close()
        return False
    try:
        return asyncio.run(way)
    # TimeoutError is an OSError. An entry's name may be no name on the bus.
    except (OSError, EOFError, ValueError, DBusFastError, subprocess.TimeoutExpired) as error:
        log.debug("The desktop was not asked: %s", type(error).__name__)
        return False


async def _by_portal(draft: Draft, activation: ActivationToken | None) -> bool:
    letter = {"address": draft.to, "subject": draft.subject, "body": draft.body}
    return await _ask_portal(EMAIL, "ComposeEmail", (), letter, activation, {OPENED, CANCELLED})


async def _ask_portal(
    interface: str,
    member: str,
    words: tuple[str, ...],
    options: dict[str, str],
    activation: ActivationToken | None,
    good: Set[int],
) -> bool:
    """Ask the portal, and return whether its answer is good.

    `words` are the method's arguments between the parent window and the options. Without a program the portal shows the
    user that there is none, and takes that for cancelled.
    """
    from dbus_fast import Variant

    bus = await _connect()
    try:
        token = f"vigicle{secrets.token_hex(8)}"
        sender = (bus.unique_name or ":").removeprefix(":").replace(".", "_")
        answered = asyncio.get_running_loop().create_future()
        request = f"{PORTAL_PATH}/request/{sender}/{token}"
        bus.add_message_handler(_response_to(request, answered))
        for rule in (f"path='{request}'", f"sender='{BUS}',member='{OWNER_CHANGED}',arg0='{PORTAL}'"):
            async with asyncio.timeout(CALL_LIMIT_S):
                await bus.call(call_of_bus("AddMatch", f"type='signal',{rule}"))
        options = {"handle_token": token, **options}
        if activation is not None:
            options["activation_token"] = activation
        typed = {name: Variant("s", value) for name, value in options.items()}
        signature = f"s{'s' * len(words)}a{{sv}}"
        if not await _called(bus, PORTAL, PORTAL_PATH, interface, member, signature, "", *words, typed):
            return False
        async with asyncio.timeout(CHOICE_LIMIT_S):
            return await answered in good
    finally:
        bus.disconnect()


def _response_to(request: str, answered: asyncio.Future[int]) -> "Callable[[Message], None]":
    """Return what hears the portal's first answer to a request.

    A portal that has gone answers no more.
    """

    def hear(message: "Message") -> None:
        is_answer = (message.path, message.interface, message.member) == (request, REQUEST, "Response")
        has_gone = (message.sender, message.member, message.body[:1]) == (BUS, OWNER_CHANGED, [PORTAL])
        if answered.done():
            return
        if is_answer and message.signature == "ua{sv}":
            answered.set_result(int(message.body[0]))
        elif has_gone and message.body[1]:
            answered.set_result(ENDED)

    return hear


async def _by_activation(draft: Draft, activation: ActivationToken | None) -> bool:
    from dbus_fast import Variant

    name = _mail_program()
    if name is None:
        return False
    path = "/" + name.replace(".", "/").replace("-", "_")
    keys = () if activation is None else ("activation-token", "desktop-startup-id")
    data = {key: Variant("s", activation) for key in keys}
    bus = await _connect()
    try:
        return await _called(bus, name, path, APPLICATION, "Open", "asa{sv}", [draft.address], data)
    finally:
        bus.disconnect()


async def _connect() -> "MessageBus":
    """Return a connection. Raises TimeoutError where the bus is mute."""
    from dbus_fast.aio import MessageBus

    async with asyncio.timeout(CALL_LIMIT_S):
        return await MessageBus().connect()


async def _called(bus: "MessageBus", name: str, path: str, interface: str, member: str, *body: object) -> bool:
    """Call a method, and return success.

    Its signature is the first of `body`.
    """
    from dbus_fast import Message, MessageType

    signature, *values = body
    message = Message(
        destination=name, path=path, interface=interface, member=member, signature=str(signature), body=values
    )
    async with asyncio.timeout(CALL_LIMIT_S):
        reply = await bus.call(message)
    return reply.message_type is not MessageType.ERROR


def _mail_program() -> str | None:
    """Return the bus name of the user's mail program, None for none."""
    asker = shutil.which("xdg-mime")
    if asker is None:
        return None
    asked = subprocess.run(  # noqa: S603 - our own command, no shell
        [asker, "query", "default", MAILTO],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=CALL_LIMIT_S,
    )
    entry = find_entry(asked.stdout.strip(), os.environ)
    if entry is None or read_entry(entry).get("DBusActivatable") != "true":
        return None
    return Path(entry).stem
