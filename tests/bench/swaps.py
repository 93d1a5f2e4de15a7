"""Which cards a program misses when they are swapped fast in two readers, and what that leaves behind."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from bench.cards import ending_card, lasting_card
from bench.proc import anonymous_mb, children, descriptors, is_alive
from bench.programs import OURS, PROGRAMS, is_installed
from bench.rows import PEERS, Figure, Row
from bench.stage import Stage

SWAPS, QUICK_SWAPS = 10_000, 100
START_S, END_S, REST_S = 2.0, 4.0, 7.0  # pkcs11_eventmgr looks once a second; pcscd tidies after 5
WARM_UP = 100

MISSED = (
    "each card is in for some 20 ms: a program that is held up for longer misses it, as may happen on a "
    "busy machine. pcscd's event counter tells of it all the same"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a process holds at one moment."""

    anonymous_mb: float
    descriptors: int
    children: int


def measure(*, quick: bool) -> list[Row]:
    """Swap cards, alternately in two readers, each as soon as pcscd has taken the one before."""
    count = QUICK_SWAPS if quick else SWAPS
    missed, grown, left, orphans = {}, {}, {}, {}
    for name in PROGRAMS:
        missed[name], grown[name], left[name], orphans[name] = _measure(name, count)
    return [
        replace(_row(f"cards missed of {count} fast swaps", "", 0.0, missed), note=MISSED),
        _row(f"memory grown after {count} fast swaps (anonymous)", "MiB", 2.0, grown),
        _row(f"descriptors left open after {count} fast swaps", "", 0.0, left),
        _row(f"children left after {count} fast swaps", "", 0.0, orphans),
    ]


def _row(what: str, unit: str, budget: float, figures: dict[str, Figure]) -> Row:
    peers = {peer: figures[peer] for peer in PEERS}
    return Row(what=what, unit=unit, budget=budget, ours=figures[OURS], peers=peers)


def _measure(name: str, count: int) -> tuple[Figure, Figure, Figure, Figure]:
    if not is_installed(name):
        return ("not installed",) * 4
    with Stage() as stage:
        program = PROGRAMS[name](stage)
        time.sleep(START_S)
        warm_up(stage)
        pid = program.process.pid
        if not is_alive(pid):
            return ("ended",) * 4
        before, seen_before = holding(pid), len(program.seen())
        _swap(stage, count)
        time.sleep(END_S)
        if not is_alive(pid):
            return ("ended",) * 4
        seen = len(program.seen()) - seen_before
        time.sleep(REST_S)
        after = holding(pid)
    return (
        float(count - seen),
        after.anonymous_mb - before.anonymous_mb,
        float(after.descriptors - before.descriptors),
        float(after.children),
    )


def warm_up(stage: Stage) -> None:
    """Let the program load and connect whatever it needs: a card read, a notice told, some swaps."""
    stage.service.insert(ending_card())
    time.sleep(REST_S)
    stage.service.remove()
    _swap(stage, WARM_UP)
    time.sleep(REST_S)


def _swap(stage: Stage, count: int) -> None:
    cards = lasting_card(1), lasting_card(2)
    for number in range(count):
        reader, card = number % 2, cards[number // 2 % 2]
        stage.service.remove(reader)
        stage.service.insert(card, reader)


def holding(pid: int) -> Holding:
    """Return what the process holds now."""
    return Holding(anonymous_mb=anonymous_mb(pid), descriptors=descriptors(pid), children=children(pid))
