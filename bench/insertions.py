"""What insertions that are read to the end leave in vigicle."""

from __future__ import annotations

import time
from functools import partial

from bench.cards import lasting_card
from bench.programs import Vigicle
from bench.rows import Row
from bench.sandbox import Sandbox
from bench.swaps import REST_S, START_S, Holding, holding, warm_up
from support.process import wait_until

INSERTIONS, QUICK_INSERTIONS = 1000, 100
WARM_UP = 20
READ_LIMIT_S = 20.0


def measure(*, quick: bool) -> list[Row]:
    """Put keys in, each until it has been read."""
    count = QUICK_INSERTIONS if quick else INSERTIONS
    with Sandbox() as sandbox:
        program = Vigicle(sandbox)
        time.sleep(START_S)
        warm_up(sandbox)
        for reader in (0, 1):
            sandbox.service.remove(reader)
        before, after = (_after(sandbox, program, times) for times in (WARM_UP, count))
    return [
        Row(
            what=f"memory grown after {count} keys read (anonymous)",
            unit="MiB",
            budget=2.0,
            ours=after.anonymous_mb - before.anonymous_mb,
        ),
        Row(
            what=f"descriptors left open after {count} keys read",
            unit="",
            budget=0.0,
            ours=float(after.descriptors - before.descriptors),
        ),
        Row(what=f"children left after {count} keys read", unit="", budget=0.0, ours=float(after.children)),
    ]


def _after(sandbox: Sandbox, program: Vigicle, count: int) -> Holding:
    cards = lasting_card(1), lasting_card(2)
    for number in range(count):
        already = _reads(program)
        sandbox.service.insert(cards[number % 2], number % 2)
        wait_until(partial(_has_read_more, program, already), "the key is read", READ_LIMIT_S)
        sandbox.service.remove(number % 2)
    time.sleep(REST_S)
    return holding(program.process.pid)


def _reads(program: Vigicle) -> int:
    return program.process.text.count("event ReadFinished")


def _has_read_more(program: Vigicle, than: int) -> bool:
    return _reads(program) > than
