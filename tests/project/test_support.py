"""docs/support.md quotes vigicle's own texts for every trouble."""

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


QUOTED = re.findall(r'"([^"]+)"|(?<!\*)\*([^*]+)\*(?!\*)', PAGE)
PARTS = re.compile(r"\d+|…")


def plain(words: str) -> str:
    """With common spaces, as people type them."""
    return re.sub(r"\s+", " ", words)


@pytest.mark.parametrize("words", [quoted or italic for quoted, italic in QUOTED])
def test_each_quoted_sentence_is_vigicles_own(words: str) -> None:
    """Each quotation is in the catalogues or in the log.

    What the page leaves open, or counts, is an argument there.
    """
    sources = [*ROOT.glob("config/locale/*/LC_MESSAGES/vigicle.po"), *ROOT.glob("daemon/**/*.py")]
    pattern = re.compile(r"\{\w+\}".join(map(re.escape, PARTS.split(plain(words)))))
    assert any(pattern.search(plain(source.read_text(encoding="utf-8"))) for source in sources)
