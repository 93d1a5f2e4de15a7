"""Reads the numbers of organisations and people in a certificate's name."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

COUNTRIES = {"EL": "GR", "UK": "GB"}  # as tax offices write them, and ISO 3166-1
MINUS = "\N{MINUS SIGN}"
SIREN, SIRET, FRENCH_VAT = 9, 14, 11  # digits
FRENCH_DIRECTORIES = {"0002": SIREN, "0009": SIRET, "0225": SIREN}  # ISO/IEC 6523: the code before such a number
BELGIAN = 10  # digits; older numbers lack the nought before them

# A scheme, a country, a hyphen and the number (ETSI EN 319 412-1 §5.1.3 and §5.1.4); "SI:FR-" is a national scheme.
# Some issuers leave the scheme or the hyphen out: "DE122788238".
_OF_ORGANIZATION = re.compile(
    r"(?:[A-Z]{3}[ :-]?|[A-Z0-9]{2}:)?(?P<country>[A-Z]{2})[ _-]?(?P<number>.*[0-9].*)", re.DOTALL
)
_FRENCH_WORDS = re.compile(r".*(?:SIREN|SIRET|\bR\.?C\.?S\b|ISO6523[^:]*:)(?P<number>.*[0-9].*)", re.DOTALL)
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

    Of a French SIRET or VAT number it is the SIREN.
    """
    plain = _plain(identifier)
    french, written = _FRENCH_WORDS.fullmatch(plain), _OF_ORGANIZATION.fullmatch(plain)
    if french is not None:
        country, digits = "FR", "".join(c for c in french["number"] if c.isdigit())
    elif written is not None:
        country = COUNTRIES.get(written["country"], written["country"])
        digits = _digits(written["number"]).removeprefix(written["country"]).removeprefix(country)
    else:
        country, digits = _french_if_so(_digits(plain))
    if not digits.strip("0"):
        return None
    return RegistrationNumber(country, _as_registered(country, digits))


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


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isalnum())


def _as_registered(country: str, digits: str) -> str:
    """Return a number as its country's register writes it."""
    match country:
        case "FR":
            return _siren(digits)
        case "BE" if digits.isdecimal():
            return digits.zfill(BELGIAN)
        case _:
            return digits


def _siren(digits: str) -> str:
    """Return the SIREN in a French number, else the number."""
    plain = _without_directory(digits)
    if len(plain) == SIRET:
        return plain[:SIREN]
    return plain[-SIREN:] if len(plain) == FRENCH_VAT else plain


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
