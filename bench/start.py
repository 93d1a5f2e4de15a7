"""How long vigicle takes to run and to show its icon."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from bench.attempts import repeat
from bench.programs import Vigicle
from bench.rows import Figure, Row
from bench.sandbox import Sandbox
from support.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

STARTS, QUICK_STARTS = 20, 5
ICON_LIMIT_S = 5.0


def measure(*, quick: bool) -> list[Row]:
    """Start it repeatedly, each time in a new home."""
    count = QUICK_STARTS if quick else STARTS
    return [
        Row(what="start to running, headless", unit="s", budget=1.0, ours=_again(_until_running, count)),
        Row(what="start to first icon", unit="s", budget=1.0, ours=_again(_until_icon, count)),
    ]


def _again(figure: Callable[[Sandbox], float], count: int) -> Figure:
    return repeat(partial(_in_a_sandbox, figure), count)


def _in_a_sandbox(figure: Callable[[Sandbox], float]) -> float:
    with Sandbox() as sandbox:
        return figure(sandbox)


def _until_running(sandbox: Sandbox) -> float:
    began = time.monotonic()
    Vigicle(sandbox)
    return time.monotonic() - began


def _until_icon(sandbox: Sandbox) -> float:
    began = time.monotonic()
    Vigicle(sandbox, tray=True)
    wait_until(lambda: bool(sandbox.tray.registered), "an icon registers", ICON_LIMIT_S)
    return time.monotonic() - began
