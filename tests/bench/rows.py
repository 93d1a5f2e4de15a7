"""The benchmark's result: rows of figures, as a table and as JSON."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Figure = float | str
"""A number, or why there is none."""

PEERS = ("opensc-notify", "card_eventmgr", "pkcs11_eventmgr")
HEADERS = ("what", "unit", "budget", "vigicle", "met", *PEERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One budget: the most that is allowed, what we need, and what the peers need."""

    what: str
    unit: str
    budget: float | None
    ours: Figure
    peers: Mapping[str, Figure] = field(default_factory=dict)
    note: str = ""

    @property
    def met(self) -> bool | None:
        """None where there is no budget or no figure."""
        if self.budget is None or isinstance(self.ours, str):
            return None
        return self.ours <= self.budget


def median(figures: Sequence[float], none: str = "saw none") -> Figure:
    """Return the median, or `none` of nothing."""
    return statistics.median(figures) if figures else none


def as_table(rows: Sequence[Row]) -> str:
    """Lay the rows out in columns; notes follow below."""
    notes = [row.note for row in rows if row.note]
    lines = [HEADERS, *(_cells(row, notes) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADERS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    table.insert(1, "-" * max(map(len, table)))
    return "\n".join(table + [f"[{number}] {note}" for number, note in enumerate(notes, 1)])


def as_json(rows: Sequence[Row]) -> str:
    """Give the rows as one object, figures unrounded."""
    return json.dumps({"version": 1, "rows": [asdict(row) | {"met": row.met} for row in rows]}, indent=2)


def _cells(row: Row, notes: Sequence[str]) -> tuple[str, ...]:
    what = f"{row.what} [{notes.index(row.note) + 1}]" if row.note else row.what
    budget = "" if row.budget is None else _show(row.budget)
    met = {True: "yes", False: "NO", None: ""}[row.met]
    return (what, row.unit, budget, _show(row.ours), met, *(_show(row.peers.get(peer, "-")) for peer in PEERS))


def _show(figure: Figure) -> str:
    return figure if isinstance(figure, str) else f"{figure:.4g}"
