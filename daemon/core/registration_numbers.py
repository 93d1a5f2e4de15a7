"""Reads the numbers of organisations and people in a certificate's name."""

import re
from dataclasses import dataclass
from functools import lru_cache

COUNTRIES = {"EL": "GR", "UK": "GB"}  # as tax offices write them, and ISO 3166-1
SIREN, SIRET, FRENCH_VAT = 9, 14, 11  # digits
FRENCH_DIRECTORIES = {"0002": SIREN, "0009": SIRET}  # ISO/IEC 6523: the code before a number of that length

# A scheme, a country, a hyphen and the number (ETSI EN 319 412-1 §5.1.3 and §5.1.4); "SI:FR-" is a national scheme.
# Some issuers leave the scheme or the hyphen out: "DE122788238".
_OF_ORGANIZATION = re.compile(r"(?:[A-Z]{3}:?|[A-Z0-9]{2}:)?(?P<country>[A-Z]{2})[ -]?(?P<number>.*[0-9].*)", re.DOTALL)
_OF_PERSON = re.compile(r"(?P<scheme>PNO|TIN|TAX)(?P<country>[A-Z]{2})-(?P<number>.+)", re.DOTALL)
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
    written = _OF_ORGANIZATION.fullmatch(identifier.strip().upper())
    country = "" if written is None else COUNTRIES.get(written["country"], written["country"])
    digits = _digits(identifier if written is None else written["number"]).removeprefix(country)
    if country == "FR":
        digits = _siren(digits)
    elif not country and digits.isdecimal():
        country, digits = _french_if_so(digits)
    return RegistrationNumber(country, digits) if digits.strip("0") else None


def same_organization(one: str, other: str) -> bool:
    """Return whether two organizationIdentifiers name one organisation."""
    number = organization_number(one)
    return number is not None and number == organization_number(other)


@lru_cache(maxsize=1 << 12)
def person_number(serial_number: str) -> RegistrationNumber | None:
    """Return a person's lasting number in the subject's serialNumber.

    None where it is no such number: a paper's, or one that the issuer counts.
    """
    written = _OF_PERSON.fullmatch(serial_number.strip().upper())
    if written is None:
        return None
    digits = _digits(written["number"])
    country = COUNTRIES.get(written["country"], written["country"])
    return (
        RegistrationNumber(country, digits, TODAY.get(written["scheme"], written["scheme"]))
        if digits.strip("0")
        else None
    )


def _digits(number: str) -> str:
    return "".join(c for c in number.upper() if c.isalnum())


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
    if plain != digits or len(plain) in {SIREN, SIRET}:
        return "FR", _siren(plain)
    return "", digits
