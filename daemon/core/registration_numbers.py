"""Reads the numbers of organisations and people in a certificate's name."""

import re
import unicodedata
from functools import lru_cache

from config.values import dataclass

COUNTRIES = {"EL": "GR", "UK": "GB"}  # as tax offices write them, and ISO 3166-1
MINUS = "\N{MINUS SIGN}"
SIREN, SIRET, FRENCH_VAT = 9, 14, 11  # digits
FRENCH_DIRECTORIES = {"0002": SIREN, "0009": SIRET, "0225": SIREN}  # ISO/IEC 6523: the code before such a number
LONGEST = 128  # letters; a longer text is not searched
BELGIAN = 10  # digits; older numbers lack the nought before them

# A scheme, a country, a hyphen and the number (ETSI EN 319 412-1 §5.1.3 and §5.1.4); "SI:FR-" is a national scheme.
_STANDARD = re.compile(
    r"(?:VAT|NTR|PSD|LEI|GOV|EXC|[A-Z0-9]{2}:)(?P<country>[A-Z]{2})[_-](?P<number>.*[0-9].*)", re.DOTALL
)
# What people write instead: a country right before the number, perhaps with words before it.
_EUROPE = (
    "AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|GR|HR(?![AB])|HU|IE|IS|IT|LI|LT|LU|LV|MC|MT|NL|NO|PL|PT|RO|SE|SI|SK|UK"
)
_NUMBER = r"(?P<number>(?:[A-Z]{1,2}[.-]?)?[0-9][0-9A-Z]*(?:[ ./_-]+[0-9][0-9A-Z]*)*)"
_TAX_WORDS = r"(?:\W*\b(?:TVA|MWST|IVA|MVA))?\W*"  # Switzerland and Norway write them behind
_WITH_COUNTRY = re.compile(
    rf"(?:.*[^A-Z0-9])?(?:VAT|NTR|TVA)?(?P<country>{_EUROPE})[ :._-]{{0,3}}{_NUMBER}{_TAX_WORDS}"
)
_NUMERO = re.compile(r"(?<=[A-Z.] )N[OR]\b")  # "No" before a number is no Norway
# A register of one country alone. The letters of a German register are part of its numbers.
_REGISTER_COUNTRIES = {
    **dict.fromkeys(("HRA", "HRB", "USTIDNR", "USTID"), "DE"),
    **dict.fromkeys(("BCE", "KBO"), "BE"),
    **dict.fromkeys(("PIVA", "PARTITAIVA"), "IT"),
    "KVK": "NL",
    "CHE": "CH",
    "CIF": "ES",
    "LEI": "XG",
}
_WITH_REGISTER = re.compile(
    rf"(?:.*[^A-Z0-9])?(?P<register>HR[AB]|UST\W*ID\W*(?:NR)?|KVK|BCE|KBO|CHE|CIF|LEI|P\W*IVA|PARTITA IVA)\W*"
    rf"{_NUMBER}{_TAX_WORDS}"
)
_GERMAN_LETTERS = ("HRA", "HRB")
_FRENCH_REGISTERS = re.compile(r"SIREN|SIRET|\bR\.?C\.?S\b|(?<![0-9])(?:0002|0009|0225)[ :]")
_FRENCH_TAX = re.compile(r"\bT\.?V\.?A\b")  # where no country is named
_SIREN = re.compile(
    r"(?<![0-9])(?:FR *[0-9A-Z]{2} *)?([0-9]{3})[ .]?([0-9]{3})[ .]?([0-9]{3})(?:[ .]?[0-9]{5})?(?![0-9])"
)
_FRENCH_VAT = re.compile(r"[^0-9]*[0-9]{11}")
_OF_PERSON = re.compile(r"(?P<scheme>PNO|TIN|TAX)(?P<country>[A-Z]{2})[ _-](?P<number>.+)", re.DOTALL)
# The Italian tax number has a shape of its own. Cards write it alone, with the country, or before the card's number.
_ITALIAN = re.compile(r"(?:IT[:-])?(?P<number>[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z])(?:/.*)?", re.DOTALL)
TODAY = {"TAX": "TIN"}  # the older word for a tax number; papers (PAS, IDC) are renewed, and prove nothing


@dataclass(frozen=True, slots=True)
class RegistrationNumber:
    """A number in a register. Two that are equal name one entry."""

    country: str
    """Two capital letters, "" where the certificate does not say."""
    digits: str
    """Digits and capital letters."""
    scheme: str = ""
    """What kind of number of a person it is, "" for an organisation's: those of a country are compared by digits."""


@lru_cache(maxsize=1 << 12)
def organization_number(identifier: str) -> RegistrationNumber | None:
    """Return the number in an organizationIdentifier, None for none.

    Of a French SIRET or VAT number it is the SIREN. Another French number cannot be compared with one.
    """
    country, digits = _country_and_digits(_plain(identifier))
    if not digits.strip("0"):
        return None
    number = _as_registered(country, digits)
    if country == "FR" and not (number.isdecimal() and len(number) == SIREN):
        country = ""
    return RegistrationNumber(country, number)


def same_organization(one: str, other: str) -> bool:
    """Return whether two organizationIdentifiers name one organisation."""
    number = organization_number(one)
    return number is not None and number == organization_number(other)


@lru_cache(maxsize=1 << 12)
def person_number(serial_number: str) -> RegistrationNumber | None:
    """Return a person's lasting number in the subject's serialNumber.

    None where it is no such number: a paper's, or one that the issuer counts.
    """
    plain = _plain(serial_number)
    if italian := _ITALIAN.fullmatch(plain):
        return RegistrationNumber("IT", italian["number"], "TIN")
    written = _OF_PERSON.fullmatch(plain)
    if written is None or not (digits := _digits(written["number"])).strip("0"):
        return None
    country = COUNTRIES.get(written["country"], written["country"])
    return RegistrationNumber(country, digits, TODAY.get(written["scheme"], written["scheme"]))


def _plain(written: str) -> str:
    """Return a text in capitals, without what cannot be seen."""
    seen = (c for c in unicodedata.normalize("NFKC", written).upper() if unicodedata.category(c) != "Cf")
    return "".join("-" if unicodedata.category(c) == "Pd" or c == MINUS else c for c in seen).strip()


def _country_and_digits(plain: str) -> tuple[str, str]:
    """Return the country and the number in a text.

    The country is "" and the number all of the text where that is not understood.
    """
    standard = _STANDARD.fullmatch(plain)
    may_be_french = standard is None or standard["country"] == "FR"
    if may_be_french and (siren := _siren_beside(_FRENCH_REGISTERS, plain)):
        return "FR", siren
    if standard:
        return _with_country(standard["country"], standard["number"])
    if found := _freely_written(_NUMERO.sub("", plain)):
        return found
    if siren := _siren_beside(_FRENCH_TAX, plain):
        return "FR", siren
    return _french_if_so(_digits(plain))


def _with_country(written: str, number: str) -> tuple[str, str]:
    """Return a country as ISO names it, and the number without it."""
    country = COUNTRIES.get(written, written)
    return country, _digits(number).removeprefix(written).removeprefix(country)


def _freely_written(plain: str) -> tuple[str, str] | None:
    """Return the number behind a country or a register, else None."""
    if len(plain) > LONGEST:
        return None
    if written := _WITH_COUNTRY.fullmatch(plain):
        return _with_country(written["country"], written["number"])
    if registered := _WITH_REGISTER.fullmatch(plain):
        register = _digits(registered["register"])
        letters = register if register in _GERMAN_LETTERS else ""
        return _with_country(_REGISTER_COUNTRIES[register], letters + registered["number"])
    return None


def _siren_beside(words: re.Pattern[str], plain: str) -> str | None:
    """Return the one SIREN in a text with these words."""
    if not words.search(plain):
        return None
    found = {"".join(groups) for groups in _SIREN.findall(plain)}
    if not found and _FRENCH_VAT.fullmatch(plain):
        return _digits(plain)[-SIREN:]
    return found.pop() if len(found) == 1 else None


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isalnum())


def _as_registered(country: str, digits: str) -> str:
    """Return a number as its country's register writes it."""
    match country:
        case "FR":
            return _siren(digits)
        case "BE" if digits.isdecimal():
            return digits.zfill(BELGIAN)
        case "CH":
            return "".join(c for c in digits if c.isdecimal()) or digits
        case _:
            return digits


def _siren(digits: str) -> str:
    """Return the SIREN in a French number, else the number."""
    plain = _without_directory(digits)
    if len(plain) == SIRET and plain.isdecimal():
        return plain[:SIREN]
    return plain[-SIREN:] if len(plain) == FRENCH_VAT and plain[-SIREN:].isdecimal() else plain


def _without_directory(digits: str) -> str:
    code, rest = digits[:4], digits[4:]
    return rest if len(rest) == FRENCH_DIRECTORIES.get(code) else digits


def _french_if_so(digits: str) -> tuple[str, str]:
    """Return country and number of digits without a scheme."""
    plain = _without_directory(digits)
    if not digits.isdecimal():
        return "", digits
    if plain != digits or len(plain) in {SIREN, SIRET}:
        return "FR", plain
    return "", digits
