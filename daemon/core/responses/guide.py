"""What a choice in the guide does. An outdated one does nothing."""

from config.instants import Instant
from config.settings import SettingId
from config.values import replace
from config.workflows import Destination, WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import order_read_of_all
from daemon.core.effects import Examine, OpenCalendar, StartAtLogin
from daemon.core.guide.actions import FINAL_CLAIMS, claimed_key, is_last
from daemon.core.guide.context import GuideContext, build_context, progress_id
from daemon.core.guide.message import message
from daemon.core.guide.papers import with_tick
from daemon.core.guide.questions import END_QUESTIONS, REGISTERING
from daemon.core.guide.render import render_guide, shown_case
from daemon.core.model import Claim, Fingerprint, HolderAnswer, KeyId, Progress
from daemon.core.responses.launch import SAME_LAUNCH, launch
from daemon.core.responses.notice import (
    Step,
    answer_claim,
    apply_claim,
    compare_holders,
    snooze_reminders,
    start_activation,
)
from daemon.core.responses.settings import change_setting
from daemon.core.responses.take_back import take_back
from daemon.core.responses.use import choose_use
from daemon.core.state import State
from daemon.core.tray_view import other_language
from daemon.core.views.guide import offered
from daemon.core.workflows.progress import PREPARED, end_step, undo_steps, with_progress

SETTINGS = {ActionKind.AUTOSTART, ActionKind.LANGUAGE, ActionKind.DIAGNOSE, ActionKind.READ_KEYS, ActionKind.CALENDAR}
ONCE = {ActionKind.CALENDAR, ActionKind.MESSAGE, ActionKind.DIAGNOSE}
"""What a double click does once: a second program, or a second diagnosis, would only confuse."""
HOLDER_ANSWERS = {ActionKind.SAME_HOLDER: HolderAnswer.SAME, ActionKind.OTHER_HOLDER: HolderAnswer.ANOTHER}


def choose(state: State, assessment: Assessment, action: ActionId, now: Instant) -> Step:
    """Do what the user chose, if the present page offers it."""
    page = render_guide(state, assessment, now)
    if action not in {each.id for each in offered(page)}:
        return state, ()
    if action.kind in ONCE:
        at = state.run_at.get(action.kind)
        if at is not None and abs(now - at) < SAME_LAUNCH:
            return state, ()
        state = replace(state, run_at={**state.run_at, action.kind: now})
    case = shown_case(state, assessment)
    if action.kind in SETTINGS:
        return _set(state, action.kind)
    if action.kind is ActionKind.USE or (state.asked_use and action.kind is ActionKind.DISMISS):
        return choose_use(state, action, now), ()
    if action.kind is ActionKind.CHECK or case is None:
        return order_read_of_all(state)
    state = replace(state, guide_case=case.id, asked=None, asked_use=None, revoking=False)
    return _apply(build_context(state, assessment, case, now), action)


def _set(state: State, kind: ActionKind) -> Step:
    """Carry out what is among the settings."""
    match kind:
        case ActionKind.AUTOSTART:
            return state, (StartAtLogin(on=not state.login_start),)
        case ActionKind.LANGUAGE:
            return change_setting(state, SettingId.LANGUAGE, other_language(state.settings))
        case ActionKind.DIAGNOSE:
            return _examine(state)
        case ActionKind.CALENDAR:
            return state, (OpenCalendar(),)
        case _:
            return _read_keys(state)


def _examine(state: State) -> Step:
    return replace(state, diagnosis=None, examining=True), (Examine(),)


def _read_keys(state: State) -> Step:
    """Read the inserted keys.

    What a diagnosis found is looked for again: it may be mended now.
    """
    state, reads = order_read_of_all(state)
    if not state.diagnosis:
        return state, reads
    state, examination = _examine(state)
    return state, (*reads, *examination)


def _apply(context: GuideContext, action: ActionId) -> Step:
    """Carry out an action on the lineage shown."""
    state, subject = context.state, action.subject or ""
    match action.kind:
        case ActionKind.OPEN:
            return _open(context, Destination(subject))
        case ActionKind.MESSAGE:
            return state, (message(context),)
        case ActionKind.END:
            return _end(context, subject)
        case ActionKind.TICK:
            return _tick(context, subject), ()
        case ActionKind.STATE:
            return _state(state, KeyId(subject), action.claims, context.now)
        case _:
            return _answer(context, action), ()


def _answer(context: GuideContext, action: ActionId) -> State:
    """Return the state after a choice that launches nothing."""
    match action.kind:
        case ActionKind.GO_BACK:
            return _go_back(context, action.subject or "")
        case ActionKind.SOLVE:
            return _solve(context, action.subject or "")
        case ActionKind.ASK | ActionKind.REVOKE:
            revoking = action.kind is ActionKind.REVOKE
            return replace(context.state, asked=(context.case.id, action.claims), revoking=revoking)
        case ActionKind.SAME_HOLDER | ActionKind.OTHER_HOLDER:
            return _compare(context.state, action.subject or "", HOLDER_ANSWERS[action.kind])
        case ActionKind.TAKE_BACK:
            return take_back(context, action.claims[-1])
        case _:
            return _handle(context, action.kind)


def show_case(state: State, assessment: Assessment, key: KeyId) -> State:
    """Show the lineage of a key, if it has one.

    The list of keys offers it beside any page.
    """
    case = assessment.case_of(key)
    if case is None:
        return state
    return replace(state, guide_case=case.id, asked_use=None)


def keep_case(state: State, assessment: Assessment) -> State:
    """Keep showing the present lineage until its path has ended."""
    case = shown_case(state, assessment)
    if case is not None and case.path is None:
        case = shown_case(replace(state, guide_case=None), assessment)
    if case is None:
        return replace(state, guide_case=None)
    return replace(state, guide_case=case.id)


def _end(context: GuideContext, step: str) -> Step:
    """End a step.

    The last one of step 2-A or 2-B, or of a renewal in place, leads to the question whether the key works; only the
    answer claims it. The last one of another workflow records its claim about the key.
    """
    state, workflow, progress = context.state, context.workflow, context.progress
    if workflow is None or progress is None:
        return state, ()
    progress = end_step(progress, step, context.now)
    if not is_last(context, step):
        return _keep(state, context.case, progress), ()
    if workflow.kind is WorkflowKind.CLEAN_UP:
        progress = replace(progress, finished=context.now)
    state = _keep(state, context.case, progress)
    claim = FINAL_CLAIMS.get(workflow.kind)
    if claim is None or workflow.kind in END_QUESTIONS:
        return state, ()
    return apply_claim(state, claimed_key(context, claim), claim, context.now)


def _open(context: GuideContext, destination: Destination) -> Step:
    state, orders = launch(context.state, context.case, destination, context.now)
    if destination is Destination.TOOL:
        state = start_activation(state, context.now)
    return state, orders


def _solve(context: GuideContext, problem_id: str) -> State:
    """Go back to the step that a known problem names.

    Where the problem is final, the workflow is abandoned.
    """
    if context.workflow is None:
        return context.state
    problem = next((problem for problem in context.workflow.known_problems if problem.id == problem_id), None)
    if problem is None:
        return context.state
    if problem.final:
        return _handle(context, ActionKind.ABANDON)
    return _go_back(context, problem.back_to or "")


def _tick(context: GuideContext, paper: str) -> State:
    if context.progress is None:
        return context.state
    return _keep(context.state, context.case, with_tick(context.progress, paper, context))


def _go_back(context: GuideContext, step: str) -> State:
    if context.workflow is None or context.progress is None:
        return context.state
    progress = undo_steps(context.progress, context.workflow, step)
    if step != PREPARED and context.workflow.kind in REGISTERING:
        progress = replace(progress, done={PREPARED: context.now, **progress.done})
    return _keep(context.state, context.case, progress)


def _compare(state: State, pair: str, answer: HolderAnswer) -> State:
    one, _, other = pair.partition("+")
    return compare_holders(state, Fingerprint(one), Fingerprint(other), answer)


def _state(state: State, key: KeyId, claims: tuple[Claim, ...], now: Instant) -> Step:
    *first, last = claims
    for claim in first:
        state = answer_claim(state, key, claim)
    return apply_claim(state, key, last, now)


def _handle(context: GuideContext, kind: ActionKind) -> State:
    """Return the state after an action on the whole workflow."""
    state, case, progress = context.state, context.case, context.progress
    match kind:
        case ActionKind.PUT_OFF:
            return snooze_reminders(state, context.assessment, case.status.current.key.id, context.now)
        case ActionKind.RESTART:
            return _keep(state, case, None)
        case _ if progress is not None:
            return _handle_begun(context, progress, kind)
        case _:
            return state


def _handle_begun(context: GuideContext, progress: Progress, kind: ActionKind) -> State:
    """Return the state after an action on a workflow that was begun."""
    state, case = context.state, context.case
    match kind:
        case ActionKind.ABANDON:
            return _keep(state, case, replace(progress, abandoned=True))
        case ActionKind.FINISH:
            return _keep(replace(state, guide_case=None), case, replace(progress, closed=True))
        case ActionKind.CLEAN_UP:
            begun = progress.finished or context.now
            return _keep(state, case, Progress(workflow=WorkflowKind.CLEAN_UP, begun=begun))
        case ActionKind.NOT_NEEDED:
            begun = progress.finished or progress.begun
            return _keep(state, case, Progress(workflow=WorkflowKind.CLEAN_UP, begun=begun, abandoned=True))
        case _:
            return state


def _keep(state: State, case: RenewalCase, progress: Progress | None) -> State:
    return replace(state, memory=with_progress(state.memory, progress_id(case), progress))
