"""Continues when a program fails, with a word as its figure."""

from __future__ import annotations

import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bench.programs import PROGRAMS
from bench.rows import Figure, spread
from support.process import MissingToolError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

NOT_INSTALLED, FAILED = "not installed", "failed"


def attempt(what: str, work: Callable[[], T]) -> T | str:
    """Call it, or print the failure and return a word for it."""
    try:
        return work()
    except MissingToolError as error:
        sys.stderr.write(f"{what}: {error}\n")
        return NOT_INSTALLED
    except Exception:  # noqa: BLE001 - whatever it was, the other figures are still wanted
        sys.stderr.write(f"{what}:\n{traceback.format_exc()}")
        return FAILED


def repeat(figure: Callable[[], float], times: int) -> Figure:
    """Summarise a figure taken `count` times, or return the first failure."""
    figures: list[float] = []
    for _ in range(times):
        found = attempt("this time", figure)
        if isinstance(found, str):
            return found
        figures.append(found)
    return spread(figures)


def each_program(measure: Callable[[str], T], *, at_once: bool = False) -> dict[str, T | str]:
    """Measure the programs in turn, or side by side in threads."""
    with ThreadPoolExecutor(max_workers=len(PROGRAMS) if at_once else 1) as pool:
        running = {name: pool.submit(attempt, name, partial(measure, name)) for name in PROGRAMS}
        return {name: future.result() for name, future in running.items()}
