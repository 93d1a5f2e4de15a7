"""Finds retired words in the names and the prose of the project."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache, lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from config.values import dataclass
from support.syntax import nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FOLDERS = ("config", "daemon", "tray", "installers", "bench", "tests")
PRODUCT = ("config", "daemon", "tray", "installers", "bench")  # tests quote texts for users
SEAM = re.compile(r"_|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

Kind = Literal["names", "prose"]
KINDS: dict[str, tuple[Kind, ...]] = {"all": ("names", "prose"), "names": ("names",), "prose": ("prose",)}


@dataclass(frozen=True, slots=True)
class RetiredWord:
    """A word that names or prose may not use.

    With a folder, that holds there alone.
    """

    kind: Kind
    folder: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of prose, or the words of a name."""

    kind: Kind
    line: int
    text: str


def read_retired_words(text: str) -> list[RetiredWord]:
    """Return the words of a list.

    Raises KeyError for an unknown kind.
    """
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [word for line in lines for word in _retired_word(line)]


def find_retired(file: str, text: str, words: list[RetiredWord]) -> list[str]:
    """Return file, line and text of each passage with a retired word."""
    here = [word for word in words if file.startswith(word.folder)]
    any_word = _union(tuple(word.pattern.pattern for word in here))
    if not any_word.search(SEAM.sub(" ", text)):
        return []  # most files, and faster than their syntax trees
    return [
        f"{file}:{passage.line}: {word.pattern.pattern!r} in {passage.text.strip()!r}"
        for passage in read_passages(file, text, with_comments=_may_be_in_comments(text, any_word))
        if any_word.search(passage.text)
        for word in here
        if word.kind == passage.kind and word.pattern.search(passage.text)
    ]


@lru_cache
def _union(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def project_texts(root: Path) -> dict[str, str]:
    """Return the text of each file of code and each document."""
    code = [file for folder in FOLDERS for file in sorted((root / folder).rglob("*.py"))]
    documents = [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in (*code, *documents)}


def read_passages(file: str, text: str, *, with_comments: bool) -> list[Passage]:
    """Return the names and the prose of a file.

    The prose of a module is its comments and docstrings; in the product its sentences, too.
    """
    if not file.endswith(".py"):
        return [Passage("prose", number, line) for number, line in enumerate(text.splitlines(), 1)]
    comments = _comments(text) if with_comments else ()
    passages = [Passage("names", 1, split_name(PurePosixPath(file).stem)), *comments]
    return [*passages, *_from_nodes(nodes_of(text), with_sentences=file.startswith(PRODUCT))]


@cache
def split_name(name: str) -> str:
    """Return the words of a name with spaces between."""
    return " ".join(PART.findall(name))


def _retired_word(line: str) -> list[RetiredWord]:
    where, expression = line.split(maxsplit=1)
    kind, _, folder = where.partition("@")
    pattern = re.compile(rf"\b(?:{expression.strip()})\b", re.IGNORECASE)
    return [RetiredWord(one, folder, pattern) for one in KINDS[kind]]


def _from_nodes(nodes: Iterable[ast.AST], *, with_sentences: bool) -> Iterator[Passage]:
    docstrings: set[int] = set()
    for node in nodes:  # parents first
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)) as docstring):  # under a field, too
                docstrings.add(id(docstring))
                yield from (Passage("prose", node.lineno + i, line) for i, line in enumerate(text.splitlines()))
            case ast.Constant(value=str(text)) if with_sentences and " " in text and id(node) not in docstrings:
                yield Passage("prose", node.lineno, text)
            case ast.stmt() | ast.expr() | ast.arg() | ast.alias() | ast.pattern():
                name = _defined_name(node)
                if name:
                    yield Passage("names", node.lineno, split_name(name))
            case _:
                pass


def _defined_name(node: ast.AST) -> str | None:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            return name
        case ast.alias(asname=name) | ast.MatchAs(name=name):
            return name
        case _:
            return None


def _may_be_in_comments(source: str, word: re.Pattern[str]) -> bool:
    """Return whether the word is behind a "#".

    That is faster than to tokenize.
    """
    return any(word.search(line.partition("#")[2]) for line in source.splitlines() if "#" in line)


def _comments(source: str) -> Iterator[Passage]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Passage("prose", token.start[0], token.string)
