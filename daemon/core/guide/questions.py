"""The questions that only the user can answer, each with its answers."""

from collections.abc import Callable, Iterator

from config.i18n.text import Sentence
from config.values import dataclass, replace
from config.workflows import Ends, WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.guide.actions import claim_action, go_back_action, workflow_action
from daemon.core.guide.changed_answers import holder_action
from daemon.core.guide.context import GuideContext
from daemon.core.guide.sentences import fill_text
from daemon.core.holder_questions import holders_in_doubt
from daemon.core.model import Claim
from daemon.core.renewal import Question
from daemon.core.views.guide import Action, GuideView

REGISTERING = {WorkflowKind.ADD_WITH_OLD, WorkflowKind.ASSOCIATE_NEW}
WORKS = ("guide.sure.works", "guide.sure.works.why", "guide.sure.works.yes")
END_QUESTIONS = {  # the question after the last step, why it is asked, and "yes"
    WorkflowKind.ADD_WITH_OLD: WORKS,
    WorkflowKind.ASSOCIATE_NEW: WORKS,
    WorkflowKind.RENEW: ("guide.sure.renewed", "guide.sure.renewed.why", "guide.sure.renewed.yes"),
}
BY_HAND = {Ends.CONFIRMED, Ends.LAUNCHED}
SURE = {  # the question about a claim, why it is asked, "yes" and "no"
    Claim.WORKS: ("guide.sure.works", "guide.sure.works.why", "guide.sure.works.yes", "guide.sure.works.no"),
    Claim.OLD_LOST: ("guide.sure.lost", "guide.sure.lost.why", "guide.sure.lost.yes", "guide.sure.lost.no"),
    Claim.UNUSED: ("guide.sure.unused", "guide.sure.unused.why", "guide.sure.unused.yes", "guide.sure.unused.no"),
    Claim.ACTIVATED: (
        *("guide.sure.activated", "guide.sure.activated.why"),
        *("guide.sure.activated.yes", "guide.sure.activated.no"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideQuestion:
    """One question to the user."""

    question: Sentence
    why: Sentence
    """Why it is asked, and what follows from the answers."""
    answers: tuple[Action[Sentence], ...]
    """The likeliest first."""


def with_question(page: GuideView[Sentence], question: GuideQuestion) -> GuideView[Sentence]:
    """Return the page with this question in place of its step."""
    ids = {answer.id for answer in question.answers}
    return replace(
        without_step(page),
        headline=question.question,
        body=question.why,
        answers=question.answers,
        actions=tuple(a for a in page.actions if a.id not in ids and a.id.kind is not ActionKind.ASK),
    )


def without_step(page: GuideView[Sentence]) -> GuideView[Sentence]:
    """Return the page without what is told and offered about its step."""
    return replace(
        page,
        eyebrow=None,
        why=None,
        at_hand=(),
        danger=None,
        notes=(),
        awaited=None,
        openings=(),
        primary=None,
        likely=None,
        known_problems=(),
    )


def open_question(context: GuideContext) -> GuideQuestion | None:
    """Return the question that comes before anything else on this lineage's page.

    None where nothing is to be asked.
    """
    return next(filter(None, (ask(context) for ask in QUESTIONS)), None)


def _confirm_claim(context: GuideContext) -> GuideQuestion | None:
    """Ask whether a claim is true before it counts."""
    asked = context.state.asked
    if asked is None or asked[0] != context.case.id:
        return None
    if asked[1][-1] not in SURE:
        return _one_key(context)
    if context.state.revoking:
        return _revoke_first(context, asked[1])
    question, why, yes, no = SURE[asked[1][-1]]
    return GuideQuestion(
        question=fill_text(context, question),
        why=fill_text(context, why),
        answers=(
            *_lost_or_stolen(context, asked[1]),
            claim_action(context, *asked[1], label=yes),
            replace(workflow_action(ActionKind.DISMISS), label=fill_text(context, no)),
        ),
    )


def _lost_or_stolen(context: GuideContext, claims: tuple[Claim, ...]) -> Iterator[Action[Sentence]]:
    """Yield the answer that leads to the revocation first."""
    if claims[-1] is Claim.OLD_LOST:
        yield Action(id=ActionId(ActionKind.REVOKE, claims=claims), label=fill_text(context, "guide.sure.lost.stolen"))


def _revoke_first(context: GuideContext, claims: tuple[Claim, ...]) -> GuideQuestion:
    """Say what to do about a key that is lost or stolen."""
    return GuideQuestion(
        question=fill_text(context, "guide.revoke"),
        why=fill_text(context, "guide.revoke.why"),
        answers=(
            claim_action(context, *claims, label="guide.revoke.yes"),
            replace(workflow_action(ActionKind.DISMISS), label=fill_text(context, "guide.revoke.no")),
        ),
    )


def _one_holder(context: GuideContext) -> GuideQuestion | None:
    """Ask whether two keys are of one person."""
    doubt = context.case.doubt
    if doubt is None:
        return None
    return GuideQuestion(
        question=fill_text(context, "guide.ask.holder"),
        why=fill_text(context, "guide.ask.holder.body", **holders_in_doubt(doubt)),
        answers=(
            holder_action(ActionKind.SAME_HOLDER, doubt.pair),
            holder_action(ActionKind.OTHER_HOLDER, doubt.pair),
        ),
    )


def _has_worked(context: GuideContext) -> GuideQuestion | None:
    """Ask at the end whether the key or certificate works."""
    if context.workflow is None or context.workflow.kind not in END_QUESTIONS or context.step is not None:
        return None
    if context.roles.new is None or (context.progress is not None and context.progress.abandoned):
        return None
    question, why, yes = END_QUESTIONS[context.workflow.kind]
    return GuideQuestion(
        question=fill_text(context, question),
        why=fill_text(context, why),
        answers=(
            claim_action(context, Claim.WORKS, label=yes),
            *_back_to_last_step(context),
        ),
    )


def _back_to_last_step(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield the answer that leads back to the last step."""
    if context.workflow is None or context.progress is None:
        return
    ended = [step for step in context.workflow.steps if step.id in context.progress.done and step.ends in BY_HAND]
    if ended:
        yield replace(go_back_action(ended[-1].id), label=fill_text(context, "guide.sure.works.no"))


def _in_use(context: GuideContext) -> GuideQuestion | None:
    if context.case.status.question is not Question.IN_USE or context.workflow is not None:
        return None
    return GuideQuestion(
        question=fill_text(context, "guide.ask.in_use"),
        why=_why(context, "guide.ask.in_use.body"),
        answers=(
            claim_action(context, Claim.WORKS, label="guide.use.works", detail="guide.use.works.detail"),
            claim_action(context, Claim.NEW, label="guide.use.new", detail="guide.use.new.detail"),
        ),
    )


def _old_key(context: GuideContext) -> GuideQuestion | None:
    if context.case.status.question is not Question.OLD_KEY or context.workflow is not None:
        return None
    return GuideQuestion(
        question=fill_text(context, "guide.ask.old_key"),
        why=_why(context, "guide.ask.old_key.body"),
        answers=(
            claim_action(context, Claim.OLD_LOST, label="guide.one.old_lost", detail="guide.one.old_lost.detail"),
            claim_action(context, Claim.WORKS, label="guide.one.works", detail="guide.one.works.detail"),
        ),
    )


def _same_key(context: GuideContext) -> GuideQuestion | None:
    """Ask whether a later certificate is on the same key."""
    renewed = context.case.status.current.renewed
    if context.case.status.question is not Question.SAME_KEY or renewed is None:
        return None
    old_end = renewed.certificate.not_after or context.case.status.current.not_after
    return GuideQuestion(
        question=fill_text(context, "guide.ask.same_key"),
        why=fill_text(context, "guide.ask.same_key.body", date=context.case.status.current.not_after, old_end=old_end),
        answers=(
            claim_action(context, Claim.RENEWED, detail="guide.state.renewed.detail"),
            claim_action(context, Claim.TWO_KEYS, detail="guide.state.two_keys.detail"),
        ),
    )


def _one_key(context: GuideContext) -> GuideQuestion:
    """Ask what the only known key is, where it is new."""
    lost = (Claim.REPLACES, Claim.OLD_LOST)
    return GuideQuestion(
        question=fill_text(context, "guide.ask.one_key"),
        why=_why(context, "guide.ask.one_key.body"),
        answers=(
            claim_action(context, Claim.WORKS, label="guide.one.works", detail="guide.one.works.detail"),
            claim_action(context, Claim.REPLACES, label="guide.one.replaces", detail="guide.one.replaces.detail"),
            claim_action(context, *lost, label="guide.one.old_lost", detail="guide.one.old_lost.detail"),
            workflow_action(ActionKind.DISMISS),
        ),
    )


def _why(context: GuideContext, id_: str) -> Sentence:
    return fill_text(context, id_, date=context.case.status.current.not_after)


QUESTIONS: tuple[Callable[[GuideContext], GuideQuestion | None], ...] = (
    _confirm_claim,
    _one_holder,
    _in_use,
    _old_key,
    _same_key,
    _has_worked,
)
"""In this order. The first that applies is asked."""
