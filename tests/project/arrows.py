"""Checks by the syntax tree which part of vigicle imports which, and that the core stays pure."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = ("config", "daemon", "tray")
VALUES = (
    "config.workflows",
    "config.settings",
    "config.i18n.text",
    "config.i18n.wording",
)  # the value modules of config: as pure as the core
PORTS = ("daemon.core", "daemon.ports", *VALUES)

# The longest name that a module's name begins with decides what of ours it may import.
ARROWS: dict[str, tuple[str, ...]] = {
    "config": ("config",),
    "daemon": ("daemon", "config"),
    "daemon.core": ("daemon.core", *VALUES),
    "daemon.ports": PORTS,
    "daemon.adapters": ("daemon.adapters", *PORTS, "config"),
    "daemon.assembly": ("daemon", "config"),
    "tray": ("tray", "daemon.core", "daemon.ports", "daemon.assembly", "daemon.adapters.guide.messages", "config"),
}
PURE = ("daemon.core", *VALUES)
PURE_LIBRARY = frozenset(
    {"__future__", "bisect", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib", "heapq"}
    | {"itertools", "math", "operator", "re", "string", "types", "typing", "unicodedata"}
)
IMPURE_BUILTINS = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"})
CLOCKS = frozenset({"now", "today", "utcnow"})


def modules(root: Path) -> dict[str, str]:
    """Return the source text of every module of ours, by the module's name."""
    files = (file for package in OURS for file in sorted((root / package).rglob("*.py")))
    return {module_name(file.relative_to(root)): file.read_text(encoding="utf-8") for file in files}


def module_name(file: Path) -> str:
    """Return the name that a file is imported by."""
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def wrong_imports(module: str, source: str) -> list[str]:
    """Return each import that the arrows forbid."""
    allowed = ARROWS[max((name for name in ARROWS if within(module, name)), key=len)]
    return [
        f"{module}:{line} imports {name}"
        for line, name in imports(ast.parse(source))
        if any(within(name, ours) for ours in OURS) or name.startswith(".")
        if not any(within(name, target) for target in allowed)
    ]


def impurities(module: str, source: str) -> list[str]:
    """Return each thing in a module that lets the outside in: the clock, the disk, the environment, a thread."""
    tree = ast.parse(source)
    foreign = [
        f"{module}:{line} imports {name}"
        for line, name in imports(tree)
        if name.split(".")[0] not in PURE_LIBRARY and not any(within(name, ours) for ours in OURS)
    ]
    dates = {"date", "datetime"} | aliases(tree, "datetime", {"date", "datetime"})
    uses = (use for node in ast.walk(tree) if (use := impure_use(node, dates)) is not None)
    return foreign + [f"{module}:{line} uses {what}" for line, what in uses]


def within(name: str, package: str) -> bool:
    """Tell whether a dotted name is the package, or lies in it."""
    return name == package or name.startswith(package + ".")


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of all that is imported, in functions and for types alone too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                base = "." * node.level + (node.module or "")
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            case _:
                pass


def aliases(tree: ast.Module, module: str, names: set[str]) -> set[str]:
    """Return what a module's names are called after `from module import name as alias`."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module)
    return {alias.asname for node in found for alias in node.names if alias.name in names and alias.asname}


def impure_use(node: ast.AST, dates: set[str]) -> tuple[int, str] | None:
    """Return line and words for a use of the clock, of the local time zone, or of a builtin that reaches outside."""
    match node:
        case ast.Name(id=name) if name in IMPURE_BUILTINS:
            return node.lineno, name
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return (node.lineno, f"{owner}.{name}") if owner in dates and name in CLOCKS else None
        case ast.Call(func=ast.Attribute(attr="astimezone"), args=[], keywords=[]):
            return node.lineno, "astimezone() of the local zone"
        case _:
            return None
