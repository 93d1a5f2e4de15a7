"""Put cards into a program's reader and note when it, and the bare client beside it, see them."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.programs import BareClient, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.stage import Stage
    from rig.card import Card

EVENT_LIMIT_S, SEEN_LIMIT_S = 2.0, 4.0
BEFORE_S, AFTER_S = 1.5, 0.3  # pkcs11_eventmgr looks once a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """One card put in: when the bare client saw it, and the program (None: it did not)."""

    event: float
    noticed: float | None

    @property
    def late_s(self) -> float:
        """How long after the bare client the program noticed."""
        assert self.noticed is not None
        return self.noticed - self.event


def play(
    stage: Stage,
    moments: Callable[[], list[float]],
    cards: Sequence[Card],
    while_in: Callable[[], None] = lambda: None,
) -> Iterator[Insertion]:
    """Put each card in and take it out again, now and then in the other reader; call `while_in` in between.

    `moments` are those at which the program noticed.
    """
    bare = BareClient(stage)
    readers = itertools.cycle((0, 0, 1))
    for number, (card, reader) in enumerate(zip(cards, readers, strict=False)):
        time.sleep(BEFORE_S + 0.137 * (number % 7))  # not in step with anybody's polling
        put_in = time.time()
        stage.service.insert(card, reader)
        event = wait_for(bare.seen, put_in, EVENT_LIMIT_S)
        assert event is not None, "the bare client saw nothing"
        noticed = wait_for(moments, event - 0.05, SEEN_LIMIT_S)
        time.sleep(AFTER_S)
        while_in()
        stage.service.remove(reader)
        yield Insertion(event=event, noticed=noticed)
