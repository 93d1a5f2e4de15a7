"""How the idle cost grows with readers and with known certificates."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from bench import memory
from bench.attempts import attempt
from bench.cards import ending_card
from bench.idle import NOBODY, QUICK_WINDOW_S, START_S, WINDOW_S, Idle, observe, pick, put_on_service
from bench.programs import QUIET_PROGRAMS, Vigicle
from bench.readers import COUNTS as READERS
from bench.rows import OURS, PEERS, Row, beside
from bench.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.programs import Watching

SETTLE_S = 20.0  # a notice, in the largest memory, and pcscd's five seconds
NOTE = (
    "many copies of vigicle run in this window and share their pages, so the PSS is less than that of one alone: "
    "it is the growth that counts here"
)


def measure(*, quick: bool) -> list[Row]:
    """Measure all in one window, with a key in each first reader."""
    counts = memory.QUICK_COUNTS if quick else memory.COUNTS
    with ExitStack() as stack:
        sandboxes: dict[str, Sandbox] = {}
        running: dict[str, Watching | str] = {}
        for readers in READERS:
            for name in (NOBODY, *QUIET_PROGRAMS):
                sandbox = sandboxes[f"{name} {readers}"] = stack.enter_context(Sandbox(readers=readers))
                if name != NOBODY:
                    running[f"{name} {readers}"] = attempt(name, partial(QUIET_PROGRAMS[name], sandbox))
        for count in counts:
            sandbox = sandboxes[_remembering(count)] = stack.enter_context(Sandbox())
            memory.fill(sandbox.state_folder, count)
            running[_remembering(count)] = attempt(_remembering(count), partial(Vigicle, sandbox, verbose=False))
        time.sleep(START_S)
        for sandbox in sandboxes.values():
            sandbox.service.insert(ending_card())
        time.sleep(SETTLE_S)
        found = observe(sandboxes, running, QUICK_WINDOW_S if quick else WINDOW_S)
    by_readers = [row for readers in READERS for row in _rows_of_readers(found, readers)]
    return [*by_readers, *(row for count in counts for row in _rows_of_memory(found, count))]


def _remembering(count: int) -> str:
    return f"{count} remembered"


def _rows_of_readers(found: Mapping[str, Idle | str], readers: int) -> list[Row]:
    these = {name: found[f"{name} {readers}"] for name in (NOBODY, OURS, *PEERS)}
    of = f"{readers} reader" + "s" * (readers > 1)
    return [
        beside(f"idle wake-ups, {of}", "1/s", pick(these, lambda idle: idle.wakeups), budget=0.02),
        beside(f"idle CPU, {of}", "%", pick(these, lambda idle: idle.cpu_percent), budget=0.003),
        beside(f"wake-ups put on pcscd, {of}", "1/s", put_on_service(these, NOBODY), budget=0.0),
        beside(f"idle memory (PSS), {of}", "MiB", pick(these, lambda idle: idle.pss_mb), note=NOTE),
    ]


def _rows_of_memory(found: Mapping[str, Idle | str], count: int) -> list[Row]:
    this = {OURS: found[_remembering(count)]}
    of = f"{count} certificates"
    return [
        beside(f"idle wake-ups, {of}", "1/s", pick(this, lambda idle: idle.wakeups), budget=0.02),
        beside(f"idle CPU, {of}", "%", pick(this, lambda idle: idle.cpu_percent), budget=0.003),
        beside(f"idle memory (PSS), {of}", "MiB", pick(this, lambda idle: idle.pss_mb), note=NOTE),
        beside(f"of that, its own (anonymous), {of}", "MiB", pick(this, lambda idle: idle.anonymous_mb)),
    ]
