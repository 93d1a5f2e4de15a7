"""Texts that the rules emit: an id and its arguments, put into words by whoever shows them."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from config.i18n.wording import Wording

NAME_LIMIT = 128
UNBROKEN = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # Unicode's categories of what cannot be seen


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence of the catalogue `config/locale`, by id. An argument named `count` chooses the plural form."""

    id: str
    args: tuple[tuple[str, "Argument"], ...] = ()


Argument = str | int | datetime | Text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence that a procedure brings along, with the arguments that it may name in braces."""

    wording: Wording
    args: tuple[tuple[str, Argument], ...] = ()


Sentence = Text | Phrase
"""Whatever `Translator.render` puts into words."""


def text(id_: str, /, **args: Argument) -> Text:
    """Name a sentence of the catalogue and its arguments."""
    return Text(id_, tuple(args.items()))


def clean(raw: str, limit: int = NAME_LIMIT) -> str:
    """Make text from outside harmless: one line, no control, format or bidi characters, at most `limit` long.

    Non-breaking spaces stay: French puts them before its punctuation.
    """
    spaced = (" " if c.isspace() and c not in UNBROKEN else c for c in raw[: limit * 8])
    visible = "".join(c for c in spaced if unicodedata.category(c) not in HIDDEN)
    folded = " ".join(filter(None, visible.split(" "))).strip()
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"
