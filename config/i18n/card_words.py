"""Says "card" where a sentence says "key".

A key is plugged in, a card is inserted. Both words are feminine in French, so that one sentence serves for both.
A reader is plugged in as before; it is masculine, and so "branché" and "branchez-le" are of a reader.
"""

import re
from functools import cache, partial

NOT_INSIDE = r"(?<![\w{/.-])"  # the name of an argument, an address
OF_A_KEY = r"(?=ez(?!-le\b| votre lecteur)|er|ée)"
RULES = {
    "fr": (
        (r"branchez votre clé ou votre lecteur", "insérez votre carte ou branchez votre lecteur"),
        (r"sur une autre prise", "dans un autre lecteur"),
        (r"(d|qu|l|s)[ea] branch(?=[eé])", r"\1’insér"),
        (rf"rebranch{OF_A_KEY}", "réinsér"),
        (rf"branch{OF_A_KEY}", "insér"),
        (r"clé(?=s?\b)(?!s? USB)", "carte"),
    ),
    "en": (
        (r"plug in your key or your reader", "insert your card, or plug in your reader"),
        (r"in another socket", "in another reader"),
        (r"unplugged", "removed"),
        (r"unplug\b(?! the reader)", "remove"),
        (r"(?<!reader is )plugged[ -]in\b", "inserted"),
        (r"plugged into\b", "inserted into"),
        (r"plug in\b(?! your reader)", "insert"),
        (r"plug (?!the reader)((?:\S+ ){0,2}?\S+) in\b", r"insert \1"),
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
