"""How the reaction to a card grows with the number of readers."""

from __future__ import annotations

from bench.cards import ending_card
from bench.programs import PROGRAMS
from bench.rows import Row, beside
from bench.trials import lane_of, notice_over_read_s, race, seen_ms, spreads
from support.reader import MAX_READERS

COUNTS = (1, 4, MAX_READERS)
INSERTIONS, QUICK_INSERTIONS = 20, 5


def measure(*, quick: bool) -> list[Row]:
    """Insert keys of new holders, for each program and number of readers."""
    cards = [ending_card(number) for number in range(QUICK_INSERTIONS if quick else INSERTIONS)]
    starts = {(name, count): lane_of(program, readers=count) for count in COUNTS for name, program in PROGRAMS.items()}
    found = race(starts, cards, telling=True)
    late_ms, notified_s = spreads(found, seen_ms), spreads(found, notice_over_read_s)
    return [
        *(
            beside(
                f"reaction to a card, over a bare client, {_of(count)}",
                "ms",
                {name: late_ms[name, count] for name in PROGRAMS},
                budget=5.0,
            )
            for count in COUNTS
        ),
        *(
            beside(
                f"notice on the bus, over event and bare read, {_of(count)}",
                "s",
                {name: notified_s[name, count] for name in PROGRAMS},
                budget=0.5,
            )
            for count in COUNTS
        ),
    ]


def _of(count: int) -> str:
    return f"{count} reader" + "s" * (count > 1)
