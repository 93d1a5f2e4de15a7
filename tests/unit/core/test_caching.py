"""A cached result is used for the same values only."""

import pytest

from daemon.core.caching import memoize_each, memoize_last


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


def test_the_last_value_of_each_name_is_computed_once() -> None:
    asked: list[str] = []

    def initial(word: str) -> str:
        return word[0]

    @memoize_each(initial, at_most=2)
    def upper(word: str) -> str:
        asked.append(word)
        return word.upper()

    for word in ("ab", "cd", "ab", "cd"):
        upper(word)
    assert asked == ["ab", "cd"]
    assert upper("ax") == "AX"
    assert upper("ab") == "AB", "another value of its name came between"
    assert upper("ef") == "EF"
    assert asked == ["ab", "cd", "ax", "ab", "ef"]


def test_an_equal_value_gives_the_same_object() -> None:
    def length(figures: list[int]) -> int:
        return len(figures)

    @memoize_each(length, at_most=9)
    def doubled(figures: list[int]) -> list[int]:
        return [2 * figure for figure in figures]

    assert doubled([1, 2]) is doubled([1, 2])
