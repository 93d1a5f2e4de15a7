"""The values of the rules: certificates, tokens, readers and keys."""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from typing import NewType

from config.i18n.text import CleanText
from config.instants import Instant
from config.values import dataclass, field
from config.workflows import WorkflowKind
from daemon.core.troubles import Trouble

KeyId = NewType("KeyId", str)
"""Our own lasting name for a key: 16 lower-case hex digits."""

Fingerprint = NewType("Fingerprint", str)
"""The SHA-256 of a certificate's DER: 64 lower-case hex digits."""

ProgramName = NewType("ProgramName", str)
"""A program beside vigicle, as the system names it."""

ReaderName = NewType("ReaderName", str)
"""The name of a reader, as the PC/SC service writes it."""

NO_READER = ReaderName("")
"""What the store and the report hold where no reader is known."""

ABSENT = CleanText("")
"""A name that a certificate does not hold."""

SYSTEM_STORE = "system"
"""The name of the operating system's own certificate store, among those of the modules."""

ProgressId = NewType("ProgressId", str)
"""The id under which the guide's progress with a lineage is kept."""

ActivationToken = NewType("ActivationToken", str)
"""A click's right to bring a window to the front, which Wayland and X11 hand on as a text.

Sources: the protocol xdg-activation-v1 and the Startup Notification Specification. On Windows a process has the right.
"""
RIGHT_LIMIT = 1000
"""Letters of such a text. With a variable of 128 kB Linux starts no program (execve(2))."""

AnswerWord = NewType("AnswerWord", str)
"""What a click outside this process says: 128 random bits as 32 lower-case hex digits."""

CertificatePair = NewType("CertificatePair", str)
"""Two fingerprints in order, with a plus sign between."""

Ticket = NewType("Ticket", int)
"""The number of one read of tokens; its answers carry it."""


class Role(StrEnum):
    """What a certificate is for, by its key usage (RFC 5280 §4.2.1.3)."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"
    OTHER = "other"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The public facts of one X.509 certificate.

    Names are cleaned, and "" where absent.
    """

    fingerprint: Fingerprint

    subject_cn: CleanText = ABSENT
    """The subject's common name."""

    given_name: CleanText = ABSENT

    surname: CleanText = ABSENT

    organization_identifier: CleanText = ABSENT
    """The subject's organizationIdentifier, for example a national number of the company."""

    subject_serial: CleanText = ABSENT
    """The subject's serialNumber: perhaps the holder's own lasting number."""

    issuer_cn: CleanText = ABSENT

    issuer_o: CleanText = ABSENT
    """The issuer's organization."""

    issuer_ou: tuple[CleanText, ...] = ()
    """The issuer's organizational units."""

    issuer_organization_identifier: CleanText = ABSENT
    """The issuer's organizationIdentifier."""

    serial_hex: str = ""
    """The serial number in lower-case hex, without prefix."""

    key_bits: int | None = None
    """The size of an RSA key, None for other keys."""

    not_before: Instant | None = None
    """The begin of the validity, None when it could not be read."""

    not_after: Instant | None = None
    """The end of the validity, None when it could not be read."""

    role: Role = Role.OTHER

    authority: bool = False
    """Whether this is an issuer's own certificate, which is not watched."""

    flaw: CleanText = ABSENT
    """What could not be read, in English for the log; "" for a whole certificate."""

    der: bytes = dataclasses.field(default=b"", compare=False, repr=False)
    """The certificate itself, to save it as a file; b"" where it was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFlags:
    """The token flags that bear on activation (PKCS#11 §3.2, CKF_*)."""

    initialised: bool = True
    user_pin_set: bool = True
    pin_to_be_changed: bool = False
    pin_locked: bool = False

    @property
    def unactivated(self) -> bool:
        """Whether the flags show that the token is not activated.

        A locked PIN shows nothing.
        Flags that look complete do not prove that a token is activated.
        """
        if self.pin_locked:
            return False
        return not self.initialised or not self.user_pin_set or self.pin_to_be_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReading:
    """What a PKCS#11 module read of a token. Texts are cleaned."""

    slot_description: CleanText
    """The module's name of the slot: often the reader's name, cut at 64 bytes."""

    label: CleanText = ABSENT

    manufacturer: CleanText = ABSENT

    model: CleanText = ABSENT

    serial: CleanText = ABSENT
    """The token's serial number, "" when the module gives none."""

    flags: TokenFlags = TokenFlags()

    certificates: tuple[Certificate, ...] = ()

    holds_authority: bool = False
    """Whether a certificate of an authority was left out of them."""


class Occupancy(StrEnum):
    """Whether a reader holds a card. Nothing is decided from UNKNOWN."""

    EMPTY = "empty"
    HOLDING = "holding"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderState:
    """One reader as the PC/SC service shows it.

    `insertion` differs for each card put in while vigicle runs.
    """

    name: ReaderName
    occupancy: Occupancy
    insertion: int = 0
    trouble: Trouble | None = None


class Claim(StrEnum):
    """What only the user can know of a key."""

    WORKS = "works"  # the account knows it: it is the current key
    NEW = "new"  # the account does not know it yet, however old it looks
    REPLACES = "replaces"  # it replaces a key that was never seen here
    OLD_LOST = "old_lost"  # the replaced key is lost, or has expired
    TRY_OLD = "try_old"  # the user tries with the replaced key although little time is left
    ACTIVATED = "activated"
    UNUSED = "unused"  # the user no longer uses it, and wants no more notices of it
    RENEWED = "renewed"  # its certificate was renewed on the key itself: there is no other key
    TWO_KEYS = "two_keys"  # the certificate before is on another key of the same number; never kept


ABOUT_THE_OTHER_KEY = {Claim.OLD_LOST, Claim.TRY_OLD}
"""Told of a new key, they are about the key that it replaces."""


class HolderAnswer(StrEnum):
    """What the user answered when two keys may be of one person."""

    SAME = "same"
    ANOTHER = "another"


def right_of(token: str) -> ActivationToken | None:
    """Return a click's right, None for what can be none."""
    if 0 < len(token) <= RIGHT_LIMIT:
        return ActivationToken(token)
    return None


def pair_of(one: Fingerprint, other: Fingerprint) -> CertificatePair:
    """Return the pair of two certificates, whichever comes first."""
    return CertificatePair("+".join(sorted((one, other))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A card or USB key, as remembered."""

    id: KeyId

    serial: CleanText = ABSENT
    """The token's serial number, "" when the module gives none."""

    manufacturer: CleanText = ABSENT

    model: CleanText = ABSENT

    label: CleanText = ABSENT

    fingerprints: tuple[Fingerprint, ...] = ()
    """The certificates of the key, sorted."""

    flags: TokenFlags = TokenFlags()

    looked_unactivated: bool = False
    """Whether it ever held no certificate or its flags showed that it was not activated.

    A later reading that looks complete then proves that it was activated.
    """

    claims: frozenset[Claim] = frozenset()
    """The user's claims about it."""

    first_seen: Instant

    last_seen: Instant

    reader: ReaderName = NO_READER
    """The reader in which it was seen last, "" when that is unknown: the store keeps it so."""

    name: CleanText = ABSENT
    """The user's own name for it, such as "the blue one"; "" for none: the store keeps it so."""

    note: CleanText = ABSENT
    """Where it lies, in the user's words; "" for none: the store keeps it so."""

    keeper: CleanText = ABSENT
    """Who keeps it, in the user's words; "" for none: the store keeps it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """A certificate, and when it was first and last read."""

    certificate: Certificate
    first_seen: Instant
    last_seen: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the user answered when asked what a certificate is for."""

    procedure: str | None = None
    """The id of the procedure, None for no procedure."""
    unknown: bool = False
    """Whether the user does not know."""
    own: bool = False
    """Whether it was answered of this certificate itself. An answer about another one never changes it."""


Assignments = Mapping[Fingerprint, Assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the guide has come with one lineage, on one workflow."""

    workflow: WorkflowKind

    begun: Instant

    done: Mapping[str, Instant] = field(default_factory=dict)
    """When each step was done, by step id. Steps that a card ends by its position are observed, not remembered."""

    opened: str = ""
    """The step whose page or tool was opened last; "" for none: the store keeps it so."""

    left: WorkflowKind | None = None
    """The workflow that this one replaced while the user was in it, until the next step is done."""

    link_until: Instant | None = None
    """When a link that was asked for in the replaced workflow stops working, until the next step is done."""

    lapsed: bool = False
    """Whether the time of a step ran out, until the next step is done."""

    abandoned: bool = False

    finished: Instant | None = None
    """When the workflow was completed."""

    closed: bool = False
    """Whether the user has closed the page that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """The answer that an `AnswerWord` gives, by the values of its enums."""

    kind: str
    subject: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What survives a restart. It is never changed in place."""

    certificates: Mapping[Fingerprint, CertificateRecord] = field(default_factory=dict)

    keys: Mapping[KeyId, Key] = field(default_factory=dict)

    delivered: Mapping[str, Instant] = field(default_factory=dict)
    """When each notice was delivered first, by the stored form of its dedup key."""

    assignments: Assignments = field(default_factory=dict)
    """What certificates are for, by the user's answers."""

    answered: Mapping[KeyId, Instant] = field(default_factory=dict)
    """When the user last answered a notice about a key."""

    snoozes: Mapping[KeyId, Instant] = field(default_factory=dict)
    """Until when the reminders of a key rest."""

    progress: Mapping[ProgressId, Progress] = field(default_factory=dict)

    holder_answers: Mapping[CertificatePair, HolderAnswer] = field(default_factory=dict)
    """Whether two keys, each named by a certificate, are of one person: by the user's word."""

    answer_words: Mapping[AnswerWord, AnswerRecord] = field(default_factory=dict)
    """What a click answers on a notice that outlives this process, until the notice is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedKeys:
    """Whether two keys, each named by a certificate, are of one person."""

    one: Fingerprint
    other: Fingerprint
    answer: HolderAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPart:
    """What one computer hands to another."""

    certificates: tuple[CertificateRecord, ...] = ()
    keys: tuple[Key, ...] = ()
    assignments: Mapping[Fingerprint, Assignment] = field(default_factory=dict)
    compared: tuple[ComparedKeys, ...] = ()
