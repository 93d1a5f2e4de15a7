"""The tray menu on the session bus.

Answers the calls of com.canonical.dbusmenu, by which a panel shows the menu.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dbus_fast import Message, Variant

from config.values import dataclass, replace

INTERFACE = "com.canonical.dbusmenu"
PATH = "/MenuBar"
ROOT = 0
PROPERTIES = {
    "Version": Variant("u", 3),
    "TextDirection": Variant("s", "ltr"),
    "Status": Variant("s", "normal"),
    "IconThemePath": Variant("as", []),
}
SIGNATURES = {
    (INTERFACE, "GetLayout"): "iias",
    (INTERFACE, "GetGroupProperties"): "aias",
    (INTERFACE, "GetProperty"): "is",
    (INTERFACE, "Event"): "isvu",
    (INTERFACE, "EventGroup"): "a(isvu)",
    (INTERFACE, "AboutToShow"): "i",
    (INTERFACE, "AboutToShowGroup"): "ai",
}
"""The types of each method's arguments."""
OPENS = {"children-display": Variant("s", "submenu")}


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuNode:
    """One line of the menu.

    Without a label it is a separator, without an action it only informs, with `lines` it opens a menu of its own.
    `checked` is None for a line without a tick.

    `id` is set by the menu, and `among`: the labels of an inner menu, which tell one step's "I did it" from another's.
    """

    label: str
    action: Callable[[], None] | None = None
    lines: tuple["MenuNode", ...] = ()
    checked: bool | None = None
    id: int = ROOT
    among: tuple[str, ...] = ()

    @property
    def properties(self) -> dict[str, Variant]:
        """Return what differs from the protocol's defaults.

        A single "_" would underline the letter after it.
        """
        if self.id == ROOT:
            return OPENS
        if not self.label:
            return {"type": Variant("s", "separator")}
        label = {"label": Variant("s", self.label.replace("_", "__"))}
        if self.lines:
            return label | OPENS
        if self.checked is not None:
            label |= {"toggle-type": Variant("s", "checkmark"), "toggle-state": Variant("i", int(self.checked))}
        if self.action:
            return label
        return label | {"enabled": Variant("b", False)}

    @property
    def kept_by(self) -> tuple[str, bool, bool | None, tuple[str, ...]]:
        """Return the key by which a line keeps its id."""
        return self.label, self.action is None, self.checked, self.among

    def all(self) -> Iterator["MenuNode"]:
        """Yield this line, and all within."""
        yield self
        for line in self.lines:
            yield from line.all()


class DbusMenu:
    """Keeps the lines. Belongs to the thread that serves the bus.

    A line whose words stay keeps its id, and no id is used again for other words: a click that crosses a change on the
    bus does what the user read, or nothing.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._root = MenuNode(label="")
        self._last_id = ROOT

    def show(self, lines: Sequence[MenuNode]) -> None:
        """Show these lines from now on.

        The caller then emits `LayoutUpdated`.
        """
        free: dict[object, int] = {line.kept_by: line.id for line in reversed([*self._root.all()]) if line.label}
        self.revision += 1
        self._root = replace(self._root, lines=self._with_ids(lines, free))

    def answer(self, message: Message) -> Message:  # noqa: PLR0911 - one case a method
        """Answer a call of the interface, and do what it asks."""
        body = message.body
        match message.member:
            case "GetLayout":
                line = self._line(body[0]) or MenuNode(label="", id=body[0])
                return Message.new_method_return(message, "u(ia{sv}av)", [self.revision, self._layout(line, body[1])])
            case "GetGroupProperties":
                wanted = set(body[0])
                shown = [[line.id, line.properties] for line in self._root.all() if line.id in wanted or not wanted]
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

    def _with_ids(
        self, lines: Sequence[MenuNode], free: dict[object, int], among: tuple[str, ...] = ()
    ) -> tuple[MenuNode, ...]:
        """Return the lines with the ids of their words, or new ones."""
        return tuple(self._with_id(replace(line, among=among), free) for line in lines)

    def _with_id(self, line: MenuNode, free: dict[object, int]) -> MenuNode:
        id_ = free.pop(line.kept_by, ROOT)
        if id_ == ROOT:
            id_ = self._last_id = self._last_id + 1
        inner = self._with_ids(line.lines, free, tuple(part.label for part in line.lines))
        return replace(line, id=id_, lines=inner)

    def _layout(self, line: MenuNode, depth: int) -> list[Any]:
        """Return a line and its inner lines to this depth (negative: all)."""
        within = line.lines if depth else ()
        return [line.id, line.properties, [Variant("(ia{sv}av)", self._layout(part, depth - 1)) for part in within]]

    def _property(self, message: Message) -> Message:
        line = self._line(message.body[0])
        value = line.properties.get(message.body[1]) if line else None
        if value is None:
            return Message.new_error(message, "org.freedesktop.DBus.Error.InvalidArgs", "no such item or property")
        return Message.new_method_return(message, "v", [value])

    def _event(self, id_: int, kind: str) -> bool:
        """Run a clicked line's action, and return whether the line exists."""
        line = self._line(id_)
        if line and line.action and kind == "clicked":
            line.action()
        return line is not None

    def _line(self, id_: int) -> MenuNode | None:
        return next((line for line in self._root.all() if line.id == id_), None)
