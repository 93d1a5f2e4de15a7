"""Work out once what several rules ask of the same values."""

from collections.abc import Callable, Hashable
from operator import is_
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def memoize_last(function: Callable[P, R]) -> Callable[P, R]:
    """Cache the last result of a function for the same argument objects.

    For values that are never changed but replaced; positional arguments only. Any thread may call.
    """
    last: tuple[tuple[object, ...], R] | None = None

    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        nonlocal last
        held = last
        if held is not None and not kwargs and all(map(is_, held[0], args)):
            return held[1]
        result = function(*args, **kwargs)
        if not kwargs:
            last = args, result
        return result

    return kept


def memoize_each(name: Callable[[T], Hashable], at_most: int) -> Callable[[Callable[[T], R]], Callable[[T], R]]:
    """Cache the last result of a function for each name.

    It is used again for an equal value, and is then the same object. For values that are never changed but replaced.
    Any thread may call.
    """

    def decorate(function: Callable[[T], R]) -> Callable[[T], R]:
        last: dict[Hashable, tuple[T, R]] = {}

        def kept(value: T) -> R:
            named = name(value)
            held = last.get(named)
            if held is not None and held[0] == value:
                return held[1]
            if len(last) >= at_most:
                last.clear()
            result = function(value)
            last[named] = value, result
            return result

        return kept

    return decorate
