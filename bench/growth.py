"""How one step of the rules grows with what is remembered."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from bench.memory import COUNTS, QUICK_COUNTS, memory_of, settings
from bench.rows import Figure, Row, spread
from config.instants import instant
from daemon.core.events import ReadersSeen, Tick
from daemon.core.state import State
from daemon.core.step import step

STEPS, QUICK_STEPS = 20, 5


def measure(*, quick: bool) -> list[Row]:
    """Time a step without changes, which assesses and renders everything."""
    counts, steps = (QUICK_COUNTS, QUICK_STEPS) if quick else (COUNTS, STEPS)
    return [
        Row(what=f"one step with {count} certificates", unit="ms", budget=None, ours=_step_ms(count, steps))
        for count in counts
    ]


def _step_ms(count: int, steps: int) -> Figure:
    now = instant(datetime.now(UTC))
    before = State(settings=settings(), memory=memory_of(count, now))
    state, _ = step(before, ReadersSeen(at=now, readers=()))
    figures = []
    for _ in range(steps):
        began = time.perf_counter()
        state, _ = step(state, Tick(at=instant(datetime.now(UTC))))
        figures.append((time.perf_counter() - began) * 1000)
    return spread(figures)
