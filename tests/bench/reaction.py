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
    figures, missed = {}, {}
    for name in PROGRAMS:
        figures[name], missed[name] = _measure(name, count)
    return [
        Row(
            what=f"cards missed of {count} put in calmly",
            unit="",
            budget=0.0,
            ours=missed[OURS],
            peers={peer: missed[peer] for peer in PEERS},
        ),
        Row(
            what="reaction to a card, over a bare client",
            unit="ms",
            budget=5.0,
            ours=figures[OURS],
            peers={peer: figures[peer] for peer in PEERS},
            note=f"median of {count}; ours by its log, opensc-notify by its notice, the others by their action (date)",
        ),
    ]


def _measure(name: str, count: int) -> tuple[Figure, Figure]:
    """Return the median delay in milliseconds, and how many were missed."""
    if not is_installed(name):
        return "not installed", "not installed"
    with Stage() as stage:
        program = PROGRAMS[name](stage)
        time.sleep(START_S)
        insertions = list(play(stage, program.seen, [lasting_card()] * count))
    late_ms = [insertion.late_s * 1000 for insertion in insertions if insertion.noticed is not None]
    return median(late_ms), float(count - len(late_ms))
