"""How long our program takes to be on watch, and to show its icon."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.programs import Vigicle
from bench.rows import Figure, Row, median
from bench.stage import Stage
from rig.process import RigTimeoutError, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

STARTS, QUICK_STARTS = 10, 5
ICON_LIMIT_S = 5.0


def measure(*, quick: bool) -> list[Row]:
    """Start it again and again, each time in a home of its own."""
    count = QUICK_STARTS if quick else STARTS
    return [
        Row(what="start to on watch, headless", unit="s", budget=1.0, ours=_median(_until_on_watch, count)),
        Row(what="start to first icon", unit="s", budget=1.0, ours=_median(_until_icon, count)),
    ]


def _median(figure: Callable[[Stage], float | None], count: int) -> Figure:
    figures = []
    for _ in range(count):
        with Stage() as stage:
            found = figure(stage)
        if found is None:
            return "no icon came"
        figures.append(found)
    return median(figures)


def _until_on_watch(stage: Stage) -> float:
    began = time.monotonic()
    Vigicle(stage)
    return time.monotonic() - began


def _until_icon(stage: Stage) -> float | None:
    began = time.monotonic()
    Vigicle(stage, tray=True)
    try:
        wait_until(lambda: bool(stage.tray.registered), "an icon registers", ICON_LIMIT_S)
    except RigTimeoutError:
        return None
    return time.monotonic() - began
