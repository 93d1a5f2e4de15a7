"""Finds circles of imports between modules and between folders."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeGuard

from project.arrows import imports, within
from support.syntax import nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Graph = dict[str, set[str]]


def module_graph(sources: Mapping[str, str], *, for_types: bool) -> Graph:
    """Return which module imports which, late imports too.

    `for_types` counts what TYPE_CHECKING guards.
    """
    graph: Graph = {module: set() for module in sources}
    for module, source in sources.items():
        found = imports(nodes_of(source) if for_types else _run_time_nodes(source))
        graph[module] = {target for _, name in found if (target := _module(name, sources)) not in (None, module)}
    return graph


def folder_graph(modules: Graph, folder: str) -> Graph:
    """Return the arrows between the files and folders of one folder."""
    inside = {module: _room(module, folder) for module in modules if within(module, folder) and module != folder}
    graph: Graph = {room: set() for room in inside.values()}
    for module, room in inside.items():
        graph[room] |= {inside[target] for target in modules[module] if target in inside} - {room}
    return graph


def circle(graph: Graph) -> list[str]:
    """Return the members of one circle, or an empty list.

    The first member comes again at the end.
    """
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(member) for member in error.args[1]]
    return []


def _run_time_nodes(source: str) -> list[ast.AST]:
    """Return the nodes without the blocks that only type checkers read."""
    nodes = nodes_of(source)
    guarded = (statement for node in nodes if _is_for_types(node) for statement in node.body)
    left_out = {id(node) for statement in guarded for node in ast.walk(statement)}
    return [node for node in nodes if id(node) not in left_out]


def _is_for_types(node: ast.AST) -> TypeGuard[ast.If]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case _:
            return False


def _module(name: str, sources: Mapping[str, str]) -> str | None:
    return next((parent for parent in _parents(name) if parent in sources), None)


def _parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _room(module: str, folder: str) -> str:
    rest = module.removeprefix(folder + ".")
    return f"{folder}.{rest.split('.')[0]}"
