"""Numbers of organisations are compared by country and digits."""

import pytest

from daemon.core.registration_numbers import RegistrationNumber, organization_number, same_organization

EQUAL = [
    ("SI:FR-434202180", "NTRFR-434202180"),
    ("NTRFR-434202180", "ntrfr-434202180"),
    ("NTRFR-434202180", "VATFR-32434202180"),
    ("NTRFR-434202180", "VATFR-FR32434202180"),
    ("NTRFR-434202180", "NTRFR-43420218000036"),
    ("NTRFR-434202180", "NTR:FR-434 202 180"),
    ("VATIT-01879020517", "IT01879020517"),
    ("DE122788238", "VATDE-122788238"),
    ("NTRDE-HRB74346", "NTRDE-HRB 74346"),
    ("VATES-Q2826004J", "vates-q2826004j"),
    (" NTRFR-434202180 ", "NTRFR-434202180"),
    ("434202180", "NTRFR-434202180"),
    ("ohne Land", "OHNE LAND"),
]
DIFFERENT = [
    ("NTRFR-434202180", "NTRFR-434202181"),
    ("NTRFR-434202180", "NTRDE-434202180"),
    ("NTRFR-434202180", ""),
    ("", ""),
    ("NTRIT-12345678901", "NTRIT-345678901"),
    ("a", "b"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_one_organisation_is_recognised_however_it_is_written(one: str, other: str) -> None:
    assert same_organization(one, other)
    assert same_organization(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_organisation_is_not_taken_for_it(one: str, other: str) -> None:
    assert not same_organization(one, other)
    assert not same_organization(other, one)


def test_a_siret_and_a_vat_number_hold_the_siren() -> None:
    found = {organization_number(each) for each in ("NTRFR-43420218000036", "VATFR-32434202180", "SI:FR-434202180")}
    assert found == {RegistrationNumber("FR", "434202180")}
