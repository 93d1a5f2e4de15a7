"""Renders the page of the guide for one lineage."""

from collections.abc import Iterable, Iterator

from config.i18n.text import Phrase, Sentence, Text, text
from config.instants import Instant
from config.values import replace
from config.workflows import Destination, Ends, Step, WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.form_factor import FormFactor, form_factor
from daemon.core.guide.actions import (
    FINAL_CLAIMS,
    ask_actions,
    claim_action,
    endings,
    known_problems,
    likely_action,
    openings,
    selections,
    take_back_action,
    workflow_action,
    workflow_actions,
)
from daemon.core.guide.context import GuideContext, build_context, progress_id
from daemon.core.guide.idle_pages import NEW_KEY, calm_page, empty_page
from daemon.core.guide.message import message_actions
from daemon.core.guide.notes import notes
from daemon.core.guide.obstacles import failure, has_wrong_card, obstacle, reader_status, reader_text
from daemon.core.guide.overview import with_overview
from daemon.core.guide.papers import is_ticked, paper_actions, wants_papers
from daemon.core.guide.questions import REGISTERING, open_question, with_question
from daemon.core.guide.sentences import fill_text, fill_wording
from daemon.core.guide.settings import about, fields, findings, settings
from daemon.core.guide.timeline import timeline
from daemon.core.guide.use_page import (
    ask_use_action,
    asked_certificate,
    asks_before_launch,
    is_case_open,
    use_line,
    with_use_question,
)
from daemon.core.model import Claim, Fingerprint
from daemon.core.state import State
from daemon.core.views.guide import Action, GuideView, StepStatus, StepSummary
from daemon.core.views.report import Reason
from daemon.core.workflows.progress import PREPARED, deadline

MINUTE = 60  # seconds, and minutes of an hour
PATH_TITLES = {
    WorkflowKind.ORDER: "path.order",
    WorkflowKind.RENEW: "path.renew",
    WorkflowKind.ACTIVATE: "path.activate",
    WorkflowKind.ADD_WITH_OLD: "path.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "path.associate_new",
}
CONFIRMATIONS = {
    WorkflowKind.ORDER: "guide.confirm.order",
    WorkflowKind.RENEW: "guide.confirm.renew",
    WorkflowKind.ACTIVATE: "guide.confirm.activate",
    WorkflowKind.ADD_WITH_OLD: "guide.confirm.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "guide.confirm.associate_new",
    WorkflowKind.CLEAN_UP: "guide.confirm.clean_up",
}
PREPARATIONS = {
    WorkflowKind.ADD_WITH_OLD: ("guide.prepare.add_with_old", "guide.prepare.add_with_old.body"),
    WorkflowKind.ASSOCIATE_NEW: ("guide.prepare.associate_new", "guide.prepare.associate_new.body"),
}
UNCALM_BODIES = {
    "guide.well.body": "guide.well.asking",
    "guide.well.no_end": "guide.well.no_end.asking",
    "guide.early.body": "guide.early.asking",
    "guide.plain.no_end": "guide.plain.no_end.asking",
}
"""What replaces a body that says that there is nothing to do."""
CHANGES = {
    Reason.OLD_VALID: "guide.changed.add_with_old",
    Reason.LINK_MAILED: "guide.changed.add_with_old",
    Reason.OLD_ENDS: "guide.changed.associate_new",
    Reason.OLD_ENDED: "guide.changed.expired",
}


def render_guide(state: State, assessment: Assessment, now: Instant) -> GuideView[Sentence]:
    """Return the page of this moment."""
    return replace(
        _whole_page(state, assessment, now),
        on_card=form_factor(state) is FormFactor.CARD,
        settings=tuple(settings(state)),
        findings=findings(state),
        fields=tuple(fields(state)),
        about=tuple(about(state)),
    )


def _whole_page(state: State, assessment: Assessment, now: Instant) -> GuideView[Sentence]:
    case, asked = shown_case(state, assessment), asked_certificate(state)
    if case is None:
        page = _without_calm(empty_page(state, assessment, now))
        return with_use_question(page, state, asked) if asked else page
    context = build_context(state, assessment, case, now)
    page = _page(context)
    page = replace(page, notes=(*page.notes, *notes(context)))
    if asked:
        return with_use_question(page, state, asked)
    question = open_question(context)
    return _without_calm(_with_use(context, page)) if question is None else with_question(page, question)


def _without_calm(page: GuideView[Sentence]) -> GuideView[Sentence]:
    """Return the page without "nothing to do", where it asks something."""
    if not isinstance(page.body, Text) or page.body.id not in UNCALM_BODIES:
        return page
    asks = page.alert is not None or any(note != NEW_KEY for note in page.notes)
    return replace(page, body=replace(page.body, id=UNCALM_BODIES[page.body.id])) if asks else page


def _with_use(context: GuideContext, page: GuideView[Sentence]) -> GuideView[Sentence]:
    """Return the page with the question what the key is for.

    Before the first launch it takes the page, then it is a line.
    """
    certificate = context.case.status.newest.seen.certificate
    if asks_before_launch(context):
        return with_use_question(page, context.state, certificate)
    lines = (*page.notes, use_line(context)) if is_case_open(context) else page.notes
    asks = filter(None, [ask_use_action(context.state, certificate)])
    return replace(page, notes=lines, actions=(*page.actions, *asks))


def _page(context: GuideContext) -> GuideView[Sentence]:
    if context.case.path is None and context.workflow is None:
        return calm_page(context)
    if context.progress and context.progress.abandoned:
        return _abandoned_page(context)
    if wants_papers(context.case, context.progress):
        return _papers_page(context)
    if is_preparing(context):
        return _preparation_page(context)
    return _workflow_page(context)


def shown_case(state: State, assessment: Assessment) -> RenewalCase | None:
    """Return the case to show.

    In this order: the one that the user chose, one that was begun, one of an inserted key, the most pressing one. The
    inserted keys are the last known ones: a key that is being read again leaves the page to no other.
    """
    chosen = _chosen_case(state, assessment)
    if chosen is not None:
        return chosen
    return min(assessment.cases, key=lambda case: _rank(state, case), default=None)


def _rank(state: State, case: RenewalCase) -> tuple[bool, bool, Instant, Fingerprint]:
    current = case.status.current
    return not _is_begun(state, case), not _is_inserted(state, case), current.not_after, current.fingerprint


def _chosen_case(state: State, assessment: Assessment) -> RenewalCase | None:
    if not state.guide_case:
        return None
    return assessment.case_of(state.guide_case)


def _is_begun(state: State, case: RenewalCase) -> bool:
    if case.path is None:
        return False
    progress = state.memory.progress.get(progress_id(case))
    return progress is not None and bool(progress.done) and not progress.abandoned


def _is_inserted(state: State, case: RenewalCase) -> bool:
    return any(entry.key.id in state.cards.keys for entry in case.lineage.entries)


def _workflow_page(context: GuideContext) -> GuideView[Sentence]:
    """Return the page of the current step.

    After the last step, it is the page that asks whether the key works.
    """
    shown = reader_status(context.state, context)
    opened, ended = tuple(_openings(context)), [*_endings(context)]
    primary = next(iter(ended), None)
    page = GuideView(
        language=context.state.settings.language,
        procedure=Phrase(context.procedure.title),
        holder=context.case.lineage.holder,
        steps=tuple(_step_summaries(context)),
        headline=_headline(context),
        danger=_danger(context),
        body=_body(context),
        alert=obstacle(context, shown) or failure(context) or _change(context),
        wrong_key=has_wrong_card(context, shown),
        reader=shown,
        reader_words=reader_text(context.state, context, shown),
        openings=opened,
        primary=primary,
        likely=likely_action(context, opened, primary),
        notes=tuple(_about_labels(context)),
        actions=(*ended[1:], *_without(ended, workflow_actions(context)), *message_actions(context)),
        known_problems=tuple(known_problems(context)),
        timeline=timeline(context),
        cases=tuple(selections(context)),
    )
    return with_overview(context, _with_deadline(context, _with_workflow(context, page)))


def _papers_page(context: GuideContext) -> GuideView[Sentence]:
    """Return the page with the papers to tick before the order."""
    page = _page_before_steps(context, "guide.papers", "guide.papers.body")
    missing = (paper for paper in context.procedure.papers if not is_ticked(context.progress, paper))
    first = next((ActionId(ActionKind.TICK, paper.id) for paper in missing), page.likely)
    return replace(page, answers=tuple(paper_actions(context)), likely=first)


def _about_labels(context: GuideContext) -> Iterator[Sentence]:
    """Yield, while a new key is awaited, to label the old one.

    A renewal in place brings none.
    """
    if _kind(context) is WorkflowKind.RENEW:
        return
    if context.step is not None and context.step.ends is Ends.CERTIFICATE_SEEN:
        yield fill_text(context, "guide.label")


def _preparation_page(context: GuideContext) -> GuideView[Sentence]:
    """Return the page between the activation and the account.

    It says that it is not over, and what to have at hand.
    """
    headline, body = PREPARATIONS[_kind(context)]
    why = context.case.path.why if context.case.path is not None else None
    if why is Reason.OLD_ENDS:  # it is still valid
        body = "guide.prepare.associate_new.ends"
    if why is Reason.RENEWED:
        headline, body = "guide.prepare.renewed", "guide.prepare.renewed.body"
    page = _page_before_steps(context, headline, body)
    about_keys = (*_about_lost_key(context), *_about_old_key(context))
    page = replace(page, at_hand=tuple(_at_hand(context)), notes=about_keys)
    if Claim.ACTIVATED not in context.case.status.newest.key.claims:
        return page
    return replace(page, actions=(take_back_action(Claim.ACTIVATED, "guide.back"), *page.actions))


def _page_before_steps(context: GuideContext, headline: str, body: str) -> GuideView[Sentence]:
    """Return the page before the first step of a workflow."""
    shown = reader_status(context.state, context)
    primary = replace(workflow_action(ActionKind.END), id=ActionId(ActionKind.END, PREPARED))
    others = (action for action in workflow_actions(context) if action.id.kind is not ActionKind.CHECK)
    page = GuideView(
        language=context.state.settings.language,
        procedure=Phrase(context.procedure.title),
        holder=context.case.lineage.holder,
        steps=tuple(replace(step, status=StepStatus.AHEAD) for step in _step_summaries(context)),
        headline=fill_text(context, headline),
        body=fill_text(context, body),
        alert=_change(context),
        reader=shown,
        reader_words=reader_text(context.state, context, shown),
        primary=primary,
        likely=primary.id,
        actions=tuple(others),
        timeline=timeline(context),
        cases=tuple(selections(context)),
    )
    return with_overview(context, _with_workflow(context, page))


def _about_lost_key(context: GuideContext) -> Iterator[Sentence]:
    """Yield that the certificate of a lost key has to be revoked."""
    if Claim.OLD_LOST in context.case.status.newest.key.claims:
        yield fill_text(context, "guide.revoke.reminder")


def _about_old_key(context: GuideContext) -> Iterator[Sentence]:
    """Yield how to know the old key, and its last day."""
    if _kind(context) is WorkflowKind.ADD_WITH_OLD:
        yield fill_text(context, "guide.prepare.label")
        yield fill_text(context, "guide.prepare.still_valid")


def _at_hand(context: GuideContext) -> Iterator[Sentence]:
    """Yield what to have at hand before the account is opened."""
    with_old = _kind(context) is WorkflowKind.ADD_WITH_OLD
    yield text("guide.prepare.both_keys") if with_old else text("guide.prepare.new_key")
    steps = context.workflow.steps if context.workflow else ()
    if any(step.limit for step in steps):
        yield text("guide.prepare.link")
    elif any(Destination.SUPPORT_MAIL in step.offers for step in steps):
        yield text("guide.prepare.mail")
    yield text("guide.prepare.minutes")


def is_preparing(context: GuideContext) -> bool:
    """Return whether the activated key is not being registered yet.

    Putting the old key in begins step 2-A.
    """
    progress = context.progress
    if progress is None or context.workflow is None or context.workflow.kind not in REGISTERING:
        return False
    if progress.done or progress.lapsed or progress.left is not None:
        return False
    return context.workflow.kind is WorkflowKind.ASSOCIATE_NEW or not context.cards.old


def _abandoned_page(context: GuideContext) -> GuideView[Sentence]:
    shown = reader_status(context.state, context)
    return GuideView(
        language=context.state.settings.language,
        procedure=Phrase(context.procedure.title),
        holder=context.case.lineage.holder,
        headline=text("guide.abandoned"),
        body=fill_text(context, "guide.abandoned.body", date=context.case.status.current.not_after),
        reader=shown,
        reader_words=reader_text(context.state, context, shown),
        primary=workflow_action(ActionKind.RESTART),
        actions=tuple(ask_actions(context)),
        timeline=timeline(context),
        cases=tuple(selections(context)),
    )


def _with_workflow(context: GuideContext, page: GuideView[Sentence]) -> GuideView[Sentence]:
    """Return the page with the workflow and the reason for it."""
    path, workflow = context.case.path, context.workflow
    if path is not None:
        page = replace(page, workflow=path.kind, workflow_title=text(PATH_TITLES[path.kind]), why=path.reason)
    if workflow is not None:
        page = replace(page, workflow=workflow.kind, workflow_title=fill_wording(context, workflow.title))
    return page


def _with_deadline(context: GuideContext, page: GuideView[Sentence]) -> GuideView[Sentence]:
    """Return the page with the end of the limit that runs now."""
    if context.workflow is None or context.progress is None:
        return page
    running = deadline(context.workflow, context.progress)
    if running is None:
        return page
    _, until = running
    return replace(page, deadline=until, deadline_words=_deadline_words(until, context.now))


def _openings(context: GuideContext) -> Iterator[Action[Sentence]]:
    if context.step is not None and context.progress is not None:
        yield from openings(context, context.step)


def _endings(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield what ends the step, or the workflow.

    Nothing while a card is awaited.
    """
    if context.step is None:
        yield from _confirmations(context)
    elif context.progress is not None:
        yield from endings(context, context.step)


def _without(listed: Iterable[Action[Sentence]], actions: Iterable[Action[Sentence]]) -> Iterator[Action[Sentence]]:
    """Yield the actions that are not listed already."""
    ids = {action.id for action in listed}
    yield from (action for action in actions if action.id not in ids)


def _headline(context: GuideContext) -> Sentence:
    if context.step is not None:
        return fill_wording(context, context.step.title)
    if context.workflow is not None and context.case.path is None:
        return fill_wording(context, context.workflow.title)
    return text(PATH_TITLES[_kind(context)])


def _body(context: GuideContext) -> Sentence:
    if context.step is not None:
        return fill_wording(context, context.step.text)
    return fill_text(context, CONFIRMATIONS[_kind(context)])


def _danger(context: GuideContext) -> Sentence | None:
    """Return what the step may destroy, or what to mind."""
    words = (context.step.danger or context.step.caution) if context.step else None
    return fill_wording(context, words) if words else None


def _kind(context: GuideContext) -> WorkflowKind:
    if context.workflow is not None:
        return context.workflow.kind
    assert context.case.path is not None  # noqa: S101 - a page of a workflow has one or the other
    return context.case.path.kind


def _step_summaries(context: GuideContext) -> Iterator[StepSummary[Sentence]]:
    """Yield the steps of the workflow.

    All before the current one are done.
    """
    if context.workflow is None:
        return
    done = context.progress.done if context.progress else {}
    is_before = True
    for step in context.workflow.steps:
        is_before = is_before and step != context.step
        status = _step_status(context.step, step, is_done=is_before or step.id in done)
        yield StepSummary(id=step.id, title=fill_wording(context, step.title), status=status)


def _step_status(current: Step | None, step: Step, *, is_done: bool) -> StepStatus:
    if step == current:
        return StepStatus.CURRENT
    if is_done:
        return StepStatus.DONE
    return StepStatus.AHEAD


def _confirmations(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield what ends a workflow whose steps are all done."""
    workflow = context.workflow
    if workflow is None or workflow.kind not in FINAL_CLAIMS or context.roles.new is None:
        yield workflow_action(ActionKind.CHECK)
    else:
        yield claim_action(context, FINAL_CLAIMS[workflow.kind])


def _change(context: GuideContext) -> Sentence | None:
    """Return what has changed since the user began, if anything."""
    progress, path = context.progress, context.case.path
    if progress is None:
        return None
    if progress.lapsed:
        return fill_text(context, "guide.lapsed")
    if progress.left is None or path is None:
        return None
    if progress.link_until is not None and context.now < progress.link_until:
        return fill_text(context, "guide.changed.link", until=progress.link_until)
    if path.why not in CHANGES:
        return None
    return fill_text(context, CHANGES[path.why])


def _deadline_words(until: Instant, now: Instant) -> Sentence:
    minutes = max(0, int((until - now).total_seconds()) // MINUTE)
    return text("guide.deadline", hours=minutes // MINUTE, minutes=minutes % MINUTE, until=until)
