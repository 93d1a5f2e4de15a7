"""How long a program takes to notice a card, over a bare client of the reader service in the same run."""

from __future__ import annotations

import time

from bench.cards import lasting_card
from bench.play import play
from bench.programs import OURS, PROGRAMS, is_installed
from bench.rows import PEERS, Figure, Row, median
from bench.stage import Stage

INSERTIONS, QUICK_INSERTIONS = 20, 10
START_S = 2.0


def measure(*, quick: bool) -> list[Row]:
    """Put a key in again and again, before one program after the other."""
    count = QUICK_INSERTIONS if quick else INSERTIONS
    figures = {name: _measure(name, count) for name in PROGRAMS}
    return [
        Row(
            what="reaction to a card, over a bare client",
            unit="ms",
            budget=5.0,
            ours=figures[OURS],
            peers={peer: figures[peer] for peer in PEERS},
            note=f"median of {count}; ours by its log, opensc-notify by its notice, the others by their action (date)",
        )
    ]


def _measure(name: str, count: int) -> Figure:
    if not is_installed(name):
        return "not installed"
    with Stage() as stage:
        program = PROGRAMS[name](stage)
        time.sleep(START_S)
        insertions = list(play(stage, program.seen, [lasting_card()] * count))
    return median([insertion.late_s * 1000 for insertion in insertions if insertion.noticed is not None])
