"""The combinations that are chosen are few, and leave no pair out."""

from __future__ import annotations

from itertools import product

import pytest

from support.pairs import Row, pairs, pairwise

DIMENSIONS = [
    pytest.param(([1, 2], "ab"), 4, id="two"),
    pytest.param(([1, 2], "ab", [False, True]), 4, id="three of two"),
    pytest.param((range(16), "ab", "cd", "ef", "xyz"), 60, id="window"),
    pytest.param((["only"], [0]), 1, id="one"),
]


@pytest.mark.parametrize(("dimensions", "most"), DIMENSIONS)
def test_each_two_values_meet_in_few_rows(dimensions: tuple[Row, ...], most: int) -> None:
    rows = pairwise(*dimensions)
    wanted = {pair for row in product(*dimensions) for pair in pairs(row)}
    assert {pair for row in rows for pair in pairs(row)} == wanted
    assert len(rows) <= most


def test_the_same_dimensions_give_the_same_rows() -> None:
    assert pairwise("ab", "cde") == pairwise("ab", "cde")
