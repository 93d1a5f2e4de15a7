"""The pages that are shown while no workflow is under way."""

from collections.abc import Iterable, Iterator
from enum import Enum, auto

from config.i18n.text import Phrase, Sentence, text
from config.instants import Instant, has_end
from config.settings import Procedure
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import Assessment
from daemon.core.expiry import earlier, expired, first_notice
from daemon.core.form_factor import FormFactor, form_factor
from daemon.core.guide.actions import ask_action, selections, take_back_action, workflow_action
from daemon.core.guide.changed_answers import changed_answers, parting
from daemon.core.guide.context import GuideContext
from daemon.core.guide.obstacles import obstacle, reader_status, reader_text, trouble_text
from daemon.core.guide.overview import office_contacts, with_overview
from daemon.core.guide.sentences import fill_text, holder_label
from daemon.core.guide.timeline import timeline
from daemon.core.guide.use_page import ask_use_action, with_use_question
from daemon.core.issuers import fitting_procedures, is_use_open
from daemon.core.key_names import key_words
from daemon.core.model import Certificate, Claim, Role
from daemon.core.notice_words import BODIES_BY_ROLE, PART_BODIES, span_words
from daemon.core.renewal import waits_until
from daemon.core.state import State
from daemon.core.use_questions import use_words
from daemon.core.views.guide import Action, ActionRank, GuideView
from daemon.core.views.report import CertificateStatus, Stage


class CalmPage(Enum):
    """Which page is shown where no workflow is under way."""

    FINISHED = auto()
    RENEWED = auto()
    TIDIED = auto()
    WAITING = auto()
    EARLY = auto()
    WELL = auto()


HEADLINES = {
    CalmPage.FINISHED: "guide.finished",
    CalmPage.RENEWED: "guide.renewed",
    CalmPage.TIDIED: "guide.tidied",
    CalmPage.WAITING: "guide.waiting",
    CalmPage.EARLY: "guide.well",
    CalmPage.WELL: "guide.well",
}
BODIES = {
    CalmPage.FINISHED: "guide.finished.body",
    CalmPage.RENEWED: "guide.well.body",
    CalmPage.TIDIED: "guide.tidied.body",
    CalmPage.WAITING: "guide.waiting.body",
    CalmPage.EARLY: "guide.early.body",
    CalmPage.WELL: "guide.well.body",
}
BODIES_WITHOUT_END = BODIES | {
    CalmPage.FINISHED: "guide.finished.no_end",
    CalmPage.RENEWED: "guide.well.no_end",
    CalmPage.WELL: "guide.well.no_end",
}
TAKE_BACKS = {CalmPage.FINISHED: "guide.take_back", CalmPage.RENEWED: "guide.take_back"}
"""How a path is taken back on the pages that say it is over."""
ENDING = {Stage.DUE, Stage.URGENT, Stage.EXPIRED}
NEW_KEY = text("guide.well.new")
"""What to do with a new key, on the page of one that is well."""
ENDS = {CalmPage.FINISHED, CalmPage.RENEWED, CalmPage.TIDIED}
"""The pages of a workflow that is over."""


def empty_page(state: State, assessment: Assessment, now: Instant) -> GuideView[Sentence]:
    """Return the page for a user without a key of any procedure."""
    shown = reader_status(state, None)
    unsure = form_factor(state) is FormFactor.UNKNOWN
    counting = [c for c in assessment.certificates if c.usable_until and c.stage is not Stage.SUPERSEDED]
    plain = next(iter(counting), None)
    page = GuideView(
        language=state.settings.language,
        headline=text("guide.empty.unsure" if unsure else "guide.empty"),
        body=text("guide.empty.body"),
        alert=trouble_text(state, shown),
        reader=shown,
        reader_words=reader_text(state, None, shown),
        actions=(workflow_action(ActionKind.CHECK),),
        contacts=tuple(office_contacts(state)),
    )
    if plain is None or plain.usable_until is None:
        return page
    holder = holder_label(plain.holder)
    end = (assessment.login_beside(plain) or plain).usable_until or plain.usable_until
    certificate = state.memory.certificates[plain.fingerprint_sha256].certificate
    asks = [replace(ask, rank=ActionRank.USUAL) for ask in [ask_use_action(state, certificate)] if ask]
    page = replace(
        page,
        actions=(*page.actions, *asks),
        headline=text("guide.plain"),
        body=text(_plain_body({line.role for line in counting}, end), holder=holder, date=end),
        notes=(*_parts([plain], assessment, None, now), *_open_use(state, certificate)),
    )
    waiting = next(_of_open_use(state, counting), None)
    if waiting is None:
        return page
    return with_use_question(page, state, waiting)


def _open_use(state: State, certificate: Certificate) -> Iterator[Sentence]:
    """Yield what a known issuer's key is asked, while that is open."""
    procedures = state.settings.procedures
    if fitting_procedures(certificate, procedures) and is_use_open(certificate, procedures, state.memory.assignments):
        yield use_words(None)


def _of_open_use(state: State, lines: Iterable[CertificateStatus]) -> Iterator[Certificate]:
    """Yield the due certificates whose renewal waits for what they are for."""
    due = (state.memory.certificates[line.fingerprint_sha256].certificate for line in lines if line.stage in ENDING)
    yield from (certificate for certificate in due if any(_open_use(state, certificate)))


def _plain_body(roles: set[Role], end: Instant) -> str:
    if roles == {Role.OTHER}:
        return "guide.plain.other"
    return "guide.plain.body" if has_end(end) else "guide.plain.no_end"


def calm_page(context: GuideContext) -> GuideView[Sentence]:
    """Return the page of an end, or of calm."""
    shown = reader_status(context.state, context)
    page = _which_page(context)
    end = context.case.status.current.not_after
    bodies = BODIES if has_end(end) else BODIES_WITHOUT_END
    lines = context.assessment.watched(context.case.status.current.key)
    told = earlier(end, first_notice(context.state.settings.notices_of(context.procedure)))
    span = span_words(end, context.now)
    view = GuideView(
        language=context.state.settings.language,
        procedure=Phrase(context.procedure.title),
        holder=context.case.lineage.holder,
        headline=fill_text(context, HEADLINES[page], key=key_words(context.procedure), date=end),
        body=fill_text(context, bodies[page], date=end, told=told, begins=_waits_until(context) or end, span=span),
        alert=obstacle(context, shown),
        reader=shown,
        reader_words=reader_text(context.state, context, shown),
        notes=(*_parts(lines, context.assessment, context.procedure, context.now), *_notes(page)),
        openings=tuple(_calendar(page, end)),
        primary=_primary(page),
        likely=ActionId(ActionKind.FINISH) if _primary(page) else None,
        actions=tuple(_actions(context, page)),
        timeline=timeline(context),
        cases=tuple(selections(context)),
    )
    return with_overview(context, view, finished=page not in {CalmPage.WELL, CalmPage.EARLY})


def may_clean_up(context: GuideContext) -> bool:
    """Return whether the old certificate may still be in the account.

    That is so after a workflow has ended, until the clean-up.
    """
    progress = context.progress
    ended = progress is not None and progress.finished is not None and progress.workflow is not WorkflowKind.CLEAN_UP
    return ended and context.roles.old is not None and WorkflowKind.CLEAN_UP in context.procedure.workflows


def _which_page(context: GuideContext) -> CalmPage:
    progress = context.progress
    if progress is not None and progress.finished and not progress.closed:
        return _last_page(context, progress.workflow)
    if waits_until(context.case.status, context.now) is not None:
        return CalmPage.WAITING
    return CalmPage.WELL if _waits_until(context) is None else CalmPage.EARLY


def _waits_until(context: GuideContext) -> Instant | None:
    """Return when a certificate begins, or when the renewal opens."""
    moments = (waits_until(context.case.status, context.now), context.case.opens)
    return next((moment for moment in moments if moment is not None and moment > context.now), None)


def _last_page(context: GuideContext, workflow: WorkflowKind) -> CalmPage:
    if workflow is WorkflowKind.CLEAN_UP:
        return CalmPage.TIDIED
    return CalmPage.FINISHED if context.case.status.current.renewed is None else CalmPage.RENEWED


def _calendar(page: CalmPage, end: Instant) -> Iterator[Action[Sentence]]:
    """Yield the offer to put the dates into a calendar."""
    if page in {CalmPage.WELL, CalmPage.FINISHED} and has_end(end):
        yield workflow_action(ActionKind.CALENDAR)


def _parts(
    lines: Iterable[CertificateStatus], assessment: Assessment, procedure: Procedure | None, now: Instant
) -> Iterator[Sentence]:
    """Yield what ends, or has ended, before the login of its key."""
    for line in lines:
        if line.usable_until is not None and line.stage in ENDING and assessment.login_beside(line) is not None:
            bodies = PART_BODIES if procedure is None else BODIES_BY_ROLE[line.role]
            key = key_words(procedure)
            yield text(bodies[expired(line.usable_until, now)], key=key, date=line.usable_until)


def _notes(page: CalmPage) -> Iterator[Sentence]:
    """Yield what to know about the other key."""
    if page is CalmPage.FINISHED:
        yield text("guide.calendar.renewed")
    if page is CalmPage.WELL:
        yield NEW_KEY


def _primary(page: CalmPage) -> Action[Sentence] | None:
    if page in ENDS:
        return workflow_action(ActionKind.FINISH)
    return None


def _actions(context: GuideContext, page: CalmPage) -> Iterator[Action[Sentence]]:
    yield from changed_answers(context)
    yield from parting(context)
    yield from _take_backs(context, page)
    if may_clean_up(context):
        yield workflow_action(ActionKind.CLEAN_UP)
        yield workflow_action(ActionKind.NOT_NEEDED)
    is_alone = not context.case.status.superseded and not context.case.status.current.never_logs_in
    if page in {CalmPage.WELL, CalmPage.EARLY} and is_alone:
        yield ask_action(context, Claim.REPLACES)


def _take_backs(context: GuideContext, page: CalmPage) -> Iterator[Action[Sentence]]:
    """Yield what takes back the end of a path.

    That is so until the old key has expired, and as long as the page says that all is done.
    """
    old = context.roles.old
    is_old_valid = old is not None and context.now < old.not_after
    if page is CalmPage.TIDIED and is_old_valid:
        yield replace(workflow_action(ActionKind.CLEAN_UP), label=text("guide.take_back"))
    if Claim.WORKS in context.case.status.newest.key.claims and (page in TAKE_BACKS or is_old_valid):
        yield take_back_action(Claim.WORKS, TAKE_BACKS.get(page, "guide.take_back.later"))
