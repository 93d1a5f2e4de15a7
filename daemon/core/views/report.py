"""The picture that `status` and `check` print: the stable contract with outsiders."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.i18n.text import Text
from config.workflows import WorkflowKind
from daemon.core.model import NO_READER, Fingerprint, Occupancy, ReaderName, Role
from daemon.core.troubles import Trouble


class Stage(StrEnum):
    """Where a certificate stands in its life."""

    VALID = "valid"
    DUE = "due"
    URGENT = "urgent"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    SUPERSEDED = "superseded"
    UNREADABLE = "unreadable"  # no date could be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What one holder has to do next under one procedure; `then` is what follows an activation."""

    procedure: str
    holder: str
    kind: WorkflowKind
    then: WorkflowKind | None = None
    old_fingerprint: Fingerprint | None = None
    new_fingerprint: Fingerprint | None = None
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderReport:
    """One reader in the report."""

    name: ReaderName
    state: Occupancy
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """One certificate in the report; dates and `days_left` (whole days, floor) are None where unreadable.

    `key_name` is the person's own for its key; `reader` is where that was seen last. Both are "" for none.
    """

    fingerprint_sha256: Fingerprint
    subject_cn: str
    issuer_o: str
    serial_hex: str
    not_before: datetime | None
    not_after: datetime | None
    days_left: int | None
    role: Role
    stage: Stage
    present: bool
    procedure: str | None
    key_name: str = ""
    last_seen: datetime | None = None
    reader: ReaderName = NO_READER


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known now. `exit_code` follows the contract of `status` and `check`; it is not printed."""

    readers: tuple[ReaderReport, ...] = ()
    certificates: tuple[CertificateStatus, ...] = ()
    paths: tuple[Path, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    exit_code: int = 0
