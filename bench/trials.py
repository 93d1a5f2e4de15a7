"""Inserts cards for several programs, each beside a minimal client."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bench.attempts import attempt
from bench.programs import OPENSC_MODULES, BareClient, wait_for
from bench.rows import spread
from bench.sandbox import Sandbox
from support.process import require_file, require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.programs import Watching
    from bench.rows import Figure
    from support.card import Card

K = TypeVar("K")

START_S = 2.0
EVENT_LIMIT_S, NOTICED_LIMIT_S = 2.0, 4.0
OUT_S, AFTER_S = 1.5, 0.3  # pkcs11_eventmgr polls every second
READ_LIMIT_S = 20
EARLY_S = 0.05  # a program may see the card before the minimal client


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """One insertion: when the minimal client saw it, and what followed when.

    None is for what did not happen.


    `read_s` is how long a bare read of the card takes.
    """

    event: float
    seen_s: float | None
    notified_s: float | None = None
    read_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Lane:
    """One program in its sandbox, beside the minimal client.

    The `readers` take turns.
    """

    sandbox: Sandbox
    program: Watching
    bare: BareClient
    readers: tuple[int, ...] = (0, 0, 1)
    limit_s: float = NOTICED_LIMIT_S
    empty_since: float = 0.0
    insertions: list[Insertion] = field(default_factory=list)

    def put_in(self, card: Card, *, telling: bool) -> None:
        """Insert a card until it was noticed, and remove it."""
        number = len(self.insertions)
        reader = self.readers[number % len(self.readers)]
        empty_s = OUT_S + 0.137 * (number % 7)  # not in step with anybody's polling
        time.sleep(max(0.0, self.empty_since + empty_s - time.monotonic()))
        put_in = time.time()
        self.sandbox.service.insert(card, reader)
        try:
            self.insertions.append(self._observe(put_in, telling=telling))
        finally:
            self.sandbox.service.remove(reader)
            self.empty_since = time.monotonic()

    def _observe(self, put_in: float, *, telling: bool) -> Insertion:
        event = wait_for(self.bare.seen, put_in, EVENT_LIMIT_S)
        assert event is not None, "the bare client saw nothing"
        notified_at = wait_for(self.program.notified_at, event - EARLY_S, self.limit_s) if telling else None
        seen = wait_for(self.program.seen, event - EARLY_S, 0.0 if telling else self.limit_s)
        time.sleep(AFTER_S)
        return Insertion(
            event=event,
            seen_s=None if seen is None else seen - event,
            notified_s=None if notified_at is None else notified_at - event,
            read_s=_read_s(self.sandbox) if telling else None,
        )


def race(
    starts: Mapping[K, Callable[[ExitStack], Lane]], cards: Sequence[Card], *, telling: bool = False
) -> dict[K, list[Insertion] | str]:
    """Insert each card in every lane, one at a time.

    With `telling`, wait until the program has notified, and read the card directly, too. A lane that fails is left out
    from there on.
    """
    with ExitStack() as stack:
        found = {name: attempt(str(name), partial(start, stack)) for name, start in starts.items()}
        time.sleep(START_S)
        for card in cards:
            for name, lane in found.items():
                if isinstance(lane, str):
                    continue
                failure = attempt(str(name), partial(lane.put_in, card, telling=telling))
                if isinstance(failure, str):
                    found[name] = failure
    return {name: lane if isinstance(lane, str) else lane.insertions for name, lane in found.items()}


def lane_of(program: Callable[[Sandbox], Watching], readers: int = 2) -> Callable[[ExitStack], Lane]:
    """Return a function that starts a program in a sandbox with `readers`.

    Of two readers both take cards in turn, of others only the first.
    """

    def start(stack: ExitStack) -> Lane:
        sandbox = stack.enter_context(Sandbox(readers=readers))
        return Lane(
            sandbox=sandbox,
            program=program(sandbox),
            bare=BareClient(sandbox),
            readers=(0, 0, 1) if readers == 2 else (0,),
        )

    return start


def spreads(found: Mapping[K, list[Insertion] | str], figure: Callable[[Insertion], float | None]) -> dict[K, Figure]:
    """Summarise one figure of the insertions that have it."""
    return {
        name: insertions
        if isinstance(insertions, str)
        else spread([value for each in insertions if (value := figure(each)) is not None])
        for name, insertions in found.items()
    }


def seen_ms(insertion: Insertion) -> float | None:
    """How many milliseconds after the minimal client it saw the card."""
    return None if insertion.seen_s is None else insertion.seen_s * 1000


def notice_over_read_s(insertion: Insertion) -> float | None:
    """How many seconds the notice took, over a plain read."""
    if insertion.notified_s is None or insertion.read_s is None:
        return None
    return insertion.notified_s - insertion.read_s


def _read_s(sandbox: Sandbox) -> float:
    """Return how long OpenSC's tool takes to list the present card."""
    module = require_file(OPENSC_MODULES, "opensc-pkcs11")
    command = [require_tool("pkcs11-tool", "opensc"), "--module", str(module), "--list-objects"]
    began = time.monotonic()
    sandbox.run(*command, limit_s=READ_LIMIT_S)
    return time.monotonic() - began
