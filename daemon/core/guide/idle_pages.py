"""The pages without a course: nothing known yet, a question, all done, all well."""

from collections.abc import Iterator
from dataclasses import replace

from config.i18n.text import Phrase, Sentence, text
from config.workflows import WorkflowKind
from daemon.core.action_id import ActionKind
from daemon.core.assessment import Assessment
from daemon.core.expiry import earlier, first_notice
from daemon.core.guide.actions import claim_action, selections, workflow_action
from daemon.core.guide.context import GuideContext
from daemon.core.guide.obstacles import obstacle, reader_status, reader_words, trouble_words
from daemon.core.guide.timeline import timeline
from daemon.core.guide.words import holder_words, say
from daemon.core.model import Claim
from daemon.core.renewal import Question
from daemon.core.state import State
from daemon.core.views.guide import Action, GuideView
from daemon.core.views.report import Stage

ONE_KEY = "ask.one_key"


def empty_page(state: State, assessment: Assessment) -> GuideView[Sentence]:
    """Return the page that asks for a key, or tells of one without procedure."""
    shown = reader_status(state, None)
    plain = next((c for c in assessment.certificates if c.not_after and c.stage is not Stage.SUPERSEDED), None)
    page = GuideView(
        language=state.settings.language,
        headline=text("guide.empty"),
        body=text("guide.empty.body"),
        alert=trouble_words(state, shown),
        reader=shown,
        reader_words=reader_words(state, None, shown),
        actions=(workflow_action(ActionKind.CHECK),),
    )
    if plain is None or plain.not_after is None:
        return page
    holder = holder_words(plain.subject_cn)
    return replace(
        page,
        headline=text("guide.plain"),
        body=text("guide.plain.body", holder=holder, date=plain.not_after),
    )


def calm_page(context: GuideContext) -> GuideView[Sentence]:
    """Return a question that only the user can answer, or that all is well."""
    shown = reader_status(context.state, context)
    name = _name(context)
    answers = tuple(_answers(context, name))
    actions = tuple(_actions(context, name))
    end = context.case.status.current.not_after
    return GuideView(
        language=context.state.settings.language,
        procedure=Phrase(context.procedure.title),
        holder=context.case.lineage.holder,
        headline=say(context, f"guide.{name}"),
        body=say(
            context, f"guide.{name}.body", date=end, told=earlier(end, first_notice(context.state.settings.notices))
        ),
        alert=obstacle(context, shown),
        reader=shown,
        reader_words=reader_words(context.state, context, shown),
        primary=workflow_action(ActionKind.FINISH) if name in {"finished", "tidied"} else None,
        answers=answers,
        actions=actions,
        timeline=timeline(context),
        cases=tuple(selections(context)),
    )


def may_clean_up(context: GuideContext) -> bool:
    """Return whether the old certificate may still be in the account.

    That is so after a workflow has ended, until the clean-up.
    """
    progress = context.progress
    ended = progress is not None and progress.finished is not None and progress.workflow is not WorkflowKind.CLEAN_UP
    return ended and context.roles.old is not None and WorkflowKind.CLEAN_UP in context.procedure.workflows


def _name(context: GuideContext) -> str:
    """Return the name of the page, which its texts begin with."""
    status, progress = context.case.status, context.progress
    if status.question is not None:
        return f"ask.{status.question}"
    if progress is not None and progress.finished and not progress.closed:
        return "tidied" if progress.workflow is WorkflowKind.CLEAN_UP else "finished"
    if len(context.case.lineage.entries) == 1 and not status.current.key.claims & {Claim.WORKS, Claim.REPLACES}:
        return ONE_KEY
    return "well"


def _answers(context: GuideContext, name: str) -> Iterator[Action[Sentence]]:
    """Yield the large answers of a question."""
    match context.case.status.question:
        case None if name == ONE_KEY:
            yield claim_action(context, Claim.WORKS, label="guide.one.works", detail="guide.one.works.detail")
            yield claim_action(context, Claim.REPLACES, label="guide.one.replaces", detail="guide.one.replaces.detail")
            lost = (Claim.REPLACES, Claim.OLD_LOST)
            yield claim_action(context, *lost, label="guide.one.old_lost", detail="guide.one.old_lost.detail")
        case Question.OLD_KEY:
            yield claim_action(context, Claim.OLD_LOST, label="guide.one.old_lost", detail="guide.one.old_lost.detail")
            yield claim_action(context, Claim.WORKS, label="guide.one.works", detail="guide.one.works.detail")
        case Question.IN_USE:
            yield claim_action(context, Claim.WORKS, label="guide.use.works", detail="guide.use.works.detail")
            yield claim_action(context, Claim.NEW, label="guide.use.new", detail="guide.use.new.detail")


def _actions(context: GuideContext, name: str) -> Iterator[Action[Sentence]]:
    if may_clean_up(context):
        yield workflow_action(ActionKind.CLEAN_UP)
        yield workflow_action(ActionKind.NOT_NEEDED)
    if name == "well" and not context.case.status.superseded:
        yield claim_action(context, Claim.REPLACES)
