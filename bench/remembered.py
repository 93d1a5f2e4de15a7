"""How daemon and commands scale with the number of known certificates."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench import memory
from bench.attempts import repeat
from bench.cards import ending_card, lasting_card
from bench.guide import by_command, openings
from bench.programs import BareClient, Vigicle
from bench.rows import OURS, Figure, Row, beside
from bench.sandbox import Sandbox
from bench.trials import Lane, notice_over_read_s, race, seen_ms, spreads
from bench.visible_windows import VisibleWindows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

TIMES, QUICK_TIMES = 20, 3
LIMIT_S = 60.0
KNOWN_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How long one memory takes to be asked in every way."""

    size_mb: float
    start_s: Figure
    status_s: Figure
    table_s: Figure
    check_s: Figure
    guide_s: Figure


def measure(*, quick: bool) -> list[Row]:
    """Start with stores of each size, insert new keys, and run commands."""
    counts, times = (memory.QUICK_COUNTS, QUICK_TIMES) if quick else (memory.COUNTS, TIMES)
    cards = [ending_card(number) for number in range(1_000_000, 1_000_000 + times)]  # of unknown holders
    found = race({count: partial(_lane, count) for count in counts}, cards, telling=True)
    late_ms, notified_s = spreads(found, seen_ms), spreads(found, notice_over_read_s)
    asked = {count: _ask(count, times) for count in counts}
    return [
        *_rows("store on disk", "MiB", {count: each.size_mb for count, each in asked.items()}),
        *_rows("start to running", "s", {count: each.start_s for count, each in asked.items()}, budget=1.0),
        *_rows("reaction to a card, over a bare client", "ms", late_ms, budget=5.0),
        *_rows("notice of a new key, over event and plain read", "s", notified_s, budget=0.5),
        *_rows("`vigicle status --json`", "s", {count: each.status_s for count, each in asked.items()}),
        *_rows("`vigicle status`", "s", {count: each.table_s for count, each in asked.items()}),
        *_rows("`vigicle check --json`", "s", {count: each.check_s for count, each in asked.items()}),
        *_rows("`vigicle guide` to window shown", "s", {count: each.guide_s for count, each in asked.items()}),
    ]


def _rows(what: str, unit: str, figures: Mapping[int, Figure], budget: float | None = None) -> list[Row]:
    return [
        beside(f"{what}, {count} certificates", unit, {OURS: figure}, budget=budget)
        for count, figure in figures.items()
    ]


def _lane(count: int, stack: ExitStack) -> Lane:
    sandbox = stack.enter_context(Sandbox())
    memory.fill(sandbox.state_folder, count)
    return Lane(sandbox=sandbox, program=Vigicle(sandbox), bare=BareClient(sandbox), limit_s=LIMIT_S)


def _ask(count: int, times: int) -> Answers:
    with Sandbox() as sandbox, VisibleWindows(sandbox) as windows:
        memory.fill(sandbox.state_folder, count)
        size_mb = memory.size_mb(sandbox.state_folder)
        start_s = repeat(partial(_start_s, sandbox), times)
        program = Vigicle(sandbox, verbose=False, tray=True)
        sandbox.service.insert(lasting_card())
        time.sleep(KNOWN_S)
        return Answers(
            size_mb=size_mb,
            start_s=start_s,
            status_s=repeat(partial(_command_s, program, "status", "--json"), times),
            table_s=repeat(partial(_command_s, program, "status"), times),
            check_s=repeat(partial(_command_s, program, "check", "--json"), times),
            guide_s=openings(windows, partial(by_command, program), times),
        )


def _start_s(sandbox: Sandbox) -> float:
    began = time.monotonic()
    program = Vigicle(sandbox, verbose=False)
    taken_s = time.monotonic() - began
    program.process.terminate()
    return taken_s


def _command_s(program: Vigicle, *words: str) -> float:
    began = time.monotonic()
    done = program.commands.run(*words, timeout_s=LIMIT_S)
    assert done.returncode in {0, 1}, done.stderr
    return time.monotonic() - began
