"""The benchmark's result: rows of figures, as tables and as JSON."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.machine import Circumstances

OURS = "vigicle"
PEERS = ("opensc-notify", "card_eventmgr", "pkcs11_eventmgr")
HEADERS = ("what", "unit", "budget", OURS, "met", *PEERS)
PERCENTILE = 95
DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure that was taken `count` times."""

    median: float
    p95: float
    worst: float
    count: int


Figure = float | Spread | str
"""A number, a repeated one, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: its budget, vigicle's value and the peers' values.

    `held` says which value of a repeated figure the budget is for.
    """

    what: str
    unit: str
    budget: float | None
    ours: Figure
    peers: Mapping[str, Figure] = field(default_factory=dict)
    note: str = ""
    held: Literal["median", "worst"] = "median"

    @property
    def met(self) -> bool | None:
        """Whether the budget is met, None without one."""
        match self.budget, self.ours:
            case None, _:
                return None
            case _, str():
                return False
            case budget, Spread() as spread:
                return (spread.worst if self.held == "worst" else spread.median) <= budget
            case budget, figure:
                return figure <= budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one subject found."""

    name: str
    title: str
    rows: Sequence[Row]


def spread(figures: Sequence[float], none: str = "saw none") -> Figure:
    """Return a summary of repeated figures, or `none` without any.

    The 95th percentile is one of them (nearest rank).
    """
    if not figures:
        return none
    ordered = sorted(figures)
    rank = math.ceil(len(ordered) * PERCENTILE / 100)
    return Spread(median=statistics.median(ordered), p95=ordered[rank - 1], worst=ordered[-1], count=len(ordered))


def beside(
    what: str,
    unit: str,
    figures: Mapping[str, Figure],
    *,
    budget: float | None = None,
    note: str = "",
    held: Literal["median", "worst"] = "median",
) -> Row:
    """Return a row of each program's figure."""
    peers = {peer: figures[peer] for peer in PEERS if peer in figures}
    return Row(what=what, unit=unit, budget=budget, ours=figures[OURS], peers=peers, note=note, held=held)


def as_markdown(circumstances: Circumstances, sections: Sequence[Section]) -> str:
    """Return one aligned table per section, with its notes below."""
    return "\n\n".join([circumstances.as_markdown(), *map(_section, sections)]) + "\n"


def as_json(circumstances: Circumstances, sections: Sequence[Section]) -> str:
    """Give the rows as one object, figures unrounded."""
    rows = [asdict(row) | {"subject": section.name, "met": row.met} for section in sections for row in section.rows]
    return json.dumps({"version": 2, "circumstances": asdict(circumstances), "rows": rows}, indent=2)


def _section(section: Section) -> str:
    notes = list(dict.fromkeys(row.note for row in section.rows if row.note))
    lines = [HEADERS, *(_cells(row, notes) for row in section.rows)]
    used = [column for column in range(len(HEADERS)) if any(line[column] for line in lines[1:])]
    widths = {column: max(len(line[column]) for line in lines) for column in used}
    table = ["| " + " | ".join(line[column].ljust(widths[column]) for column in used) + " |" for line in lines]
    table.insert(1, "|" + "|".join("-" * (widths[column] + 2) for column in used) + "|")
    below = ["", *(f"[{number}] {note}.  " for number, note in enumerate(notes, 1))] if notes else []
    return "\n".join([f"### {section.title} (`{section.name}`)", "", *table, *below])


def _cells(row: Row, notes: Sequence[str]) -> tuple[str, ...]:
    what = f"{row.what} [{notes.index(row.note) + 1}]" if row.note else row.what
    budget = "" if row.budget is None else _number(row.budget)
    met = {True: "yes", False: "NO", None: ""}[row.met]
    peers = (_show(row.peers[peer], row) if peer in row.peers else "" for peer in PEERS)
    return (what, row.unit, budget, _show(row.ours, row), met, *peers)


def _show(figure: Figure, row: Row) -> str:
    match figure:
        case str():
            return figure
        case Spread(median=median, p95=p95, worst=worst):
            most = f", worst {_number(worst)}" if row.held == "worst" else ""
            return f"{_number(median)} (p95 {_number(p95)}{most})"
        case _:
            return _number(figure)


def _number(figure: float) -> str:
    """Write three digits that count, and no more than four places."""
    figure = round(figure, DECIMALS)
    if figure == 0:
        return "0"
    places = min(DECIMALS, max(0, 2 - math.floor(math.log10(abs(figure)))))
    written = f"{figure:.{places}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
