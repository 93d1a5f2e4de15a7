"""How long a notice takes, over insertion and over a read."""

from __future__ import annotations

from bench.cards import ending_card
from bench.programs import PROGRAMS
from bench.rows import Row, beside
from bench.trials import lane_of, notice_over_read_s, race, spreads

INSERTIONS, QUICK_INSERTIONS = 20, 10
NOTE = (
    "bare read: `pkcs11-tool -O`. opensc-notify and card_eventmgr do not read the card, so theirs is below nought; "
    "pkcs11_eventmgr asks for the token only"
)


def measure(*, quick: bool) -> list[Row]:
    """Put keys of ever new holders in, whose certificates end soon."""
    cards = [ending_card(number) for number in range(QUICK_INSERTIONS if quick else INSERTIONS)]
    found = race({name: lane_of(PROGRAMS[name]) for name in PROGRAMS}, cards, telling=True)
    return [
        beside(
            "notice on the bus, over event and bare read",
            "s",
            spreads(found, notice_over_read_s),
            budget=0.5,
            note=NOTE,
        )
    ]
