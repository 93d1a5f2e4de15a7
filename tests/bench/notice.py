"""How long until the desktop is told of a key, over the event and a bare read of the same key."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from bench.cards import ending_card
from bench.play import play
from bench.programs import OPENSC_MODULES, OURS, PROGRAMS, is_installed
from bench.rows import PEERS, Figure, Row, median
from bench.stage import Stage
from rig.process import require_file, require_tool

if TYPE_CHECKING:
    from collections.abc import Callable

INSERTIONS = 10
START_S = 2.0


def measure(*, quick: bool) -> list[Row]:
    """Put keys of ever new holders in, whose certificates end soon."""
    del quick
    figures = {name: _measure(name) for name in PROGRAMS}
    return [
        Row(
            what="notice on the bus, over event and bare read",
            unit="s",
            budget=0.5,
            ours=figures[OURS],
            peers={peer: figures[peer] for peer in PEERS},
            note=f"median of {INSERTIONS}; bare read: pkcs11-tool -O. opensc-notify and card_eventmgr do not read the "
            "card, so theirs is below nought; pkcs11_eventmgr asks for the token only",
        )
    ]


def _measure(name: str) -> Figure:
    if not is_installed(name):
        return "not installed"
    reads: list[float] = []
    with Stage() as stage:
        program = PROGRAMS[name](stage)
        time.sleep(START_S)
        cards = [ending_card(number) for number in range(INSERTIONS)]
        insertions = list(play(stage, program.told, cards, _timed_read(stage, reads)))
    pairs = zip(insertions, reads, strict=True)
    return median([insertion.late_s - read_s for insertion, read_s in pairs if insertion.noticed is not None])


def _timed_read(stage: Stage, reads: list[float]) -> Callable[[], None]:
    """Return what reads the card that is in, and notes how many seconds it took."""
    command = [require_tool("pkcs11-tool", "opensc"), "--module", str(require_file(OPENSC_MODULES, "opensc-pkcs11"))]

    def read() -> None:
        began = time.monotonic()
        subprocess.run([*command, "-O"], env=stage.environment, capture_output=True, timeout=20, check=False)
        reads.append(time.monotonic() - began)

    return read
