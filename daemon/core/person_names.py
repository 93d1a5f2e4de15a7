"""Reads and compares the names that issuers write in many ways."""

import re
import unicodedata
from collections.abc import Container
from enum import IntEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import product

from config.values import dataclass

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
# Control characters of Latin-1, which no name holds: letters, quotes and dashes of Windows-1252.
_OF_WINDOWS = {code: bytes((code,)).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
MANY_WORDS = 8  # a longer common name is no person's: it is compared as a whole

# What NFKD leaves whole.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘‛ʼʹʻʾʿˈˊˋ′‵`´＇՚ꞌꞋ❛❜", ""))
_WRITTEN_SIGN = re.compile(r"(?<=[aou])e|(?<=a)a")
_HYPHENS = re.compile(r"\s*-[\s-]*")
LOST = "?"  # a letter that a character set did not have; two programs write it otherwise
_LOST = str.maketrans(dict.fromkeys("\N{REPLACEMENT CHARACTER}¿", LOST))
_NEITHER_WORD_NOR_SIGN = re.compile(r"(?!(?<=\w)\?|\?(?=[\w?]))[^\w.-]|_")
_MEN, _WOMEN = frozenset({"m", "mr", "monsieur", "herr"}), frozenset({"mme", "mlle", "madame", "mrs", "ms", "frau"})
_TITLES = _MEN | _WOMEN | {"me", "maitre", "mademoiselle", "dr", "docteur", "pr", "prof", "professeur"}
_TITLES |= {"rechtsanwalt", "rechtsanwaltin", "ssa"}
# These are surnames as well, or given names: they are titles with a dot alone.
_TITLES_WITH_DOT = frozenset({"avv.", "dipl.", "dipl.-ing.", "dott.", "ing.", "lic.", "mag.", "sr.", "sra."})
_TITLES_BEHIND = frozenset({"me", "mr", "mme", "mlle", "mrs", "dr", "pr", "prof"})  # a surname may be one of the others
_PURPOSES = frozenset({"authentication", "authentification", "auth", "signature", "signatur", "sign", "firma"})
_PURPOSES |= {"autenticacion", "autenticazione", "authentifizierung", "assinatura", "autenticacao"}
_BETWEEN = re.compile(rf"[,;()]|\s-\s(?=(?:{'|'.join(_PURPOSES)})\s*$)")
_BEFORE_NUMBER = re.compile(r"\s-\s(?=(?:\w+\s+)?\w*[0-9])")
_LABELS = frozenset({"nif", "nie", "dni", "nombre"})  # Spain, before a number in the name
_JOINERS = frozenset({"de", "du", "des", "la", "le", "les", "ep", "epouse", "nee", "ne", "veuve", "vve", "et", "dit"})

Words = tuple[str, ...]  # folded; a hyphen stays inside a word, and a dot after what is cut short


class NameMatch(IntEnum):
    """How like two names are, the least like first."""

    DIFFERENT = 0
    RENAMED = 1  # the given names agree, the surnames have nothing in common; or the two are in two scripts
    UNSURE = 2  # one has an initial, more of a surname, other names beside the first, another order, or lost letters
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

    scripts: frozenset[str]
    """What it is written in, such as "LATIN"."""

    numbers: Words | None = None
    """Words with digits in the common name. None where it was not read."""

    @property
    def is_legible(self) -> bool:
        """Whether its letters can be compared with those of most names."""
        return LOST not in self.whole and self.scripts <= {"LATIN"}


@lru_cache(maxsize=1 << 16)  # support staff read hundreds of keys, and each name is compared with others
def read_name(given_name: str, surname: str, common_name: str) -> HolderName | None:
    """Return the name in a certificate, None for none.

    Attributes of their own come before the common name.
    """
    titles, given = _without_titles(_words(given_name))
    given = _hyphenated(given, _words(common_name))
    more_titles, family = _without_titles(_words(surname))
    if not given or not family:
        return _read_common_name(common_name)
    return HolderName(
        whole=joined(given + family),
        turned=frozenset(),
        readings=(PersonName(given, family),),
        is_sure=True,
        titles=titles | more_titles,
        scripts=_scripts(given + family),
    )


def _hyphenated(given: Words, common_name: Words) -> Words:
    """Return given names, joined where the common name has a hyphen."""
    for name in common_name:
        parts = tuple(name.split("-"))
        for start in range(len(given)):
            if len(parts) > 1 and given[start : start + len(parts)] == parts:
                given = (*given[:start], name, *given[start + len(parts) :])
    return given


@lru_cache(maxsize=1 << 12)  # each name is compared with many
def joined(words: Words) -> str:
    """Return words without blanks, hyphens and dots.

    A blank stays between two numbers.
    """
    whole = " ".join(word.replace("-", " ").replace(".", " ") for word in words)
    return re.sub(r"(?<!\d) +| +(?!\d)", "", " ".join(whole.split()))


def match_names(one: HolderName, other: HolderName) -> NameMatch:
    """Return how like two names are."""
    found = _match_words(one, other)
    alike = (_are_loosely_equal, _is_part, _have_lost_letters)
    if found < NameMatch.UNSURE and any(are_alike(one, other) for are_alike in alike):
        found = NameMatch.UNSURE
    if one.scripts and other.scripts and one.scripts != other.scripts:
        found = max(found, NameMatch.RENAMED)
    read_in_both = one.numbers is not None and other.numbers is not None
    if (read_in_both and one.numbers != other.numbers) or _of_two_genders(one.titles, other.titles):
        return min(found, NameMatch.UNSURE)
    return found


@lru_cache(maxsize=1 << 14)  # three of each name
def loose(word: str) -> str:
    """Return a joined word without letters that stand for a sign.

    Such as "ue" for "ü", "oe" for "ø" and "aa" for "å".
    """
    return _WRITTEN_SIGN.sub("", word)


@lru_cache(maxsize=1 << 14)
def letters(word: str) -> str:
    """Return the letters of a joined word, sorted.

    They stay the same where the words of a name change places.
    """
    return "".join(sorted(word))


def _match_words(one: HolderName, other: HolderName) -> NameMatch:
    if one.is_sure or other.is_sure:
        return max(_match(a, b) for a, b in product(one.readings, other.readings))
    if one.whole == other.whole or one.whole in other.turned or other.whole in one.turned:
        return NameMatch.EQUAL
    return _match(one.readings[0], other.readings[0])


def _are_loosely_equal(one: HolderName, other: HolderName) -> bool:
    """Return whether only letters written for a sign differ."""
    names, other_names = ({loose(whole) for whole in _orders(name)} for name in (one, other))
    return not names.isdisjoint(other_names)


def _have_lost_letters(one: HolderName, other: HolderName) -> bool:
    """Return whether the names differ only where letters were lost."""
    if LOST not in one.whole and LOST not in other.whole:
        return False
    return any(_fits(a, b) or _fits(b, a) for a, b in product(_orders(one), _orders(other)))


def _fits(lossy: str, whole: str) -> bool:
    """Return whether one text may have been the other.

    A letter may be folded into two.
    """
    lost = lossy.count(LOST)
    return abs(len(whole) - len(lossy)) <= lost and fnmatchcase(whole, re.sub(r"\?+", "*", lossy))


def _orders(name: HolderName) -> set[str]:
    """Return the name with its words in each likely order, joined."""
    return {name.whole, *name.turned, *(joined(r.surname + r.given) for r in name.readings)}


def _is_part(one: HolderName, other: HolderName) -> bool:
    """Return whether two words or more are all that one name has.

    The other has them too, in any order: in France each given name may be the usual one (Code civil, article 57).
    """
    words, other_words = (set(name.readings[0].given + name.readings[0].surname) for name in (one, other))
    return len(words & other_words) > 1 and (words <= other_words or other_words <= words)


def repaired(text: str) -> str:
    """Return a text, mended where it was read as Latin-1.

    With UTF-8 that may have happened twice, and to some of its words alone. Of Windows-1252 only control characters
    show it.
    """
    once = " ".join(map(_repaired_once, text.split(" ")))
    return once.translate(_OF_WINDOWS) if once == text else repaired(once)


def _repaired_once(word: str) -> str:
    for encoding in ("latin-1", "cp1252"):
        try:
            return word.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return word


def folded(text: str) -> str:
    """Return a text without case, accents, ligatures and apostrophes."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold()).translate(_LETTERS)
    return "".join(c for c in plain if not unicodedata.combining(c))


def _words(text: str) -> Words:
    """Return the folded words of a name, titles first."""
    first, *more = (_split_words(part) for part in _BETWEEN.split(_folded_name(text)))
    titles = [part for part in more if part and _are_titles(part)]
    others = [part for part in more if part not in titles and not set(part) <= _PURPOSES]
    return tuple(word for part in (*titles, first, *others) for word in part)


def _folded_name(text: str) -> str:
    """Return a name without case, accents, ligatures and apostrophes.

    Signs and what cannot be seen are gone as well.
    """
    seen = "".join(c for c in repaired(text) if unicodedata.category(c) != "Cf" or c == SOFT_HYPHEN)
    shown = "".join("-" if unicodedata.category(c) == "Pd" or c == SOFT_HYPHEN else c for c in folded(seen))
    return shown.translate(_APOSTROPHES).translate(_LOST)


def _split_words(shown: str) -> Words:
    shown = _BEFORE_NUMBER.sub(" ", shown)
    tidy = _HYPHENS.sub("-", _NEITHER_WORD_NOR_SIGN.sub(" ", shown).replace(".", ". "))
    return tuple(word for part in tidy.split() if joined((word := part.strip("-"),)))


def _scripts(words: Words) -> frozenset[str]:
    """Return the scripts of the letters, as Unicode names them."""
    return frozenset(unicodedata.name(c, "").partition(" ")[0] for word in words for c in word if c.isalpha())


def _are_titles(words: Words) -> bool:
    """Return whether words behind a comma are titles.

    An initial is none.
    """
    return all(_is_title(word) and len(word.rstrip(".")) > 1 for word in words)


def _is_title(word: str) -> bool:
    return word.rstrip(".") in _TITLES or word in _TITLES_WITH_DOT


def _without_titles(words: Words) -> tuple[frozenset[str], Words]:
    """Split the titles from the words, of which one is left."""
    titles: set[str] = set()
    while len(words) > 1 and _is_title(words[0]):
        titles.add(words[0].rstrip("."))
        words = words[1:]
    while len(words) > 1 and words[-1].rstrip(".") in _TITLES_BEHIND:
        titles.add(words[-1].rstrip("."))
        words = words[:-1]
    return frozenset(titles), words


def _read_common_name(common_name: str) -> HolderName | None:
    titles, all_words = _without_titles(_words(common_name))
    words, numbers = _without_numbers(all_words)
    if not words:
        return None
    readings = _split_by_capitals(common_name, words)
    cuts = range(0)
    if len(words) <= MANY_WORDS:
        cuts = range(1, len(words))
    return HolderName(
        whole=joined(words),
        turned=frozenset(joined(words[cut:] + words[:cut]) for cut in cuts),
        readings=readings or _splits(words, cuts),
        is_sure=bool(readings),
        titles=titles,
        scripts=_scripts(words),
        numbers=numbers,
    )


def _without_numbers(all_words: Words) -> tuple[Words, Words]:
    """Split the numbers, and what labels them, from the words.

    Numbers alone are the words.
    """
    numbers = tuple(sorted(word for word in all_words if any(c.isdigit() for c in word)))
    words = tuple(word for word in all_words if word not in numbers and not (numbers and word in _LABELS))
    if not words:
        return numbers, ()
    return words, numbers


def _split_by_capitals(common_name: str, words: Words) -> tuple[PersonName, ...]:
    """Return the readings of a name whose surname alone is in capitals.

    A single letter beside it may be of either name.
    """
    capitals = {joined(_words(part)) for part in common_name.split() if len(part) > 1 and part.isupper()}
    kinds = [_is_of_capitals(joined((word,)), capitals) for word in words]
    cuts = [cut for cut in range(1, len(words)) if _is_cut(kinds[:cut], kinds[cut:])]
    if next((kind for kind in kinds if kind is not None), False):
        return tuple(PersonName(words[cut:], words[:cut]) for cut in cuts)
    return tuple(PersonName(words[:cut], words[cut:]) for cut in cuts)


def _is_of_capitals(word: str, capitals: Container[str]) -> bool | None:
    """Return whether a word is in capitals, None for a single letter."""
    if len(word) == 1:
        return None
    return word in capitals


def _is_cut(ahead: list[bool | None], behind: list[bool | None]) -> bool:
    """Return whether a cut parts the capitals from the rest."""
    sides = set(ahead) - {None}, set(behind) - {None}
    return all(len(side) == 1 for side in sides) and sides[0] != sides[1]


def _splits(words: Words, cuts: range) -> tuple[PersonName, ...]:
    natural = PersonName((), words)
    if len(words) > 1:
        natural = PersonName(words[:1], words[1:])
    ahead = [PersonName(words[:cut], words[cut:]) for cut in cuts]
    behind = [PersonName(words[cut:], words[:cut]) for cut in cuts]
    return tuple(dict.fromkeys([natural, *ahead, *behind]))


def _match(one: PersonName, other: PersonName) -> NameMatch:
    if joined(one.surname) == joined(other.surname):
        return _match_with_one_surname(one, other)
    if joined(one.given) == joined(other.surname) and joined(one.surname) == joined(other.given):
        return NameMatch.UNSURE  # an issuer may mix up the two attributes, and two people may be called so
    if not one.given or not other.given:
        return NameMatch.DIFFERENT
    return _match_with_other_surname(one, other)


def _match_with_one_surname(one: PersonName, other: PersonName) -> NameMatch:
    if one.given and other.given:
        return _WITH_ONE_SURNAME[_match_given(one.given, other.given)]
    if one.given or other.given:
        return NameMatch.UNSURE
    return NameMatch.EQUAL


def _match_with_other_surname(one: PersonName, other: PersonName) -> NameMatch:
    given = _match_given(one.given, other.given)
    if given >= _GivenMatch.INITIAL and _have_one_surname_in_common(one.surname, other.surname):
        return NameMatch.UNSURE
    if given >= _GivenMatch.SHARED:
        return NameMatch.RENAMED
    return NameMatch.DIFFERENT


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
    if _begin_alike(one, other):
        return _GivenMatch.INITIAL
    return _GivenMatch.DIFFERENT


def _begin_alike(one: Words, other: Words) -> bool:
    """Return whether one first word is an initial of the other."""
    return bool(one and other) and _is_initial(one[0], other[0])


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
