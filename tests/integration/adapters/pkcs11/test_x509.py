from __future__ import annotations

import hashlib
import warnings
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from asn1crypto import core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from daemon.adapters.pkcs11.messages import SERIAL_DIGITS
from daemon.adapters.pkcs11.x509 import DER_LIMIT, read_certificate, role_of, unreadable_certificate, with_authorities
from daemon.core.model import Certificate, Fingerprint, Role
from support.core.factories import changed
from support.pki import HOSTILE_NAMES, ORGANIZATION_IDENTIFIER, make_certificate, private_key

BEGIN, END = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2027, 5, 6, 7, 8, 8, tzinfo=UTC)
WHOLE = make_certificate(not_before=BEGIN, not_after=END)
CLIENT_AUTH, KERBEROS, PIV_CARD = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.2.3.4", "2.16.840.1.101.3.6.8"
TIME_STAMPS, OCSP = "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"
SMARTCARD_LOGON, ANY_PURPOSE, EMAIL = "1.3.6.1.4.1.311.20.2.2", "2.5.29.37.0", "1.3.6.1.5.5.7.3.4"
SIGN, REPUDIATE = "digital_signature", "non_repudiation"


def test_a_whole_certificate_is_read_in_full() -> None:
    der = make_certificate(organization_identifier="NTRFR-123456789", not_before=BEGIN, not_after=END, serial=0x0ABC)
    assert read_certificate(der) == changed(
        Certificate(fingerprint=Fingerprint(hashlib.sha256(der).hexdigest())),
        subject_cn="Jeanne MARTIN",
        given_name="Jeanne",
        surname="Martin",
        organization_identifier="NTRFR-123456789",
        issuer_cn="CertEurope eID User",
        issuer_o="CertEurope",
        issuer_ou=("0002 434202180",),
        serial_hex="abc",
        not_before=BEGIN,
        not_after=END,
        role=Role.AUTHENTICATION,
    )


@pytest.mark.parametrize(
    ("usages", "purposes", "role"),
    [
        pytest.param({SIGN}, None, Role.AUTHENTICATION, id="signs challenges"),
        pytest.param({SIGN}, {EMAIL}, Role.OTHER, id="signs mail"),
        pytest.param({SIGN}, {CLIENT_AUTH, EMAIL}, Role.AUTHENTICATION, id="signs challenges and mail"),
        pytest.param({SIGN}, {KERBEROS}, Role.AUTHENTICATION, id="signs in to Kerberos"),
        pytest.param({SIGN}, {PIV_CARD}, Role.OTHER, id="proves that a PIV card is near"),
        pytest.param({SIGN}, set(), Role.OTHER, id="names no purpose"),
        pytest.param(None, {SMARTCARD_LOGON}, Role.AUTHENTICATION, id="says only that it logs in to Windows"),
        pytest.param({REPUDIATE}, None, Role.SIGNATURE, id="signs documents"),
        pytest.param({REPUDIATE}, {CLIENT_AUTH}, Role.SIGNATURE, id="signs documents, whatever its purpose"),
        pytest.param({REPUDIATE}, {TIME_STAMPS}, Role.OTHER, id="stamps the time"),
        pytest.param({SIGN, REPUDIATE}, {TIME_STAMPS, OCSP}, Role.OTHER, id="signs for a service"),
        pytest.param({REPUDIATE}, {TIME_STAMPS, EMAIL}, Role.SIGNATURE, id="stamps the time, and signs mail"),
        pytest.param({REPUDIATE}, set(), Role.SIGNATURE, id="signs documents, and names no purpose"),
        pytest.param({SIGN, REPUDIATE}, None, Role.AUTHENTICATION, id="signs both"),
        pytest.param({SIGN, REPUDIATE}, {CLIENT_AUTH}, Role.AUTHENTICATION, id="both, to log in"),
        pytest.param({SIGN, REPUDIATE}, {SMARTCARD_LOGON}, Role.AUTHENTICATION, id="both, to log in to Windows"),
        pytest.param({SIGN, REPUDIATE}, {ANY_PURPOSE}, Role.AUTHENTICATION, id="both, for anything"),
        pytest.param({SIGN, REPUDIATE}, {EMAIL}, Role.SIGNATURE, id="both, for mail"),
        pytest.param(None, None, Role.AUTHENTICATION, id="says nothing"),
        pytest.param(None, {CLIENT_AUTH}, Role.AUTHENTICATION, id="says only that it logs in"),
        pytest.param(None, {EMAIL}, Role.OTHER, id="says only that it signs mail"),
        pytest.param(set(), None, Role.OTHER, id="allows nothing"),
        pytest.param({"key_encipherment"}, {CLIENT_AUTH}, Role.OTHER, id="enciphers"),
    ],
)
def test_the_role_follows_key_usage_and_purpose(usages: set[str] | None, purposes: set[str] | None, role: Role) -> None:
    def frozen(names: set[str] | None) -> frozenset[str] | None:
        return None if names is None else frozenset(names)

    assert role_of(frozen(usages), frozen(purposes)) is role


@pytest.mark.parametrize("role", ["authentication", "signature", "other"])
def test_both_readers_agree_on_the_role(role: str) -> None:
    der = make_certificate(role=role)  # type: ignore[arg-type]  # parametrize loses the literal
    assert read_certificate(der).role == role
    assert read_certificate(refused_by_cryptography(der)).role == role


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_a_hostile_name_comes_out_clean(name: str) -> None:
    certificate = read_certificate(make_certificate(cn=name, given_name=name, issuer_o=name))
    for text in (certificate.subject_cn, certificate.given_name, certificate.issuer_o):
        assert text.isprintable()
        assert len(text) <= 128


@pytest.mark.parametrize(("kind", "bits"), [("rsa", 2048), ("ec", None)])
def test_both_readers_agree_on_the_size_of_an_rsa_key(kind: Literal["rsa", "ec"], bits: int | None) -> None:
    der = make_certificate(key=private_key(kind=kind))
    assert read_certificate(der).key_bits == bits
    assert read_certificate(refused_by_cryptography(der)).key_bits == bits


def test_the_certificate_itself_is_kept_without_what_the_card_pads() -> None:
    der = make_certificate()
    assert read_certificate(der + bytes(40)).der == der
    assert read_certificate(refused_by_cryptography(der)).der == refused_by_cryptography(der)
    long = make_certificate(cn="Jean", extra_subject=[(NameOID.TITLE, "x" * 60)] * 200)
    assert len(long) > DER_LIMIT
    assert (read_certificate(long).der, read_certificate(long).subject_cn) == (b"", "Jean")


def test_both_readers_take_the_number_of_the_issuer() -> None:
    der = make_certificate(issuer_ou=None, issuer_organization_identifier="NTRFR-434202180")
    for read in (der, refused_by_cryptography(der)):
        assert read_certificate(read).issuer_organization_identifier == "NTRFR-434202180"


def test_the_most_specific_of_several_common_names_counts() -> None:
    der = make_certificate(cn="group", extra_subject=[(NameOID.COMMON_NAME, "person")])
    assert read_certificate(der).subject_cn == "person"


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_name_hides_none_that_is_there(empty: str) -> None:
    more = [(NameOID.COMMON_NAME, empty), (NameOID.GIVEN_NAME, "Jeanne"), (NameOID.SURNAME, empty)]
    found = read_certificate(make_certificate(given_name=empty, extra_subject=more))
    assert (found.subject_cn, found.given_name, found.surname) == ("Jeanne MARTIN", "Jeanne", "Martin")


def test_windows_1252_keeps_its_letters() -> None:
    found = read_certificate(with_text("cn", TAGS["UTF8String"], "Jeanne D’ARC-CŒUR".encode("cp1252")))
    assert found.subject_cn == "Jeanne D’ARC-CŒUR"


def test_a_name_that_is_absent_is_empty() -> None:
    certificate = read_certificate(make_certificate(given_name=None, cn=None, issuer_ou=None, issuer_o=None))
    assert (certificate.given_name, certificate.subject_cn) == ("", "")
    assert (certificate.issuer_o, certificate.issuer_ou) == ("", ())
    assert certificate.flaw == ""


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        pytest.param(datetime(1950, 1, 1, tzinfo=UTC), datetime(1951, 1, 1, tzinfo=UTC), id="1950"),
        pytest.param(BEGIN, datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), id="last UTCTime"),
        pytest.param(BEGIN, datetime(2050, 1, 1, tzinfo=UTC), id="first GeneralizedTime"),
        pytest.param(BEGIN, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), id="no end (RFC 5280 §4.1.2.5)"),
    ],
)
def test_odd_dates_are_read_as_they_are(begin: datetime, end: datetime) -> None:
    certificate = read_certificate(make_certificate(not_before=begin, not_after=end))
    assert (certificate.not_before, certificate.not_after) == (begin, end)


@pytest.mark.parametrize("zone", [b"", b".5", b".5Z", b"+0000"])
def test_an_end_is_read_with_and_without_its_zone(zone: bytes) -> None:
    whole = make_certificate(not_before=BEGIN, not_after=datetime(2050, 1, 2, 3, 4, 5, tzinfo=UTC))
    certificate: Any = asn1.Certificate.load(whole)
    end = b"20500102030405" + zone
    certificate["tbs_certificate"]["validity"]["not_after"] = asn1.Time.load(bytes([0x18, len(end)]) + end)
    assert read_certificate(certificate.dump()).not_after == datetime(2050, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_certificate_that_ends_before_it_begins_is_read_too() -> None:
    certificate = read_certificate(WHOLE.replace(b"270506070808Z", b"230506070808Z"))
    assert certificate.not_after == datetime(2023, 5, 6, 7, 8, 8, tzinfo=UTC)


def test_a_broken_date_costs_only_itself() -> None:
    certificate = read_certificate(WHOLE.replace(b"270506070808Z", b"279999999999Z"))
    assert certificate.not_before == BEGIN
    assert certificate.not_after is None
    assert "notAfter unreadable" in certificate.flaw
    assert certificate.subject_cn == "Jeanne MARTIN"


@pytest.mark.parametrize(("serial", "shown"), [(-255, "-ff"), (0, "0")])
def test_a_serial_number_that_is_not_positive_is_a_flaw(serial: int, shown: str) -> None:
    certificate = read_certificate(with_serial(WHOLE, serial))
    assert certificate.serial_hex == shown
    assert "serial number not positive" in certificate.flaw


def test_a_serial_number_without_end_is_a_flaw() -> None:
    whole, cut = (read_certificate(with_serial(WHOLE, 16**digits - 1)) for digits in (SERIAL_DIGITS, SERIAL_DIGITS + 1))
    assert whole.serial_hex == "f" * SERIAL_DIGITS
    assert cut.serial_hex == ""
    assert "serial number too long" in cut.flaw
    assert cut.subject_cn == "Jeanne MARTIN"


def test_what_cryptography_refuses_is_read_all_the_same() -> None:
    certificate = read_certificate(refused_by_cryptography(WHOLE))
    assert certificate.flaw.startswith("refused by cryptography")
    assert (certificate.not_before, certificate.not_after) == (BEGIN, END)
    assert (certificate.surname, certificate.issuer_ou) == ("Martin", ("0002 434202180",))
    assert certificate.role is Role.AUTHENTICATION


@pytest.mark.parametrize("padding", [b"\0" * 700, b"\xff", b"more"], ids=["zeros", "ones", "text"])
def test_what_follows_the_certificate_is_not_part_of_it(padding: bytes) -> None:
    assert read_certificate(WHOLE + padding) == read_certificate(WHOLE)


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x84", b"\0" * 900, b"no certificate"], ids=repr)
def test_what_is_no_certificate_is_known_by_its_bytes_alone(content: bytes) -> None:
    certificate = read_certificate(content)
    assert certificate.flaw.startswith("not a certificate")
    assert certificate == unreadable_certificate(content, certificate.flaw)


@pytest.mark.parametrize(
    ("is_ca", "signs_certificates", "is_authority"),
    [
        pytest.param(True, True, True, id="an issuer"),
        pytest.param(True, None, True, id="an issuer that does not say what for"),
        pytest.param(True, False, True, id="an issuer by one extension"),
        pytest.param(False, True, False, id="no issuer"),
    ],
)
def test_an_authority_says_so(is_ca: bool, signs_certificates: bool | None, is_authority: bool) -> None:
    der = issuer(is_ca, signs_certificates)
    assert read_certificate(der).authority is is_authority
    assert read_certificate(refused_by_cryptography(der)).authority is is_authority


def test_what_issued_another_certificate_of_the_token_is_an_authority() -> None:
    root = make_certificate(given_name=None, surname=None, cn="Root", issuer_o=None, issuer_ou=None, issuer_cn="Root")
    login = make_certificate(issuer_o=None, issuer_ou=None, issuer_cn="Root")
    assert authorities(root, login) == [True, False]
    assert authorities(login, root) == [False, True]
    assert authorities(root) == [False], "alone it does not show it"
    assert authorities(root, root + b"\0", b"garbage") == [False, False, False], "nor does its own name"


def authorities(*ders: bytes) -> list[bool]:
    return [found.authority for found in with_authorities([(der, read_certificate(der)) for der in ders])]


TAGS = {"UTF8String": 12, "NumericString": 18, "PrintableString": 19, "TeletexString": 20, "IA5String": 22}
TAGS |= {"VisibleString": 26, "GeneralString": 27, "OCTET STRING": 4}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
def test_a_name_is_read_in_every_type_of_string(tag: int, encoding: str) -> None:
    certificate = read_certificate(with_text("cn", tag, "Hélène FAÇON".encode(encoding)))
    assert (certificate.subject_cn, certificate.given_name) == ("Hélène FAÇON", "Jeanne")


@pytest.mark.parametrize(
    ("tag", "encoding"), [(30, "utf-16-be"), (28, "utf-32-be")], ids=["BMPString", "UniversalString"]
)
def test_a_name_is_read_in_wide_letters(tag: int, encoding: str) -> None:
    assert read_certificate(with_text("cn", tag, "Hélène".encode(encoding))).subject_cn == "Hélène"


@pytest.mark.parametrize(
    "where", ["cn", "given_name", "surname", "organization_identifier", "issuer_o", "issuer_ou", "issuer_cn"]
)
@pytest.mark.parametrize(
    "tag",
    [12, 30, 3, 0x30, 5, 1, 6, 23, 0x31, 0x80, 0x1F],
    ids=[
        *("Latin-1 as UTF-8", "half a letter", "bits", "a sequence", "nothing", "a truth value", "an identifier"),
        *("a time", "a set", "no type", "a type without end"),
    ],
)
def test_a_damaged_attribute_costs_only_itself(where: str, tag: int) -> None:
    names = {
        name: getattr(read_certificate(WHOLE), name) for name in ("given_name", "surname", "issuer_o", "issuer_cn")
    }
    found = read_certificate(with_text(where, tag, b"H\xe9l\xe8n\xe8!"))
    del names["surname" if where not in names else where]
    assert {name: getattr(found, name) for name in names} == names
    assert found.role is Role.AUTHENTICATION
    assert found.not_after is not None


def test_latin_1_in_the_town_costs_nothing() -> None:
    place = "~" * 8
    der = make_certificate(extra_subject=[(NameOID.LOCALITY_NAME, place)], not_before=BEGIN, not_after=END)
    found = read_certificate(der.replace(place.encode(), "Besançon".encode("latin-1")))
    assert changed(found, fingerprint=Fingerprint(""), flaw="", serial_hex="") == changed(
        read_certificate(WHOLE), fingerprint=Fingerprint(""), flaw="", serial_hex=""
    )


def with_text(where: str, tag: int, content: bytes) -> bytes:
    """Return a certificate with these bytes under this tag in a name."""
    place = b"~" * len(content)
    der = make_certificate(**{where: place.decode()})  # type: ignore[arg-type]  # each names a text
    assert der.count(place) == 1
    return der.replace(bytes([12, len(place)]) + place, bytes([tag, len(place)]) + content)


@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 12), st.binary(max_size=12)),
        min_size=1,
        max_size=4,
    )
)
def test_no_mutation_raises(cuts: list[tuple[int, int, bytes]]) -> None:
    der = WHOLE
    for place, length, content in cuts:
        der = der[:place] + content + der[place + length :]
    assert len(read_certificate(der).fingerprint) == 64


@given(st.integers(0, len(WHOLE)))
def test_no_truncation_raises(length: int) -> None:
    assert read_certificate(WHOLE[:length]).fingerprint == hashlib.sha256(WHOLE[:length]).hexdigest()


@given(st.binary(max_size=300))
def test_no_bytes_raise(content: bytes) -> None:
    read_certificate(content)


def with_serial(der: bytes, serial: int) -> bytes:
    """Return the certificate with another serial number.

    Its signature is wrong then, and is not checked.
    """
    certificate = asn1.Certificate.load(der)
    certificate["tbs_certificate"]["serial_number"] = core.Integer(serial)
    changed: bytes = certificate.dump(force=True)
    return changed


def refused_by_cryptography(der: bytes) -> bytes:
    """Return the certificate with a version that does not exist."""
    version = b"\xa0\x03\x02\x01\x02"  # [0] INTEGER 2: v3
    assert der.count(version) == 1
    return der.replace(version, version[:-1] + b"\x07")


def issuer(is_ca: bool, signs_certificates: bool | None) -> bytes:
    name = x509.Name([x509.NameAttribute(ORGANIZATION_IDENTIFIER, "x")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key().public_key())
        .serial_number(7)
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if signs_certificates is not None:
        allowed = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False
        )
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=signs_certificates,
            encipher_only=False,
            decipher_only=False,
            **allowed,
        )
        builder = builder.add_extension(usage, critical=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return builder.sign(private_key(), hashes.SHA256()).public_bytes(Encoding.DER)


USAGE_OID, PURPOSES_OID = b"\x06\x03\x55\x1d\x0f", b"\x06\x03\x55\x1d\x25"


def with_broken_extension(der: bytes, oid: bytes) -> bytes:
    """Return a certificate whose extension holds another type."""
    inside = der.index(b"\x04", der.index(oid) + len(oid)) + 2
    return der[:inside] + b"\x02" + der[inside + 1 :]


SOUND, MAIL = make_certificate(), make_certificate(role="other")
BROKEN_PURPOSES = with_broken_extension(make_certificate(), PURPOSES_OID)
BROKEN_PURPOSES_TOO = with_broken_extension(make_certificate(), PURPOSES_OID)
BROKEN_USAGE = with_broken_extension(make_certificate(role="signature"), USAGE_OID)
BROKEN_LOGIN_USAGE = with_broken_extension(make_certificate(), USAGE_OID)
SIGNATURE_ONLY = make_certificate(role="signature")
ROOT = issuer(is_ca=True, signs_certificates=None)
LOGIN, SIGNATURE, OTHER = Role.AUTHENTICATION, Role.SIGNATURE, Role.OTHER


@pytest.mark.parametrize(
    ("token", "roles"),
    [
        pytest.param([BROKEN_PURPOSES], [LOGIN], id="broken purposes alone"),
        pytest.param([BROKEN_USAGE], [OTHER], id="broken usage, and a purpose that does not log in"),
        pytest.param([BROKEN_PURPOSES, SOUND], [OTHER, LOGIN], id="broken purposes beside a login"),
        pytest.param([SOUND, BROKEN_PURPOSES], [LOGIN, OTHER], id="in the other order"),
        pytest.param([BROKEN_PURPOSES, BROKEN_PURPOSES_TOO], [LOGIN, LOGIN], id="two with broken purposes"),
        pytest.param([BROKEN_LOGIN_USAGE, SOUND], [LOGIN, LOGIN], id="broken usage, and a purpose that logs in"),
        pytest.param([BROKEN_PURPOSES, SIGNATURE_ONLY], [LOGIN, SIGNATURE], id="broken purposes beside a signature"),
        pytest.param([BROKEN_PURPOSES, MAIL], [LOGIN, OTHER], id="broken purposes beside another use"),
        pytest.param([BROKEN_PURPOSES, BROKEN_USAGE], [LOGIN, OTHER], id="nothing else logs in"),
        pytest.param([BROKEN_PURPOSES, ROOT], [LOGIN, LOGIN], id="an issuer is no login"),
        pytest.param([SIGNATURE_ONLY, MAIL], [SIGNATURE, OTHER], id="none logs in"),
        pytest.param([BROKEN_PURPOSES, b"garbage", SOUND], [OTHER, OTHER, LOGIN], id="garbage beside them"),
    ],
)
def test_a_use_that_cannot_be_read_is_no_login_beside_one(token: list[bytes], roles: list[Role]) -> None:
    assert [found.role for found in with_authorities([(der, read_certificate(der)) for der in token])] == roles


@pytest.mark.parametrize("oid", [USAGE_OID, PURPOSES_OID], ids=["usage", "purposes"])
def test_a_broken_extension_costs_no_other_one(oid: bytes) -> None:
    found = read_certificate(with_broken_extension(make_certificate(), oid))
    assert "extensions unreadable" not in found.flaw
    assert (found.subject_cn, found.role) == ("Jeanne MARTIN", Role.AUTHENTICATION)
