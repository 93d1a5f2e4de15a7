"""Opening what a course leads to, and what follows when it was opened."""

from dataclasses import replace

from config.workflows import Ends
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.destination import Destination
from daemon.core.effects import Launch
from daemon.core.events import Launched
from daemon.core.guide.actions import LEADS_TO
from daemon.core.guide.context import build_context, progress_id
from daemon.core.holders import holder_name
from daemon.core.state import State
from daemon.core.workflows.progress import end_step, with_progress


def launch(state: State, case: RenewalCase, destination: Destination) -> tuple[State, Launch]:
    """Order a launch for this line, and wait for word of it."""
    procedure = case.lineage.procedure.id
    order = Launch(procedure=procedure, destination=destination)
    if destination is Destination.SUPPORT_MAIL:
        certificate = case.status.newest.seen.certificate
        order = replace(order, holder=holder_name(certificate), serial_hex=certificate.serial_hex)
    return replace(state, launching={**state.launching, (procedure, destination): case.id}), order


def apply_launched(state: State, assessment: Assessment, event: Launched) -> State:
    """End the step that was to open this, or remember that it is open; a launch that failed changes nothing."""
    what = (event.procedure, event.destination)
    waiting = state.launching.get(what)
    state = replace(state, launching={key: id_ for key, id_ in state.launching.items() if key != what})
    case = assessment.case_of(waiting) if waiting is not None and event.trouble is None else None
    if case is None:
        return state
    context = build_context(state, assessment, case, event.at)
    step, progress = context.step, context.progress
    leads_to = [LEADS_TO.get(offer) for offer in step.offers] if step else []
    if step is None or progress is None or event.destination not in leads_to:
        return state
    if step.ends is Ends.LAUNCHED and leads_to[0] is event.destination:
        progress = end_step(progress, step.id, event.at)
    else:
        progress = replace(progress, opened=step.id)
    return replace(state, memory=with_progress(state.memory, progress_id(case), progress))
