"""Texts as values: an id and its arguments. `Translator` renders them."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from config.i18n.wording import Wording

NAME_LIMIT = 128
UNBROKEN = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # Unicode's categories of what cannot be seen


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence of the catalogue in `config/locale`, by id.

    An argument named `count` chooses the plural form.
    """

    id: str
    args: tuple[tuple[str, "Argument"], ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of a procedure file, with its arguments."""

    wording: Wording
    args: tuple[tuple[str, "Argument"], ...] = ()


Sentence = Text | Phrase

Argument = str | int | datetime | Sentence

Render = Callable[[Sentence], str]
"""What `Translator.render` takes."""


def text(id_: str, /, **args: Argument) -> Text:
    """Return the sentence of the catalogue with this id, and its arguments."""
    return Text(id_, tuple(args.items()))


def clean(raw: str, limit: int = NAME_LIMIT) -> str:
    """Return text from outside as one harmless line.

    It is cut to `limit` characters. Control, format and bidi characters are removed. Non-breaking spaces stay,
    because French punctuation needs them.
    """
    spaced = map(_as_space, raw[: limit * 8])
    visible = "".join(c for c in spaced if unicodedata.category(c) not in HIDDEN)
    line = " ".join(filter(None, visible.split(" "))).strip()
    if len(line) <= limit:
        return line
    return line[: limit - 1] + "…"


def _as_space(character: str) -> str:
    if character.isspace() and character not in UNBROKEN:
        return " "
    return character
