"""Chooses few combinations of values in which each two values still meet."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[object, ...]
Pair = tuple[tuple[int, object], tuple[int, object]]


def pairwise(*dimensions: Sequence[object]) -> list[Row]:
    """Return rows in which any two values of two dimensions meet.

    Each next row is the one that has the most pairs not met yet; the same arguments give the same rows.
    """
    every_row = list(product(*dimensions))
    missing = {pair for row in every_row for pair in pairs(row)}
    rows: list[Row] = []
    while missing:
        best = max(every_row, key=lambda row: len(pairs(row) & missing))
        rows.append(best)
        missing -= pairs(best)
    return rows


def pairs(row: Row) -> set[Pair]:
    """Return each two values of a row, with their places."""
    return set(combinations(enumerate(row), 2))
