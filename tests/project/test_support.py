"""The page for people in trouble uses vigicle's own words, in both languages, for every trouble there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.core.troubles import Trouble

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/support.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_is_there_in_the_words_of_doctor(trouble: Trouble) -> None:
    english, french = Translator("en"), Translator("fr")
    for words in (english.render(text(f"trouble.{trouble}.short")), french.render(text(f"trouble.{trouble}.short"))):
        assert words in PAGE
    assert english.render(text(f"trouble.{trouble}", reader="")) in PAGE


SAID = re.findall(r'"([^"]+)"|(?<!\*)\*([^*]+)\*(?!\*)', PAGE)
PARTS = re.compile(r"\d+|…")


def plain(words: str) -> str:
    """With common spaces, as people type them."""
    return re.sub(r"\s+", " ", words)


@pytest.mark.parametrize("words", [quoted or italic for quoted, italic in SAID])
def test_each_sentence_that_is_quoted_there_is_one_that_vigicle_says(words: str) -> None:
    """In the catalogues, or in the log; what the page leaves open, or counts, is an argument there."""
    sources = [*ROOT.glob("config/locale/*/LC_MESSAGES/vigicle.po"), *ROOT.glob("daemon/**/*.py")]
    pattern = re.compile(r"\{\w+\}".join(map(re.escape, PARTS.split(plain(words)))))
    assert any(pattern.search(plain(source.read_text(encoding="utf-8"))) for source in sources)
