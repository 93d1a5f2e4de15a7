"""Parses Python sources for the tests that read the code."""

from __future__ import annotations

import ast
import gc
from functools import cache


@cache
def parse_source(source: str) -> ast.Module:
    """Return the syntax tree of a source, which no caller changes.

    Each source is parsed once. No garbage is collected meanwhile: a finalizer that logs a traceback parses too, and
    CPython 3.11.2 answers a nested parse with "AST constructor recursion depth mismatch".
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if was_enabled:
            gc.enable()


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Return each node of the source's syntax tree, parents first."""
    return tuple(ast.walk(parse_source(source)))
