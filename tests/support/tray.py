"""The panel's side of the tray: a recording watcher and xfce4-panel."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dbus_fast import Message, Variant
from PIL import Image

from config.message_bus import call_of_bus
from config.values import dataclass
from support.bus import Addressed, BusService, PrivateBus, call
from support.process import PATIENCE_S, Process, SupportTimeoutError, require_file, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from support.desktop import Screen

ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"


class TrayWatcher(BusService):
    """An org.kde.StatusNotifierWatcher that records which items register."""

    name = "org.kde.StatusNotifierWatcher"
    path = "/StatusNotifierWatcher"
    interface = name

    def __init__(self, bus: PrivateBus) -> None:
        super().__init__(bus)
        self.registered: list[str] = []

    def respond(self, message: Message) -> Message:
        if message.member == "RegisterStatusNotifierItem":
            self.registered.append(message.body[0])
            return Message.new_method_return(message)
        return super().respond(message)

    def wait_for_item(self, bus: PrivateBus) -> TrayItem:
        """Return the item that registered last, once there is one."""
        wait_until(lambda: bool(self.registered), "an icon registers")
        return TrayItem(bus, self.registered[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLine:
    """One menu entry as a panel shows it.

    A separator has the label "". `lines` are its submenu. `checked` is None for a line without a tick.
    """

    id: int
    label: str
    enabled: bool
    lines: tuple[MenuLine, ...] = ()
    checked: bool | None = None


class TrayItem:
    """A tray icon, as a panel sees it on the bus."""

    def __init__(self, bus: Addressed, name: str) -> None:
        self._bus = bus
        self._name = name

    @property
    def title(self) -> str:
        """The text for screen readers."""
        return str(self.property("Title"))

    @property
    def tooltip(self) -> str:
        """The first line of the tooltip."""
        return str(self.property("ToolTip")[2])

    @property
    def status(self) -> str:
        """Whether it is shown: "Active" or "Passive"."""
        return str(self.property("Status"))

    def pictures(self) -> dict[int, Image.Image]:
        """Return the icon in each size that is offered."""
        pictures = {}
        for width, height, pixels in self.property("IconPixmap"):
            alpha, red, green, blue = Image.frombytes("RGBA", (width, height), bytes(pixels)).split()
            pictures[width] = Image.merge("RGBA", (red, green, blue, alpha))
        return pictures

    def lines(self, parent: int = 0, depth: int = -1) -> list[MenuLine]:
        """Return the entries of the menu, or of the submenu of `parent`.

        `depth` is the number of menus, one within the other.
        """
        body = self.call("/MenuBar", MENU, "GetLayout", "iias", parent, depth, [])
        _revision, (_root, _properties, children) = body
        return [_line(child.value) for child in children]

    def labels(self) -> list[str]:
        """Return the labels of the menu, without the separators."""
        return [line.label for line in self.lines() if line.label]

    def click(self, label: str) -> None:
        """Click the entry with this label, once it is there.

        It may stand at any depth.
        """
        offered: list[MenuLine] = []

        def is_offered() -> bool:
            offered[:] = [line for line in _all(self.lines()) if line.label == label]
            return bool(offered)

        wait_until(is_offered, f"the menu offers {label!r}")
        (line,) = offered  # of the same look: the next one may find another menu
        self.click_id(line.id)

    def click_id(self, id_: int) -> None:
        """Click a line as it was when its id was read."""
        self.call("/MenuBar", MENU, "Event", "isvu", id_, "clicked", Variant("i", 0), 0)

    def activate(self) -> None:
        """Click the icon itself."""
        self.call("/StatusNotifierItem", ITEM, "Activate", "ii", 0, 0)

    def provide_activation(self, activation: str) -> None:
        """Give the right of the next click, as Plasma does."""
        self.call("/StatusNotifierItem", ITEM, "ProvideXdgActivationToken", "s", activation)

    def property(self, name: str) -> Any:
        """Return a property of the item."""
        (value,) = self.call("/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get", "ss", ITEM, name)
        return value.value

    def properties(self) -> dict[str, Any]:
        """Return all properties of the item, as panels ask for them first."""
        (values,) = self.call("/StatusNotifierItem", "org.freedesktop.DBus.Properties", "GetAll", "s", ITEM)
        return {name: value.value for name, value in values.items()}

    def call(self, path: str, interface: str, member: str, signature: str, *body: object) -> list[Any]:
        """Call one of its methods and return its reply.

        Raises RuntimeError.
        """
        message = Message(
            destination=self._name,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        return call(self._bus, message)


def _all(lines: Iterable[MenuLine]) -> Iterator[MenuLine]:
    for line in lines:
        yield line
        yield from _all(line.lines)


def _line(layout: list[Any]) -> MenuLine:
    id_, properties, children = layout
    values = {name: value.value for name, value in properties.items()}
    label = str(values.get("label", "")).replace("__", "\0")
    assert "_" not in label, f"{label} would be shown without its underscore"
    assert not children or values.get("children-display") == "submenu", f"a panel would not open {label}"
    return MenuLine(
        id=id_,
        label=label.replace("\0", "_"),
        enabled=bool(values.get("enabled", True)),
        lines=tuple(_line(child.value) for child in children),
        checked=bool(values["toggle-state"]) if values.get("toggle-type") == "checkmark" else None,
    )


class XfcePanel:
    """The real xfce4-panel with only a tray, at a screen's upper edge.

    A context manager.
    """

    def __init__(self, bus: PrivateBus, screen: Screen, *, dark: bool = False, icon_size: int = 24) -> None:
        self._panel = require_tool("xfce4-panel", "xfce4-panel")
        self._scrot = require_tool("scrot", "scrot")
        self._xdotool = require_tool("xdotool", "xdotool")
        settings = "xfce4/xfconf/xfconfd"
        self._settings = require_file(
            [f"/usr/lib/{platform.machine()}-linux-gnu/{settings}", f"/usr/lib/{settings}"], "xfconf"
        )
        self.folder = Path(tempfile.mkdtemp(prefix="vigicle-panel-"))
        channel = self.folder / "xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml"
        channel.parent.mkdir(parents=True)
        channel.write_text(PANEL.format(dark=str(dark).lower(), icon_size=icon_size))
        folders = {name: str(self.folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")}
        self._environment = os.environ | bus.environment | screen.environment | folders | {"NO_AT_BRIDGE": "1"}
        self._bus = bus
        self._processes: list[Process] = []

    def start(self) -> None:
        """Start the panel and return once it accepts icons."""
        self._start([self._settings], "settings")
        wait_until(self._has_settings, "the panel's settings can be read")
        self._start([self._panel, "--disable-wm-check"], "panel")
        wait_until(self._takes_icons, "the panel takes icons")

    def kill(self) -> None:
        """End the panel as a crash would."""
        for process in reversed(self._processes):
            process.close()
        self._processes.clear()

    def picture(self) -> Image.Image:
        """Return what the screen shows, without the mouse."""
        path = self.folder / "screen.png"
        subprocess.run([self._scrot, "-o", str(path)], env=self._environment, check=True, timeout=PATIENCE_S)
        with Image.open(path) as picture:
            return picture.convert("RGB")

    def point(self, x: int, y: int) -> None:
        """Move the mouse there."""
        self._mouse("mousemove", str(x), str(y))

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Move the mouse there and press a button, by default the first."""
        self._mouse("mousemove", str(x), str(y), "click", str(button))

    def press(self, *keys: str) -> None:
        """Press these keys, one after the other, by their X names."""
        self._mouse("key", *keys)

    def __enter__(self) -> Self:
        try:
            self.start()
        except SupportTimeoutError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _mouse(self, *command: str) -> None:
        subprocess.run([self._xdotool, *command], env=self._environment, check=True, timeout=PATIENCE_S)

    def _start(self, command: list[str | Path], name: str) -> None:
        words = [str(word) for word in command]
        self._processes.append(Process(words, environment=self._environment, log=self.folder / f"{name}.log"))

    def _has_settings(self) -> bool:
        """Return whether there are settings: without, there is no tray."""
        return bool(call(self._bus, call_of_bus("NameHasOwner", "org.xfce.Xfconf"))[0])

    def _takes_icons(self) -> bool:
        message = Message(
            destination=TrayWatcher.name,
            path=TrayWatcher.path,
            interface="org.freedesktop.DBus.Properties",
            member="Get",
            signature="ss",
            body=[TrayWatcher.name, "IsStatusNotifierHostRegistered"],
        )
        with contextlib.suppress(RuntimeError):
            (value,) = call(self._bus, message)
            return bool(value.value)
        return False


PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="36"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="icon-size" type="int" value="{icon_size}"/>
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
"""
