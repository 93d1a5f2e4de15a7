"""Compares the numbers of organisations, however they are written."""

import re

_IDENTIFIER = re.compile(r"(?:[A-Z]{3}:?|[A-Z]{2}:)?(?P<country>[A-Z]{2})[- ]?(?P<number>.*[0-9].*)")
_SIREN = 9  # digits
_SIRET = 14
_FRENCH_VAT = 11


def organization_number(identifier: str) -> tuple[str, str] | None:
    """Return country and number of an organizationIdentifier.

    None where it has none. The register (NTR, VAT, SI:) does not matter: a French SIREN is the first nine digits of a
    SIRET, and the last nine of a VAT number. Source: ETSI EN 319 412-1 §5.1.4.
    """
    found = _IDENTIFIER.fullmatch(identifier.strip().upper())
    if found is None:
        return None
    country = found["country"]
    number = "".join(filter(str.isalnum, found["number"])).removeprefix(country)
    if country == "FR":
        number = _siren(number)
    return country, number


def same_organization(one: str, other: str) -> bool:
    """Return whether two organizationIdentifiers surely name one organisation."""
    number = organization_number(one)
    if number is None:
        return bool(one) and one.casefold() == other.casefold()
    return number == organization_number(other)


def _siren(number: str) -> str:
    match len(number):
        case length if length == _SIRET:
            return number[:_SIREN]
        case length if length == _FRENCH_VAT:
            return number[-_SIREN:]
        case _:
            return number
