"""Certificates of every kind are read or named unreadable, without harm.

`certificates.zip` holds the certificates of the tests of PyPI's cryptography (Apache-2.0 or BSD-3-Clause), but for the
405 of NIST's PKITS; the long form takes all of `cryptography-vectors`, PKITS and all. `tests/fuzz` goes on
from there, led by coverage.
"""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.adapters.pkcs11.x509 import LOGIN_PURPOSES, read_certificate
from daemon.core.model import Role
from integration.faults.surfaces import faults_of, harm_in
from integration.faults.vectors import vectors
from support.pki import HOSTILE_NAMES, make_certificate

if TYPE_CHECKING:
    from collections.abc import Mapping

with zipfile.ZipFile(Path(__file__).with_name("certificates.zip")) as archive:
    RECORDED = {name: archive.read(name) for name in archive.namelist()}

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
NAMES = st.one_of(
    st.sampled_from(list(HOSTILE_NAMES.values())),
    st.text(max_size=80),
    st.text(alphabet=st.sampled_from(BIDI + "\x1b\x07\r\n\t\x00\u2028\u2029<>&[]/\\'\"-%{}a"), max_size=40),
    st.sampled_from(["--urgency=critical", "-", "{holder}", "[red]x[/]", "[/]", "\n--help", "A" * 65536, "é" * 65536]),
)
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(9999, 12, 30)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants it so
BASES = tuple(RECORDED.values())


def many(examples: int, *, full: bool = False) -> settings:
    """So many examples, of which none is too slow."""
    checks = list(HealthCheck) if full else [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks)


def test_every_recorded_certificate_is_read_or_named_unreadable() -> None:
    faults = {name: found for name, der in RECORDED.items() if (found := faults_of(der))}
    assert faults == {}
    assert len(RECORDED) > 100


def by_cryptography(der: bytes) -> x509.Certificate | None:
    """The certificate, where cryptography itself takes it for one."""
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion):
        return None


def check_dates(der: bytes, name: str) -> bool:
    """Compare the dates with cryptography's. Return whether it reads any."""
    theirs, ours = by_cryptography(der), read_certificate(der)
    if theirs is None:
        return False
    assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc), name
    return True


@pytest.mark.filterwarnings("ignore")  # it deprecates what cards in the field still hold
def test_dates_agree_with_those_that_cryptography_reads() -> None:
    assert sum(check_dates(der, name) for name, der in RECORDED.items()) > 100


def purposes_of(certificate: x509.Certificate) -> frozenset[str] | None:
    """The dotted purposes, None where the certificate names none."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None
    return frozenset(oid.dotted_string for oid in extension.value)


def says_it_is_an_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False


def taken_against_their_word(ders: Mapping[str, bytes]) -> tuple[int, list[str]]:
    """Count those with purposes, and name the wrongly read."""
    counted, wrong = 0, list[str]()
    for name, der in ders.items():
        theirs, ours = by_cryptography(der), read_certificate(der)
        purposes = None if theirs is None else purposes_of(theirs)
        counted += purposes is not None
        if purposes is not None and purposes.isdisjoint(LOGIN_PURPOSES) and ours.role is Role.AUTHENTICATION:
            wrong.append(f"{name}: {sorted(purposes)}")
        if theirs is not None and says_it_is_an_authority(theirs) and not ours.authority:
            wrong.append(f"{name}: authority")
    return counted, wrong


@pytest.mark.filterwarnings("ignore")
def test_no_recorded_certificate_logs_in_against_its_purposes() -> None:
    counted, wrong = taken_against_their_word(RECORDED)
    assert wrong == []
    assert counted > 10


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")
def test_no_vector_of_cryptography_logs_in_against_its_purposes() -> None:
    counted, wrong = taken_against_their_word(dict(vectors()))
    assert wrong == []
    assert counted > 20


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")
def test_every_vector_of_cryptography_is_read_or_named_unreadable() -> None:
    all_of_them = dict(vectors())
    assert {name: found for name, der in all_of_them.items() if (found := faults_of(der))} == {}
    assert sum(check_dates(der, name) for name, der in all_of_them.items()) > 500
    assert sum(name.endswith(".crt:0") for name in all_of_them) >= 405, "PKITS is among them"


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_a_hostile_name_is_never_shown_unclean(name: str) -> None:
    assert faults_of(make_certificate(cn=name, given_name=name, surname=name, issuer_o=name, issuer_cn=name)) == []


def check_made(name: str, begin: datetime, end: datetime, issuer: str) -> None:
    der = make_certificate(
        cn=name,
        given_name=name,
        surname=None,
        organization_identifier=name,
        issuer_ou=issuer,
        not_before=begin,
        not_after=max(end, begin + timedelta(seconds=1)),
    )
    assert faults_of(der) == []


@many(25)
@given(NAMES, MOMENTS, MOMENTS, NAMES)
def test_a_generated_certificate_does_no_harm(name: str, begin: datetime, end: datetime, issuer: str) -> None:
    check_made(name, begin, end, issuer)


@pytest.mark.full
@many(2000, full=True)
@given(NAMES, MOMENTS, MOMENTS, NAMES)
def test_two_thousand_generated_certificates_do_no_harm(name: str, begin: datetime, end: datetime, issuer: str) -> None:
    check_made(name, begin, end, issuer)


CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12)), min_size=1, max_size=5)


def check_mutated(base: bytes, cuts: list[tuple[float, int, bytes]]) -> None:
    for where, length, content in cuts:
        place = int(where * len(base))
        base = base[:place] + content + base[place + length :]
    assert faults_of(base) == []


@many(50)
@given(st.sampled_from(BASES), CUTS)
def test_a_mutated_certificate_does_no_harm(base: bytes, cuts: list[tuple[float, int, bytes]]) -> None:
    check_mutated(base, cuts)


@pytest.mark.full
@many(3000, full=True)
@given(st.sampled_from(BASES), CUTS)
def test_three_thousand_mutated_certificates_do_no_harm(base: bytes, cuts: list[tuple[float, int, bytes]]) -> None:
    check_mutated(base, cuts)


@pytest.mark.parametrize("line", ["\x1b[2J", "a\u202eb", "a\nb", "\ud800", "x" * 2001])
def test_harmful_lines_are_found(line: str) -> None:
    assert harm_in(line)
