"""The papers to have at hand before a key is ordered."""

from collections.abc import Iterator

from config.i18n.text import Phrase, Sentence, text
from config.settings import Paper
from config.values import replace
from config.workflows import Workflow, WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import RenewalCase
from daemon.core.expiry import DAY, earlier
from daemon.core.guide.context import GuideContext
from daemon.core.model import Progress
from daemon.core.views.guide import Action
from daemon.core.workflows.progress import PREPARED

TICKED = "paper:"  # before the id of a paper, in `Progress.done`


def wants_papers(case: RenewalCase, progress: Progress | None) -> bool:
    """Return whether the papers come before the next step."""
    workflow = case.lineage.procedure.workflows.get(WorkflowKind.ORDER)
    if workflow is None or case.path is None or case.path.kind is not WorkflowKind.ORDER:
        return False
    return bool(case.lineage.procedure.papers) and not _has_begun(workflow, progress)


def _has_begun(workflow: Workflow, progress: Progress | None) -> bool:
    """Return whether the user has gone on to the order."""
    if progress is None:
        return False
    return not progress.done.keys().isdisjoint({PREPARED, *(step.id for step in workflow.steps)})


def paper_actions(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield the action that ticks each paper, or no longer."""
    for paper in context.procedure.papers:
        id_ = ActionId(ActionKind.TICK, paper.id)
        label = "guide.paper.ticked" if is_ticked(context.progress, paper) else "guide.paper.open"
        yield Action(id=id_, label=text(label, paper=Phrase(paper.title)), detail=_age(context, paper))


def is_ticked(progress: Progress | None, paper: Paper) -> bool:
    """Return whether the user has this paper at hand."""
    return progress is not None and TICKED + paper.id in progress.done


def with_tick(progress: Progress, paper: str, context: GuideContext) -> Progress:
    """Return the progress with this paper ticked, or no longer."""
    done = dict(progress.done)
    if done.pop(TICKED + paper, None) is None:
        done[TICKED + paper] = context.now
    return replace(progress, done=done)


def _age(context: GuideContext, paper: Paper) -> Sentence | None:
    """Return when the paper may have been issued at the earliest."""
    if paper.max_age_days is None:
        return None
    today = context.now.replace(minute=0, second=0, microsecond=0)
    return text("guide.paper.age", count=paper.max_age_days, date=earlier(today, paper.max_age_days * DAY))
