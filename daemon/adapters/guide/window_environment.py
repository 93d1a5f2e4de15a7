"""Asks a Linux desktop what Qt does not.

- Qt asks the accessibility bus while it shows its first window, and waits 25 s for each of two answers. A mute bus must
  not hold up the window.
- On Wayland Qt knows nothing of the desktop's larger letters. On X11 it does (Xft/DPI).
"""

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from config.message_bus import BUS, PORTAL, PORTAL_PATH, call_with_texts
from daemon.adapters.platform.session_bus import find_session_bus

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 3.0  # a screen reader must not be lost to a busy machine
LETTERS_LIMIT_S = 0.5
ADDRESS = "AT_SPI_BUS_ADDRESS"  # Qt then asks no one else for the bus (qtbase, accessible/linux/dbusconnection.cpp)
NOWHERE = "unix:path=/nonexistent"
WAYLAND, LETTERS = "WAYLAND_DISPLAY", "QT_FONT_DPI"  # doc.qt.io, High DPI
USUAL_DPI = 96
ACCESSIBILITY = ("org.a11y.Bus", "/org/a11y/bus", f"{BUS}.Properties", "Get", "org.a11y.Status", "IsEnabled")
LARGER_LETTERS = (
    PORTAL,
    PORTAL_PATH,
    "org.freedesktop.portal.Settings",
    "Read",
    "org.gnome.desktop.interface",
    "text-scaling-factor",
)
LARGEST = 3.0  # that factor is 0.5 to 3 (gsettings-desktop-schemas)


def window_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the window's environment, with what the desktop answers.

    What the environment has already stays as it is.
    """
    found: dict[str, str] = {}
    if sys.platform == "linux" and find_session_bus():
        _ask_desktop(environ, found)
    return found | dict(environ)


def _ask_desktop(environ: Mapping[str, str], found: dict[str, str]) -> None:
    from dbus_fast.errors import DBusFastError

    try:
        asyncio.run(_ask(environ, found))
    except TimeoutError:
        log.warning("The accessibility bus does not answer, and the window opens without it")
        found[ADDRESS] = NOWHERE
    except (OSError, EOFError, ValueError, DBusFastError) as error:
        log.debug("The session bus was not asked: %r", error)


async def _ask(environ: Mapping[str, str], found: dict[str, str]) -> None:
    """Ask for the letters, and what Qt will ask.

    Raises TimeoutError where the accessibility bus does not answer. An error is an answer, too: there is no such bus.
    """
    from dbus_fast import MessageFlag
    from dbus_fast.aio import MessageBus

    async with asyncio.timeout(ANSWER_LIMIT_S):
        bus = await MessageBus().connect()
        try:
            if WAYLAND in environ:
                await _ask_letters(bus, found)
            if ADDRESS not in environ:
                ask = call_with_texts(*ACCESSIBILITY)
                ask.flags = MessageFlag.NO_AUTOSTART
                await bus.call(ask)
        finally:
            bus.disconnect()


async def _ask_letters(bus: "MessageBus", found: dict[str, str]) -> None:
    """Ask the portal by how much letters are larger.

    It wraps its answer twice (XDG Desktop Portal, org.freedesktop.portal.Settings, Read).
    """
    from dbus_fast import Variant

    try:
        async with asyncio.timeout(LETTERS_LIMIT_S):
            answer = await bus.call(call_with_texts(*LARGER_LETTERS))
    except TimeoutError:
        return
    factor = next(iter(answer.body), None)
    while isinstance(factor, Variant):
        factor = factor.value
    if isinstance(factor, float) and 1 < factor <= LARGEST:
        found[LETTERS] = str(round(USUAL_DPI * factor))
