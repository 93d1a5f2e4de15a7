"""Reads and compares the names that issuers write in many ways."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise, product

MANY_WORDS = 8  # a longer common name is no person's: it is compared as a whole

# What NFKD leaves whole.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘ʼʹʾ′`´＇", ""))
_HYPHENS = re.compile(r"\s*-[\s-]*")
_NEITHER_WORD_NOR_SIGN = re.compile(r"[^\w.-]|_")
_MEN, _WOMEN = frozenset({"m", "mr", "monsieur", "herr"}), frozenset({"mme", "mlle", "madame", "mrs", "ms", "frau"})
_TITLES = _MEN | _WOMEN | {"me", "maitre", "mademoiselle", "dr", "docteur", "pr", "prof", "professeur"}
_JOINERS = frozenset({"de", "du", "des", "la", "le", "les", "ep", "epouse", "nee", "ne", "veuve", "vve", "et", "dit"})

Words = tuple[str, ...]  # folded; a hyphen stays inside a word, and a dot after what is cut short


class NameMatch(IntEnum):
    """How like two names are, the least like first."""

    DIFFERENT = 0
    RENAMED = 1  # the given names agree, the surnames have nothing in common
    UNSURE = 2  # one has an initial, more of a surname, or other names beside the first
    LONGER = 3  # one has further given names
    EQUAL = 4


class _GivenMatch(IntEnum):
    DIFFERENT = 0
    INITIAL = 1
    SHARED = 2  # the first is the same, others differ
    LONGER = 3
    EQUAL = 4


@dataclass(frozen=True, slots=True)
class PersonName:
    """Given names and surname, folded. Either may be empty."""

    given: Words
    surname: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderName:
    """The name in a certificate, and every way to read it."""

    whole: str
    """All of it, in the order of the certificate, without blanks."""

    turned: frozenset[str]
    """The same with the words in another order: surname first, or last."""

    readings: tuple[PersonName, ...]
    """The most natural one comes first."""

    is_sure: bool
    """Whether the certificate shows where the given names end."""

    titles: frozenset[str]
    """Titles of men and women, such as "m" and "mme"."""


@lru_cache(maxsize=1 << 16)  # support staff read hundreds of keys, and each name is compared with others
def read_name(given_name: str, surname: str, common_name: str) -> HolderName | None:
    """Return the name in a certificate, None for none.

    Attributes of their own come before the common name.
    """
    titles, given = _without_titles(_words(given_name))
    more_titles, family = _without_titles(_words(surname))
    if not given or not family:
        return _read_common_name(common_name)
    return HolderName(
        whole=joined(given + family),
        turned=frozenset(),
        readings=(PersonName(given, family),),
        is_sure=True,
        titles=titles | more_titles,
    )


def joined(words: Words) -> str:
    """Return words without blanks, hyphens and dots.

    A blank stays between two numbers.
    """
    whole = " ".join(word.replace("-", " ").replace(".", " ") for word in words)
    return re.sub(r"(?<!\d) +| +(?!\d)", "", " ".join(whole.split()))


def match_names(one: HolderName, other: HolderName) -> NameMatch:
    """Return how like two names are."""
    if one.is_sure or other.is_sure:
        found = max(_match(a, b) for a, b in product(one.readings, other.readings))
    elif one.whole == other.whole or one.whole in other.turned or other.whole in one.turned:
        found = NameMatch.EQUAL
    else:
        found = _match(one.readings[0], other.readings[0])
    if _of_two_genders(one.titles, other.titles):
        return min(found, NameMatch.UNSURE)
    return found


def repaired(text: str) -> str:
    """Return a text, mended where its UTF-8 was read as Latin-1."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _words(text: str) -> Words:
    """Return the folded words of a name.

    Without case, accents, ligatures, apostrophes and signs.
    """
    plain = unicodedata.normalize("NFKD", repaired(text).translate(_APOSTROPHES).casefold()).translate(_LETTERS)
    shown = "".join("-" if unicodedata.category(c) == "Pd" else c for c in plain if not unicodedata.combining(c))
    tidy = _HYPHENS.sub("-", _NEITHER_WORD_NOR_SIGN.sub(" ", shown.translate(_APOSTROPHES)).replace(".", ". "))
    return tuple(word for part in tidy.split() if joined((word := part.strip("-"),)))


def _without_titles(words: Words) -> tuple[frozenset[str], Words]:
    """Split the titles from the words, of which one is left."""
    titles: set[str] = set()
    while len(words) > 1 and words[0].rstrip(".") in _TITLES:
        titles.add(words[0].rstrip("."))
        words = words[1:]
    return frozenset(titles), words


def _read_common_name(common_name: str) -> HolderName | None:
    titles, words = _without_titles(_words(common_name))
    if not words:
        return None
    whole = joined(words)
    readings = _split_by_capitals(common_name, words)
    may_turn = len(words) <= MANY_WORDS and not any(c.isdigit() for c in whole)
    cuts = range(1, len(words)) if may_turn else range(0)
    return HolderName(
        whole=whole,
        turned=frozenset(joined(words[cut:] + words[:cut]) for cut in cuts),
        readings=readings or _splits(words, cuts),
        is_sure=bool(readings),
        titles=titles,
    )


def _split_by_capitals(common_name: str, words: Words) -> tuple[PersonName, ...]:
    """Return the reading of a name whose surname alone is in capitals."""
    capitals = {joined(_words(part)) for part in common_name.split() if len(part) > 1 and part.isupper()}
    are_capitals = [len(joined((word,))) > 1 and joined((word,)) in capitals for word in words]
    changes = [place for place, (one, following) in enumerate(pairwise(are_capitals), 1) if one is not following]
    if len(changes) != 1:
        return ()
    ahead, behind = words[: changes[0]], words[changes[0] :]
    return (PersonName(behind, ahead) if are_capitals[0] else PersonName(ahead, behind),)


def _splits(words: Words, cuts: range) -> tuple[PersonName, ...]:
    natural = PersonName(words[:1], words[1:]) if len(words) > 1 else PersonName((), words)
    ahead = [PersonName(words[:cut], words[cut:]) for cut in cuts]
    behind = [PersonName(words[cut:], words[:cut]) for cut in cuts]
    return tuple(dict.fromkeys([natural, *ahead, *behind]))


def _match(one: PersonName, other: PersonName) -> NameMatch:
    given = _match_given(one.given, other.given)
    if joined(one.surname) == joined(other.surname):
        return _WITH_ONE_SURNAME[given] if one.given and other.given else _match_without_given(one, other)
    if joined(one.given) == joined(other.surname) and joined(one.surname) == joined(other.given):
        return NameMatch.UNSURE  # an issuer may mix up the two attributes, and two people may be called so
    if given < _GivenMatch.INITIAL or not one.given or not other.given:
        return NameMatch.DIFFERENT
    if _have_one_surname_in_common(one.surname, other.surname):
        return NameMatch.UNSURE
    return NameMatch.RENAMED if given >= _GivenMatch.SHARED else NameMatch.DIFFERENT


def _match_without_given(one: PersonName, other: PersonName) -> NameMatch:
    return NameMatch.UNSURE if one.given or other.given else NameMatch.EQUAL


_WITH_ONE_SURNAME = {
    _GivenMatch.DIFFERENT: NameMatch.DIFFERENT,
    _GivenMatch.INITIAL: NameMatch.UNSURE,
    _GivenMatch.SHARED: NameMatch.UNSURE,
    _GivenMatch.LONGER: NameMatch.LONGER,
    _GivenMatch.EQUAL: NameMatch.EQUAL,
}


def _match_given(one: Words, other: Words) -> _GivenMatch:
    """Compare given names. A hyphenated one is one: Jean is not Jean-Marc."""
    if joined(one) == joined(other):
        return _GivenMatch.EQUAL
    begins, other_begins = _beginnings(one), _beginnings(other)
    longer = joined(one) in other_begins or joined(other) in begins
    if longer and not any(_is_cut_short(word) for word in one + other):
        return _GivenMatch.LONGER
    if begins & other_begins:
        return _GivenMatch.SHARED
    is_initial = bool(one and other) and _is_initial(one[0], other[0])
    return _GivenMatch.INITIAL if is_initial else _GivenMatch.DIFFERENT


def _beginnings(words: Words) -> frozenset[str]:
    return frozenset(joined(words[:count]) for count in range(1, len(words) + 1))


def _is_cut_short(word: str) -> bool:
    return "." in word or len(joined((word,))) == 1


def _is_initial(one: str, other: str) -> bool:
    """Return whether one word cuts the other short, as in J.-P."""
    if not _is_cut_short(one) and not _is_cut_short(other):
        return False
    pairs = zip(one.split("-"), other.split("-"), strict=False)
    return all(_cuts_short(a, b) or _cuts_short(b, a) or a == b for a, b in pairs)


def _cuts_short(short: str, whole: str) -> bool:
    return _is_cut_short(short) and whole.startswith(short.rstrip("."))


def _have_one_surname_in_common(one: Words, other: Words) -> bool:
    parts, other_parts = (
        {part for word in words for part in word.replace(".", "").split("-") if len(part) > 1} - _JOINERS
        for words in (one, other)
    )
    whole, other_whole = joined(one), joined(other)
    return bool(parts & other_parts) or whole in _runs(other) or other_whole in _runs(one)


def _runs(words: Words) -> frozenset[str]:
    parts = tuple(part for word in words for part in word.split("-"))
    return frozenset(
        joined(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)
    )


def _of_two_genders(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether the titles are known of both, and differ.

    A couple writes both titles in one name.
    """
    genders, other_genders = ((bool(titles & _MEN), bool(titles & _WOMEN)) for titles in (one, other))
    return any(genders) and any(other_genders) and genders != other_genders
