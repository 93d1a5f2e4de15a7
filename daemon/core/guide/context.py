"""Everything that a page is rendered from: lineage, keys, step and cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from config.settings import Procedure
from config.workflows import Ends, Step, Workflow, WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import known_cards
from daemon.core.holders import LineageEntry, procedure_of
from daemon.core.model import Fingerprint, KeyId, Memory, Progress, ProgressId
from daemon.core.renewal import Activation, activation
from daemon.core.state import State
from daemon.core.views.report import Path
from daemon.core.workflows.cards import CardPositions
from daemon.core.workflows.workflow import current_step

BLANK_PREFIX = "bare:"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRoles:
    """The keys that a page speaks of; `bare` says that the new one is a token without certificate, and so no entry."""

    old: LineageEntry | None = None
    new: LineageEntry | None = None
    blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideContext:
    """One line at one moment. Without a course there is nothing to do, or a question first.

    `step` is None where no course stands, and where every step of it is done.
    """

    state: State
    assessment: Assessment
    case: RenewalCase
    now: datetime
    roles: KeyRoles
    positions: CardPositions
    progress: Progress | None = None
    workflow: Workflow | None = None
    step: Step | None = None

    @property
    def procedure(self) -> Procedure:
        """The procedure of the line."""
        return self.case.lineage.procedure


def build_context(state: State, assessment: Assessment, case: RenewalCase, now: datetime) -> GuideContext:
    """Return what the page of this case is rendered from."""
    roles = key_roles(case)
    positions = _card_positions(state, case, roles)
    progress = state.memory.progress.get(progress_id(case))
    workflow = workflow_of(case, progress)

    def holds(ends: Ends) -> bool:
        match ends:
            case Ends.CERTIFICATE_SEEN:
                return case.status.pending is not None
            case Ends.ACTIVATED:
                return not roles.blank and activation(case.status.newest.key) is Activation.DONE
            case _:
                return positions.holds(ends)

    step = current_step(workflow, progress.done if progress else (), holds) if workflow else None
    return GuideContext(
        state=state,
        assessment=assessment,
        case=case,
        now=now,
        roles=roles,
        positions=positions,
        progress=progress,
        workflow=workflow,
        step=step,
    )


def progress_id(case: RenewalCase) -> ProgressId:
    """Return the id of the progress: the newest key, marked for a blank token."""
    return blank_progress(case.id) if _is_blank(case.path) else ProgressId(case.id)


def blank_progress(key: KeyId) -> ProgressId:
    """Return the id of the progress of a blank token that replaces this key."""
    return ProgressId(BLANK_PREFIX + key)


def workflow_of(case: RenewalCase, progress: Progress | None) -> Workflow | None:
    """Return the workflow of the path, or the clean-up after it."""
    workflows = case.lineage.procedure.workflows
    if case.path is not None:
        return workflows.get(case.path.kind)
    tidying = (
        progress and progress.workflow is WorkflowKind.CLEAN_UP and not progress.finished and not progress.abandoned
    )
    return workflows.get(WorkflowKind.CLEAN_UP) if tidying else None


def key_roles(case: RenewalCase) -> KeyRoles:
    """Return the keys that a page is about.

    They are those of the path; without one, the current key and the one before.
    """
    entries = {entry.fingerprint: entry for entry in case.lineage.entries}
    path = case.path
    if path is not None:
        old, new = _entry(entries, path.old_fingerprint), _entry(entries, path.new_fingerprint)
        return KeyRoles(old=old, new=new, blank=_is_blank(path))
    current = case.status.current
    return KeyRoles(old=key_before(case), new=current)


def _entry(entries: Mapping[Fingerprint, LineageEntry], fingerprint: Fingerprint | None) -> LineageEntry | None:
    return entries.get(fingerprint) if fingerprint is not None else None


def _is_blank(path: Path | None) -> bool:
    """Return whether a path is about a token without certificate."""
    return path is not None and path.kind is WorkflowKind.ACTIVATE and path.new_fingerprint is None


def key_before(case: RenewalCase) -> LineageEntry | None:
    """Return the key that the current one replaced."""
    current, superseded = case.status.current, case.status.superseded
    return next((e for e in superseded[::-1] if e.not_before <= current.not_before), None)


def of_procedure(key: KeyId, memory: Memory, procedure: Procedure, procedures: tuple[Procedure, ...]) -> bool:
    """Return whether a key holds a certificate of this procedure."""
    found = memory.keys.get(key)
    seen = (memory.certificates[f].certificate for f in found.fingerprints if f in memory.certificates) if found else ()
    return any(procedure_of(certificate, procedures) is procedure for certificate in seen)


def _card_positions(state: State, case: RenewalCase, roles: KeyRoles) -> CardPositions:
    now = known_cards(state)
    cards = now or state.cards
    old, new = (entry.key.id if entry else None for entry in (roles.old, roles.new))
    procedures = state.settings.procedures
    counted = {k for k in cards.keys if of_procedure(k, state.memory, case.lineage.procedure, procedures)}
    return CardPositions(
        old=old in cards.keys,
        new=cards.blank if roles.blank else new in cards.keys,
        rivals=frozenset(counted - {old, new}),
        sure=now is not None,
    )
