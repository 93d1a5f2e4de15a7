"""Decides whether two certificates are of one person."""

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

from daemon.core.model import Certificate, CertificatePair, HolderAnswer, pair_of
from daemon.core.person_names import HolderName, NameMatch, match_names, read_name
from daemon.core.registration_numbers import RegistrationNumber, organization_number, person_number


class _OrganizationMatch(Enum):
    """Whether two certificates name one organisation."""

    SAME = "same"
    UNKNOWN = "unknown"  # one of them names none
    UNCLEAR = "unclear"  # one of them is not understood
    ANOTHER = "another"


class HolderMatch(Enum):
    """Whether two certificates are of one person. Only SAME pairs them."""

    SAME = "same"
    IN_DOUBT = "in doubt"
    ANOTHER = "another"


def match_holders(one: Certificate, other: Certificate) -> HolderMatch:
    """Return whether two certificates are of one person.

    Numbers of people decide, where both certificates have one. Names do where not.
    """
    person, other_person = person_of(one), person_of(other)
    found = _match_by_name(one, other)
    if person is None or other_person is None:
        return found
    if (person.country, person.digits) == (other_person.country, other_person.digits):
        return HolderMatch.SAME
    if person.scheme == other_person.scheme:
        return HolderMatch.ANOTHER
    return HolderMatch.IN_DOUBT if found is HolderMatch.SAME else found  # a tax number and a personal one


def are_of_one_holder(one: Certificate, other: Certificate, answers: Mapping[CertificatePair, HolderAnswer]) -> bool:
    """Return whether two certificates are of one person.

    The user's word about them comes first.
    """
    answer = answers.get(pair_of(one.fingerprint, other.fingerprint))
    if answer is not None:
        return answer is HolderAnswer.SAME
    return match_holders(one, other) is HolderMatch.SAME


def contradict(one: Certificate, other: Certificate) -> bool:
    """Return whether two certificates cannot be in one line by themselves."""
    found = match_holders(one, other)
    in_doubt = found is HolderMatch.IN_DOUBT
    in_two = _match_organizations(one, other) in {_OrganizationMatch.UNCLEAR, _OrganizationMatch.ANOTHER}
    return found is HolderMatch.ANOTHER or (in_doubt and in_two)


def naming_of(certificate: Certificate) -> tuple[str, ...]:
    """Return all that the comparisons read of a certificate."""
    own = certificate.subject_serial, certificate.subject_cn, certificate.organization_identifier
    return certificate.given_name, certificate.surname, *own


def name_of(certificate: Certificate) -> HolderName | None:
    """Return the holder's name, with all ways to read it."""
    return read_name(certificate.given_name, certificate.surname, certificate.subject_cn)


def organization_of(certificate: Certificate) -> RegistrationNumber | None:
    """Return the number of the holder's organisation."""
    return organization_number(certificate.organization_identifier)


def person_of(certificate: Certificate) -> RegistrationNumber | None:
    """Return the holder's own number."""
    return person_number(certificate.subject_serial) or person_number(certificate.subject_cn)


def _match_by_name(one: Certificate, other: Certificate) -> HolderMatch:
    organization = _match_organizations(one, other)
    names = _match_names(one, other)
    match names:
        case NameMatch.EQUAL:
            known = organization in {_OrganizationMatch.SAME, _OrganizationMatch.UNKNOWN}
            return HolderMatch.SAME if known else HolderMatch.IN_DOUBT
        case NameMatch.LONGER:
            return HolderMatch.SAME if organization is _OrganizationMatch.SAME else HolderMatch.IN_DOUBT
        case NameMatch.UNSURE:
            return HolderMatch.IN_DOUBT
        case NameMatch.RENAMED:  # of another organisation, nothing but a given name would be in common
            return HolderMatch.ANOTHER if organization is _OrganizationMatch.ANOTHER else HolderMatch.IN_DOUBT
        case NameMatch.DIFFERENT:
            return HolderMatch.ANOTHER
        case _:
            assert_never(names)


def _match_names(one: Certificate, other: Certificate) -> NameMatch:
    name, other_name = name_of(one), name_of(other)
    if name is None or other_name is None:
        return NameMatch.RENAMED  # one is damaged or left out: it cannot be known
    found = match_names(name, other_name)
    if found < NameMatch.UNSURE and _have_one_common_name(one, other):
        return NameMatch.UNSURE  # the name of an office, perhaps
    return found


def _have_one_common_name(one: Certificate, other: Certificate) -> bool:
    """Return whether the common names agree, where one has no other name."""
    if all(c.given_name and c.surname for c in (one, other)):
        return False
    name, other_name = read_name("", "", one.subject_cn), read_name("", "", other.subject_cn)
    return name is not None and other_name is not None and match_names(name, other_name) is NameMatch.EQUAL


def _match_organizations(one: Certificate, other: Certificate) -> _OrganizationMatch:
    number, other_number = organization_of(one), organization_of(other)
    if number is None or other_number is None:
        return _OrganizationMatch.UNKNOWN
    if number == other_number:
        return _OrganizationMatch.SAME
    if "" not in {number.country, other_number.country}:
        return _OrganizationMatch.ANOTHER
    return _OrganizationMatch.UNKNOWN if number.digits == other_number.digits else _OrganizationMatch.UNCLEAR
