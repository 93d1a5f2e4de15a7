"""Writes the JSON Schema of procedure files.

The loader reads the procedures at hand from a table that notes each key with its kind, whether the key is there or not.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.schema.load_facts import load_facts  # noqa: E402 - after the path
from config.schema.load_procedure import FORMER_WORKFLOWS, WORKFLOWS  # noqa: E402
from config.schema.tables import Kind, Table, read_table  # noqa: E402
from config.workflows import WorkflowKind  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TARGET = ROOT / "docs" / "reference" / "procedure.schema.json"
SOURCES = (
    *sorted((ROOT / "config" / "catalogue" / "procedures").glob("*.toml")),
    *sorted((ROOT / "docs" / "examples" / "procedures").glob("*.toml")),
)

T = TypeVar("T")
D = TypeVar("D")
Schema = dict[str, object]


@dataclass
class Node:
    """What the loader asks of one table."""

    values: dict[str, Mapping[str, object]] = field(default_factory=dict)
    tables: dict[str, Node] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    is_array: bool = False

    def required(self) -> list[str]:
        """Return the keys without which a table is refused."""
        inner = {key for key, node in self.tables.items() if node.is_array or node.required()}
        return sorted((self.needed | inner) - self.optional)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        properties: Schema = {key: dict(each) for key, each in self.values.items()}
        properties |= {key: node.schema() for key, node in self.tables.items()}
        found: Schema = {
            "type": "object",
            "properties": dict(sorted(properties.items())),
            "additionalProperties": False,
        }
        if self.required():
            found["required"] = self.required()
        return {"type": "array", "minItems": 1, "items": found} if self.is_array else found


class NotingTable(Table):
    """A table that notes what is asked of it."""

    def __init__(self, file: Path, content: dict[str, object], node: Node, prefix: str = "") -> None:
        super().__init__(file, content, prefix)
        self._node = node

    def take(self, key: str, kind: Kind[T], default: D) -> T | D:
        """Note a key that may be there."""
        self._node.values[key] = kind.schema
        return super().take(key, kind, default)

    def need(self, key: str, kind: Kind[T]) -> T:
        """Note a key that must be there."""
        self._node.values[key] = kind.schema
        self._node.needed.add(key)
        return super().need(key, kind)

    def holds(self, key: str) -> bool:
        """Note a table that may be there."""
        self._node.optional.add(key)
        return super().holds(key)

    def table(self, key: str) -> Table:
        """Note a table."""
        plain = super().table(key)
        return NotingTable(self.file, plain.content, self._node.tables.setdefault(key, Node()), plain.prefix)

    def tables(self, key: str) -> list[Table]:
        """Note an array of tables."""
        node = self._node.tables.setdefault(key, Node(is_array=True))
        return [NotingTable(self.file, plain.content, node, plain.prefix) for plain in super().tables(key)]


def procedure_schema(sources: Iterable[Path] = SOURCES) -> Schema:
    """Return the JSON Schema of procedure files."""
    root = Node()
    for source in sources:
        load_facts(source.stem, NotingTable(source, read_table(source, required=True).content, root))
    root.optional.add("issuers")  # not needed where nothing is assumed
    workflow = Node()
    for found in root.tables.pop(WORKFLOWS).tables.values():
        _merge(workflow, found)
    schema = root.schema()
    of_kinds: Schema = {kind.value: {"$ref": "#/definitions/workflow"} for kind in WorkflowKind}
    workflows = {"type": "object", "properties": of_kinds, "additionalProperties": False}
    properties = schema["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - made above
    properties |= {WORKFLOWS: workflows, FORMER_WORKFLOWS: workflows}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "vigicle procedure file",
        "description": "vigicle procedure check FILE refuses more than this schema can say.",
        **schema,
        "definitions": {"workflow": workflow.schema()},
    }


def _merge(into: Node, other: Node) -> None:
    into.values |= other.values
    into.needed |= other.needed
    into.optional |= other.optional
    into.is_array = other.is_array
    for key, node in other.tables.items():
        _merge(into.tables.setdefault(key, Node()), node)


def written() -> str:
    """Return the schema as its file holds it."""
    return json.dumps(procedure_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")
