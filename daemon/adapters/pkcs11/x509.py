"""Reads the public facts of an X.509 certificate, however broken.

Used in the token child only.
"""

import hashlib
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any, TypeVar

from asn1crypto import parser as asn1_parser
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from config.i18n.text import CleanText, clean
from config.instants import Instant, instant
from config.values import dataclass, replace
from daemon.adapters.pkcs11.messages import ISSUER_UNITS, SERIAL_DIGITS
from daemon.core.model import ABSENT, Certificate, Fingerprint, Role
from daemon.core.person_names import repaired

DER_LIMIT = 8 << 10  # bytes: a longer certificate is read, and not kept to be saved as a file
USE_UNREADABLE = "use unreadable"  # this flaw comes first, so that it is never cut
REASON_LIMIT = 60  # characters, so that the flaw still names the fields

T = TypeVar("T")

COMMON_NAME, SURNAME, GIVEN_NAME = "2.5.4.3", "2.5.4.4", "2.5.4.42"
ORGANIZATION, ORGANIZATIONAL_UNIT, ORGANIZATION_IDENTIFIER = "2.5.4.10", "2.5.4.11", "2.5.4.97"
SERIAL_NUMBER = "2.5.4.5"

LOGIN_PURPOSES = frozenset(
    {
        ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
        ExtendedKeyUsageOID.SMARTCARD_LOGON.dotted_string,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string,
        "1.3.6.1.5.2.3.4",  # id-pkinit-KPClientAuth, a login by Kerberos (RFC 4556 §3.2.2)
    }
)
SERVICE_PURPOSES = frozenset(
    {
        ExtendedKeyUsageOID.TIME_STAMPING.dotted_string,
        ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string,
        ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,
    }
)

# What the two libraries raise at foreign bytes, found by mutating certificates (see the parser's tests).
UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

Name = tuple[tuple[str, str], ...]  # (dotted OID, value), in the certificate's order


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    subject: Name
    """Pairs of a dotted OID and its text, in the order of the certificate."""
    issuer: Name
    """As `subject`."""
    serial: int | None
    """None where it cannot be read."""
    not_before: Instant | None
    """Aware UTC; None where it cannot be read."""
    not_after: Instant | None
    """As `not_before`."""
    usages: frozenset[str] | None
    """Names of the keyUsage bits as in ASN.1; None where the extension is absent."""
    purposes: frozenset[str] | None
    """Dotted OIDs of extendedKeyUsage; None where the extension is absent."""
    is_ca: bool
    """What basicConstraints says."""
    key_bits: int | None
    """The size of an RSA key; None for another key, or where it cannot be read."""


def read_certificate(der: bytes) -> Certificate:
    """Return what can be read of a DER certificate.

    Never raises, for any bytes.

    Bytes after the certificate (cards pad) are left out, of the fingerprint too.
    """
    der = _without_padding(der)
    try:
        return _certificate(der, _by_cryptography(der), flaws=())
    except UNREADABLE as error:
        refusal = f"refused by cryptography: {clean(str(error), REASON_LIMIT) or type(error).__name__}"
    try:
        facts, flaws = _by_asn1crypto(der)
        use = (USE_UNREADABLE,) if _is_use_unreadable(facts, flaws) else ()
        return _certificate(der, facts, flaws=(*use, refusal, *flaws))
    except UNREADABLE:
        return unreadable_certificate(der, f"not a certificate: {refusal}")


def with_authorities(found: Sequence[tuple[bytes, Certificate]]) -> tuple[Certificate, ...]:
    """Return a token's certificates, those that issued others as authorities.

    Each comes with its DER. A root of version 1 does not say itself what it is (RFC 5280 §4.2.1.9). One whose use
    cannot be read logs in only where no other does.
    """
    if len(found) < 2:
        return tuple(certificate for _, certificate in found)
    found = _without_doubtful_logins(found)
    names = [_names_of(der) for der, _ in found]
    issuers = {issuer for subject, issuer in names if issuer != subject}
    return tuple(
        replace(certificate, authority=certificate.authority or subject in issuers)
        for (_, certificate), (subject, _) in zip(found, names, strict=True)
    )


def _without_doubtful_logins(found: Sequence[tuple[bytes, Certificate]]) -> Sequence[tuple[bytes, Certificate]]:
    logins = [each for _, each in found if each.role is Role.AUTHENTICATION and not each.authority]
    doubtful = [each for each in logins if each.flaw.startswith(USE_UNREADABLE)]
    if len(doubtful) == len(logins):
        return found
    return [(der, replace(each, role=Role.OTHER) if each in doubtful else each) for der, each in found]


def _names_of(der: bytes) -> tuple[bytes, bytes]:
    """Return the subject and the issuer as DER, both b"" where unreadable."""
    try:
        to_be_signed: Any = asn1.Certificate.load(der)["tbs_certificate"]
        return to_be_signed["subject"].dump(), to_be_signed["issuer"].dump()
    except UNREADABLE:
        return b"", b""


def unreadable_certificate(content: bytes, flaw: str) -> Certificate:
    """Return a certificate of which nothing is known but its bytes."""
    return Certificate(fingerprint=_fingerprint(content), flaw=clean(flaw))


def _fingerprint(content: bytes) -> Fingerprint:
    return Fingerprint(hashlib.sha256(content).hexdigest())


def role_of(usages: frozenset[str] | None, purposes: frozenset[str] | None) -> Role:
    """Return what a certificate is for.

    By keyUsage and extendedKeyUsage (RFC 5280 §4.2.1.3 and §4.2.1.12). None is an absent extension. Usages go by their
    ASN.1 names, purposes by dotted OID.
    """
    may_log_in = purposes is None or not purposes.isdisjoint(LOGIN_PURPOSES)
    if may_log_in and (usages is None or "digital_signature" in usages):
        return Role.AUTHENTICATION
    serves = bool(purposes and purposes <= SERVICE_PURPOSES)
    if usages is not None and "non_repudiation" in usages and not serves:
        return Role.SIGNATURE
    return Role.OTHER


def _certificate(der: bytes, facts: _Facts, *, flaws: tuple[str, ...]) -> Certificate:
    serial_hex, more_flaws = _serial(facts.serial)
    return Certificate(
        fingerprint=_fingerprint(der),
        subject_cn=_last(facts.subject, COMMON_NAME),
        given_name=_first(facts.subject, GIVEN_NAME),
        surname=_first(facts.subject, SURNAME),
        organization_identifier=_first(facts.subject, ORGANIZATION_IDENTIFIER),
        subject_serial=_first(facts.subject, SERIAL_NUMBER),
        issuer_cn=_last(facts.issuer, COMMON_NAME),
        issuer_o=_first(facts.issuer, ORGANIZATION),
        issuer_ou=_all(facts.issuer, ORGANIZATIONAL_UNIT)[:ISSUER_UNITS],
        issuer_organization_identifier=_first(facts.issuer, ORGANIZATION_IDENTIFIER),
        serial_hex=serial_hex,
        not_before=facts.not_before,
        not_after=facts.not_after,
        key_bits=facts.key_bits,
        role=role_of(facts.usages, facts.purposes),
        authority=facts.is_ca,
        flaw=clean("; ".join(flaws + more_flaws)),
        der=der if len(der) <= DER_LIMIT else b"",
    )


def _serial(number: int | None) -> tuple[str, tuple[str, ...]]:
    """Return the serial number in hex, "" for none, and its flaws."""
    if number is None:
        return "", ()
    digits = format(number, "x")
    if len(digits) > SERIAL_DIGITS:
        return "", ("serial number too long",)
    if number <= 0:
        return digits, ("serial number not positive",)
    return digits, ()


def _all(name: Name, oid: str) -> tuple[CleanText, ...]:
    return tuple(filter(None, (clean(repaired(value)) for found, value in name if found == oid)))


def _first(name: Name, oid: str) -> CleanText:
    return next(iter(_all(name, oid)), ABSENT)


def _last(name: Name, oid: str) -> CleanText:
    """Return the most specific value.

    A name runs from the root of the directory down (RFC 5280 §7.1).
    """
    return next(reversed(_all(name, oid)), ABSENT)


def _without_padding(der: bytes) -> bytes:
    """Cut what follows the outer SEQUENCE, and return other bytes unchanged."""
    if len(der) < 2 or der[0] != 0x30:
        return der
    if der[1] < 0x80:
        return der[: 2 + der[1]]
    size = der[1] & 0x7F
    return der[: 2 + size + int.from_bytes(der[2 : 2 + size])]


# --- cryptography: strict, all or nothing -------------------------------------------------------


def _by_cryptography(der: bytes) -> _Facts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it deprecates what cards in the field still hold
        certificate = x509.load_der_x509_certificate(der)
        usage = _extension(certificate, x509.KeyUsage)
        purposes = _extension(certificate, x509.ExtendedKeyUsage)
        constraints = _extension(certificate, x509.BasicConstraints)
        return _Facts(
            subject=_strict_name(certificate.subject),
            issuer=_strict_name(certificate.issuer),
            serial=certificate.serial_number,
            not_before=instant(certificate.not_valid_before_utc),
            not_after=instant(certificate.not_valid_after_utc),
            usages=None if usage is None else _strict_usages(usage),
            purposes=None if purposes is None else frozenset(oid.dotted_string for oid in purposes),
            is_ca=constraints is not None and constraints.ca,
            key_bits=_strict_key_bits(certificate),
        )


Extension = TypeVar("Extension", bound=x509.ExtensionType)


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _strict_key_bits(certificate: x509.Certificate) -> int | None:
    try:
        key = certificate.public_key()
    except (*UNREADABLE, UnsupportedAlgorithm):  # a curve or kind of key that this library does not know
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    return key.key_size


def _strict_usages(usage: x509.KeyUsage) -> frozenset[str]:
    usages = {
        "digital_signature": usage.digital_signature,
        "non_repudiation": usage.content_commitment,
    }
    return frozenset(name for name, is_set in usages.items() if is_set)


def _strict_name(name: x509.Name) -> Name:
    return tuple((part.oid.dotted_string, _text(part.value)) for part in name)


def _text(value: str | bytes) -> str:
    if isinstance(value, str):
        return value
    return value.decode("utf-8", errors="replace")


# --- asn1crypto: lenient, each field by itself --------------------------------------------------


def _by_asn1crypto(der: bytes) -> tuple[_Facts, tuple[str, ...]]:
    """Return what can be read, and what cannot.

    asn1crypto has no types, hence `Any`.
    """
    to_be_signed: Any = asn1.Certificate.load(der)["tbs_certificate"]
    validity: Any = to_be_signed["validity"]
    flaws: list[str] = []

    def attempt(what: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except UNREADABLE:
            flaws.append(f"{what} unreadable")
            return otherwise

    no_extensions: dict[str, Any] = {}
    extensions = attempt("extensions", lambda: _lenient_extensions(to_be_signed), no_extensions)
    no_usages: frozenset[str] | None = None
    unknown: int | None = None
    never: Instant | None = None
    facts = _Facts(
        subject=attempt("subject", lambda: _lenient_name(to_be_signed["subject"]), ()),
        issuer=attempt("issuer", lambda: _lenient_name(to_be_signed["issuer"]), ()),
        serial=attempt("serial number", lambda: int(to_be_signed["serial_number"].native), unknown),
        not_before=attempt("notBefore", lambda: _utc(validity["not_before"].native), never),
        not_after=attempt("notAfter", lambda: _utc(validity["not_after"].native), never),
        usages=attempt("keyUsage", lambda: _usages_in(extensions), no_usages),
        purposes=attempt("extKeyUsage", lambda: _purposes_in(extensions), no_usages),
        is_ca=attempt("basicConstraints", lambda: _is_ca_in(extensions), otherwise=False),
        key_bits=attempt("key", lambda: _key_bits_in(to_be_signed["subject_public_key_info"]), unknown),
    )
    return facts, tuple(flaws)


def _is_use_unreadable(facts: _Facts, flaws: tuple[str, ...]) -> bool:
    """Return whether the role rests on what could not be read."""
    if facts.purposes is not None:
        return False
    return not {"extensions unreadable", "keyUsage unreadable", "extKeyUsage unreadable"}.isdisjoint(flaws)


def _lenient_extensions(to_be_signed: Any) -> dict[str, Any]:
    return {part["extn_id"].native: part for part in to_be_signed["extensions"]}


def _usages_in(extensions: dict[str, Any]) -> frozenset[str] | None:
    if "key_usage" in extensions:
        return frozenset(extensions["key_usage"]["extn_value"].parsed.native)
    return None


def _purposes_in(extensions: dict[str, Any]) -> frozenset[str] | None:
    if "extended_key_usage" not in extensions:
        return None
    return frozenset(purpose.dotted for purpose in extensions["extended_key_usage"]["extn_value"].parsed)


def _is_ca_in(extensions: dict[str, Any]) -> bool:
    return "basic_constraints" in extensions and bool(extensions["basic_constraints"]["extn_value"].parsed["ca"].native)


def _key_bits_in(info: Any) -> int | None:
    if info.algorithm != "rsa":
        return None
    return int(info.bit_size)


def _lenient_name(name: Any) -> Name:
    parts = [part for relative in name.chosen for part in relative]
    return tuple(filter(None, map(_lenient_attribute, parts)))


def _lenient_attribute(part: Any) -> tuple[str, str] | None:
    """Return an attribute's type and text, None where it has none."""
    try:
        oid: str = part["type"].dotted
    except UNREADABLE:
        return None
    text = _lenient_text(part)
    return None if text is None else (oid, text)


def _lenient_text(part: Any) -> str | None:
    """Return an attribute's text, None where it has none.

    Bytes that are no UTF-8 are taken for Latin-1.
    """
    try:
        return str(part["value"].native)
    except UNREADABLE:
        return _latin_1(part)


def _latin_1(part: Any) -> str | None:
    """Return the value behind an attribute's type, of whatever type."""
    try:
        *_, trailer = oid = asn1_parser.parse(part.contents)
        value = asn1_parser.parse(part.contents[len(oid[3]) + len(oid[4]) + len(trailer) :])
    except UNREADABLE:
        return None
    contents: bytes = value[4]
    return contents.decode("latin-1")


def _utc(moment: object) -> Instant:
    """Return a moment, in UTC where it names no zone.

    RFC 5280 §4.1.2.5 allows no other one.
    """
    if not isinstance(moment, Instant):
        raise TypeError("not a moment of our calendar")  # asn1crypto has a type of its own for year 0
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
