"""The cost of idling, with all programs side by side."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench.attempts import FAILED, attempt
from bench.cards import ending_card
from bench.proc import Work, anonymous_mb, is_alive, pss_mb, rss_mb, work_of
from bench.programs import QUIET_PROGRAMS, Vigicle
from bench.rows import OURS, PEERS, Figure, Row, beside
from bench.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.programs import Watching

START_S = 2.0
WINDOW_S, QUICK_WINDOW_S = 300.0, 15.0
SETTLE_S = 10.0  # pcscd powers an unused card down after 5 s
WITH_TRAY, NOBODY = "vigicle with tray", "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """The work of one program and its pcscd, and its memory."""

    seconds: float
    program: Work
    service: Work
    pss_mb: float
    rss_mb: float
    anonymous_mb: float

    @property
    def wakeups(self) -> float:
        """How often a second the program woke."""
        return self.program.wakeups / self.seconds

    @property
    def cpu_percent(self) -> float:
        """Which part of one processor the program took."""
        return self.program.run_ns / self.seconds / 1e7

    @property
    def service_wakeups(self) -> float:
        """How often a second its pcscd woke."""
        return self.service.wakeups / self.seconds


def measure(*, quick: bool) -> list[Row]:
    """Measure each program for five minutes with one key in two readers."""
    seconds = QUICK_WINDOW_S if quick else WINDOW_S
    programs = dict(QUIET_PROGRAMS)
    programs[WITH_TRAY] = partial(Vigicle, verbose=False, tray=True)
    with ExitStack() as stack:
        sandboxes = {name: stack.enter_context(Sandbox()) for name in (NOBODY, *programs)}
        running = {name: attempt(name, partial(start, sandboxes[name])) for name, start in programs.items()}
        time.sleep(START_S)
        for sandbox in sandboxes.values():
            sandbox.service.insert(ending_card(), 1)
        time.sleep(SETTLE_S)
        if not sandboxes[WITH_TRAY].tray.registered:
            running[WITH_TRAY] = "no icon came"
        found = observe(sandboxes, running, seconds)
    headless = {name: found[name] for name in (OURS, NOBODY, *PEERS)}
    with_tray = {OURS: found[WITH_TRAY], NOBODY: found[NOBODY]}
    return [*_rows(headless, "headless", seconds, budget_mb=26), *_rows(with_tray, "with tray", seconds, budget_mb=30)]


def observe(
    sandboxes: Mapping[str, Sandbox], running: Mapping[str, Watching | str], seconds: float
) -> dict[str, Idle | str]:
    """Return each program's work over `seconds`, or a word for failure.

    A sandbox without a program shows what pcscd does by itself.
    """
    began = time.monotonic()
    before = {name: _works(sandbox, running.get(name)) for name, sandbox in sandboxes.items()}
    time.sleep(seconds)
    return {name: _idle(sandbox, running.get(name), before[name], began) for name, sandbox in sandboxes.items()}


def _idle(sandbox: Sandbox, watching: Watching | str | None, before: tuple[Work, Work], began: float) -> Idle | str:
    if isinstance(watching, str):
        return watching
    if watching is not None and not is_alive(watching.process.pid):
        return "ended"
    program, service = _works(sandbox, watching)
    pid = 0 if watching is None else watching.process.pid
    return Idle(
        seconds=time.monotonic() - began,
        program=program.since(before[0]),
        service=service.since(before[1]),
        pss_mb=pss_mb(pid) if pid else 0.0,
        rss_mb=rss_mb(pid) if pid else 0.0,
        anonymous_mb=anonymous_mb(pid) if pid else 0.0,
    )


def _works(sandbox: Sandbox, watching: Watching | str | None) -> tuple[Work, Work]:
    program = Work({})
    if watching is not None and not isinstance(watching, str) and is_alive(watching.process.pid):
        program = work_of(watching.process.pid)
    return program, work_of(sandbox.service.pid)


def pick(found: Mapping[str, Idle | str], figure: Callable[[Idle], float]) -> dict[str, Figure]:
    """Return one figure of each program, or its word."""
    return {name: idle if isinstance(idle, str) else figure(idle) for name, idle in found.items()}


def put_on_service(found: Mapping[str, Idle | str], nobody: str) -> dict[str, Figure]:
    """Return each pcscd's wake-ups a second, over those of an unused one."""
    alone = found[nobody]
    if isinstance(alone, str):
        return dict.fromkeys(found, FAILED)
    quiet = alone.service_wakeups
    return pick(found, lambda idle: max(0.0, idle.service_wakeups - quiet))


def _rows(found: Mapping[str, Idle | str], tray: str, seconds: float, budget_mb: float) -> list[Row]:
    return [
        beside(f"idle wake-ups in {seconds:g} s, {tray}", "1/s", pick(found, lambda idle: idle.wakeups), budget=0.02),
        beside(f"idle CPU in {seconds:g} s, {tray}", "%", pick(found, lambda idle: idle.cpu_percent), budget=0.003),
        beside(f"wake-ups put on pcscd, {tray}", "1/s", put_on_service(found, NOBODY), budget=0.0),
        beside(
            f"idle memory after a notice (PSS), {tray}", "MiB", pick(found, lambda idle: idle.pss_mb), budget=budget_mb
        ),
        beside(f"the same, shared pages in full (RSS), {tray}", "MiB", pick(found, lambda idle: idle.rss_mb)),
    ]
