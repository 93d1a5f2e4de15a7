"""Parses Python sources for the tests that read the code."""

from __future__ import annotations

import ast
import gc


def parse_source(source: str) -> ast.Module:
    """Return the syntax tree of a source.

    No garbage is collected meanwhile: a finalizer that logs a traceback parses too, and CPython 3.11.2 answers a nested
    parse with "AST constructor recursion depth mismatch".
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if was_enabled:
            gc.enable()
