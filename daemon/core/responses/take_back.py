"""Takes back a claim, and returns to the step that it ended."""

from collections.abc import Iterator

from config.instants import Instant
from config.values import replace
from config.workflows import Workflow, WorkflowKind
from daemon.core.assessment import RenewalCase, assess_state
from daemon.core.guide.context import GuideContext, progress_id
from daemon.core.model import Claim, Progress
from daemon.core.state import State
from daemon.core.workflows.progress import with_progress

RESTORED: tuple[frozenset[Claim], ...] = (
    frozenset(),
    frozenset({Claim.OLD_LOST}),
    frozenset({Claim.REPLACES, Claim.OLD_LOST}),
)
"""The claims that "it works" may have dropped, the fewest first."""


def take_back(context: GuideContext, claim: Claim) -> State:
    """Return the state without this claim about the newest key.

    It is then at the last step of its path. What the claim had dropped is claimed again, so that this is the same path.
    Unchanged where no path comes back.
    """
    found = [*_candidates(context, claim)]
    if not found:
        return context.state
    wanted = context.progress.workflow if context.progress else None
    state, case = next((each for each in found if _kind(each[1]) is wanted), found[0])
    workflow = case.lineage.procedure.workflows.get(_kind(case))
    if workflow is None:
        return state
    progress = _at_last_step(context.progress, workflow, context.now)
    return replace(state, memory=with_progress(state.memory, progress_id(case), progress))


def _candidates(context: GuideContext, claim: Claim) -> Iterator[tuple[State, RenewalCase]]:
    """Yield each state without the claim that has a path."""
    key = context.case.status.newest.key
    for restored in RESTORED:
        keys = {**context.state.memory.keys, key.id: replace(key, claims=(key.claims - {claim}) | restored)}
        state = replace(context.state, memory=replace(context.state.memory, keys=keys))
        case = assess_state(state, context.now).case_of(key.id)
        if case is not None and case.path is not None:
            yield state, case


def _kind(case: RenewalCase) -> WorkflowKind:
    assert case.path is not None  # noqa: S101 - only cases with a path are candidates
    return case.path.kind


def _at_last_step(before: Progress | None, workflow: Workflow, now: Instant) -> Progress:
    """Return the progress with all steps but the last done."""
    begun = Progress(workflow=workflow.kind, begun=now, done={step.id: now for step in workflow.steps})
    if before is not None and before.workflow is workflow.kind:
        begun = replace(before, finished=None, closed=False)
    last = workflow.steps[-1].id
    return replace(begun, done={step: at for step, at in begun.done.items() if step != last})
