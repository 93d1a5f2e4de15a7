"""What comes from outside is judged by one gate.

Its types are made by the gate alone, so mypy finds a value that went round it. Decoders would hide that from mypy: they
give any type that they are asked for.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from mypy import api

from project.arrows import modules
from support.syntax import nodes_of

ROOT = Path(__file__).resolve().parents[2]
MAKERS = {
    "config.instants": "the gate's own function",
    "config.i18n.text": "the gate's own function",
    "config.i18n.translator": "a translator fills cleaned values into our own sentences",
    "tray.cli.report_output": "two rendered texts in one cell",
}
DECODING = {"msgspec.convert", "msgspec.json.Decoder", "msgspec.json.decode"}
OTHER_DECODERS = {
    "config.schema.kinds": "plain TOML values, which the same module judges",
    "daemon.adapters.gate": "the gate itself",
    "daemon.adapters.guide.messages": "the daemon's page; the window's answer, which its rules judge",
    "daemon.adapters.ipc.auth": "the daemon's endpoint, in a file of this user alone",
    "daemon.adapters.ipc.messages": "the shape of a request, which then passes the gate; the daemon's reply",
    "daemon.adapters.metrics.account_id": "numbers of accounts, in a file of root alone",
    "daemon.adapters.notify.screen_note": "ids of notices, in a file of this user alone; nothing of it is shown",
    "daemon.adapters.pkcs11.messages": "the daemon's request to its child",
    "daemon.adapters.store.database_file": "rows to be migrated, which are read through the gate afterwards",
    "daemon.adapters.store.memory_file": "the envelope, of which no text is used",
}


def makers_in(source: str) -> list[int]:
    """Return the lines that make a type of the gate.

    A constant is no value from outside.
    """
    return [node.lineno for node in nodes_of(source) if isinstance(node, ast.expr) and _makes(node)]


def _makes(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="CleanText"), args=[ast.Constant()]):
            return False
        case ast.Call(func=ast.Name(id="CleanText" | "Instant")):
            return True
        case ast.Call(func=ast.Name(id="cast"), args=[ast.Constant(value="CleanText" | "Instant"), _]):
            return True
        case ast.Attribute(value=ast.Name(id="Instant")):
            return True
        case _:
            return False


def decodes(source: str) -> bool:
    """Return whether a module has msgspec make values."""
    nodes = nodes_of(source)
    used = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    return not used.isdisjoint(DECODING) or not imported.isdisjoint({"msgspec", "msgspec.json"})


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("seen = Instant(2026, 1, 1)", True),
        ("seen = Instant.fromisoformat(line)", True),
        ("seen = cast('Instant', datetime.now(UTC))", True),
        ("name = CleanText(raw)", True),
        ('name = CleanText("")', False),
        ("seen: Instant = instant(moment)", False),
        ("name = clean(raw)", False),
    ],
)
def test_a_type_that_another_makes_is_found(source: str, found: bool) -> None:
    assert bool(makers_in(source)) is found


def test_the_gate_alone_makes_its_types() -> None:
    assert {module for module, source in modules(ROOT).items() if makers_in(source)} == set(MAKERS)


def test_each_decoder_beside_the_gate_is_known() -> None:
    assert {module for module, source in modules(ROOT).items() if decodes(source)} == set(OTHER_DECODERS)


ROUND_THE_GATE = """
from config.values import replace
from datetime import UTC, datetime
from config.i18n.text import clean
from config.instants import instant
from daemon.core.events import Tick
from daemon.core.expiry import DAY
from daemon.core.model import Certificate, Key, Memory, Progress

def through(moment: datetime, name: str, key: Key, memory: Memory, certificate: Certificate, one: Progress) -> None:
    replace(certificate, not_after=instant(moment) + DAY, subject_cn=clean(name))
    replace(key, first_seen=instant(moment))
    Tick(at=instant(moment))

def round_it(moment: datetime, name: str, key: Key, memory: Memory, certificate: Certificate, one: Progress) -> None:
    replace(certificate, not_after=moment)
    replace(certificate, subject_cn=name)
    replace(key, first_seen=moment)
    replace(key, last_seen=datetime.now(UTC))
    replace(key, label=name)
    replace(key, note=name)
    replace(memory, delivered={"output": moment})
    replace(memory, snoozes={key.id: moment + DAY})
    replace(memory, answered={key.id: datetime.fromisoformat(name)})
    replace(one, link_until=moment, finished=moment)
    Tick(at=moment)
"""


@pytest.mark.slow
def test_mypy_finds_what_went_round_the_gate(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(ROUND_THE_GATE, encoding="utf-8")
    output, _, _ = api.run(["--config-file", str(ROOT / "pyproject.toml"), "--no-error-summary", str(program)])
    lines = ROUND_THE_GATE.split("\n")
    begin = next(number for number, line in enumerate(lines, 1) if "round_it" in line)
    found = {int(number) for number in re.findall(r"program\.py:(\d+): error:", output)}
    assert found == {number for number, line in enumerate(lines, 1) if number > begin and line}, output
