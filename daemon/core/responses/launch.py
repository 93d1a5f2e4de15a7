"""Launches what a workflow leads to, and records what was opened."""

from datetime import timedelta

from config.instants import Instant
from config.values import replace
from config.workflows import Destination, Ends
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import last_cards
from daemon.core.dedup_keys import LaunchKey, known_tools
from daemon.core.effects import Launch
from daemon.core.events import Launched
from daemon.core.guide.context import GuideContext, build_context, key_roles, key_to_register, progress_id
from daemon.core.holders import holder_name
from daemon.core.issuers import is_use_open
from daemon.core.model import Progress
from daemon.core.state import FailedLaunch, State
from daemon.core.workflows.progress import end_step, with_progress

SAME_LAUNCH = timedelta(seconds=5)  # a double click, Enter held down, or a click on the notice and in the menu


def launch(state: State, case: RenewalCase, destination: Destination, now: Instant) -> tuple[State, tuple[Launch, ...]]:
    """Order a launch for this lineage, and wait for its outcome.

    The same launch within `SAME_LAUNCH` is one, whichever way it was asked for.
    """
    procedure = case.lineage.procedure.id
    launched = (procedure, destination, case.id)
    at = state.launched_at.get(launched)
    if at is not None and abs(now - at) < SAME_LAUNCH:
        return state, ()
    order = Launch(procedure=procedure, destination=destination)
    if destination is Destination.SUPPORT_MAIL:
        certificate = key_to_register(case, key_roles(case, last_cards(state).keys)).seen.certificate
        order = replace(order, holder=holder_name(certificate), serial_hex=certificate.serial_hex)
    if destination is Destination.TOOL:
        order = replace(order, known_tools=known_tools(state.memory.delivered))
    state = replace(
        state,
        launching={**state.launching, (procedure, destination): case.id},
        launched_at={**state.launched_at, launched: now},
    )
    return _note_unasked(state, case, now), (order,)


def _note_unasked(state: State, case: RenewalCase, now: Instant) -> State:
    """Remember a launch before the use of the key is known."""
    certificate, memory = case.status.newest.seen.certificate, state.memory
    if not is_use_open(certificate, state.settings.procedures, memory.assignments):
        return state
    return replace(state, memory=replace(memory, delivered={**memory.delivered, str(LaunchKey(case.id)): now}))


def apply_launched(state: State, assessment: Assessment, event: Launched) -> State:
    """Record in the progress that a destination was opened.

    A launch that failed changes nothing there, and may be tried again at once.
    """
    launched = (event.procedure, event.destination)
    waiting = state.launching.get(launched)
    failures = {key: failed for key, failed in state.failed_launches.items() if key != launched}
    if event.trouble is not None:
        failures[launched] = FailedLaunch(trouble=event.trouble, place=event.place)
    waits = {key: id_ for key, id_ in state.launching.items() if key != launched}
    state = replace(state, launching=waits, failed_launches=failures)
    if waiting is not None and event.trouble is not None:
        failed = (*launched, waiting)
        return replace(state, launched_at={key: at for key, at in state.launched_at.items() if key != failed})
    if waiting is None:
        return state
    case = assessment.case_of(waiting)
    if case is None:
        return state
    progress = _progress_after(build_context(state, assessment, case, event.at), event)
    if progress is None:
        return state
    return replace(state, memory=with_progress(state.memory, progress_id(case), progress))


def _progress_after(context: GuideContext, event: Launched) -> Progress | None:
    """Return the progress after a launch.

    None when the current step does not offer it.
    """
    step, progress = context.step, context.progress
    if step is None or progress is None or event.destination not in step.offers:
        return None
    if step.ends is Ends.LAUNCHED and step.offers[0] is event.destination:
        return end_step(progress, step.id, event.at)
    return replace(progress, opened=step.id)
