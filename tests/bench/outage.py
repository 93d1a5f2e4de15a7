"""How long a program stays blind when the reader service was killed, or comes after it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.cards import lasting_card
from bench.proc import is_alive
from bench.programs import OURS, PROGRAMS, is_installed, wait_for
from bench.rows import PEERS, Figure, Row
from bench.stage import Stage

if TYPE_CHECKING:
    from bench.programs import Watching

OUTAGES, QUICK_OUTAGES = 5, 3
START_S, AWAY_S, LIMIT_S = 2.0, 1.2, 4.0


def measure(*, quick: bool) -> list[Row]:
    """Kill the service under each program, and start programs before it."""
    count = QUICK_OUTAGES if quick else OUTAGES
    return [
        _row(
            f"card seen after the service was killed and restarted, worst of {count}",
            {name: _killed(name, count) for name in PROGRAMS},
        ),
        _row("card seen when the service was absent at start", {name: _absent(name) for name in PROGRAMS}),
    ]


def _row(what: str, figures: dict[str, Figure]) -> Row:
    return Row(what=what, unit="s", budget=2.0, ours=figures[OURS], peers={peer: figures[peer] for peer in PEERS})


def _killed(name: str, count: int) -> Figure:
    if not is_installed(name):
        return "not installed"
    with Stage() as stage:
        program = PROGRAMS[name](stage)
        time.sleep(START_S)
        stage.service.insert(lasting_card())
        time.sleep(START_S)
        figures: list[float] = []
        for number in range(count):
            stage.service.kill()
            time.sleep(AWAY_S + 0.31 * number)  # at various points of anybody's pause
            figure = _seen_again(stage, program)
            if isinstance(figure, str):
                return figure
            figures.append(figure)
    return max(figures)


def _absent(name: str) -> Figure:
    if not is_installed(name):
        return "not installed"
    with Stage() as stage:
        stage.service.stop()
        program = PROGRAMS[name](stage)
        time.sleep(START_S)
        stage.service.insert(lasting_card())
        return _seen_again(stage, program)


def _seen_again(stage: Stage, program: Watching) -> Figure:
    """Start the service; where the card that is in goes unseen, try with putting it in anew."""
    before = time.time()
    stage.service.start()
    back = time.time()
    if (seen := wait_for(program.seen, before, LIMIT_S)) is not None:
        return max(0.0, seen - back)
    if not is_alive(program.process.pid):
        return "ends"
    stage.service.remove()
    time.sleep(START_S)
    put_in = time.time()
    stage.service.insert(lasting_card())
    return "blind" if wait_for(program.seen, put_in, LIMIT_S) is None else "only new cards"
