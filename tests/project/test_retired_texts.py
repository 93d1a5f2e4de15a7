"""Texts for users use one word a thing, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.i18n.translator import LANGUAGES
from support.catalogue import texts

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("retired_texts.txt")
CATALOGUE = ROOT / "config" / "catalogue"
PROCEDURES = (CATALOGUE / "workflows.toml", *sorted((CATALOGUE / "procedures").glob("*.toml")))
SAY = re.compile(r'^!insertmacro Say (\w+) \\?\n?\s*"([^"]*)" \\?\n?\s*"([^"]*)"', re.MULTILINE)
SETUP = ROOT / "installers" / "windows" / "setup-texts.nsh"


def retired(language: str) -> list[re.Pattern[str]]:
    """Return the words that texts in this language no longer use."""
    lines = (line.split("\t", 1) for line in LIST.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return [re.compile(word, re.IGNORECASE) for lang, word in lines if lang == language]


def shown(language: str) -> Iterator[tuple[str, str]]:
    """Yield every text for users, with its place."""
    for id_, forms in texts(language).items():
        yield from ((id_, form) for form in forms)
    for file in PROCEDURES:
        wordings = re.findall(rf'\b{language} = "([^"]*)"', file.read_text(encoding="utf-8"))
        yield from ((file.name, wording) for wording in wordings)
    says = re.findall(
        r'^!insertmacro Say (\w+) \\?\n?\s*"([^"]*)" \\?\n?\s*"([^"]*)"', SETUP.read_text("utf-8"), re.MULTILINE
    )
    yield from ((name, french if language == "fr" else english) for name, english, french in says)
    yield "manual", (ROOT / "installers" / "deb" / "man" / f"{language}.1").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_a_retired_word(language: str) -> None:
    words = retired(language)
    assert words
    found = [
        (place, word.pattern) for place, words_shown in shown(language) for word in words if word.search(words_shown)
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_text_is_looked_at(language: str) -> None:
    places = {place for place, _ in shown(language)}
    assert {"welcome.title", "opalexe.toml", "workflows.toml", "WELCOME", "FORGET", "manual"} <= places


def test_a_retired_word_is_found() -> None:
    assert any(word.search("Insérez la clé.") for word in retired("fr"))
