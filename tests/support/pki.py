"""Make certificates as the issuers of smart-card keys do, and worse ones."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

Role = Literal["authentication", "signature", "other"]
KeyKind = Literal["ec", "rsa"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
EXTRA_USAGES = {
    "authentication": [ExtendedKeyUsageOID.CLIENT_AUTH],
    "signature": [ExtendedKeyUsageOID.EMAIL_PROTECTION],
    "other": [],
}

HOSTILE_NAMES = {
    "very long": "Jeanne " + "A" * 3000,
    "control": "Jeanne\x1b[2J\x07\r\nMARTIN\x00",
    "bidi": "Jeanne \u202eNITRAM\u202c \u2066x\u2069\u200f",
    "markup": '<b>Jeanne</b> <a href="https://evil.example/">click</a> <img src="file:///etc/passwd"> &amp; &lt;',
    "option": "--help",
    "format": "%s %d {0} {name} %(name)s $(id) `id` ${HOME}",
    "blank": " \t\u00a0\u2003 ",
    "combining": "J" + "\u0301" * 200,
    "emoji": "Jeanne \U0001f469\u200d\u2696\ufe0f",
}
"""Holder names that no text for people may pass on as they are; keys serve as test ids."""


@cache
def private_key(number: int = 0, kind: KeyKind = "ec") -> PrivateKey:
    """Return the same key for the same number, within one test run."""
    assert number >= 0
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def make_certificate(
    *,
    given_name: str | None = "Jeanne",
    surname: str | None = "Martin",
    cn: str | None = "Jeanne MARTIN",
    organization_identifier: str | None = None,
    extra_subject: Sequence[tuple[x509.ObjectIdentifier, str]] = (),
    issuer_o: str | None = "CertEurope",
    issuer_ou: str | None = "0002 434202180",
    issuer_cn: str | None = "CertEurope eID User",
    issuer_organization_identifier: str | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    role: Role = "authentication",
    serial: int | None = None,
    key: PrivateKey | None = None,
) -> bytes:
    """Return a certificate as DER.

    Without dates it began a year ago and lasts three years in all. X.509 keeps whole seconds: the
    part below is lost. A name that is None is left out of the subject or the issuer.
    """
    begin = not_before or datetime.now(UTC) - timedelta(days=365)
    end = not_after or begin + timedelta(days=3 * 365)
    subject = [
        (NameOID.COUNTRY_NAME, "FR"),
        (ORGANIZATION_IDENTIFIER, organization_identifier),
        (NameOID.GIVEN_NAME, given_name),
        (NameOID.SURNAME, surname),
        (NameOID.COMMON_NAME, cn),
        *extra_subject,
    ]
    issuer = [
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, issuer_o),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, issuer_ou),
        (ORGANIZATION_IDENTIFIER, issuer_organization_identifier),
        (NameOID.COMMON_NAME, issuer_cn),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key((key or private_key()).public_key())
        .serial_number(x509.random_serial_number() if serial is None else serial)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(_key_usage(role), critical=True)
    )
    if extra := EXTRA_USAGES[role]:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extra), critical=False)
    return builder.sign(private_key(), hashes.SHA256()).public_bytes(Encoding.DER)


def _name(parts: Sequence[tuple[x509.ObjectIdentifier, str | None]]) -> x509.Name:
    with warnings.catch_warnings():  # a hostile name is longer than X.520 allows
        warnings.simplefilter("ignore", UserWarning)
        return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in parts if value is not None])


def _key_usage(role: Role) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=role == "authentication",
        content_commitment=role == "signature",
        key_encipherment=role == "other",
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
