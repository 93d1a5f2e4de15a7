"""Which cards a program misses in fast swaps, and what they leave."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from bench.attempts import each_program
from bench.cards import ending_card, lasting_card
from bench.proc import anonymous_mb, children, descriptors, is_alive
from bench.programs import PROGRAMS, Vigicle, Watching
from bench.rows import OURS, Figure, Row, beside
from bench.sandbox import Sandbox

SWAPS, PEER_SWAPS, QUICK_SWAPS = 10_000, 1_000, 100
START_S, END_S, REST_S = 2.0, 4.0, 7.0  # pkcs11_eventmgr polls every second, pcscd cleans up after 5 s
WARM_UP = 100

PUT_IN = re.compile(r" cards put into .*: (\d+), out again before a look: (\d+)$", re.MULTILINE)

MISSED = "swaps less the cards noticed: vigicle by pcscd's event counter, the peers by what they reported"
UNREAD = (
    "noticed by the counter alone: each card is in for some 20 ms, and libpcsclite itself sleeps 0.4 s when it finds a "
    "card without an ATR, as when one is pulled out while a program connects to it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """How many cards a program noticed, and how many too late."""

    cards: int
    unread: int

    def since(self, before: Noticed) -> Noticed:
        """Return what was noticed after `before`."""
        return Noticed(cards=self.cards - before.cards, unread=self.unread - before.unread)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a process holds at one moment."""

    anonymous_mb: float
    descriptors: int
    children: int


def measure(*, quick: bool) -> list[Row]:
    """Swap cards in two readers as fast as pcscd accepts them."""
    ours, peers = (QUICK_SWAPS, QUICK_SWAPS) if quick else (SWAPS, PEER_SWAPS)
    found = each_program(lambda name: _measure(name, ours if name == OURS else peers))
    figures = {name: each if isinstance(each, tuple) else (each,) * 5 for name, each in found.items()}
    missed, unread, grown, left, orphans = ({name: each[place] for name, each in figures.items()} for place in range(5))
    after = f"after {ours} fast swaps" + (f", the peers' after {peers}" if peers != ours else "")
    return [
        beside(f"cards missed {after}", "", missed, budget=0.0, note=MISSED),
        Row(
            what=f"cards noticed, and out again before a look, {after}",
            unit="",
            budget=None,
            ours=unread[OURS],
            note=UNREAD,
        ),
        beside(f"memory grown {after} (anonymous)", "MiB", grown, budget=2.0),
        beside(f"descriptors left open {after}", "", left, budget=0.0),
        beside(f"children left {after}", "", orphans, budget=0.0),
    ]


def _measure(name: str, count: int) -> tuple[Figure, ...]:
    with Sandbox() as sandbox:
        program = PROGRAMS[name](sandbox)
        time.sleep(START_S)
        warm_up(sandbox)
        pid = program.process.pid
        if not is_alive(pid):
            return ("ended",) * 5
        before, noticed_before = holding(pid), noticed(program)
        _swap(sandbox, count)
        time.sleep(END_S)
        if not is_alive(pid):
            return ("ended",) * 5
        found = noticed(program).since(noticed_before)
        time.sleep(REST_S)
        after = holding(pid)
    return (
        float(count - found.cards),
        float(found.unread),
        after.anonymous_mb - before.anonymous_mb,
        float(after.descriptors - before.descriptors),
        float(after.children),
    )


def noticed(program: Watching) -> Noticed:
    """Return what the program has noticed so far."""
    if not isinstance(program, Vigicle):
        return Noticed(cards=len(program.seen()), unread=0)
    found = [(int(cards), int(unread)) for cards, unread in PUT_IN.findall(program.process.text)]
    return Noticed(cards=sum(cards for cards, _ in found), unread=sum(unread for _, unread in found))


def warm_up(sandbox: Sandbox) -> None:
    """Warm the program up with a read, a notice and some swaps."""
    sandbox.service.insert(ending_card())
    time.sleep(REST_S)
    sandbox.service.remove()
    _swap(sandbox, WARM_UP)
    time.sleep(REST_S)


def _swap(sandbox: Sandbox, count: int) -> None:
    cards = lasting_card(1), lasting_card(2)
    for number in range(count):
        reader, card = number % 2, cards[number // 2 % 2]
        sandbox.service.remove(reader)
        sandbox.service.insert(card, reader)


def holding(pid: int) -> Holding:
    """Return what the process holds now."""
    return Holding(anonymous_mb=anonymous_mb(pid), descriptors=descriptors(pid), children=len(children(pid)))
