"""The path of each lineage and the stage of each certificate."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from config.instants import LAST, Instant
from config.settings import NoticeSettings, Procedure, Recall, Settings
from config.values import dataclass, replace
from config.workflows import Ends, WorkflowKind
from daemon.core.card_reads import known_cards
from daemon.core.doubts import HolderDoubt, holder_doubts
from daemon.core.expiry import DAY, days_left, earlier, first_notice, later, stage
from daemon.core.holders import KeyLineage, LineageEntry, certificates_renewed_in_place, holder_name, lineages
from daemon.core.issuers import is_sure, procedure_of
from daemon.core.model import (
    NO_READER,
    Assignments,
    Certificate,
    CertificateRecord,
    Claim,
    Fingerprint,
    Key,
    KeyId,
    Memory,
    ProgressId,
    ReaderName,
    Role,
)
from daemon.core.recalls import last_moment, recall_of
from daemon.core.recognition import Content, present
from daemon.core.renewal import LineageStatus, choose_path, lineage_status, order_by, window_opens
from daemon.core.spare_keys import spares_of
from daemon.core.state import State
from daemon.core.stored_copies import Copies, with_copies
from daemon.core.views.report import CertificateStatus, Path, Stage
from daemon.core.workflows.cards import CardsPresent
from daemon.core.workflows.progress import link_stands
from daemon.core.workflows.workflow import current_step

LEAD = timedelta(weeks=6)  # how long an ordered key takes at most, where the procedure does not say it

NO_CARDS = CardsPresent()
NO_COPIES: Copies = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalCase:
    """One holder under one procedure: the keys, their status, and the path.

    `link_is_out`: the platform has sent its link to the newest key, and it still works or was used.
    `expected`: when the ordered key should be here. By the user's word, all that is left is to wait for it.
    `doubt`: whether one person has both a key of this case and another one.
    """

    lineage: KeyLineage
    status: LineageStatus
    path: Path | None
    link_is_out: bool = False
    expected: Instant | None = None
    doubt: HolderDoubt | None = None

    @property
    def is_ordered(self) -> bool:
        """Whether the new key is ordered, by the user's word."""
        return self.expected is not None

    @property
    def opens(self) -> Instant | None:
        """When a renewal becomes possible, None for always."""
        current = self.status.current
        return window_opens(self.lineage.procedure, current.not_after, current.recall)

    @property
    def order_by(self) -> Instant | None:
        """As `renewal.order_by`, for the current key."""
        return order_by(self.lineage, self.status.current)

    def spares_of(self, entry: LineageEntry) -> tuple[LineageEntry, ...]:
        """Return the keys of an order that serve in place of one.

        None where the account has to know one of the order beside another.
        """
        others = spares_of(entry, self.lineage.entries)
        known = (self.status.current, self.status.pending)
        return () if any(other in known for other in others) else others

    @property
    def id(self) -> KeyId:
        """The id of the newest key.

        The guide keeps its progress under this id.
        """
        return self.status.newest.key.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All cases and certificates at one moment.

    Those in a reader come first, then the most pressing.
    """

    cases: tuple[RenewalCase, ...]
    certificates: tuple[CertificateStatus, ...]
    present_keys: frozenset[KeyId]
    cases_by_key: Mapping[KeyId, RenewalCase]
    watched_by_key: Mapping[KeyId, tuple[CertificateStatus, ...]]

    def case_of(self, key: KeyId) -> RenewalCase | None:
        """Return the case that a key belongs to."""
        return self.cases_by_key.get(key)

    def watched(self, key: Key) -> tuple[CertificateStatus, ...]:
        """Return a key's dated certificates that count, by their end."""
        return self.watched_by_key.get(key.id, ())

    def login_beside(self, part: CertificateStatus) -> CertificateStatus | None:
        """Return the login of the same key that lasts a day longer.

        None where there is none, or where the part is a login itself.
        """
        if part.role is Role.AUTHENTICATION or part.usable_until is None:
            return None
        lasts = later(part.usable_until, DAY)
        keys = (lines for lines in self.watched_by_key.values() if part in lines)
        logins = (line for lines in keys for line in lines if line.role is Role.AUTHENTICATION)
        return next((line for line in logins if line.usable_until is not None and line.usable_until >= lasts), None)


def assess_state(state: State, now: Instant) -> Assessment:
    """Assess the state.

    While the readers are unknown, their last known cards count.
    """
    last = state.cards if known_cards(state) is None else CardsPresent()
    return assess(state.memory, state.settings, state.contents, now, last=last, copies=state.old_copies)


def assess(
    memory: Memory,
    settings: Settings,
    contents: Mapping[ReaderName | None, Content],
    now: Instant,
    *,
    last: CardsPresent = NO_CARDS,
    copies: Copies = NO_COPIES,
) -> Assessment:
    """Assess the memory by the readers' contents and the time.

    `last`: the cards that were in when that was last known, where it is unknown now. `copies` stand for old keys.
    """
    remembered, memory = memory, with_copies(memory, copies)
    keys, fingerprints = present(contents)
    renewed_in_place = certificates_renewed_in_place(memory, settings.procedures, now)
    found = lineages(memory, settings.procedures, renewed_in_place)
    doubts = _by_key(holder_doubts(found, memory.holder_answers))
    cases = sorted(
        (_case(each, doubts, memory, settings, now) for each in found), key=lambda case: _pressing(case, keys)
    )
    if last.blank or any(content.blank for content in contents.values()):
        cases = _with_blank_token(cases, memory, keys | last.keys, now, settings)
    silent = renewed_in_place.union(_unused(memory), *(_superseded(case, memory, settings) for case in cases))
    certificates = _certificate_statuses(memory, settings, fingerprints, silent, now)
    return Assessment(
        cases=tuple(cases),
        certificates=tuple(c for c in certificates if c.fingerprint_sha256 in remembered.certificates),
        present_keys=keys,
        cases_by_key={entry.key.id: case for case in reversed(cases) for entry in case.lineage.entries},
        watched_by_key=_watched(memory.keys, certificates),
    )


def _unused(memory: Memory) -> Iterator[Fingerprint]:
    """Yield the certificates of keys that the user does not use."""
    for key in memory.keys.values():
        if Claim.UNUSED in key.claims:
            yield from key.fingerprints


def _by_key(doubts: tuple[HolderDoubt, ...]) -> Mapping[KeyId, HolderDoubt]:
    """Return the doubt about each key, the newest one."""
    return {key: doubt for doubt in reversed(doubts) for key in (doubt.old.key.id, doubt.new.key.id)}


def _case(
    lineage: KeyLineage, doubts: Mapping[KeyId, HolderDoubt], memory: Memory, settings: Settings, now: Instant
) -> RenewalCase:
    status = lineage_status(lineage, now)
    link = _link_is_out(lineage, status, memory, now)
    path = choose_path(lineage, status, now, settings.notices_of(lineage.procedure), link_is_out=link)
    expected = _expected(lineage, status, memory)
    doubt = doubts.get(lineage.entries[-1].key.id)
    return RenewalCase(lineage=lineage, status=status, path=path, link_is_out=link, expected=expected, doubt=doubt)


def _link_is_out(lineage: KeyLineage, status: LineageStatus, memory: Memory, now: Instant) -> bool:
    progress = memory.progress.get(ProgressId(status.newest.key.id))
    workflow = lineage.procedure.workflows.get(WorkflowKind.ADD_WITH_OLD)
    if progress is None or workflow is None or progress.finished:
        return False
    return progress.workflow is workflow.kind and link_stands(workflow, progress, now)


def _expected(lineage: KeyLineage, status: LineageStatus, memory: Memory) -> Instant | None:
    """Return when the ordered key should be here, None before the order."""
    progress = memory.progress.get(ProgressId(status.newest.key.id))
    workflow = lineage.procedure.workflows.get(WorkflowKind.ORDER)
    if progress is None or workflow is None or progress.workflow is not workflow.kind or not progress.done:
        return None
    step = current_step(workflow, progress.done, lambda _ends: False)
    if step is None or step.ends is not Ends.CERTIFICATE_SEEN:
        return None
    _, longest = lineage.procedure.lead or (LEAD, LEAD)
    return later(max(progress.done.values()), longest)


def _pressing(case: RenewalCase, keys: frozenset[KeyId]) -> tuple[bool, Instant, str]:
    """Rank a case by presence in a reader, then by its end."""
    here = any(entry.key.id in keys for entry in case.lineage.entries)
    return not here, case.status.current.not_after, case.status.current.fingerprint


def _may_replace(blank: Key, current: LineageEntry, keys: tuple[KeyId, ...], notices: NoticeSettings) -> bool:
    """Return whether a token without certificate may be the ordered key.

    Not if it was there before the old key was, or became due, nor if it is complete and of another make. `keys` are in
    the order in which they were first seen.
    """
    came_first = (blank.first_seen, keys.index(blank.id)) < (current.key.first_seen, keys.index(current.key.id))
    if came_first or blank.first_seen < earlier(current.not_after, first_notice(notices)):
        return False
    return blank.flags.unactivated or current.key.manufacturer in {"", blank.manufacturer}


def _with_blank_token(
    cases: list[RenewalCase], memory: Memory, inserted: frozenset[KeyId], now: Instant, settings: Settings
) -> list[RenewalCase]:
    """Let a blank token replace the most pressing key, if it may.

    One that nothing identifies may.
    """
    needy = [case for case in cases if _waits_for_order(case)]
    if not needy:
        return cases
    chosen = min(needy, key=lambda c: c.status.current.not_after)
    notices = settings.notices_of(chosen.lineage.procedure)
    order = tuple(memory.keys)
    blanks = [key for key in memory.keys.values() if key.id in inserted and not key.fingerprints]
    if blanks and not any(_may_replace(blank, chosen.status.current, order, notices) for blank in blanks):
        return cases
    path = choose_path(chosen.lineage, chosen.status, now, notices, blank_token=True)
    at = cases.index(chosen)
    return [*cases[:at], replace(chosen, path=path), *cases[at + 1 :]]


def _waits_for_order(case: RenewalCase) -> bool:
    return case.path is not None and case.path.kind is WorkflowKind.ORDER


def _superseded(case: RenewalCase, memory: Memory, settings: Settings) -> Iterator[Fingerprint]:
    """Yield every certificate that a superseded key holds under the case's procedure."""
    for entry in case.status.superseded:
        for fingerprint in entry.key.fingerprints:
            seen = memory.certificates.get(fingerprint)
            if (
                seen
                and procedure_of(seen.certificate, settings.procedures, memory.assignments) is case.lineage.procedure
            ):
                yield fingerprint


def _watched(
    keys: Mapping[KeyId, Key], certificates: tuple[CertificateStatus, ...]
) -> Mapping[KeyId, tuple[CertificateStatus, ...]]:
    silent = {Stage.SUPERSEDED, Stage.UNREADABLE}
    counted = {c.fingerprint_sha256: c for c in certificates if c.stage not in silent}
    found: dict[KeyId, tuple[CertificateStatus, ...]] = {}
    for key in keys.values():
        on_key = (counted[f] for f in key.fingerprints if f in counted)
        found[key.id] = tuple(sorted(on_key, key=lambda c: (_end(c), not c.present, c.fingerprint_sha256)))
    return found


def _certificate_statuses(
    memory: Memory,
    settings: Settings,
    present_now: frozenset[Fingerprint],
    silent: frozenset[Fingerprint],
    now: Instant,
) -> tuple[CertificateStatus, ...]:
    keys = {fingerprint: key for key in memory.keys.values() for fingerprint in key.fingerprints}
    shown = [
        _certificate_status(seen, keys.get(fingerprint), memory.assignments, settings, present_now, silent, now)
        for fingerprint, seen in memory.certificates.items()
        if not seen.certificate.authority
    ]
    return tuple(
        sorted(shown, key=lambda c: (not c.present, c.stage is Stage.SUPERSEDED, _end(c), c.fingerprint_sha256))
    )


def _certificate_status(
    seen: CertificateRecord,
    key: Key | None,
    assignments: Assignments,
    settings: Settings,
    present_now: frozenset[Fingerprint],
    silent: frozenset[Fingerprint],
    now: Instant,
) -> CertificateStatus:
    certificate = seen.certificate
    procedure = procedure_of(certificate, settings.procedures, assignments)
    recall = recall_of(certificate, procedure)
    usable = certificate if recall is None else replace(certificate, not_after=last_moment(recall))
    name, note, keeper, reader = _on_key(key)
    found = stage(usable, now, settings.notices_of(procedure), superseded=certificate.fingerprint in silent)
    return CertificateStatus(
        fingerprint_sha256=certificate.fingerprint,
        subject_cn=certificate.subject_cn,
        issuer_o=certificate.issuer_o,
        serial_hex=certificate.serial_hex,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        usable_until=usable.not_after,
        recall=recall,
        days_left=_days_left(certificate, now),
        role=certificate.role,
        stage=found,
        renewable_from=_renewable_from(usable, found, procedure, recall, now),
        present=certificate.fingerprint in present_now,
        procedure=procedure.id if procedure else None,
        procedure_sure=is_sure(certificate, settings.procedures, assignments),
        key_name=name,
        note=note,
        keeper=keeper,
        last_seen=seen.last_seen,
        reader=reader,
        full_name=holder_name(certificate),
    )


def _on_key(key: Key | None) -> tuple[str, str, str, ReaderName]:
    """Return name, note and keeper of a key, and its reader."""
    if key is None:
        return "", "", "", NO_READER
    return key.name, key.note, key.keeper, key.reader


def _renewable_from(
    certificate: Certificate, stage_: Stage, procedure: Procedure | None, recall: Recall | None, now: Instant
) -> Instant | None:
    """Return when the renewal of a due certificate becomes possible."""
    if procedure is None or certificate.not_after is None or stage_ not in {Stage.DUE, Stage.URGENT}:
        return None
    opens = window_opens(procedure, certificate.not_after, recall)
    if opens is None or opens <= now:
        return None
    return opens


def _days_left(certificate: Certificate, now: Instant) -> int | None:
    if certificate.not_after is None:
        return None
    return days_left(certificate.not_after, now)


def _end(certificate: CertificateStatus) -> Instant:
    return certificate.usable_until or LAST
