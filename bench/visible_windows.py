"""A virtual screen and the visible windows of vigicle on it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from Xlib import X, display
from Xlib.error import BadWindow

from support.desktop import Screen
from support.process import require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sandbox import Sandbox

WINDOW_CLASS = "vigicle"


class VisibleWindows:
    """A context manager for a sandbox's screen with a window manager."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        screen = self._stack.enter_context(Screen())
        self._sandbox.environment |= screen.environment
        self._display = display.Display(screen.environment["DISPLAY"])
        self._stack.callback(self._display.close)
        manager = self._sandbox.start("openbox", require_tool("openbox", "openbox"))
        self._stack.callback(manager.close)
        wait_until(self._is_managed, "the window manager is there")
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def wait(self, limit_s: float) -> int:
        """Return the process id of the guide's window, once it is shown."""
        shown: list[int] = []

        def is_shown() -> bool:
            shown[:] = self._shown()
            return bool(shown)

        wait_until(is_shown, "the window is shown", limit_s)
        return shown[0]

    def wait_gone(self, limit_s: float) -> None:
        """Return once no window of vigicle is shown."""
        wait_until(lambda: not self._shown(), "the window has gone", limit_s)

    def _is_managed(self) -> bool:
        return self._display.screen().root.get_full_property(self._atom("_NET_SUPPORTING_WM_CHECK"), 0) is not None

    def _shown(self) -> list[int]:
        return list(self._owners(self._display.screen().root))

    def _owners(self, window: object) -> Iterator[int]:
        """Yield the process ids of vigicle's visible windows within this one."""
        for child in window.query_tree().children:  # type: ignore[attr-defined]  # Xlib is untyped
            try:
                if child.get_attributes().map_state == X.IsViewable:
                    owner = child.get_full_property(self._atom("_NET_WM_PID"), 0)
                    if owner is not None and WINDOW_CLASS in (child.get_wm_class() or ()):
                        yield owner.value[0]
                    yield from self._owners(child)
            except BadWindow:  # it has gone meanwhile
                continue

    def _atom(self, name: str) -> int:
        return int(self._display.intern_atom(name))
