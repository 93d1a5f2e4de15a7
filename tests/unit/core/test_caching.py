"""A cached result is used for the same values only."""

import pytest

from daemon.core.caching import memoize_last


def test_the_same_values_are_computed_once_and_equal_ones_again() -> None:
    asked: list[list[int]] = []

    @memoize_last
    def total(figures: list[int]) -> int:
        asked.append(figures)
        return sum(figures)

    first, second = [1, 2], [1, 2]
    assert [total(first), total(first), total(second), total(second), total(first)] == [3] * 5
    assert [each is first for each in asked] == [True, False, True]


def test_a_failed_call_is_repeated() -> None:
    failing = [True]

    @memoize_last
    def fickle(value: str) -> str:
        if failing[0]:
            raise ValueError(value)
        return value

    word = "word"
    with pytest.raises(ValueError, match=word):
        fickle(word)
    failing[0] = False
    assert fickle(word) == word
