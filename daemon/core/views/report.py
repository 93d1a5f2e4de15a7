"""The report that `status` and `check` print, a contract with outsiders."""

from enum import StrEnum

from config.i18n.text import Phrase, Text, text
from config.instants import Instant
from config.settings import Recall
from config.values import dataclass
from config.workflows import WorkflowKind
from daemon.core.model import NO_READER, Fingerprint, Occupancy, ProgramName, ReaderName, Role
from daemon.core.troubles import Trouble


class Stage(StrEnum):
    """The stage of a certificate's life."""

    VALID = "valid"
    DUE = "due"
    URGENT = "urgent"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    SUPERSEDED = "superseded"
    UNREADABLE = "unreadable"  # no date could be read


class Reason(StrEnum):
    """The text id that explains a path."""

    ORDER_DUE = "reason.order.due"
    ORDER_BY = "reason.order.by"
    ORDER_LATE = "reason.order.late"
    ORDER_EXPIRED = "reason.order.expired"
    ORDER_ENDED = "reason.order.ended"
    RENEW_DUE = "reason.renew.due"
    ACTIVATION_NEEDED = "reason.activate.needed"
    ACTIVATION_UNKNOWN = "reason.activate.unknown"
    ACTIVATION_UNKNOWN_OLD_ENDED = "reason.activate.unknown_ended"
    ACTIVATION_UNKNOWN_ALONE = "reason.activate.unknown_alone"
    NO_CERTIFICATE_YET = "reason.activate.bare"
    NO_CERTIFICATE_YET_OLD_ENDED = "reason.activate.bare_ended"
    OLD_VALID = "reason.add_with_old.old_valid"
    LINK_MAILED = "reason.add_with_old.mailed"
    OLD_ENDS = "reason.associate_new.old_ends"
    OLD_ENDED = "reason.associate_new.old_ended"
    OLD_LOST = "reason.associate_new.lost"
    RENEWED = "reason.renewed"


REASONS_OF_RECALLED = {
    Reason.ORDER_DUE: "reason.recalled",
    Reason.ORDER_BY: "reason.recalled",
    Reason.ORDER_LATE: "reason.recalled",
    Reason.ORDER_EXPIRED: "reason.recalled",
    Reason.ORDER_ENDED: "reason.recalled",
    Reason.RENEW_DUE: "reason.recalled",
    Reason.ACTIVATION_UNKNOWN: Reason.ACTIVATION_UNKNOWN_ALONE.value,
    Reason.ACTIVATION_UNKNOWN_OLD_ENDED: Reason.ACTIVATION_UNKNOWN_ALONE.value,
    Reason.OLD_ENDED: Reason.OLD_LOST.value,
}
"""The text id in place of a reason about a certificate's own end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What one holder has to do next under one procedure."""

    procedure: str
    """The procedure's id."""
    holder: str
    """The holder's name."""
    kind: WorkflowKind
    """What is to be done next."""
    then: WorkflowKind | None = None
    """What follows an activation."""
    old_fingerprint: Fingerprint | None = None
    """The deciding certificate of the key that the account knows."""
    new_fingerprint: Fingerprint | None = None
    """The deciding certificate of the key that is to be brought in."""
    why: Reason
    """Why this path is the right one."""
    date: Instant
    """The end of the old certificate, or of the new one where there is no old one."""
    not_before: Instant | None = None
    """When the new certificate begins, before which only its key can be activated; None for no such wait."""
    order_by: Instant | None = None
    """Until when an order comes in time; None where that is not known, or past."""
    recall: Recall | None = None
    """The recall that `date` comes from."""

    @property
    def reason(self) -> Text:
        """Return `why` as a text, or what to wait for."""
        if self.not_before is not None:
            return text("reason.activate.not_begun", date=self.not_before)
        if self.recall is None:
            return text(self.why.value, date=self.date, order_by=self.order_by or self.date)
        reason = text(REASONS_OF_RECALLED.get(self.why, self.why.value), date=self.date)
        return text("reason.and_recall", recall=Phrase(self.recall.text), reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderReport:
    """One reader in the report."""

    name: ReaderName
    state: Occupancy
    trouble: Trouble | None = None
    used_by: tuple[ProgramName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """One certificate in the report.

    A date that could not be read is None.
    """

    fingerprint_sha256: Fingerprint
    """SHA-256 of the DER, 64 lower-case hex digits."""
    subject_cn: str
    """The subject's common name, "" where absent."""
    issuer_o: str
    """The issuer's organization, "" where absent."""
    serial_hex: str
    """The serial number, lower-case hex without prefix."""
    not_before: Instant | None
    """Begin of the validity, aware UTC."""
    not_after: Instant | None
    """End of the validity, aware UTC."""
    usable_until: Instant | None
    """The end of its use: `not_after`, or what a recall leaves of it."""
    recall: Recall | None = None
    """The recall that ends it before its own end."""
    renewable_from: Instant | None = None
    """When the renewal of a due certificate becomes possible; None where it is not waited for."""
    days_left: int | None
    """Whole days to the end, rounded down; negative once it has expired."""
    role: Role
    """What it is for, by its key usage."""
    stage: Stage
    """The stage of its life."""
    present: bool
    """Whether its key is in a reader now."""
    procedure: str | None
    """The id of the procedure it belongs to."""
    procedure_sure: bool = False
    """Whether the user has named it, or no other one fits."""
    key_name: str = ""
    """The user's own name for its key, "" for none."""
    note: str = ""
    """Where its key lies, in the user's words; "" for none."""
    keeper: str = ""
    """Who keeps its key, in the user's words; "" for none."""
    last_seen: Instant | None = None
    """When it was read last, aware UTC."""
    reader: ReaderName = NO_READER
    """The reader in which it was seen last."""
    full_name: str = ""
    """The common name, else given names and surname; "" for none, and from an earlier version's daemon."""

    @property
    def holder(self) -> str:
        """The holder's name as it is shown, "" for none."""
        return self.full_name or self.subject_cn


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInDoubt:
    """One of two keys that may be of one person."""

    fingerprint: Fingerprint
    holder: str
    not_after: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known now.

    `exit_code` is that of `status` and `check`. It is not printed. `doubts` are the older and the newer key of each
    question whose keys they are. `renewals` are the older and the newer certificate of each question whether they are
    on one key. `open_uses` are the certificates whose use is a question, with the procedures that fit the issuer. No
    question is printed as JSON.
    """

    readers: tuple[ReaderReport, ...] = ()
    certificates: tuple[CertificateStatus, ...] = ()
    paths: tuple[Path, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    doubts: tuple[tuple[KeyInDoubt, KeyInDoubt], ...] = ()
    renewals: tuple[tuple[KeyInDoubt, KeyInDoubt], ...] = ()
    open_uses: tuple[tuple[Fingerprint, tuple[str, ...]], ...] = ()
    exit_code: int = 0
