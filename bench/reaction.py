"""How long programs take to notice a card, over a minimal client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.cards import lasting_card
from bench.programs import PROGRAMS
from bench.rows import Row, beside
from bench.trials import lane_of, race, seen_ms, spreads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.rows import Figure
    from bench.trials import Insertion

INSERTIONS, QUICK_INSERTIONS = 40, 10
NOTE = "vigicle by its log, opensc-notify by its notice, the others by their action (`date`)"


def measure(*, quick: bool) -> list[Row]:
    """Insert a key repeatedly, for one program after the other."""
    count = QUICK_INSERTIONS if quick else INSERTIONS
    found = race({name: lane_of(PROGRAMS[name]) for name in PROGRAMS}, [lasting_card()] * count)
    return [
        beside(f"cards missed of {count} put in calmly", "", _missed(found), budget=0.0),
        beside("reaction to a card, over a bare client", "ms", spreads(found, seen_ms), budget=5.0, note=NOTE),
    ]


def _missed(found: Mapping[str, list[Insertion] | str]) -> dict[str, Figure]:
    return {
        name: insertions
        if isinstance(insertions, str)
        else float(sum(insertion.seen_s is None for insertion in insertions))
        for name, insertions in found.items()
    }
