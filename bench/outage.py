"""How long programs miss cards after the service restarts or starts late."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from bench.attempts import each_program
from bench.cards import lasting_card
from bench.proc import is_alive
from bench.programs import PROGRAMS, wait_for
from bench.rows import Figure, Row, beside, spread
from bench.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.programs import Watching

OUTAGES, QUICK_OUTAGES = 20, 3
START_S, AWAY_S, LIMIT_S = 2.0, 1.2, 4.0
STRIDE_S, PAUSE_S = 0.31, 1.5  # so that the service comes back at various points of anybody's pause


def measure(*, quick: bool) -> list[Row]:
    """Kill the service under each program, and start programs before it."""
    count = QUICK_OUTAGES if quick else OUTAGES
    killed = each_program(partial(_killed, count=count), at_once=True)
    absent = each_program(partial(_absent, count=count), at_once=True)
    return [
        beside(
            "card seen after the service was killed and restarted",
            "s",
            killed,
            budget=2.0,
            held="worst",
        ),
        beside("card seen when the service was absent at start", "s", absent, budget=2.0, held="worst"),
    ]


def _killed(name: str, count: int) -> Figure:
    with Sandbox() as sandbox:
        program = PROGRAMS[name](sandbox)
        time.sleep(START_S)
        sandbox.service.insert(lasting_card())
        time.sleep(START_S)
        return _all(_after_a_kill(sandbox, program, number) for number in range(count))


def _after_a_kill(sandbox: Sandbox, program: Watching, number: int) -> Figure:
    sandbox.service.kill()
    time.sleep(AWAY_S + STRIDE_S * number % PAUSE_S)
    return _seen_again(sandbox, program)


def _absent(name: str, count: int) -> Figure:
    return _all(_after_a_start(name, number) for number in range(count))


def _after_a_start(name: str, number: int) -> Figure:
    with Sandbox() as sandbox:
        sandbox.service.stop()
        program = PROGRAMS[name](sandbox)
        time.sleep(START_S + STRIDE_S * number % PAUSE_S)
        sandbox.service.insert(lasting_card())
        return _seen_again(sandbox, program)


def _all(figures: Iterator[Figure]) -> Figure:
    """Summarise the figures, or return the first word among them."""
    numbers: list[float] = []
    for figure in figures:
        if not isinstance(figure, float):
            return figure
        numbers.append(figure)
    return spread(numbers)


def _seen_again(sandbox: Sandbox, program: Watching) -> Figure:
    """Start the service and, where its card goes unseen, reinsert it."""
    before = time.time()
    sandbox.service.start()
    back = time.time()
    if (seen := wait_for(program.seen, before, LIMIT_S)) is not None:
        return max(0.0, seen - back)
    if not is_alive(program.process.pid):
        return "ends"
    sandbox.service.remove()
    time.sleep(START_S)
    put_in = time.time()
    sandbox.service.insert(lasting_card())
    return "blind" if wait_for(program.seen, put_in, LIMIT_S) is None else "only new cards"
