"""What the user says that a key is for."""

from config.instants import Instant
from config.values import replace
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import assess_state
from daemon.core.assignments import assign
from daemon.core.commands import AssignProcedure
from daemon.core.guide.use_page import ask_use_action, read_answer
from daemon.core.key_names import key_of
from daemon.core.model import Assignment, Fingerprint
from daemon.core.state import State


def assign_procedure(state: State, command: AssignProcedure, now: Instant) -> State:
    """Remember what a certificate is for.

    It holds for every key of its line. Unknown procedures change nothing.
    """
    if command.procedure is not None and state.settings.procedure(command.procedure) is None:
        return state
    answer = Assignment(procedure=command.procedure, unknown=command.unknown)
    line = _line_of(state, command.fingerprint, now)
    return replace(state, memory=assign(state.memory, command.fingerprint, answer, line))


def _line_of(state: State, fingerprint: Fingerprint, now: Instant) -> list[Fingerprint]:
    """Return the certificates of a certificate's line."""
    key = key_of(state.memory, fingerprint)
    if key is None:
        return []
    case = assess_state(state, now).case_of(key.id)
    if case is None:
        return []
    return [entry.fingerprint for entry in case.lineage.entries]


def may_ask_use(state: State, action: ActionId) -> bool:
    """Return whether an action asks what a known key is for.

    The list of keys offers it beside any page.
    """
    seen = state.memory.certificates.get(Fingerprint(action.subject or ""))
    if action.kind is not ActionKind.ASK_USE or seen is None:
        return False
    return ask_use_action(state, seen.certificate) is not None


def choose_use(state: State, action: ActionId, now: Instant) -> State:
    """Return the state after a choice about what a key is for."""
    if action.kind is ActionKind.ASK_USE:
        return replace(state, asked=None, asked_use=Fingerprint(action.subject or ""))
    state = replace(state, asked=None, asked_use=None)
    if action.kind is not ActionKind.USE:
        return state
    return assign_procedure(state, read_answer(action), now)
