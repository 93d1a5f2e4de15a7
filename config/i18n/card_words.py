"""Says "card" where a sentence says "key".

A key is plugged in, a card is inserted. Both words are feminine in French, so that one sentence serves for both.
"""

import re
from functools import cache, partial

NOT_INSIDE = r"(?<![\w{/.-])"  # the name of an argument, an address
RULES = {
    "fr": (
        (r"(d|qu|l|s)[ea] branch(?=[eé])", r"\1’insér"),
        (r"rebranch(?=[eé])", "réinsér"),
        (r"branch(?=[eé])", "insér"),
        (r"clé(?=s?\b)(?!s? USB)", "carte"),
    ),
    "en": (
        (r"unplugged", "removed"),
        (r"unplug\b", "remove"),
        (r"plugged[ -]in\b", "inserted"),
        (r"plugged into\b", "inserted into"),
        (r"plug in\b", "insert"),
        (r"plug ((?:\S+ ){0,2}?\S+) in\b", r"insert \1"),
        (r"(?<!USB )(?<!Trusted )key(?=s?\b)", "card"),
    ),
}
"""What is replaced in each language, in this order. A capital stays one."""

_COMPILED = {
    language: [(re.compile(NOT_INSIDE + pattern, re.IGNORECASE), words) for pattern, words in rules]
    for language, rules in RULES.items()
}


@cache
def in_card_words(sentence: str, language: str) -> str:
    """Return a sentence of the catalogue in words for cards."""
    for pattern, words in _COMPILED[language]:
        sentence = pattern.sub(partial(_as_written, words), sentence)
    return sentence


def _as_written(words: str, match: re.Match[str]) -> str:
    replaced = match.expand(words)
    if match[0][0].isupper():
        return replaced[0].upper() + replaced[1:]
    return replaced
