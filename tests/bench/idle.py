"""What it costs to be on watch while nothing happens: all programs side by side, in the same window."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench.cards import ending_card
from bench.proc import Work, is_alive, pss_mb, rss_mb, work_of
from bench.programs import OURS, QUIET_PROGRAMS, Vigicle, is_installed
from bench.rows import PEERS, Figure, Row
from bench.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.programs import Watching

START_S = 2.0
WINDOW_S, QUICK_WINDOW_S = 60.0, 15.0
SETTLE_S = 10.0  # pcscd switches a card off that nobody used for 5 s
WITH_TRAY, NOBODY = "vigicle with tray", "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """What one program did in the window, what its pcscd did, and its memory at the end of it."""

    seconds: float
    program: Work
    service: Work
    pss_mb: float
    rss_mb: float


def measure(*, quick: bool) -> list[Row]:
    """Watch each program, on a private pcscd with a key in one of two readers, for a minute."""
    programs = {name: start for name, start in QUIET_PROGRAMS.items() if is_installed(name)}
    programs[WITH_TRAY] = partial(Vigicle, verbose=False, tray=True)
    with ExitStack() as stack:
        stages = {name: stack.enter_context(Stage()) for name in (NOBODY, *programs)}
        running = {name: start(stages[name]) for name, start in programs.items()}
        time.sleep(START_S)
        for stage in stages.values():
            stage.service.insert(ending_card(), 1)
        time.sleep(SETTLE_S)
        if not stages[WITH_TRAY].tray.registered:
            del running[WITH_TRAY]  # no icon came
        found = _watch(stages, running, QUICK_WINDOW_S if quick else WINDOW_S)
    return _rows(found)


def _watch(stages: Mapping[str, Stage], running: Mapping[str, Watching], seconds: float) -> dict[str, Idle]:
    began = time.monotonic()
    before = {name: _works(stage, running.get(name)) for name, stage in stages.items()}
    time.sleep(seconds)
    found = {}
    for name, stage in stages.items():
        program, service = _works(stage, running.get(name))
        alive = name in running and is_alive(running[name].process.pid)
        if name != NOBODY and not alive:
            continue
        found[name] = Idle(
            seconds=time.monotonic() - began,
            program=program.since(before[name][0]),
            service=service.since(before[name][1]),
            pss_mb=pss_mb(running[name].process.pid) if alive else 0.0,
            rss_mb=rss_mb(running[name].process.pid) if alive else 0.0,
        )
    return found


def _works(stage: Stage, watching: Watching | None) -> tuple[Work, Work]:
    alive = watching is not None and is_alive(watching.process.pid)
    program = work_of(watching.process.pid) if watching is not None and alive else Work(wakeups=0, run_ns=0)
    return program, work_of(stage.service.pid)


def _rows(found: Mapping[str, Idle]) -> list[Row]:
    quiet = found[NOBODY].service.wakeups / found[NOBODY].seconds
    subjects: list[tuple[str, str, tuple[float | None, float | None], Callable[[Idle], float]]] = [
        ("idle wake-ups", "1/s", (0.02, 0.02), lambda idle: idle.program.wakeups / idle.seconds),
        ("idle CPU", "%", (0.003, 0.003), lambda idle: idle.program.run_ns / idle.seconds / 1e7),
        ("wake-ups put on pcscd", "1/s", (0, 0), lambda idle: max(0.0, idle.service.wakeups / idle.seconds - quiet)),
        ("idle memory after a notice (PSS)", "MiB", (34, 48), lambda idle: idle.pss_mb),
        ("the same, shared pages in full (RSS)", "MiB", (None, None), lambda idle: idle.rss_mb),
    ]
    rows = []
    for column, (face, ours) in enumerate((("headless", OURS), ("with tray", WITH_TRAY))):
        for what, unit, budgets, figure in subjects:
            figures = {name: figure(found[name]) if name in found else "not running" for name in (ours, *PEERS)}
            peers: dict[str, Figure] = {peer: figures[peer] for peer in PEERS}
            rows.append(Row(what=f"{what}, {face}", unit=unit, budget=budgets[column], ours=figures[ours], peers=peers))
    return rows
