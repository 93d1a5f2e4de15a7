"""How fast the guide's window opens, and its cost while open."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from typing import TYPE_CHECKING

from bench.attempts import repeat
from bench.cards import ending_card
from bench.proc import is_alive, pss_mb, work_of
from bench.programs import Vigicle
from bench.rows import OURS, Row, beside
from bench.sandbox import Sandbox
from bench.visible_windows import VisibleWindows
from support.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.rows import Figure

OPENINGS, QUICK_OPENINGS = 20, 5
WINDOW_S, QUICK_WINDOW_S = 60.0, 15.0
KNOWN_S, SETTLE_S = 4.0, 10.0
SHOWN_LIMIT_S = 20.0


def measure(*, quick: bool) -> list[Row]:
    """Open the guide repeatedly, then leave it open."""
    count, seconds = (QUICK_OPENINGS, QUICK_WINDOW_S) if quick else (OPENINGS, WINDOW_S)
    with Sandbox() as sandbox, VisibleWindows(sandbox) as windows:
        program = Vigicle(sandbox, tray=True)
        sandbox.service.insert(ending_card())
        time.sleep(KNOWN_S)
        icon = sandbox.tray.wait_for_item(sandbox.bus)
        rows = [
            _row("`vigicle guide` to window shown", openings(windows, partial(by_command, program), count)),
            _row("click on the icon to window shown", openings(windows, icon.activate, count)),
        ]
        icon.activate()
        pid = windows.wait(SHOWN_LIMIT_S)
        time.sleep(SETTLE_S)
        before, began = work_of(pid), time.monotonic()
        time.sleep(seconds)
        work = work_of(pid).since(before)
        seconds = time.monotonic() - began
        rows += [
            _row("the window's memory (PSS)", pss_mb(pid), unit="MiB"),
            _row(f"the window's idle wake-ups, {seconds:.0f} s", work.wakeups / seconds, unit="1/s"),
            _row(f"the window's idle CPU, {seconds:.0f} s", work.run_ns / seconds / 1e7, unit="%"),
        ]
    return rows


def openings(windows: VisibleWindows, open_it: Callable[[], object], count: int) -> Figure:
    """Return how long the window takes to be shown after each call.

    It is killed in between.
    """
    return repeat(partial(_opening, windows, open_it), count)


def by_command(program: Vigicle) -> None:
    """Open the guide as a user in a terminal does."""
    program.commands.start("guide")


def _opening(windows: VisibleWindows, open_it: Callable[[], object]) -> float:
    began = time.monotonic()
    open_it()
    pid = windows.wait(SHOWN_LIMIT_S)
    taken_s = time.monotonic() - began
    os.kill(pid, signal.SIGKILL)
    windows.wait_gone(SHOWN_LIMIT_S)
    wait_until(lambda: not is_alive(pid), "the window's process has ended")
    return taken_s


def _row(what: str, figure: Figure, unit: str = "s") -> Row:
    return beside(what, unit, {OURS: figure})
