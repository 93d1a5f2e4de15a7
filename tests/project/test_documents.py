"""The documents name only what exists, and their tables are in order."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.schema.policy_keys import KEYS
from daemon.core.troubles import Trouble
from support.syntax import nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.md")])
SOURCES = [file for folder in ("config", "daemon", "tray", "installers") for file in (ROOT / folder).rglob("*.py")]
TREES = [ROOT, ROOT / "tests", ROOT / "tests/integration", ROOT / "tests/integration/faults"]
FILE = re.compile(r"`([\w.*/-]+(?:/|\.(?:py|c|md|po|ps1|toml|txt|yml|pem|zip)))`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
CLASS = re.compile(r"`([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:\(.*?\))?`")
MESSAGE = re.compile(r"\b([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)\b")
RECORD_HEADINGS = ["Status", "Context", "Decision", "Consequences"]
README_LINES = 90

# Files that the program or its user makes, and folders of other systems.
MADE = {
    "config.toml",
    "policy.toml",
    "/etc/xdg/vigicle/policy.toml",
    "choices.toml",
    "control.json",
    "daemon/adapters/notify/file.py",
}
FOREIGN = {"CardMonitor", "PolicyDefinitions", "ReaderMonitor", "SCardGetStatusChange", "StatusNotifierItem"}
POLICY = {key.name for key in KEYS}
NOT_OURS = {"PowerShell", "OpenSC", "SoftHSM", "XDG", "DeviceKit"}


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def rows(document: str, header: str) -> list[list[str]]:
    """Return the cells of the table whose first column has this header."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(rf"^\| {re.escape(header)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert len(found) == 1, f"{document} has {len(found)} tables of {header!r}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[0].splitlines()]


def defined_names() -> set[str]:
    """Return each module, class, function, field, variable and parameter of the code."""
    names = {file.stem for file in SOURCES} | {file.parent.name for file in SOURCES}
    for file in SOURCES:
        names |= set(_names(nodes_of(file.read_text(encoding="utf-8"))))
    return names


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name):
                yield name
            case _:
                pass


@pytest.fixture(scope="module")
def code() -> set[str]:
    return defined_names()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_each_file_that_a_document_names_exists(document: Path) -> None:
    named = FILE.findall(document.read_text(encoding="utf-8"))
    ours = [file for file in named if ("/" in file.rstrip("/") or file.startswith("test_")) and file not in MADE]
    assert [file for file in ours if not _exists(file, document)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_each_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_each_class_that_a_document_names_is_in_the_code(document: Path, code: set[str]) -> None:
    text = document.read_text(encoding="utf-8")
    assert set(CLASS.findall(text)) - FOREIGN - POLICY - code == set()


def test_the_sequence_diagrams_name_messages_of_the_code(code: set[str]) -> None:
    diagrams = re.findall(r"```mermaid\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(diagrams) == 2
    assert {word for diagram in diagrams for word in MESSAGE.findall(diagram)} - NOT_OURS - code == set()


def test_the_table_of_changes_is_sorted_and_names_nothing_twice() -> None:
    table = rows("ARCHITECTURE.md", "to change")
    what, where = [row[0] for row in table], [row[1] for row in table]
    assert what == sorted(what)
    assert len(set(what)) == len(what)
    assert len(set(where)) == len(where)


def test_the_glossary_is_sorted_and_names_what_is_in_the_code(code: set[str]) -> None:
    table = rows("docs/glossary.md", "word")
    words = [row[0] for row in table]
    assert words == sorted(words)
    assert len(set(words)) == len(words)
    assert {row[1].strip("`") for row in table} - code == set()


def test_the_dependencies_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=; \[]", dependency)[0] for dependency in project["dependencies"]}
    assert {row[0] for row in rows("docs/dependencies.md", "package")} == declared


def test_the_json_reference_has_each_trouble_in_order() -> None:
    assert [row[0].strip("`") for row in rows("docs/reference/json.md", "word")] == [
        str(trouble) for trouble in Trouble
    ]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= README_LINES


@pytest.mark.parametrize("heading", ["Windows 11: twenty minutes", "macOS 14 or later: twenty minutes"])
def test_a_release_is_tried_in_twenty_minutes(heading: str) -> None:
    text = (ROOT / "docs/release-checklist.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    minutes = [int(each) for each in re.findall(r"^\| \d+ \| (\d+) \|", section, re.MULTILINE)]
    assert 10 < sum(minutes) <= 20


@pytest.mark.parametrize("record", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=name_of)
def test_each_decision_has_its_parts(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == RECORD_HEADINGS
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert f"({record.name})" in (record.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("header", ["attacker", "promise"])
def test_each_row_of_the_tables_of_security_names_a_test(header: str) -> None:
    assert [row for row in rows("SECURITY.md", header) if "`tests/" not in row[-1]] == []


def _exists(file: str, document: Path) -> bool:
    return any(any(tree.glob(file.rstrip("/"))) for tree in (*TREES, document.parent))
