"""Values with defaults, of which a test replaces what matters."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from config.i18n.text import clean
from config.i18n.wording import Wording
from config.instants import Instant, instant
from config.settings import IssuerRule, NoticeSettings, Procedure, Settings, VendorTool
from config.values import dataclass, replace
from daemon.core.model import (
    Certificate,
    CertificateRecord,
    Claim,
    Fingerprint,
    Key,
    KeyId,
    Memory,
    Occupancy,
    ReaderName,
    ReaderState,
    Role,
    TokenFlags,
    TokenReading,
)
from daemon.core.troubles import Trouble
from support.core.workflows import WORKFLOWS

NOW = instant(datetime(2027, 3, 1, 12, tzinfo=UTC))
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)

OPALEXE = Procedure(
    id="opalexe",
    title=Wording(en="OPALEXE", fr="OPALEXE"),
    issuers=(IssuerRule(organization="CertEurope"), IssuerRule(organizational_unit="0002 434202180")),
    platform_url="https://www.opalexe.fr",
    order_url="https://www.certeurope.fr",
    tool=VendorTool(name="Trusted Key Manager", download_url="https://tkm.certeurope.fr"),
    workflows=WORKFLOWS,
)
SIV = replace(
    OPALEXE,
    id="siv",
    issuers=(IssuerRule(organization="Autorité Exemple"),),
    margin=timedelta(hours=48, minutes=30),
)
SETTINGS = Settings(procedures=(OPALEXE, SIV))
UNACTIVATED = TokenFlags(user_pin_set=False)


def certificate(name: str = "old", /, **changes: object) -> Certificate:
    """Make a valid authentication certificate, distinct by `name`."""
    plain = changed(
        Certificate(fingerprint=Fingerprint(sha256(name.encode()).hexdigest())),
        subject_cn="Jean MARTIN",
        given_name="Jean",
        surname="MARTIN",
        issuer_o="CertEurope",
        serial_hex=sha256(name.encode()).hexdigest()[:16],
        not_before=NOW - 100 * DAY,
        not_after=NOW + 400 * DAY,
        role=Role.AUTHENTICATION,
    )
    return changed(plain, **changes)


def changed(plain: Certificate, /, **changes: object) -> Certificate:
    """Return a certificate with other facts.

    They are taken as if they had come through the gate.
    """
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test names real fields


def ending(in_: timedelta, name: str = "old", /, **changes: object) -> Certificate:
    """Make a certificate of three years that ends this long after NOW."""
    end = NOW + in_
    return certificate(name, **{"not_before": end - 1095 * DAY, "not_after": end, **changes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A key together with the certificates it was seen with."""

    key: Key
    seen: tuple[CertificateRecord, ...]


def owned(
    *certificates: Certificate,
    first_seen: Instant = NOW - DAY,
    claims: frozenset[Claim] = frozenset(),
    **changes: object,
) -> Owned:
    """Make a remembered key that holds these certificates."""
    fingerprints = tuple(sorted(c.fingerprint for c in certificates))
    key = Key(
        id=KeyId(fingerprints[0][:16] if fingerprints else "bare"),
        fingerprints=fingerprints,
        claims=claims,
        first_seen=first_seen,
        last_seen=first_seen,
    )
    key = replace(key, **changes)  # type: ignore[arg-type]  # each test names real fields
    seen = tuple(CertificateRecord(certificate=c, first_seen=first_seen, last_seen=first_seen) for c in certificates)
    return Owned(key=key, seen=seen)


def memory(*things: Owned, **changes: object) -> Memory:
    """Remember these keys."""
    kept = Memory(
        certificates={s.certificate.fingerprint: s for thing in things for s in thing.seen},
        keys={thing.key.id: thing.key for thing in things},
    )
    return replace(kept, **changes)  # type: ignore[arg-type]  # each test names real fields


def token(*certificates: Certificate, reader: str = "Reader 00", **changes: object) -> TokenReading:
    """Make a module's reading of the token in this reader."""
    plain = TokenReading(slot_description=clean(reader), manufacturer=clean("Thales"), certificates=certificates)
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test names real fields


def holding(name: str = "Reader 00", insertion: int = 1, trouble: Trouble | None = None) -> ReaderState:
    """Make a reader with a card in it."""
    return ReaderState(name=ReaderName(name), occupancy=Occupancy.HOLDING, insertion=insertion, trouble=trouble)


def empty(name: str = "Reader 00") -> ReaderState:
    """Make a reader without a card."""
    return ReaderState(name=ReaderName(name), occupancy=Occupancy.EMPTY)


def notice_settings(**changes: object) -> Settings:
    """Make settings with these of notices."""
    return replace(SETTINGS, notices=replace(NoticeSettings(), **changes))  # type: ignore[arg-type]  # real fields
