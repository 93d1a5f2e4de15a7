"""The code stays as plain as it was made.

The complexity of a function is 1, and 1 more for each of these inside it: `if` and `elif`, `for`, `while`, `except`,
each `for` of a comprehension, a conditional expression, a `case`, and each further operand of `and` and of `or`. What
is inside a nested function counts for both.

A conditional expression is `a if b else c`. Lines are all lines of the files, comments and docstrings included.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from project.arrows import modules
from support.syntax import nodes_of

ROOT = Path(__file__).resolve().parents[2]
MOST_COMPLEX = 8  # of at least 95 of 100 functions
CONDITIONALS = 8.0  # in 1000 lines
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.comprehension, ast.match_case)


def complexity(function: ast.AST) -> int:
    """Return 1 and the number of branches."""
    nodes = list(ast.walk(function))
    operands = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + operands + sum(isinstance(node, BRANCHES) for node in nodes)


def complexities(sources: dict[str, str]) -> dict[str, int]:
    """Return the complexity of each function, by module and line."""
    return {
        f"{module}:{node.lineno} {node.name}": complexity(node)
        for module, source in sources.items()
        for node in nodes_of(source)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def conditional_expressions(sources: dict[str, str]) -> list[str]:
    """Return the place of each conditional expression."""
    return [
        f"{module}:{node.lineno}"
        for module, source in sources.items()
        for node in nodes_of(source)
        if isinstance(node, ast.IfExp)
    ]


def sources_of(package: str) -> dict[str, str]:
    return {name: source for name, source in modules(ROOT).items() if f"{name}.".startswith(f"{package}.")}


def test_nearly_all_functions_of_the_core_are_simple() -> None:
    found = complexities(sources_of("daemon.core"))
    over = [function for function, measured in found.items() if measured > MOST_COMPLEX]
    assert len(over) < 0.05 * len(found), over


def test_conditional_expressions_are_rare() -> None:
    sources = sources_of("daemon")
    lines = sum(len(source.splitlines()) for source in sources.values())
    found = conditional_expressions(sources)
    assert 1000 * len(found) <= CONDITIONALS * lines, found


@pytest.mark.parametrize(
    ("body", "measured"),
    [
        pytest.param("return 1", 1, id="plain"),
        pytest.param("if a:\n  b()\n elif c:\n  d()\n else:\n  e()", 3, id="elif"),
        pytest.param("return a and b and c or d", 4, id="operators"),
        pytest.param("return [x for x in a for y in x if y]", 3, id="comprehension"),
        pytest.param("return a if b else c", 2, id="conditional"),
        pytest.param("match a:\n  case 1: b()\n  case _: c()", 3, id="match"),
        pytest.param("try:\n  a()\n except KeyError:\n  b()", 2, id="except"),
    ],
)
def test_complexity_counts_each_branch(body: str, measured: int) -> None:
    assert complexities({"m": f"def f():\n {body}"}) == {"m:1 f": measured}


def test_each_conditional_expression_is_found() -> None:
    assert conditional_expressions({"m": "a = b if c else d if e else f"}) == ["m:1", "m:1"]
