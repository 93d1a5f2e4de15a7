"""A table of all keys, one row a key."""

from config.instants import LAST, Instant
from config.settings import Settings
from config.values import dataclass
from daemon.core.assessment import Assessment, assess
from daemon.core.holders import holder_name
from daemon.core.model import Fingerprint, Key, Memory
from daemon.core.views.report import CertificateStatus, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key, by its certificate that ends first."""

    holder: str
    """The holder's name, "" where absent."""
    key_name: str
    """The user's own name for it, "" for none."""
    procedure: str | None
    """The id of the procedure."""
    stage: Stage
    not_before: Instant | None
    not_after: Instant | None
    days_left: int | None
    last_seen: Instant
    note: str
    """Where it lies, "" for unknown."""
    keeper: str
    """Who keeps it, "" for unknown."""
    issuer: str
    """The issuer's organization, "" where absent."""
    serial_hex: str
    """The serial number of the certificate."""
    fingerprint: Fingerprint


def key_rows(memory: Memory, settings: Settings, now: Instant) -> tuple[KeyRow, ...]:
    """Return every key that holds a certificate, the most pressing first.

    The certificates that count decide. Where none does, the one that ends last does.
    """
    assessment = assess(memory, settings, {}, now)
    lines = {line.fingerprint_sha256: line for line in assessment.certificates}
    rows: list[KeyRow] = []
    for key in memory.keys.values():
        line = _deciding(key, assessment, lines)
        if line is not None:
            rows.append(_row(key, line, memory))
    return tuple(sorted(rows, key=lambda row: (row.stage is Stage.SUPERSEDED, row.not_after or LAST, row.holder)))


def _deciding(
    key: Key, assessment: Assessment, lines: dict[Fingerprint, CertificateStatus]
) -> CertificateStatus | None:
    counting = next(iter(assessment.watched(key)), None)
    others = (lines[fingerprint] for fingerprint in key.fingerprints if fingerprint in lines)
    return counting or max(others, key=lambda line: line.not_after or LAST, default=None)


def _row(key: Key, line: CertificateStatus, memory: Memory) -> KeyRow:
    seen = memory.certificates[line.fingerprint_sha256]
    return KeyRow(
        holder=holder_name(seen.certificate),
        key_name=key.name,
        procedure=line.procedure,
        stage=line.stage,
        not_before=line.not_before,
        not_after=line.not_after,
        days_left=line.days_left,
        last_seen=key.last_seen,
        note=key.note,
        keeper=key.keeper,
        issuer=line.issuer_o,
        serial_hex=line.serial_hex,
        fingerprint=line.fingerprint_sha256,
    )
