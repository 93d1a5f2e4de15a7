"""Finds docstrings with a long first line."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from support.syntax import nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FOLDERS = ("config", "daemon", "tray", "installers", "bench", "tests")
WORDS = 12


def long_first_lines(source: str) -> list[str]:
    """Return number and text of each long first line.

    Long is over 12 words, or a semicolon in it.
    """
    found = [(line, text) for line, text in _first_lines(nodes_of(source)) if len(text.split()) > WORDS or ";" in text]
    return [f"{line}: {text}" for line, text in sorted(found)]


def files_with_long_first_lines(root: Path) -> dict[str, list[str]]:
    """Return the long first lines of each file that has any."""
    files = (file for folder in FOLDERS for file in sorted((root / folder).rglob("*.py")))
    found = {file.relative_to(root).as_posix(): long_first_lines(file.read_text(encoding="utf-8")) for file in files}
    return {file: lines for file, lines in found.items() if lines}


def _first_lines(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield node.body[0].lineno, text.splitlines()[0]
