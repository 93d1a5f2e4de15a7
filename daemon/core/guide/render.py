"""The guide's page of the moment: which line is on show, and what is said of it."""

from collections.abc import Iterator
from datetime import datetime

from config.i18n.text import Phrase, Sentence, text
from config.workflows import Step, Workflow
from daemon.core.action_id import ActionKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.guide.actions import (
    FINAL_CLAIMS,
    claim_action,
    claim_actions,
    known_problems,
    selections,
    step_actions,
    workflow_action,
    workflow_actions,
)
from daemon.core.guide.context import GuideContext, build_context, progress_id
from daemon.core.guide.idle_pages import calm_page, empty_page
from daemon.core.guide.obstacles import obstacle, reader_status, reader_words
from daemon.core.guide.timeline import timeline
from daemon.core.guide.words import phrase, say
from daemon.core.model import Progress
from daemon.core.state import State
from daemon.core.views.guide import Action, GuideView, StepStatus, StepSummary
from daemon.core.workflows.progress import deadline

MINUTE = 60


def render_guide(state: State, assessment: Assessment, now: datetime) -> GuideView[Sentence]:
    """Draw the page of the moment."""
    case = shown_case(state, assessment)
    if case is None:
        return empty_page(state, assessment)
    context = build_context(state, assessment, case, now)
    if context.case.path is None and context.workflow is None:
        return calm_page(context)
    return _abandoned_page(context) if context.progress and context.progress.abandoned else _workflow_page(context)


def shown_case(state: State, assessment: Assessment) -> RenewalCase | None:
    """Choose the line: the one that the person looks at, one that was begun, the one in a reader, the most pressing."""
    chosen = assessment.case_of(state.guide_case) if state.guide_case else None
    begun = (c for c in assessment.cases if c.path and _begun(state.memory.progress.get(progress_id(c))))
    here = (c for c in assessment.cases if any(entry.key.id in state.cards.keys for entry in c.lineage.entries))
    return chosen or next(begun, None) or next(here, None) or next(iter(assessment.cases), None)


def _begun(progress: Progress | None) -> bool:
    return progress is not None and bool(progress.done) and not progress.abandoned


def _workflow_page(context: GuideContext) -> GuideView[Sentence]:
    """Draw the step of the moment; a course that is at its end asks whether the key works."""
    shown = reader_status(context.state, context)
    step, workflow, path = context.step, context.workflow, context.case.path
    actions = [*step_actions(context)] if step else [*_confirmations(context)]
    ids = {action.id for action in actions}
    actions += [action for action in workflow_actions(context) if action.id not in ids]
    running = deadline(workflow, context.progress) if workflow and context.progress else None
    kind = workflow.kind if workflow else path.kind if path else None
    primary = actions[0] if actions and ids else None
    return GuideView(
        language=context.state.settings.language,
        procedure=Phrase(context.procedure.title),
        holder=context.case.lineage.holder,
        workflow=kind,
        workflow_title=phrase(context, workflow.title) if workflow else text(f"path.{kind}"),
        why=path.reason if path else None,
        steps=tuple(_step_lines(context, workflow, step)) if workflow else (),
        headline=phrase(context, step.title) if step else text(f"path.{kind}"),
        body=phrase(context, step.text) if step else say(context, f"guide.confirm.{kind}"),
        alert=obstacle(context, shown) or _news(context),
        reader=shown,
        reader_words=reader_words(context.state, context, shown),
        primary=primary,
        actions=tuple(actions[1:] if primary else actions),
        known_problems=tuple(known_problems(context)),
        deadline=running[1] if running else None,
        deadline_words=_deadline_words(running[1], context.now) if running else None,
        timeline=timeline(context),
        cases=tuple(selections(context)),
    )


def _abandoned_page(context: GuideContext) -> GuideView[Sentence]:
    shown = reader_status(context.state, context)
    return GuideView(
        language=context.state.settings.language,
        procedure=Phrase(context.procedure.title),
        holder=context.case.lineage.holder,
        headline=text("guide.abandoned"),
        body=say(context, "guide.abandoned.body", date=context.case.status.current.not_after),
        reader=shown,
        reader_words=reader_words(context.state, context, shown),
        primary=workflow_action(ActionKind.RESTART),
        actions=tuple(claim_actions(context)),
        timeline=timeline(context),
        cases=tuple(selections(context)),
    )


def _step_lines(context: GuideContext, workflow: Workflow, current: Step | None) -> Iterator[StepSummary[Sentence]]:
    done = context.progress.done if context.progress else {}
    passed = True
    for step in workflow.steps:
        passed = passed and step != current
        status = (
            StepStatus.CURRENT
            if step == current
            else StepStatus.DONE
            if passed or step.id in done
            else StepStatus.AHEAD
        )
        yield StepSummary(id=step.id, title=phrase(context, step.title), status=status)


def _confirmations(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Ask what ends a course whose steps are all done."""
    claim = FINAL_CLAIMS.get(context.workflow.kind) if context.workflow else None
    if claim is None or context.roles.blank:
        yield workflow_action(ActionKind.CHECK)
    else:
        yield claim_action(context, claim)


def _news(context: GuideContext) -> Sentence | None:
    """Say what has changed under the person's hands."""
    progress, path = context.progress, context.case.path
    if progress is not None and progress.lapsed:
        return say(context, "guide.lapsed")
    if progress is None or progress.left is None or path is None:
        return None
    if progress.link_until is not None and context.now < progress.link_until:
        return say(context, "guide.changed.link", until=progress.link_until)
    return say(context, f"guide.changed.{path.kind}")


def _deadline_words(until: datetime, now: datetime) -> Sentence:
    minutes = max(0, int((until - now).total_seconds()) // MINUTE)
    return text("guide.deadline", hours=minutes // MINUTE, minutes=minutes % MINUTE, until=until)
