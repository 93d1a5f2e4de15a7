"""The tray menu on the session bus: answers the calls of com.canonical.dbusmenu, by which a panel shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dbus_fast import Message, Variant

INTERFACE = "com.canonical.dbusmenu"
PATH = "/MenuBar"
ROOT = 0
PROPERTIES = {
    "Version": Variant("u", 3),
    "TextDirection": Variant("s", "ltr"),
    "Status": Variant("s", "normal"),
    "IconThemePath": Variant("as", []),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: without a label a separator, without an action only to be read. `id` is set by the menu."""

    label: str
    action: Callable[[], None] | None = None
    id: int = ROOT

    @property
    def properties(self) -> dict[str, Variant]:
        """Return what differs from the protocol's defaults; "_" would underline the letter after it."""
        if not self.label:
            return {"type": Variant("s", "separator")}
        label = {"label": Variant("s", self.label.replace("_", "__"))}
        return label if self.action else label | {"enabled": Variant("b", False)}


class DbusMenu:
    """Keeps the lines; belongs to the thread that serves the bus.

    A line whose words stay keeps its id, and no id is used again for other words: a click that crosses a change on the
    bus does what the person read, or nothing.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._lines: tuple[Line, ...] = ()
        self._last_id = ROOT

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from now on; the caller then emits `LayoutUpdated`."""
        free = {(line.label, line.action is None): line.id for line in reversed(self._lines) if line.label}
        self.revision += 1
        self._lines = tuple(
            replace(line, id=free.pop((line.label, line.action is None), 0) or self._new_id()) for line in lines
        )

    def answer(self, message: Message) -> Message:
        """Answer a call of the interface, and do what it asks."""
        body = message.body
        match message.member:
            case "GetLayout":
                return Message.new_method_return(
                    message, "u(ia{sv}av)", [self.revision, self._layout(body[0], body[1])]
                )
            case "GetGroupProperties":
                wanted = set(body[0])
                shown = [[line.id, line.properties] for line in self._lines if line.id in wanted or not wanted]
                return Message.new_method_return(message, "a(ia{sv})", [shown])
            case "GetProperty":
                return self._property(message)
            case "Event":
                self._event(body[0], body[1])
                return Message.new_method_return(message)
            case "EventGroup":
                unknown = [id_ for id_, kind, _data, _time in body[0] if not self._event(id_, kind)]
                return Message.new_method_return(message, "ai", [unknown])
            case "AboutToShow":
                return Message.new_method_return(message, "b", [False])
            case "AboutToShowGroup":
                return Message.new_method_return(message, "aiai", [[], []])
            case _:
                return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", str(message.member))

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _layout(self, parent: int, depth: int) -> list[Any]:
        if parent != ROOT:
            line = self._line(parent)
            return [parent, line.properties if line else {}, []]
        lines = self._lines if depth else ()
        children = [Variant("(ia{sv}av)", [line.id, line.properties, []]) for line in lines]
        return [ROOT, {"children-display": Variant("s", "submenu")}, children]

    def _property(self, message: Message) -> Message:
        line = self._line(message.body[0])
        value = line.properties.get(message.body[1]) if line else None
        if value is None:
            return Message.new_error(message, "org.freedesktop.DBus.Error.InvalidArgs", "no such item or property")
        return Message.new_method_return(message, "v", [value])

    def _event(self, id_: int, kind: str) -> bool:
        """Do what the line with this id is for when it is clicked; tell whether there is one."""
        line = self._line(id_)
        if line and line.action and kind == "clicked":
            line.action()
        return line is not None or id_ == ROOT

    def _line(self, id_: int) -> Line | None:
        return next((line for line in self._lines if line.id == id_), None)
