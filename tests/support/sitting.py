"""Operates the program, two readers and the guide's window.

A control is found over AT-SPI, and pressed there, by a real pointer or by real keys.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.values import replace
from support.accessibility import Accessibility, Node, report
from support.card import PivCard
from support.pki import make_certificate
from support.process import PATIENCE_S, Process, SupportTimeoutError, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from support.program import Program
    from support.reader import ReaderService

PLATFORM_URL = "https://platform.example/login"
THREE_YEARS = timedelta(days=3 * 365)
NEW_END = datetime.now(UTC) + THREE_YEARS - timedelta(days=1)
DOUBLE_CLICK_MS = 250
AFTER_A_DOUBLE_CLICK_S = 1.0  # longer than two clicks, and than buttons are unavailable
MENU_ENTRY = 20  # pixels, less than an entry of a menu is high
HELD_KEY_S = 1.2  # X repeats a key after 0.66 s
TRIES = 5
BUTTON = "push button"
PRESSED = {BUTTON, "button menu"}
NO_BREAK = "\u00a0"


def key_card(end: datetime, number: int) -> PivCard:
    """Return a key whose certificate ends then."""
    certificate = make_certificate(not_before=end - THREE_YEARS, not_after=end)
    return PivCard({"9A": certificate}, guid=bytes([number]) * 16)


def new_key() -> PivCard:
    """Return a key that was made yesterday."""
    return key_card(NEW_END, 2)


class Sitting:
    """The program with two readers, and a window operated by labels.

    A picture of the screen is kept at every step.
    """

    def __init__(self, program: Program, reader: ReaderService, tree: Accessibility, pictures: Path) -> None:
        self.program = program
        self.reader = reader
        self.step_words = "Step "
        self._tree = tree
        self._pictures = pictures
        self._taken = 0
        self.daemon = self.start_daemon()

    def start_daemon(self) -> Process:
        """Start the program and wait until it runs."""
        self.daemon = self.program.start("run")
        self.daemon.wait_for_log("vigicle is running")
        return self.daemon

    def wait_for(self, words: str) -> None:
        """Wait for these words in the window and take a picture."""
        self._wait_until(lambda: self._reads(words), f"the window says {words!r}")

    def wait_for_step(self, title: str) -> None:
        """Wait for the headline of a step, and take a picture."""
        self._wait_until(lambda: self.is_at(title), f"the window is at the step {title!r}")

    def press(self, label: str) -> None:
        """Press the button with this label, which may be drawn again meanwhile."""
        for _ in range(TRIES):
            with contextlib.suppress(RuntimeError):
                self._tree.act(self._button(label), "Press")
                return
        raise SupportTimeoutError(f"{label!r} stays nowhere")

    def click(self, label: str, *, times: int = 2, role: str | None = None, about: str = "") -> None:
        """Click a button with the pointer, twice at one place.

        `about` is in its description.
        """
        x, y = self._centre(label, {role} if role else PRESSED, about)
        clicks = ["click", "--repeat", str(times), "--delay", str(DOUBLE_CLICK_MS), "1"]
        self._xdotool("mousemove", str(x), str(y), *clicks)

    def click_at(self, *places: tuple[int, int]) -> None:
        """Click at one place after the other, as a double click."""
        moves = [["mousemove", str(x), str(y), "click", "1", "sleep", str(DOUBLE_CLICK_MS / 1000)] for x, y in places]
        self._xdotool(*(word for move in moves for word in move))

    def centre(self, label: str) -> tuple[int, int]:
        """Return the middle of a button."""
        return self._centre(label, PRESSED, "")

    def open_menu(self, label: str) -> None:
        """Open a button's menu by a double click.

        Qt's tree has no menus, but the screen has one window more.
        """
        before = len(self._windows())
        self.click(label)
        wait_until(lambda: len(self._windows()) > before, f"the menu of {label!r} is open")
        time.sleep(AFTER_A_DOUBLE_CLICK_S)

    def last_entry(self) -> tuple[int, int]:
        """Return a place on the last entry of the open menu."""
        box = min(map(self._box, self._windows()), key=lambda each: each["HEIGHT"])
        return box["X"] + box["WIDTH"] // 2, box["Y"] + box["HEIGHT"] - MENU_ENTRY // 2

    def type_key(self, key: str) -> None:
        """Type a key."""
        self._xdotool("key", key)

    def hold_key(self, key: str) -> None:
        """Hold a key down until it has repeated."""
        self._xdotool("keydown", key, "sleep", str(HELD_KEY_S), "keyup", key)

    def tab_to(self, label: str) -> None:
        """Go to a button by the Tab key alone."""
        self._button(label)

        def there() -> bool:
            if self.focused() == label:
                return True
            self.type_key("Tab")
            return self.focused() == label

        self._wait_until(there, f"Tab leads to {label!r}")

    def focused(self) -> str:
        """Return the name of what has the keyboard."""
        return next((n.name for n in self._visible() if "focused" in n.states), "")

    def has(self, label: str) -> bool:
        """Return whether a button with this label is visible."""
        return any((n.role, n.name) == (BUTTON, label) for n in self._visible())

    def is_at(self, title: str) -> bool:
        """Return whether this is the step's headline."""
        names = [n.name for n in self._visible() if n.role == "heading"]
        return any(name.startswith(self.step_words) and name.endswith(f". {title}") for name in names)

    def words(self) -> list[str]:
        """Return all that can be read in the window."""
        return [n.name for n in self._visible() if n.name]

    def _wait_until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            wait_until(condition, what)
        except SupportTimeoutError as error:
            raise SupportTimeoutError(f"{error}\n{report(self._visible())}") from error
        self._taken += 1
        command = [require_tool("scrot", "scrot"), "-o", str(self._pictures / f"{self._taken:02}.png")]
        subprocess.run(command, env=os.environ | self.program.environment, check=True, timeout=PATIENCE_S)

    def _reads(self, words: str) -> bool:
        return any(words in f"{n.name} {n.description}" for n in self._visible())

    def _centre(self, label: str, roles: Collection[str], about: str) -> tuple[int, int]:
        """Return the middle of a button, which may be drawn again meanwhile."""
        for _ in range(TRIES):
            with contextlib.suppress(RuntimeError):
                return self._tree.centre(self._button(label, roles, about))
        raise SupportTimeoutError(f"{label!r} stays nowhere")

    def _button(self, label: str, roles: Collection[str] = PRESSED, about: str = "") -> Node:
        """Return a button once it can be pressed."""
        found: list[Node] = []

        def available() -> bool:
            buttons = [n for n in self._visible() if n.role in roles and n.name == label and about in n.description]
            found[:] = [n for n in buttons if "sensitive" in n.states and n.actions]  # it may change between the two
            return bool(found)

        self._wait_until(available, f"{label!r} can be pressed")
        return found[0]

    def _visible(self) -> list[Node]:
        """Return what is shown, with common spaces."""
        nodes = self._tree.tree(hidden=False)
        return [
            replace(n, name=n.name.replace(NO_BREAK, " "), description=n.description.replace(NO_BREAK, " "))
            for n in nodes
        ]

    def _windows(self) -> list[str]:
        return self._xdotool("search", "--onlyvisible", "--class", "vigicle").split()

    def _box(self, window: str) -> dict[str, int]:
        """Return the place and size of a window."""
        lines = self._xdotool("getwindowgeometry", "--shell", window).splitlines()
        return {name: int(value) for name, value in (line.split("=") for line in lines)}

    def _xdotool(self, *words: str) -> str:
        command = [require_tool("xdotool", "xdotool"), *words]
        environment = os.environ | self.program.environment
        done = subprocess.run(command, env=environment, check=True, timeout=PATIENCE_S, capture_output=True, text=True)
        return done.stdout
