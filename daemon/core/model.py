"""What the rules speak about: certificates, tokens, readers, keys, and what is remembered of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from config.workflows import WorkflowKind
from daemon.core.troubles import Trouble

KeyId = NewType("KeyId", str)
"""Our own lasting name for a key: 16 lower-case hex digits."""

Fingerprint = NewType("Fingerprint", str)
"""The SHA-256 of a certificate's DER: 64 lower-case hex digits."""

ReaderName = NewType("ReaderName", str)
"""The name of a reader, as the PC/SC service writes it."""

NO_READER = ReaderName("")
"""What the store and the report hold where no reader is known."""

ProgressId = NewType("ProgressId", str)
"""The id under which the guide's progress with a lineage is kept."""

Ticket = NewType("Ticket", int)
"""The number of one read of tokens; its answers carry it."""


class Role(StrEnum):
    """What a certificate is for, by its key usage (RFC 5280 §4.2.1.3)."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The public facts of one X.509 certificate; names are already cleaned, "" where absent.

    `fingerprint` is the SHA-256 of the DER, 64 lower-case hex digits. `serial_hex` is lower-case hex without
    prefix. A date is None when it could not be read; `flaw` then says, in English for the log, what was wrong
    ("" when the certificate is whole). `authority` marks an issuer's own certificate, which is not watched.
    """

    fingerprint: Fingerprint
    subject_cn: str = ""
    given_name: str = ""
    surname: str = ""
    organization_identifier: str = ""
    issuer_cn: str = ""
    issuer_o: str = ""
    issuer_ou: tuple[str, ...] = ()
    serial_hex: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    role: Role = Role.OTHER
    authority: bool = False
    flaw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFlags:
    """The token flags that bear on activation (PKCS#11 §3.2, CKF_*)."""

    initialised: bool = True
    user_pin_set: bool = True
    pin_to_be_changed: bool = False
    pin_locked: bool = False

    @property
    def unactivated(self) -> bool:
        """Whether a sign says so; signs that look complete prove nothing. A locked PIN is another matter."""
        if self.pin_locked:
            return False
        return not self.initialised or not self.user_pin_set or self.pin_to_be_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReading:
    """What one PKCS#11 module said of one slot that holds a token. Texts are cleaned."""

    slot_description: str
    label: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    flags: TokenFlags = TokenFlags()
    certificates: tuple[Certificate, ...] = ()


class Occupancy(StrEnum):
    """Whether a reader holds a card. Unknown is not empty: nothing is decided from it."""

    EMPTY = "empty"
    HOLDING = "holding"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderState:
    """One reader as the PC/SC service shows it; `insertion` differs for each card put in while vigicle runs."""

    name: ReaderName
    occupancy: Occupancy
    insertion: int = 0
    trouble: Trouble | None = None


class Claim(StrEnum):
    """What only the person can know of a key, and told us."""

    WORKS = "works"  # the account knows it: it is the current one
    NEW = "new"  # the account does not know it yet, however old it looks
    REPLACES = "replaces"  # it replaces a key that was never seen here
    OLD_LOST = "old_lost"  # that other key is lost, or has expired
    ACTIVATED = "activated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A card or USB key, as remembered. `id` is ours and lasts; `fingerprints` are its certificates, sorted.

    `looked_unactivated` stays true once signs said so or it held no certificate: a later reading that looks
    complete then proves that it was activated. `name` is the person's own for it ("the blue one"), "" for none.
    """

    id: KeyId
    serial: str = ""
    manufacturer: str = ""
    model: str = ""
    label: str = ""
    fingerprints: tuple[Fingerprint, ...] = ()
    flags: TokenFlags = TokenFlags()
    looked_unactivated: bool = False
    claims: frozenset[Claim] = frozenset()
    first_seen: datetime
    last_seen: datetime
    reader: ReaderName = NO_READER
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """A certificate and when it was first and last read from a key."""

    certificate: Certificate
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the guide has come with one line of keys, on one course.

    `done` holds the moment at which each step that is not a card's place was ended, by step id: what a card in or
    out ends is seen, not remembered. `opened` is the step whose page or tool was opened last. `left` is the course that
    this one took the place of under the person's hands, and `link_until` is when a link that was asked for there ends;
    `lapsed` says that the time of a step ran out: all three hold until the next step is ended. `finished` is when the
    course came to its end, `closed` says that the page which says so was closed.
    """

    workflow: WorkflowKind
    begun: datetime
    done: Mapping[str, datetime] = field(default_factory=dict)
    opened: str = ""
    left: WorkflowKind | None = None
    link_until: datetime | None = None
    lapsed: bool = False
    abandoned: bool = False
    finished: datetime | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What survives a restart. Never changed in place.

    `certificates` by fingerprint; `keys` by key id; `said` holds the mark of each notice that reached the
    person, with the moment; `snoozes` holds, by key id, the moment until which its reminders rest; `progress` holds,
    by the id of the newest key of a line, how far the guide has come.
    """

    certificates: Mapping[Fingerprint, CertificateRecord] = field(default_factory=dict)
    keys: Mapping[KeyId, Key] = field(default_factory=dict)
    delivered: Mapping[str, datetime] = field(default_factory=dict)
    snoozes: Mapping[KeyId, datetime] = field(default_factory=dict)
    progress: Mapping[ProgressId, Progress] = field(default_factory=dict)
