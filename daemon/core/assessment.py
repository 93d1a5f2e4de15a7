"""Where everything stands at one moment: the lines with their paths, and the stage of each certificate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from config.settings import Settings
from config.workflows import WorkflowKind
from daemon.core.expiry import days_left, stage
from daemon.core.holders import Line, lines, procedure_of, spent_certificates
from daemon.core.model import CertificateRecord, Key, Memory
from daemon.core.recognition import Content, present
from daemon.core.renewal import Standing, choose_path, standing
from daemon.core.views.report import CertificateLine, Path, PathKind, Stage
from daemon.core.workflows.progress import link_stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One holder under one procedure: the keys, what they are to the account, and what is to be done.

    `link_is_out` says that the platform has sent its link to the newest key, and it still works or was used.
    """

    line: Line
    stands: Standing
    path: Path | None
    link_is_out: bool = False

    @property
    def id(self) -> str:
        """The key whose renewal this is about: what the guide remembers of it is kept under this id."""
        return self.stands.newest.key.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The whole picture; `cases` and `certificates` begin with what is in a reader, then the most pressing."""

    cases: tuple[Case, ...]
    certificates: tuple[CertificateLine, ...]
    present_keys: frozenset[str]
    cases_by_key: Mapping[str, Case]
    watched_by_key: Mapping[str, tuple[CertificateLine, ...]]

    def case_of(self, key: str) -> Case | None:
        """Find the case that a key belongs to, whatever it is there."""
        return self.cases_by_key.get(key)

    def watched(self, key: Key) -> tuple[CertificateLine, ...]:
        """Return the dated certificates of a key that still count, the earliest to end first."""
        return self.watched_by_key.get(key.id, ())


def assess(
    memory: Memory, settings: Settings, contents: Mapping[str, Content], now: datetime, *, bare: bool = False
) -> Assessment:
    """Decide everything that depends on what is known, what is in the readers, and the time.

    `bare` says that a token without certificate was in when that was last known.
    """
    keys, fingerprints = present(contents)
    bare = bare or any(content.bare for content in contents.values())
    spent = spent_certificates(memory, settings.procedures, now)
    cases: list[Case] = []
    for line in lines(memory, settings.procedures, spent):
        stands = standing(line, now)
        link = _link_is_out(line, stands, memory, now)
        path = choose_path(line, stands, now, settings.notices, link_stands=link)
        cases.append(Case(line=line, stands=stands, path=path, link_is_out=link))
    cases.sort(key=lambda case: _pressing(case, keys))
    if bare:
        cases = _with_bare_token(cases, now, settings)
    silent = spent.union(f for case in cases for f in _superseded(case, memory, settings))
    certificates = _certificate_lines(memory, settings, fingerprints, silent, now)
    return Assessment(
        cases=tuple(cases),
        certificates=certificates,
        present_keys=keys,
        cases_by_key={entry.key.id: case for case in reversed(cases) for entry in case.line.entries},
        watched_by_key=_watched(memory.keys, certificates),
    )


def _link_is_out(line: Line, stands: Standing, memory: Memory, now: datetime) -> bool:
    progress = memory.progress.get(stands.newest.key.id)
    workflow = line.procedure.workflows.get(WorkflowKind.ADD_WITH_OLD)
    if progress is None or workflow is None or progress.workflow is not workflow.kind or progress.finished:
        return False
    return link_stands(workflow, progress, now)


def _pressing(case: Case, keys: frozenset[str]) -> tuple[bool, datetime, str]:
    """Order cases: that of a key in a reader first, then by what ends first."""
    here = any(entry.key.id in keys for entry in case.line.entries)
    return not here, case.stands.current.not_after, case.stands.current.fingerprint


def _with_bare_token(cases: list[Case], now: datetime, settings: Settings) -> list[Case]:
    """Take the token without certificate for the replacement of the most pressing key that needs one."""
    needy = [c for c in cases if c.path is not None and c.path.kind is PathKind.ORDER]
    chosen = min(needy, key=lambda c: c.stands.current.not_after, default=None)
    return [
        replace(c, path=choose_path(c.line, c.stands, now, settings.notices, bare_token=True)) if c is chosen else c
        for c in cases
    ]


def _superseded(case: Case, memory: Memory, settings: Settings) -> Iterator[str]:
    """Yield every certificate, of whatever role, that a superseded key holds under the case's procedure."""
    for entry in case.stands.superseded:
        for fingerprint in entry.key.fingerprints:
            seen = memory.certificates.get(fingerprint)
            if seen and procedure_of(seen.certificate, settings.procedures) is case.line.procedure:
                yield fingerprint


def _watched(
    keys: Mapping[str, Key], certificates: tuple[CertificateLine, ...]
) -> Mapping[str, tuple[CertificateLine, ...]]:
    silent = {Stage.SUPERSEDED, Stage.UNREADABLE}
    counted = {line.fingerprint_sha256: line for line in certificates if line.stage not in silent}
    return {
        key.id: tuple(
            sorted(
                (counted[f] for f in key.fingerprints if f in counted),
                key=lambda c: (_end(c), not c.present, c.fingerprint_sha256),
            )
        )
        for key in keys.values()
    }


def _certificate_lines(
    memory: Memory, settings: Settings, present_now: frozenset[str], silent: frozenset[str], now: datetime
) -> tuple[CertificateLine, ...]:
    keys = {fingerprint: key for key in memory.keys.values() for fingerprint in key.fingerprints}
    shown = [
        _certificate_line(seen, keys.get(fingerprint), settings, present_now, silent, now)
        for fingerprint, seen in memory.certificates.items()
        if not seen.certificate.authority
    ]
    return tuple(
        sorted(shown, key=lambda c: (not c.present, c.stage is Stage.SUPERSEDED, _end(c), c.fingerprint_sha256))
    )


def _certificate_line(
    seen: CertificateRecord,
    key: Key | None,
    settings: Settings,
    present_now: frozenset[str],
    silent: frozenset[str],
    now: datetime,
) -> CertificateLine:
    certificate = seen.certificate
    procedure = procedure_of(certificate, settings.procedures)
    return CertificateLine(
        fingerprint_sha256=certificate.fingerprint,
        subject_cn=certificate.subject_cn,
        issuer_o=certificate.issuer_o,
        serial_hex=certificate.serial_hex,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        days_left=None if certificate.not_after is None else days_left(certificate.not_after, now),
        role=certificate.role,
        stage=stage(certificate, now, settings.notices, superseded=certificate.fingerprint in silent),
        present=certificate.fingerprint in present_now,
        procedure=procedure.id if procedure else None,
        key_name=key.name if key else "",
        last_seen=seen.last_seen,
        reader=key.reader if key else "",
    )


def _end(certificate: CertificateLine) -> datetime:
    return certificate.not_after or datetime.max.replace(tzinfo=UTC)
