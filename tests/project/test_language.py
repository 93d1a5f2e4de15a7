"""Docstrings are short, retired words unused, class names unique."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from project.arrows import modules
from project.docstrings import files_with_long_first_lines, long_first_lines
from project.words import find_retired, project_texts, read_retired_words
from support.syntax import nodes_of

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
RETIRED = read_retired_words((HERE / "retired_words.txt").read_text(encoding="utf-8"))


def excepted(name: str) -> set[str]:
    """Return the files that a list excepts."""
    return set((HERE / name).read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def long_lines() -> dict[str, list[str]]:
    return files_with_long_first_lines(ROOT)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return project_texts(ROOT)


def test_the_first_line_of_a_docstring_is_short(long_lines: dict[str, list[str]]) -> None:
    assert {file: lines for file, lines in long_lines.items() if file not in excepted("long_docstrings.txt")} == {}


def test_no_retired_word_is_used(texts: dict[str, str]) -> None:
    searched = {file: text for file, text in texts.items() if file not in excepted("old_words.txt")}
    assert [line for file, text in searched.items() for line in find_retired(file, text, RETIRED)] == []


def test_the_list_of_long_docstrings_only_shrinks(long_lines: dict[str, list[str]]) -> None:
    needless = excepted("long_docstrings.txt") - long_lines.keys()
    assert sorted(needless) == [], "remove these lines from tests/project/long_docstrings.txt"


def test_the_list_of_old_words_only_shrinks(texts: dict[str, str]) -> None:
    needless = [file for file in excepted("old_words.txt") if not find_retired(file, texts.get(file, ""), RETIRED)]
    assert sorted(needless) == [], "remove these lines from tests/project/old_words.txt"


def test_each_public_class_has_a_name_of_its_own() -> None:
    classes = (node for source in modules(ROOT).values() for node in nodes_of(source))
    times = Counter(node.name for node in classes if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
    assert {name for name, count in times.items() if count > 1} == set()


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('"""One two three four five six seven eight nine ten eleven twelve thirteen."""', id="module"),
        pytest.param('class A:\n    """Has this; and that."""', id="semicolon"),
        pytest.param('async def f():\n    """' + 13 * "a " + '."""', id="function"),
    ],
)
def test_a_long_first_line_is_found(source: str) -> None:
    assert len(long_first_lines(source)) == 1


def test_later_lines_of_a_docstring_may_be_long() -> None:
    assert long_first_lines(f'"""Short.\n\n{20 * "long "}; long."""') == []


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("class ALantern: ...", id="class"),
        pytest.param("def lantern(): ...", id="function"),
        pytest.param("def f(the_lantern): ...", id="parameter"),
        pytest.param("self.lantern_2 = 1", id="attribute"),
        pytest.param("import x as lantern", id="import"),
        pytest.param("x = 1  # Lanterns open.", id="comment"),
        pytest.param('def f():\n    """A lantern.\n\n    Text."""', id="docstring"),
        pytest.param('log.info("The lantern opens")', id="sentence"),
    ],
)
def test_a_retired_word_is_found(source: str) -> None:
    assert len(find_retired("daemon/a.py", source, read_retired_words("all lanterns?"))) == 1


@pytest.mark.parametrize(
    ("file", "source", "rule"),
    [
        pytest.param("daemon/a.py", "lantern.open()", "all lanterns?", id="of-a-library"),
        pytest.param("daemon/a.py", 'text("lantern")', "all lanterns?", id="word-of-outsiders"),
        pytest.param("tests/a.py", 'assert x == "the lantern"', "all lanterns?", id="sentence-in-a-test"),
        pytest.param("daemon/a.py", "lanternfish = 1", "all lanterns?", id="part-of-a-word"),
        pytest.param("tray/a.py", "lantern = 1", "all@daemon lanterns?", id="another-folder"),
        pytest.param("daemon/a.py", "lantern = 1", "prose lanterns?", id="name-not-prose"),
        pytest.param("docs/a.md", "A lantern", "names lanterns?", id="prose-not-name"),
    ],
)
def test_what_is_no_retired_word_passes(file: str, source: str, rule: str) -> None:
    assert find_retired(file, source, read_retired_words(rule)) == []


def test_a_document_is_read() -> None:
    assert find_retired("docs/a.md", "x\n\nA lantern", read_retired_words("prose lanterns?")) == [
        "docs/a.md:3: '\\\\b(?:lanterns?)\\\\b' in 'A lantern'"
    ]
