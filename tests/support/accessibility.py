"""Reads and operates a window over AT-SPI, as a screen reader does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import queue
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from config.message_bus import call_of_bus
from config.values import dataclass
from support.bus import PrivateBus, call
from support.process import PATIENCE_S, Process, SupportTimeoutError, require_file, wait_until

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Mapping

T = TypeVar("T")

ACCESSIBLE = "org.a11y.atspi.Accessible"
ACTION = "org.a11y.atspi.Action"
COMPONENT = "org.a11y.atspi.Component"
EVENTS = "org.a11y.atspi.Event.Object"
REGISTRY = "org.a11y.atspi.Registry"
ROOT = "/org/a11y/atspi/accessible/root"
STATES = {  # AtspiStateType, by number
    4: "checked",
    7: "editable",
    11: "focusable",
    12: "focused",
    23: "selected",
    24: "sensitive",
    25: "showing",
    39: "default",
    41: "checkable",
    42: "has popup",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One object of the tree, as it was when it was read."""

    owner: str
    path: str
    depth: int
    role: str
    name: str
    description: str
    states: frozenset[str]
    actions: tuple[str, ...]


class Accessibility:
    """An accessibility bus with the real registry, on a private session bus.

    A context manager.
    """

    def __init__(self, bus: PrivateBus) -> None:
        self._bus = bus
        self._launcher = require_file(
            ["/usr/libexec/at-spi-bus-launcher", f"/usr/lib/{platform.machine()}-linux-gnu/at-spi-bus-launcher"],
            "at-spi2-core",
        )
        self._process: Process | None = None
        self._client: _Client | None = None
        self.environment: Mapping[str, str] = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"} | bus.environment

    def __enter__(self) -> Self:
        environment = {**os.environ, **self._bus.environment, "XDG_RUNTIME_DIR": str(self._bus.folder)}
        command = [str(self._launcher), "--launch-immediately"]
        self._process = Process(command, environment=environment, log=self._bus.folder / "accessibility.log")
        wait_until(lambda: bool(self._address()), "the accessibility bus is there")
        self._client = _Client(self._address())
        for event in ("object:announcement", "object:state-changed:focused"):
            self._call(REGISTRY, "/org/a11y/atspi/registry", REGISTRY, "RegisterEvent", "sass", event, [], "")
        return self

    def __exit__(self, *exception: object) -> None:
        if self._client is not None:
            self._client.close()
        if self._process is not None:
            self._process.close()

    def tree(self, *, hidden: bool = True) -> list[Node]:
        """Return all objects of all programs, without those that vanish meanwhile."""
        programs = self._children(REGISTRY, ROOT)
        return [node for owner, path in programs for node in self._walk(owner, path, 0, hidden=hidden)]

    def find(self, role: str, name: str, timeout_s: float = PATIENCE_S) -> Node:
        """Return the visible object with this role and name, once it exists."""
        found: list[Node] = []

        def there() -> bool:
            found[:] = [n for n in self.tree(hidden=False) if (n.role, n.name) == (role, name)]
            return len(found) == 1

        try:
            wait_until(there, f"{role} {name!r} is there", timeout_s)
        except SupportTimeoutError as error:
            raise SupportTimeoutError(f"{error}\n{report(self.tree())}") from error
        return found[0]

    def available(self, role: str, name: str, timeout_s: float = PATIENCE_S) -> Node:
        """Return a control once it can be used."""
        found: list[Node] = []

        def is_usable() -> bool:
            found[:] = [self.find(role, name, timeout_s)]
            return "sensitive" in found[0].states

        wait_until(is_usable, f"{name!r} can be used", timeout_s)
        return found[0]  # of the same look: it may change before the next one

    def act(self, node: Node, action: str) -> None:
        """Do one of an object's actions."""
        self._call(node.owner, node.path, ACTION, "DoAction", "i", node.actions.index(action))

    def focus(self, node: Node) -> None:
        """Bring the keyboard to an object."""
        self._call(node.owner, node.path, COMPONENT, "GrabFocus")

    def centre(self, node: Node) -> tuple[int, int]:
        """Return the middle of an object, in pixels of the screen."""
        x, y, width, height = self._call(node.owner, node.path, COMPONENT, "GetExtents", "u", 0)[0]
        return x + width // 2, y + height // 2

    def focused(self, timeout_s: float = PATIENCE_S) -> Node:
        """Return the next object that received the focus, as it is now."""
        assert self._client is not None
        try:
            owner, path = self._client.focused.get(timeout=timeout_s)
        except queue.Empty:
            raise SupportTimeoutError(f"the keyboard went nowhere within {timeout_s:g} s") from None
        return self._node(owner, path, 0)

    def announced(self, timeout_s: float = PATIENCE_S) -> str:
        """Return the oldest announcement that was not yet returned."""
        assert self._client is not None
        try:
            return self._client.announced.get(timeout=timeout_s)
        except queue.Empty:
            raise SupportTimeoutError(f"nothing was announced within {timeout_s:g} s") from None

    def _address(self) -> str:
        message = Message(
            destination="org.a11y.Bus", path="/org/a11y/bus", interface="org.a11y.Bus", member="GetAddress"
        )
        with contextlib.suppress(RuntimeError):
            return str(call(self._bus, message)[0])
        return ""

    def _walk(self, owner: str, path: str, depth: int, *, hidden: bool) -> Iterator[Node]:
        with contextlib.suppress(RuntimeError):
            node = self._node(owner, path, depth)
            if "showing" in node.states or hidden:
                yield node
                for child_owner, child in self._children(owner, path):
                    yield from self._walk(child_owner, child, depth + 1, hidden=hidden)

    def _node(self, owner: str, path: str, depth: int) -> Node:
        (low, high) = self._call(owner, path, ACCESSIBLE, "GetState")[0]
        bits = low | high << 32
        return Node(
            owner=owner,
            path=path,
            depth=depth,
            role=self._call(owner, path, ACCESSIBLE, "GetRoleName")[0],
            name=self._property(owner, path, "Name"),
            description=self._property(owner, path, "Description"),
            states=frozenset(word for bit, word in STATES.items() if bits >> bit & 1),
            actions=self._actions(owner, path),
        )

    def _actions(self, owner: str, path: str) -> tuple[str, ...]:
        with contextlib.suppress(RuntimeError):
            return tuple(name for name, *_ in self._call(owner, path, ACTION, "GetActions")[0])
        return ()

    def _children(self, owner: str, path: str) -> list[tuple[str, str]]:
        return [(each[0], each[1]) for each in self._call(owner, path, ACCESSIBLE, "GetChildren")[0]]

    def _property(self, owner: str, path: str, name: str) -> str:
        (value,) = self._call(owner, path, "org.freedesktop.DBus.Properties", "Get", "ss", ACCESSIBLE, name)
        return str(value.value)

    def _call(
        self, owner: str, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> list[Any]:
        message = Message(
            destination=owner,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        assert self._client is not None
        return self._client.call(message)


class _Client:
    """A connection to the accessibility bus that records announcements and focus.

    It has a thread of its own.
    """

    def __init__(self, address: str) -> None:
        self.announced: queue.Queue[str] = queue.Queue()
        self.focused: queue.Queue[tuple[str, str]] = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._bus: MessageBus = self._run(self._connect(address))

    def call(self, message: Message) -> list[Any]:
        """Call a method. Raises RuntimeError."""
        reply: Message | None = self._run(self._bus.call(message))
        if reply is None or reply.message_type is MessageType.ERROR:
            raise RuntimeError(f"{message.member}: {reply.body if reply else 'no answer'}")
        return list(reply.body)

    def close(self) -> None:
        """Leave the bus."""
        self._run(self._disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _run(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE_S)

    async def _connect(self, address: str) -> MessageBus:
        bus = await MessageBus(bus_address=address).connect()
        bus.add_message_handler(self._receive)
        for what in ("member='Announcement'", "member='StateChanged',arg0='focused'"):
            await bus.call(call_of_bus("AddMatch", f"type='signal',interface='{EVENTS}',{what}"))
        return bus

    async def _disconnect(self) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # untyped in dbus-fast

    def _receive(self, message: Message) -> bool:
        match message.member, message.body:
            case "Announcement", [_, _, _, words, *_]:
                self.announced.put(str(words.value))
            case "StateChanged", ["focused", 1, *_]:
                self.focused.put((str(message.sender), str(message.path)))
        return False


def report(nodes: list[Node]) -> str:
    """Write the tree as text: role, name, description, states, actions."""
    return "\n".join(map(_line, nodes))


def _line(node: Node) -> str:
    description = f" ({node.description})" if node.description else ""
    does = f" does {', '.join(node.actions)}" if node.actions else ""
    return f"{'  ' * node.depth}{node.role} “{node.name}”{description} [{', '.join(sorted(node.states))}]{does}"
