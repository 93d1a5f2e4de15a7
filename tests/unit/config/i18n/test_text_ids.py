"""Text ids are literals, so that a search finds every use."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from config.i18n.translator import LANGUAGES, LOCALE
from support.catalogue import texts
from support.syntax import nodes_of

ROOT = Path(__file__).parents[4]
PACKAGES = ("config", "daemon", "tray")
FILES_NAMED_ALIKE = {"control.json", "control.sock", "metrics.prom"}


def ids(language: str) -> set[str]:
    with (LOCALE / language / "LC_MESSAGES" / "vigicle.po").open("rb") as file:
        messages = [message.id for message in read_po(file, abort_invalid=True) if message.id]
    return {id_ if isinstance(id_, str) else id_[0] for id_ in messages}


IDS = {language: ids(language) for language in LANGUAGES}
KNOWN = set.union(*IDS.values())
FAMILY = re.compile(rf"({'|'.join(sorted({id_.partition('.')[0] for id_ in KNOWN}))})\.")
NODES = {
    file.relative_to(ROOT).as_posix(): nodes_of(file.read_text(encoding="utf-8"))
    for package in PACKAGES
    for file in (ROOT / package).rglob("*.py")
}


def literals() -> Iterator[str]:
    for nodes in NODES.values():
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def formatted(nodes: Iterable[ast.AST]) -> Iterator[ast.JoinedStr]:
    """The f-strings of a file that are, or may be, text ids."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="text" | "Text"), args=[first, *_]):
                yield from (each for each in ast.walk(first) if isinstance(each, ast.JoinedStr))
            case ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_]) if FAMILY.match(begin):
                yield node


LITERALS = set(literals())
FORMATTED = {file: list(formatted(nodes)) for file, nodes in NODES.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_used(language: str) -> None:
    assert IDS[language] - LITERALS == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_has_its_text(language: str) -> None:
    families = {id_.partition(".")[0] for id_ in KNOWN}
    looks_like_one = re.compile(r"[a-z]+(\.[a-z0-9_]+)+")
    used = {each for each in LITERALS if looks_like_one.fullmatch(each) and each.partition(".")[0] in families}
    assert used - IDS[language] - FILES_NAMED_ALIKE == set()


def test_no_id_is_put_together() -> None:
    assert {file: len(nodes) for file, nodes in FORMATTED.items() if nodes} == {}


NAMES = re.compile(r"https?://\S+|\b[a-z]+\.[a-z][\w.-]+\w|(?<!\{)\b[a-z]+_[a-z_]+\b")


def test_a_name_to_be_typed_or_shown_is_the_same_in_every_language() -> None:
    english, french = texts("en"), texts("fr")
    named = {id_: {name for form in forms for name in NAMES.findall(form)} for id_, forms in english.items()}
    assert "org.debian.pcsc-lite.access_pcsc" in named["trouble.service_refused"]
    assert [
        (id_, name)
        for id_, names in named.items()
        for name in sorted(names)
        if not any(name in form for form in french[id_])
    ] == []
