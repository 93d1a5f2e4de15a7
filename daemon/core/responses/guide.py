"""What the person's choice on a page of the guide does; one that is not offered now does nothing."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import names_being_read, order_read
from daemon.core.destination import Destination
from daemon.core.guide.actions import FINAL_CLAIMS, is_last
from daemon.core.guide.context import GuideContext, build_context, progress_id
from daemon.core.guide.render import offered, render_guide, shown_case
from daemon.core.model import Claim, KeyId, Progress
from daemon.core.responses.launch import launch
from daemon.core.responses.notice import Step, answer_claim, apply_claim, start_activation, take_rest
from daemon.core.state import State
from daemon.core.views.guide import Copying, Ending, GoingBack, Handling, Opening, Selecting, Stating
from daemon.core.workflows.progress import end_step, undo_steps, with_progress


def choose(state: State, assessment: Assessment, action: str, now: datetime) -> Step:
    """Do what the person chose, by the page as it is now."""
    found = next((a for a in offered(render_guide(state, assessment, now)) if a.id == action), None)
    if found is None:
        return state, ()
    case = shown_case(state, assessment)
    if found.does is Handling.CHECK or case is None:
        return _read_again(state)
    state = replace(state, guide_case=case.id)
    context = build_context(state, assessment, case, now)
    match found.does:
        case Selecting(case=chosen):
            return replace(state, guide_case=chosen), ()
        case Opening(destination=destination):
            state, order = launch(state, case, destination)
            return (start_activation(state, now) if destination is Destination.TOOL else state), (order,)
        case Ending(step=step):
            return _end(context, step)
        case GoingBack(step=step):
            return _go_back(context, step), ()
        case Stating(key=key, claims=claims):
            return _state(state, key, claims, now)
        case Copying():
            return state, ()
        case Handling() as what:
            return _handle(context, what), ()
        case _:
            assert_never(found.does)


def look_at(state: State, assessment: Assessment) -> State:
    """Stay with the line on show, whatever other key is put in, until its path is at an end."""
    case = shown_case(state, assessment)
    if case is not None and case.path is None:
        case = shown_case(replace(state, guide_case=None), assessment)
    return replace(state, guide_case=case.id if case else None)


def _end(context: GuideContext, step: str) -> Step:
    """End a step; the last one of a course brings its word on the key."""
    state, workflow, progress = context.state, context.workflow, context.progress
    if workflow is None or progress is None:
        return state, ()
    progress = end_step(progress, step, context.now)
    if is_last(context, step) and workflow.kind is WorkflowKind.CLEAN_UP:
        progress = replace(progress, finished=context.now)
    state = _keep(state, context.case, progress)
    claim = FINAL_CLAIMS.get(workflow.kind) if is_last(context, step) else None
    return _state(state, context.case.id, (claim,), context.now) if claim else (state, ())


def _go_back(context: GuideContext, step: str) -> State:
    if context.workflow is None or context.progress is None:
        return context.state
    return _keep(context.state, context.case, undo_steps(context.progress, context.workflow, step))


def _state(state: State, key: KeyId, claims: tuple[Claim, ...], now: datetime) -> Step:
    *first, last = claims
    for claim in first:
        state = answer_claim(state, key, claim)
    return apply_claim(state, key, last, now)


def _handle(context: GuideContext, what: Handling) -> State:
    """Do something with the whole course."""
    state, case, progress, now = context.state, context.case, context.progress, context.now
    match what:
        case Handling.PUT_OFF:
            return take_rest(state, context.assessment, case.status.current.key.id, now)
        case Handling.RESTART:
            return _keep(state, case, None)
        case Handling.ABANDON if progress is not None:
            return _keep(state, case, replace(progress, abandoned=True))
        case Handling.FINISH if progress is not None:
            return _keep(replace(state, guide_case=None), case, replace(progress, closed=True))
        case Handling.CLEAN_UP if progress is not None:
            begun = progress.finished or now
            return _keep(state, case, Progress(workflow=WorkflowKind.CLEAN_UP, begun=begun))
        case Handling.NOT_NEEDED if progress is not None:
            begun = progress.finished or progress.begun
            return _keep(state, case, Progress(workflow=WorkflowKind.CLEAN_UP, begun=begun, abandoned=True))
        case _:
            return state


def _read_again(state: State) -> Step:
    names = frozenset(r.name for r in state.held) - names_being_read(state)
    if state.reads and not names:
        return state, ()
    state, order = order_read(state, names)
    return state, (order,)


def _keep(state: State, case: RenewalCase, progress: Progress | None) -> State:
    return replace(state, memory=with_progress(state.memory, progress_id(case), progress))
