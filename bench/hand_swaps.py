"""Which cards a program misses in swaps as fast as by hand."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from bench.attempts import attempt
from bench.cards import lasting_card
from bench.programs import PROGRAMS
from bench.rows import Figure, Row, beside
from bench.sandbox import Sandbox

if TYPE_CHECKING:
    from bench.programs import Watching

SWAPS, QUICK_SWAPS = 200, 20
START_S, END_S = 2.0, 4.0
OUT_S, IN_S = 0.1, 0.3  # the fastest by hand


def measure(*, quick: bool) -> list[Row]:
    """Swap two keys in one reader of each program, all at once."""
    count = QUICK_SWAPS if quick else SWAPS
    cards = {name: (lasting_card(1), lasting_card(2)) for name in PROGRAMS}
    with ExitStack() as stack:
        sandboxes = {name: stack.enter_context(Sandbox()) for name in PROGRAMS}
        programs = {name: attempt(name, partial(PROGRAMS[name], sandbox)) for name, sandbox in sandboxes.items()}
        time.sleep(START_S)
        for number in range(count):
            for sandbox in sandboxes.values():
                sandbox.service.remove()
            time.sleep(OUT_S)
            for name, sandbox in sandboxes.items():
                sandbox.service.insert(cards[name][number % 2])
            time.sleep(IN_S)
        time.sleep(END_S)
        missed = {name: _missed(program, count) for name, program in programs.items()}
    return [beside(f"cards missed of {count} swapped by hand, each in for {IN_S:g} s", "", missed, budget=0.0)]


def _missed(program: Watching | str, count: int) -> Figure:
    return program if isinstance(program, str) else float(count - len(program.seen()))
