"""Texts as values: an id and its arguments. `Translator` renders them."""

import dataclasses
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import NewType, TypeVar

from config.i18n.wording import Wording
from config.values import replace

NAME_LIMIT = 128
UNBROKEN = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # Unicode's categories of what cannot be seen


CleanText = NewType("CleanText", str)
"""Text that no terminal, log, menu or notice can take for anything else. Only `clean` and a translator make it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """A sentence of the catalogue in `config/locale`, by id.

    An argument named `count` chooses the plural form.
    """

    id: str
    args: tuple[tuple[str, "Argument"], ...] = ()
    on_card: bool = dataclasses.field(default=False, compare=False)
    """Whether it speaks of cards instead of keys."""


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of a procedure file, with its arguments."""

    wording: Wording
    args: tuple[tuple[str, "Argument"], ...] = ()
    on_card: bool = dataclasses.field(default=False, compare=False)
    """Whether it speaks of cards instead of keys."""


Sentence = Text | Phrase
S = TypeVar("S", bound=Sentence)

Argument = str | int | datetime | Sentence

Render = Callable[[Sentence], CleanText]
"""What `Translator.render` takes."""


def text(id_: str, /, **args: Argument) -> Text:
    """Return the sentence of the catalogue with this id, and its arguments."""
    return Text(id_, tuple(args.items()))


def of_cards(sentence: S) -> S:
    """Return the sentence about a card instead of a key."""
    return replace(sentence, on_card=True)


def clean(raw: str, limit: int = NAME_LIMIT) -> CleanText:
    """Return text from outside as one harmless line.

    It is cut to `limit` characters. Control, format and bidi characters are removed. Non-breaking spaces stay,
    because French punctuation needs them.
    """
    if len(raw) <= limit and raw.isascii() and raw.isprintable() and " ".join(raw.split()) == raw:
        return CleanText(raw)  # most are, and a store may hold thousands
    spaced = map(_as_space, raw[: limit * 8])
    visible = "".join(c for c in spaced if unicodedata.category(c) not in HIDDEN)
    line = " ".join(filter(None, visible.split(" "))).strip()
    if len(line) <= limit:
        return CleanText(line)
    return CleanText(line[: limit - 1] + "…")


def _as_space(character: str) -> str:
    if character.isspace() and character not in UNBROKEN:
        return " "
    return character


def without_markup(words: str) -> str:
    """Return a text in which no character is markup.

    The module `html` does the same, and loads half a MiB of names.
    """
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
