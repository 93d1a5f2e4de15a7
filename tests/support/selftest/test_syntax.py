"""Sources are parsed whatever is collected meanwhile."""

from __future__ import annotations

import ast
import gc

from support.syntax import parse_source

SOURCE = "\n".join(f"x{number} = [{number}, ({number}, {number})]" for number in range(2000))


class ParsesAtItsEnd:
    """Garbage whose finalizer parses, as one that logs a traceback."""

    ended = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        ast.parse("y = [1, (2, 3)]")
        ParsesAtItsEnd.ended += 1


def test_garbage_that_parses_at_its_end_waits_for_the_parse() -> None:
    before, thresholds = ParsesAtItsEnd.ended, gc.get_threshold()
    gc.set_threshold(50)
    try:
        ParsesAtItsEnd()
        gc.disable()
        ParsesAtItsEnd()
        gc.enable()
        tree = parse_source(SOURCE)
    finally:
        gc.set_threshold(*thresholds)
    gc.collect()
    assert len(tree.body) == 2000
    assert ParsesAtItsEnd.ended == before + 2
    assert gc.isenabled()
