"""Everything that a page is rendered from: lineage, keys, step and cards."""

from collections.abc import Iterator, Mapping
from functools import partial

from config.instants import Instant
from config.settings import Procedure
from config.values import dataclass, replace
from config.workflows import Ends, Step, Workflow, WorkflowKind
from daemon.core.activation import Activation, activation
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import known_cards, last_cards
from daemon.core.holders import LineageEntry
from daemon.core.issuers import procedure_of
from daemon.core.model import Certificate, Fingerprint, KeyId, Memory, Progress, ProgressId
from daemon.core.state import State
from daemon.core.views.report import Path, Reason
from daemon.core.workflows.cards import CardPositions, CardsPresent
from daemon.core.workflows.workflow import current_step

BLANK_PREFIX = "bare:"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRoles:
    """The keys that a page is about."""

    old: LineageEntry | None = None
    """The key that is, or was, replaced."""
    new: LineageEntry | None = None
    """The key that replaces it, or the only one; None while it has no certificate."""
    blank: bool = False
    """Whether the new key is a token without certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideContext:
    """One lineage at one moment."""

    state: State
    """Everything the daemon knows."""
    assessment: Assessment
    """The judgement of the whole state at this moment."""
    case: RenewalCase
    """The lineage shown, with its status and its path."""
    now: Instant
    """The moment that the page is rendered for."""
    roles: KeyRoles
    """The old and the new key of the page."""
    cards: CardPositions
    """Which keys of the lineage are in the readers."""
    progress: Progress | None = None
    """What the user has done so far; None before a workflow began."""
    workflow: Workflow | None = None
    """The workflow to follow; None where there is nothing to do, or a question to answer first."""
    step: Step | None = None
    """The current step; None without a workflow, and after its last step."""

    @property
    def procedure(self) -> Procedure:
        """The procedure of the lineage."""
        return self.case.lineage.procedure


def build_context(state: State, assessment: Assessment, case: RenewalCase, now: Instant) -> GuideContext:
    """Return what the page of this case is rendered from."""
    progress = state.memory.progress.get(progress_id(case))
    roles = key_roles(case, last_cards(state).keys)
    context = GuideContext(
        state=state,
        assessment=assessment,
        case=case,
        now=now,
        roles=roles,
        cards=_card_positions(state, case, roles),
        progress=progress,
        workflow=workflow_of(case, progress),
    )
    return replace(context, step=_step(context))


def progress_id(case: RenewalCase) -> ProgressId:
    """Return the id of the progress, which names the newest key.

    A prefix tells a blank token that will replace this key.
    """
    if _is_blank(case.path):
        return blank_progress(case.id)
    return ProgressId(case.id)


def blank_progress(key: KeyId) -> ProgressId:
    """Return the id of the progress of a blank token's activation.

    `key` is the key that the token replaces.
    """
    return ProgressId(BLANK_PREFIX + key)


def workflow_of(case: RenewalCase, progress: Progress | None) -> Workflow | None:
    """Return the workflow of the path, or the clean-up after it."""
    workflows = case.lineage.procedure.workflows
    if case.path is not None:
        return workflows.get(case.path.kind)
    if progress is None or progress.finished or progress.abandoned:
        return None
    if progress.workflow is not WorkflowKind.CLEAN_UP:
        return None
    return workflows.get(WorkflowKind.CLEAN_UP)


def key_roles(case: RenewalCase, inserted: frozenset[KeyId] = frozenset()) -> KeyRoles:
    """Return the keys that a page is about.

    They are those of the path; without one, the current key and the one before. A spare key that was in last
    serves for any of them.
    """
    path = case.path
    if path is None:
        before, current = key_before(case), case.status.current
        return KeyRoles(old=key_in_use(case, before, inserted), new=key_in_use(case, current, inserted))
    entries = {entry.fingerprint: entry for entry in case.lineage.entries}
    old, new = _entry(entries, path.old_fingerprint), _entry(entries, path.new_fingerprint)
    return KeyRoles(
        old=key_in_use(case, old, inserted),
        new=key_in_use(case, new, inserted, activated=path.kind is not WorkflowKind.ACTIVATE),
        blank=_is_blank(path),
    )


def key_in_use(
    case: RenewalCase, entry: LineageEntry | None, inserted: frozenset[KeyId], *, activated: bool = False
) -> LineageEntry | None:
    """Return a key, or its spare that was in last.

    `activated`: only one that may be activated serves.
    """
    if entry is None or entry.key.id in inserted:
        return entry
    spares = (e for e in case.spares_of(entry) if not (activated and activation(e.key) is Activation.NEEDED))
    return max((entry, *spares), key=lambda e: (e.key.id in inserted, e.seen.last_seen))


def key_to_register(case: RenewalCase, roles: KeyRoles) -> LineageEntry:
    """Return the key that a letter names."""
    return roles.new or case.status.newest


def key_before(case: RenewalCase) -> LineageEntry | None:
    """Return the key that the current one replaced."""
    current, superseded = case.status.current, case.status.superseded
    return next((e for e in superseded[::-1] if e.not_before <= current.not_before), None)


def key_certificates(memory: Memory, key: KeyId) -> Iterator[Certificate]:
    """Yield the known certificates of a key.

    An unknown key has none.
    """
    known = memory.keys.get(key)
    if known is None:
        return
    for fingerprint in known.fingerprints:
        if fingerprint in memory.certificates:
            yield memory.certificates[fingerprint].certificate


def of_procedure(key: KeyId, memory: Memory, procedure: Procedure, procedures: tuple[Procedure, ...]) -> bool:
    """Return whether a key holds a certificate of this procedure."""
    return any(
        procedure_of(found, procedures, memory.assignments) is procedure for found in key_certificates(memory, key)
    )


def _entry(entries: Mapping[Fingerprint, LineageEntry], fingerprint: Fingerprint | None) -> LineageEntry | None:
    if fingerprint is None:
        return None
    return entries.get(fingerprint)


def _is_blank(path: Path | None) -> bool:
    """Return whether a path is about a token without certificate."""
    return path is not None and path.kind is WorkflowKind.ACTIVATE and path.new_fingerprint is None


def _step(context: GuideContext) -> Step | None:
    if context.workflow is None:
        return None
    done: Mapping[str, Instant] = {}
    if context.progress is not None:
        done = context.progress.done
    return current_step(context.workflow, done, partial(_has_ended, context))


def _has_ended(context: GuideContext, ends: Ends) -> bool:
    """Return whether cards and certificates show the end of a step."""
    status, path = context.case.status, context.case.path
    match ends:
        case Ends.CERTIFICATE_SEEN:
            return status.pending is not None or (path is not None and path.why is Reason.RENEWED)
        case Ends.ACTIVATED:
            return not context.roles.blank and activation(status.newest.key) is Activation.DONE
        case _:
            return context.cards.holds(ends)


def _card_positions(state: State, case: RenewalCase, roles: KeyRoles) -> CardPositions:
    """Return which keys of the lineage are in the readers.

    While that is unknown, it is what was last known.
    """
    now = known_cards(state)
    cards = now or state.cards
    old, new = _key_id(roles.old), _key_id(roles.new)
    procedures = state.settings.procedures
    counted = {k for k in cards.keys if of_procedure(k, state.memory, case.lineage.procedure, procedures)}
    return CardPositions(
        old=old in cards.keys,
        new=_is_new_inserted(cards, roles),
        rivals=frozenset(counted - {old, new}),
        sure=now is not None,
    )


def _is_new_inserted(cards: CardsPresent, roles: KeyRoles) -> bool:
    if roles.blank:
        return cards.blank
    return _key_id(roles.new) in cards.keys


def _key_id(entry: LineageEntry | None) -> KeyId | None:
    if entry is None:
        return None
    return entry.key.id
