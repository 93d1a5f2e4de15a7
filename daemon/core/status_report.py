"""Makes the report of `status` and `check` from the state."""

from collections.abc import Iterator

from config.instants import Instant
from config.values import replace
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.holders import LineageEntry, holder_name
from daemon.core.issuers import fitting_procedures, is_use_open
from daemon.core.model import Fingerprint, Occupancy
from daemon.core.renewal import Question
from daemon.core.state import State
from daemon.core.trouble_notices import clock_wrong, programs_at, reader_trouble
from daemon.core.troubles import EMPTY_KEY_TROUBLES, SERVICE_TROUBLES, Trouble
from daemon.core.views.report import KeyInDoubt, ReaderReport, Report, Stage

ATTENTION, EXPIRED, NOTHING_READ = 1, 2, 3
TROUBLES_OF_READ_CARDS = {
    *EMPTY_KEY_TROUBLES,
    Trouble.PIN_LOCKED,
    Trouble.CERTIFICATE_UNREADABLE,
}  # troubles of a card that was read


def build_report(state: State, assessment: Assessment, now: Instant) -> Report:
    """Return everything that is known, in the form of the contract."""
    doubts = {case.doubt.pair: case.doubt for case in assessment.cases if case.doubt}
    report = Report(
        readers=tuple(
            ReaderReport(
                name=reader.name,
                state=reader.occupancy,
                trouble=reader_trouble(state, reader),
                used_by=programs_at(state, reader.name),
            )
            for reader in state.readers or ()
        ),
        certificates=assessment.certificates,
        paths=tuple(case.path for case in assessment.cases if case.path),
        troubles=tuple(general_troubles(state, assessment, now)),
        open_uses=tuple(_open_uses(state, assessment)),
        doubts=tuple((_in_doubt(doubt.old), _in_doubt(doubt.new)) for doubt in doubts.values()),
        renewals=tuple(_renewals(assessment)),
    )
    return replace(report, exit_code=exit_code(report))


def _open_uses(state: State, assessment: Assessment) -> Iterator[tuple[Fingerprint, tuple[str, ...]]]:
    """Yield the certificates that count, and whose use is a question.

    One of each lineage: the answer holds for all.
    """
    memory = state.memory
    asked: set[object] = set()
    lineages = {f: each for each in map(_certificates, assessment.cases) for f in each}
    for line in assessment.certificates:
        certificate = memory.certificates[line.fingerprint_sha256].certificate
        is_open = is_use_open(certificate, state.settings.procedures, memory.assignments)
        named = certificate.issuer_o, certificate.issuer_cn, holder_name(certificate)
        if is_open and line.stage is not Stage.SUPERSEDED and asked.isdisjoint({certificate.fingerprint, named}):
            asked |= {named, *lineages.get(certificate.fingerprint, ())}
            fitting = fitting_procedures(certificate, state.settings.procedures)
            yield certificate.fingerprint, tuple(procedure.id for procedure in fitting)


def _certificates(case: RenewalCase) -> set[Fingerprint]:
    """Return the certificates that decide in a case."""
    return {entry.fingerprint for entry in case.lineage.entries}


def _in_doubt(entry: LineageEntry) -> KeyInDoubt:
    holder = holder_name(entry.seen.certificate)
    return KeyInDoubt(fingerprint=entry.fingerprint, holder=holder, not_after=entry.not_after)


def _renewals(assessment: Assessment) -> Iterator[tuple[KeyInDoubt, KeyInDoubt]]:
    """Yield what asks whether a certificate was renewed on its key."""
    for case in assessment.cases:
        current = case.status.current
        if case.status.question is Question.SAME_KEY and current.renewed is not None:
            old, new = current.renewed.certificate, _in_doubt(current)
            ends = old.not_after or current.not_after
            yield KeyInDoubt(fingerprint=old.fingerprint, holder=new.holder, not_after=ends), new


def exit_code(report: Report) -> int:
    """Return the exit code of `status` and `check`.

    2 when a current certificate has expired, 1 when there is something to do, 3 when nothing could be read.

    Nothing is remembered and nothing could be read: the service is away, or no card in the readers was read. An
    empty reader is not a failure; superseded certificates and a card that is not a key beside a key never count.
    """
    stages = {c.stage for c in report.certificates}
    if Stage.EXPIRED in stages:
        return EXPIRED
    if report.paths or stages & {Stage.DUE, Stage.URGENT}:
        return ATTENTION
    if stages - {Stage.UNREADABLE}:
        return 0
    return NOTHING_READ if stages or _is_blind(report) else 0


def _is_blind(report: Report) -> bool:
    """Return whether no card in a reader could be read."""
    if SERVICE_TROUBLES & set(report.troubles):
        return True
    full = [reader for reader in report.readers if reader.state is not Occupancy.EMPTY]
    return bool(full) and all(reader.trouble and reader.trouble not in TROUBLES_OF_READ_CARDS for reader in full)


def general_troubles(state: State, assessment: Assessment, now: Instant) -> list[Trouble]:
    """Return the troubles that belong to no single reader."""
    stages = {certificate.stage for certificate in assessment.certificates}
    found = {
        Trouble.NO_READER: not state.readers and state.service_trouble is None,
        Trouble.INTERNAL_FAULT: state.has_failed,
        Trouble.NOTICES_OFF: not state.notices_on,
        Trouble.CLOCK_WRONG: clock_wrong(now),
        Trouble.NOT_YET_VALID: Stage.NOT_YET in stages,
        Trouble.CERTIFICATE_UNREADABLE: Stage.UNREADABLE in stages,
    }
    of_service = [state.service_trouble] if state.service_trouble else []
    return of_service + [trouble for trouble, is_there in found.items() if is_there]
