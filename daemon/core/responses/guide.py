"""What a choice in the guide does. One that is not offered now does nothing."""

from dataclasses import replace
from datetime import datetime

from config.workflows import Destination, WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import order_read_of_all
from daemon.core.guide.actions import FINAL_CLAIMS, is_last
from daemon.core.guide.context import GuideContext, build_context, progress_id
from daemon.core.guide.render import render_guide, shown_case
from daemon.core.model import Claim, KeyId, Progress
from daemon.core.responses.launch import launch
from daemon.core.responses.notice import Step, answer_claim, apply_claim, start_activation, take_rest
from daemon.core.state import State
from daemon.core.views.guide import offered
from daemon.core.workflows.progress import end_step, undo_steps, with_progress


def choose(state: State, assessment: Assessment, action: ActionId, now: datetime) -> Step:
    """Do what the user chose, if the page of this moment offers it."""
    page = render_guide(state, assessment, now)
    if action not in {each.id for each in offered(page)}:
        return state, ()
    case = shown_case(state, assessment)
    if action.kind is ActionKind.CHECK or case is None:
        return order_read_of_all(state)
    context = build_context(replace(state, guide_case=case.id), assessment, case, now)
    return _apply(context, action)


def _apply(context: GuideContext, action: ActionId) -> Step:  # noqa: PLR0911 - one return a rule
    """Do what an action of the lineage shown says."""
    state, subject = context.state, action.subject or ""
    match action.kind:
        case ActionKind.OPEN:
            return _open(context, Destination(subject))
        case ActionKind.END:
            return _end(context, subject)
        case ActionKind.GO_BACK:
            return _go_back(context, subject), ()
        case ActionKind.SOLVE:
            return _solve(context, subject), ()
        case ActionKind.STATE:
            return _state(state, context.case.id, action.claims, context.now)
        case ActionKind.SELECT:
            return replace(state, guide_case=KeyId(subject)), ()
        case ActionKind.COPY | ActionKind.CHECK:
            return state, ()
        case _:
            return _handle(context, action.kind), ()


def keep_case(state: State, assessment: Assessment) -> State:
    """Return the state that keeps the lineage shown until its path has ended."""
    case = shown_case(state, assessment)
    if case is not None and case.path is None:
        case = shown_case(replace(state, guide_case=None), assessment)
    return replace(state, guide_case=case.id if case else None)


def _end(context: GuideContext, step: str) -> Step:
    """Mark a step done. The last step also records its claim about the key."""
    state, workflow, progress = context.state, context.workflow, context.progress
    if workflow is None or progress is None:
        return state, ()
    progress = end_step(progress, step, context.now)
    if is_last(context, step) and workflow.kind is WorkflowKind.CLEAN_UP:
        progress = replace(progress, finished=context.now)
    state = _keep(state, context.case, progress)
    claim = FINAL_CLAIMS.get(workflow.kind) if is_last(context, step) else None
    return _state(state, context.case.id, (claim,), context.now) if claim else (state, ())


def _open(context: GuideContext, destination: Destination) -> Step:
    state, order = launch(context.state, context.case, destination)
    if destination is Destination.TOOL:
        state = start_activation(state, context.now)
    return state, (order,)


def _solve(context: GuideContext, problem_id: str) -> State:
    """Give the workflow up where a known problem is final, else go back to the step that it names."""
    problems = context.workflow.known_problems if context.workflow else ()
    problem = next((problem for problem in problems if problem.id == problem_id), None)
    if problem is None:
        return context.state
    if problem.final:
        return _handle(context, ActionKind.ABANDON)
    return _go_back(context, problem.back_to or "")


def _go_back(context: GuideContext, step: str) -> State:
    if context.workflow is None or context.progress is None:
        return context.state
    return _keep(context.state, context.case, undo_steps(context.progress, context.workflow, step))


def _state(state: State, key: KeyId, claims: tuple[Claim, ...], now: datetime) -> Step:
    *first, last = claims
    for claim in first:
        state = answer_claim(state, key, claim)
    return apply_claim(state, key, last, now)


def _handle(context: GuideContext, kind: ActionKind) -> State:  # noqa: PLR0911 - one return a rule
    """Return the state after an action on the whole workflow."""
    state, case, progress, now = context.state, context.case, context.progress, context.now
    match kind:
        case ActionKind.PUT_OFF:
            return take_rest(state, context.assessment, case.status.current.key.id, now)
        case ActionKind.RESTART:
            return _keep(state, case, None)
        case ActionKind.ABANDON if progress is not None:
            return _keep(state, case, replace(progress, abandoned=True))
        case ActionKind.FINISH if progress is not None:
            return _keep(replace(state, guide_case=None), case, replace(progress, closed=True))
        case ActionKind.CLEAN_UP if progress is not None:
            begun = progress.finished or now
            return _keep(state, case, Progress(workflow=WorkflowKind.CLEAN_UP, begun=begun))
        case ActionKind.NOT_NEEDED if progress is not None:
            begun = progress.finished or progress.begun
            return _keep(state, case, Progress(workflow=WorkflowKind.CLEAN_UP, begun=begun, abandoned=True))
        case _:
            return state


def _keep(state: State, case: RenewalCase, progress: Progress | None) -> State:
    return replace(state, memory=with_progress(state.memory, progress_id(case), progress))
