"""Work out once what several rules ask of the same values."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def memoize_last(function: Callable[P, R]) -> Callable[P, R]:
    """Cache the last result of a function for the same argument objects.

    For values that are never changed but replaced; positional arguments only. Any thread may call.
    """
    last: tuple[tuple[object, ...], R] | None = None

    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        nonlocal last
        held = last
        if held is not None and not kwargs and all(a is b for a, b in zip(held[0], args, strict=True)):
            return held[1]
        result = function(*args, **kwargs)
        if not kwargs:
            last = args, result
        return result

    return kept
