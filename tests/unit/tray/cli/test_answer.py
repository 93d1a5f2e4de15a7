"""Only the address of a notice's answer is understood."""

from __future__ import annotations

import pytest

from tray.cli.answer import word_of

WORD = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([f"vigicle:answer/{WORD}"], WORD),
        ([], None),
        ([""], None),
        ([WORD], None),
        ([f"vigicle:answer/{WORD[:-1]}"], None),
        ([f"vigicle:answer/{WORD}0"], None),
        ([f"vigicle:answer/{WORD}\n"], None),
        ([f"vigicle:answer/{WORD.upper()}"], None),
        ([f"vigicle:answer/{WORD[:-1]}\uff11"], None),
        ([f"vigicle:quit/{WORD}"], None),
        ([f"vigicle:answer/{WORD}", "run"], None),
    ],
    ids=[
        *("an answer", "nothing", "empty", "no scheme", "too short", "too long", "a line", "capitals", "a wide digit"),
        *("another verb", "two arguments"),
    ],
)
def test_an_address_gives_its_word(arguments: list[str], word: str | None) -> None:
    assert word_of(arguments) == word
