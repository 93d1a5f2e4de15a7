"""The tray icon on Linux: a pystray back end for StatusNotifierItem.

pystray's own back ends load GTK, which costs more memory than all the rest of vigicle. A panel draws icon and menu
itself from what it asks for here; nothing is written to disk, and nothing wakes up while nothing changes.
https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from functools import partial

import pystray  # imported under PYSTRAY_BACKEND=dummy: its Icon is then the bare base class
from dbus_fast import BusType, Message, MessageFlag, MessageType, NameFlag, RequestNameReply, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusFastError
from PIL import Image

from config.i18n.text import without_markup
from config.message_bus import BUS, OWNER_CHANGED, call_of_bus, call_with_texts
from daemon.core.model import ActivationToken, right_of
from tray.icon import dbus_menu
from tray.icon.dbus_menu import DbusMenu, MenuNode
from tray.icon.drawing import SIZES, Drawing
from tray.icon.errors import NoTrayError, TrayGoneError

ITEM = "org.kde.StatusNotifierItem"
ITEM_PATH = "/StatusNotifierItem"
WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
ITEM_PROPERTIES = (
    *("Category", "Id", "Title", "Status", "IconPixmap", "ToolTip", "ItemIsMenu", "Menu", "WindowId"),
    *("IconName", "IconThemePath", "OverlayIconName", "AttentionIconName", "AttentionMovieName"),
)
SIGNATURES = dbus_menu.SIGNATURES | {
    ("org.freedesktop.DBus.Properties", "Get"): "ss",
    ("org.freedesktop.DBus.Properties", "GetAll"): "s",
}
"""The types of the arguments of the calls that are looked into, by interface and method."""
CONNECT_S = 10.0
NAMES_TRIED = 100

log = logging.getLogger(__name__)


class NoSessionBusError(NoTrayError):
    """There is no session bus, so there can be no tray."""


class LinuxIcon(pystray.Icon):  # type: ignore[misc] # pystray is not typed
    """Takes a `Drawing` as its icon.

    Setters and `stop` may be called from any thread, `run` from one only.

    `run` raises NoSessionBusError, and TrayGoneError when the bus goes later. A panel that comes late, or comes
    back, finds the icon.
    """

    HAS_DEFAULT_ACTION = False

    def __init__(self, name: str, icon: Drawing, title: str, menu: pystray.Menu) -> None:
        super().__init__(name, icon, title, menu)
        self._asyncio: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._bus: MessageBus | None = None
        self._bus_menu = DbusMenu()
        self._has_refused = False
        self._activation: ActivationToken | None = None
        self._bus_name = ""

    def take_activation(self) -> ActivationToken | None:
        """Return the right of the click that is being handled, once.

        The panel gives it before the click (StatusNotifierItem, ProvideXdgActivationToken).
        """
        activation, self._activation = self._activation, None
        return activation

    # What pystray asks of a back end; the thread may be any.

    def _show(self) -> None:
        self._soon(partial(self._emit, "NewStatus", "s", "Active"))

    def _hide(self) -> None:
        self._soon(partial(self._emit, "NewStatus", "s", "Passive"))

    def _update_icon(self) -> None:
        self._icon_valid = True
        self._soon(partial(self._emit, "NewIcon"))

    def _update_title(self) -> None:
        self._soon(partial(self._emit, "NewTitle"))
        self._soon(partial(self._emit, "NewToolTip"))

    def _update_menu(self) -> None:
        self._soon(partial(self._show_menu, self.menu))

    def _stop(self) -> None:
        self._soon(self._ended.set)

    def _run(self) -> None:
        self._asyncio = asyncio.new_event_loop()
        try:
            self._mark_ready()  # first: pystray's other thread waits for it, and would keep the program alive
            self._asyncio.run_until_complete(self._serve_until_stopped())
        finally:
            self._asyncio.close()

    # All below runs in the thread of `run`.

    async def _serve_until_stopped(self) -> None:
        ended = asyncio.ensure_future(self._ended.wait())
        served = asyncio.ensure_future(self._serve())
        await asyncio.wait({ended, served}, return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, served):
            task.cancel()
        if self._bus is not None:
            self._bus.disconnect()
        problems = await asyncio.gather(ended, served, return_exceptions=True)
        for problem in problems:
            if isinstance(problem, Exception):
                raise problem

    async def _serve(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                self._bus = bus = await MessageBus(bus_type=BusType.SESSION).connect()
        except (OSError, TimeoutError, EOFError, DBusFastError) as error:
            raise NoSessionBusError(f"no session bus answers ({str(error) or type(error).__name__})") from error
        try:
            await self._serve_on(bus)
        except (OSError, EOFError, DBusFastError) as error:
            raise TrayGoneError("the session bus has gone") from error
        raise TrayGoneError("the session bus has gone")

    async def _serve_on(self, bus: MessageBus) -> None:
        bus.add_message_handler(self._handle)
        self._bus_name = await _take_name(bus)
        watcher = f"type='signal',sender='{BUS}',member='{OWNER_CHANGED}',arg0='{WATCHER}'"
        await bus.call(call_of_bus("AddMatch", watcher))
        reply = await bus.call(self._registration())
        if reply.message_type is MessageType.ERROR:
            log.info("No panel with a tray so far; the icon will come with it")
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call] # dbus-fast leaves it bare

    def _registration(self) -> Message:
        """Return the call that registers the icon with the panels' watcher.

        Nothing is started to answer it.
        """
        call = call_with_texts(WATCHER, WATCHER_PATH, WATCHER, "RegisterStatusNotifierItem", self._bus_name)
        call.flags = MessageFlag.NO_AUTOSTART
        return call

    def _soon(self, action: Callable[[], None]) -> None:
        if self._asyncio is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: there is nothing left to show
                self._asyncio.call_soon_threadsafe(action)

    def _emit(self, member: str, signature: str = "", *body: object) -> None:
        self._send(Message.new_signal(ITEM_PATH, ITEM, member, signature, list(body)))

    def _send(self, message: Message) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.send(message)

    def _show_menu(self, menu: pystray.Menu) -> None:
        self._bus_menu.show([self._line(item) for item in menu])
        layout = [self._bus_menu.revision, dbus_menu.ROOT]
        self._send(Message.new_signal(dbus_menu.PATH, dbus_menu.INTERFACE, "LayoutUpdated", "ui", layout))

    def _line(self, item: pystray.MenuItem) -> MenuNode:
        if item is pystray.Menu.SEPARATOR:
            return MenuNode(label="")
        if item.submenu is not None:
            return MenuNode(label=item.text, lines=tuple(self._line(part) for part in item.submenu))
        action = partial(item, self) if item.enabled else None
        return MenuNode(label=item.text, action=action, checked=item.checked)

    def _handle(self, message: Message) -> Message | bool:
        """Answer the panel."""
        if message.message_type is MessageType.SIGNAL:
            if _has_new_owner(message):
                self._send(self._registration())
            return False
        if message.message_type is not MessageType.METHOD_CALL or message.path not in {ITEM_PATH, dbus_menu.PATH}:
            return False
        reply = self._answer(message) if _is_sound(message) else self._refuse(message)
        return reply is not None and (MessageFlag.NO_REPLY_EXPECTED in message.flags or reply)

    def _refuse(self, message: Message) -> Message:
        if not self._has_refused:
            self._has_refused = True
            log.warning("A program called the tray with other arguments than the protocol's; such calls are refused")
        return Message.new_error(message, f"{BUS}.Error.InvalidArgs", "other arguments than the protocol's")

    def _answer(self, message: Message) -> Message | None:
        match message.interface:
            case "org.freedesktop.DBus.Properties":
                return self._answer_properties(message)
            case dbus_menu.INTERFACE:
                return self._bus_menu.answer(message)
            case "org.kde.StatusNotifierItem":
                if message.member in {"Activate", "SecondaryActivate"}:
                    self()
                elif message.member == "ProvideXdgActivationToken" and message.signature == "s":
                    self._activation = right_of(message.body[0])
                return Message.new_method_return(message)
            case _:
                return None

    def _answer_properties(self, message: Message) -> Message:
        """Answer Get and GetAll. The image is drawn on request."""
        of_menu = message.path == dbus_menu.PATH
        names = tuple(dbus_menu.PROPERTIES) if of_menu else ITEM_PROPERTIES
        value = dbus_menu.PROPERTIES.__getitem__ if of_menu else self._property
        if message.member == "GetAll":
            values = {name: value(name) for name in names}
            return Message.new_method_return(message, "a{sv}", [values])
        if message.member != "Get" or message.body[1] not in names:
            return Message.new_error(message, f"{BUS}.Error.UnknownProperty", str(message.body))
        return Message.new_method_return(message, "v", [value(message.body[1])])

    def _property(self, name: str) -> Variant:  # noqa: PLR0911 - one case a property
        match name:
            case "Category":
                return Variant("s", "ApplicationStatus")
            case "Id":
                return Variant("s", self.name)
            case "Title":
                return Variant("s", self.title)
            case "Status":
                return Variant("s", "Active" if self.visible else "Passive")
            case "IconPixmap":
                return Variant("a(iiay)", [_pixmap(self.icon.draw(size)) for size in SIZES])
            case "ToolTip":
                return Variant("(sa(iiay)ss)", ["", [], without_markup(self.title), ""])  # Waybar and LXQt: markup
            case "ItemIsMenu":
                return Variant("b", False)  # a left click comes as Activate
            case "Menu":
                return Variant("o", dbus_menu.PATH)
            case "WindowId":
                return Variant("i", 0)
            case _:  # names of icons in the theme: we have none
                return Variant("s", "")


async def _take_name(bus: MessageBus) -> str:
    """Return a name of the protocol's that is now ours.

    In a sandbox another program may have our process number, and its name.
    """
    for number in range(1, NAMES_TRIED + 1):
        name = f"{ITEM}-{os.getpid()}-{number}"
        if await bus.request_name(name, NameFlag.DO_NOT_QUEUE) is not RequestNameReply.EXISTS:
            break
    return name


def _is_sound(message: Message) -> bool:
    """Return whether a call has the arguments of the protocol."""
    return SIGNATURES.get((message.interface or "", message.member or ""), message.signature) == message.signature


def _has_new_owner(message: Message) -> bool:
    """Return whether the bus itself announces a new watcher."""
    if message.sender != BUS or message.member != OWNER_CHANGED or message.signature != "sss":
        return False
    name, _before, owner = message.body
    return bool(name == WATCHER and owner)


def _pixmap(image: Image.Image) -> list[object]:
    """Return width, height and ARGB32 in network byte order."""
    red, green, blue, alpha = image.split()
    return [image.width, image.height, Image.merge("RGBA", (alpha, red, green, blue)).tobytes()]
