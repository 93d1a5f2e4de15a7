"""Finds imports that the architecture forbids, and impurities of the core."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from support.syntax import nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PACKAGES = ("config", "daemon", "tray")
VALUES = (
    "config.workflows",
    "config.settings",
    "config.i18n.text",
    "config.i18n.wording",
    "config.instants",
    "config.values",
)  # the value modules of config: as pure as the core
PORTS = ("daemon.core", "daemon.ports", *VALUES)
SHOWN = (  # what draws a page may know
    *(*VALUES, "config.i18n", "config.saved_files"),
    *("daemon.core", "daemon.adapters.guide.messages"),
)

# What each family of adapters imports of the others.
FAMILIES: dict[str, tuple[str, ...]] = {
    "autostart": ("launch",),
    "certificate_store": ("pcsc", "pkcs11"),
    "clock": (),
    "gate": (),
    "guard": (),
    "doctor": ("inbox", "ipc", "launch", "notify", "platform", "store"),
    "guide": ("platform",),
    "inbox": (),
    "ipc": ("gate", "guard", "guide", "platform"),
    "launch": ("guard", "notify", "platform"),
    "loop": ("guard", "inbox"),
    "metrics": (),
    "notify": ("guard", "platform"),
    "pcsc": ("guard",),
    "pkcs11": ("gate", "guard", "platform"),
    "platform": ("guard",),
    "schedule": ("guard", "platform"),
    "simulation": ("notify",),
    "store": ("gate", "platform"),
    "system_actions": ("guard",),
}


def _family(name: str, others: tuple[str, ...]) -> tuple[str, ...]:
    return (
        f"daemon.adapters.{name}",
        "daemon.adapters.clock",
        *(f"daemon.adapters.{other}" for other in others),
        *PORTS,
        "config",
    )


# The longest name that a module's name begins with decides what of the project it may import.
ARROWS: dict[str, tuple[str, ...]] = {
    "config": ("config",),
    "daemon": ("daemon", "config"),
    "daemon.core": ("daemon.core", *VALUES),
    "daemon.core.workflows": (
        *("daemon.core.workflows", "daemon.core.effects", "daemon.core.expiry", "daemon.core.model"),
        *("daemon.core.recognition", *VALUES),
    ),
    "daemon.core.views": (
        *("daemon.core.views", "daemon.core.action_id", "daemon.core.commands"),
        *("daemon.core.model", "daemon.core.troubles", *VALUES),
    ),
    "daemon.ports": PORTS,
    "daemon.adapters": (),
    **{f"daemon.adapters.{name}": _family(name, others) for name, others in FAMILIES.items()},
    "daemon.assembly": ("daemon", "config"),
    "tray": ("tray.cli",),
    "tray.cli": ("tray.cli", "tray.icon.tray_icon", "tray.text_guide.session", "daemon.assembly", *SHOWN, "config"),
    "tray.icon": ("tray.icon", "config.message_bus", *PORTS),
    "tray.text_guide": ("tray.text_guide", "config.signals", *SHOWN),
    "tray.window": ("tray.window", "tray.icon.drawing", "tray.cli.app_id", *SHOWN),
}

# Who imports these, apart from themselves.
IMPORTED_BY: dict[str, tuple[str, ...]] = {
    "daemon.core.responses": ("daemon.core.step",),
    "daemon.core.guide": ("daemon.core.step", "daemon.core.responses"),
    "daemon.core.step": ("daemon.adapters.doctor", "daemon.adapters.loop", "daemon.assembly"),
}
PURE = ("daemon.core", *(module for module in VALUES if module != "config.values"))  # that one makes structs
PURE_LIBRARY = frozenset(
    {"__future__", "bisect", "collections", "dataclasses", "datetime", "enum", "fnmatch", "functools", "hashlib"}
    | {"heapq", "itertools", "math", "operator", "re", "string", "types", "typing", "unicodedata"}
)
IMPURE_BUILTINS = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"})
CLOCKS = frozenset({"now", "today", "utcnow"})


def modules(root: Path) -> dict[str, str]:
    """Return the source text of each module, by its name."""
    files = (file for package in PACKAGES for file in sorted((root / package).rglob("*.py")))
    return {module_name(file.relative_to(root)): file.read_text(encoding="utf-8") for file in files}


def module_name(file: Path) -> str:
    """Return the name that a file is imported by."""
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def wrong_imports(module: str, source: str) -> list[str]:
    """Return each import that the arrows forbid."""
    allowed = ARROWS[max((name for name in ARROWS if within(module, name)), key=len)]
    own = [(line, name) for line, name in imports(nodes_of(source)) if within_any(name, (*PACKAGES, ""))]
    return [
        f"{module}:{line} imports {name}"
        for line, name in own
        if not within_any(name, allowed) or not _may_be_imported(name, module)
    ]


def _may_be_imported(name: str, module: str) -> bool:
    keepers = [target for target in IMPORTED_BY if within(name, target)]
    return all(within_any(module, (target, *IMPORTED_BY[target])) for target in keepers)


def impurities(module: str, source: str) -> list[str]:
    """Return each use of the clock, disk, environment or threads."""
    nodes = nodes_of(source)
    foreign = [
        f"{module}:{line} imports {name}"
        for line, name in imports(nodes)
        if name.split(".")[0] not in PURE_LIBRARY and not within_any(name, PACKAGES)
    ]
    dates = {"date", "datetime"} | aliases(nodes, "datetime", {"date", "datetime"})
    uses = (use for node in nodes if (use := impure_use(node, dates)) is not None)
    return foreign + [f"{module}:{line} uses {what}" for line, what in uses]


def within(name: str, package: str) -> bool:
    """Return whether a dotted name is the package, or lies in it."""
    return name == package or name.startswith(package + ".")


def within_any(name: str, packages: tuple[str, ...]) -> bool:
    """Return whether a dotted name lies in one of the packages.

    The package "" has the relative names.
    """
    return any(within(name, package) for package in packages)


def imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of each import.

    Imports in functions and for types alone count, too.
    """
    for node in nodes:
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                base = "." * node.level + (node.module or "")
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            case _:
                pass


def aliases(nodes: Iterable[ast.AST], module: str, names: set[str]) -> set[str]:
    """Return the aliases of a module's names."""
    found = (node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == module)
    return {alias.asname for node in found for alias in node.names if alias.name in names and alias.asname}


def impure_use(node: ast.AST, dates: set[str]) -> tuple[int, str] | None:
    """Return line and description of an impure expression, None otherwise."""
    match node:
        case ast.Name(id=name) if name in IMPURE_BUILTINS:
            return node.lineno, name
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return (node.lineno, f"{owner}.{name}") if owner in dates and name in CLOCKS else None
        case ast.Call(func=ast.Attribute(attr="astimezone"), args=[], keywords=[]):
            return node.lineno, "astimezone() of the local zone"
        case _:
            return None
