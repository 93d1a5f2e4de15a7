"""The page for people in trouble uses vigicle's own words, in both languages, for every trouble there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.text import text
from config.texts import Texts
from daemon.core.troubles import Trouble

PAGE = (Path(__file__).parents[2] / "docs/support.md").read_text()


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_is_there_in_the_words_of_doctor(trouble: Trouble) -> None:
    english, french = Texts("en"), Texts("fr")
    for words in (english.render(text(f"trouble.{trouble}.short")), french.render(text(f"trouble.{trouble}.short"))):
        assert words in PAGE
    assert english.render(text(f"trouble.{trouble}", reader="")) in PAGE
