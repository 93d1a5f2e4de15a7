"""What the documents name as proof is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("document", ["SECURITY.md", "docs/faults.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_each_file_of_tests_that_a_document_names_is_there(document: str) -> None:
    words = re.findall(r"`([\w./-]+\.(?:py|txt|yml|toml))`", (ROOT / document).read_text(encoding="utf-8"))
    places = (ROOT, ROOT / "tests", ROOT / "tests/integration/faults")
    assert [word for word in words if "/" in word or word.startswith("test_") if not _is_there(word, places)] == []


@pytest.mark.parametrize("row", ["who", "promise"])
def test_each_line_of_the_tables_of_security_names_a_test(row: str) -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    (table,) = re.findall(rf"^\| {row} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert [line for line in table.splitlines() if "`tests/" not in line.rsplit("|", 2)[1]] == []


def _is_there(word: str, places: tuple[Path, ...]) -> bool:
    return any(any(place.glob(word)) for place in places)
