"""The guide's question what a key is for."""

from collections.abc import Iterator

from config.i18n.text import Phrase, Sentence, text
from config.settings import NO_PROCEDURE, UNKNOWN_USE, Settings
from config.values import replace
from config.workflows import UNLAUNCHED, Step
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.commands import AssignProcedure
from daemon.core.dedup_keys import LaunchKey
from daemon.core.guide.actions import workflow_action
from daemon.core.guide.context import GuideContext
from daemon.core.guide.questions import without_step
from daemon.core.issuers import fitting_procedures, is_use_open, possible_uses, procedure_of
from daemon.core.model import Assignments, Certificate, Fingerprint
from daemon.core.state import State
from daemon.core.use_questions import issuer_facts, use_words
from daemon.core.views.guide import Action, ActionRank, GuideView

BETWEEN = "@"
ISSUER = "issuer"  # what is copied
ABOUT_THE_WAY = {
    ActionKind.ASK,
    ActionKind.ASK_USE,
    ActionKind.ABANDON,
    ActionKind.RESTART,
    ActionKind.MESSAGE,
    ActionKind.PUT_OFF,
}
"""Actions that wait until it is known what the key is for."""


def with_use_question(page: GuideView[Sentence], state: State, certificate: Certificate) -> GuideView[Sentence]:
    """Return the page with the question what a key is for."""
    procedures = state.settings.procedures
    assumed = procedure_of(certificate, procedures, state.memory.assignments)
    why, likely = text("use.why.several" if fitting_procedures(certificate, procedures) else "use.why"), None
    answers = tuple(_answers(state, certificate))
    if assumed is not None:
        why, likely = text("use.why.assumed", procedure=Phrase(assumed.title)), answers[0].id
    return replace(
        without_step(page),
        headline=text("use.question"),
        body=why,
        steps=(),
        phases=(),
        outline=(),
        answers=answers,
        likely=likely,
        actions=tuple(_others(state, page, certificate)),
    )


def ask_use_action(state: State, certificate: Certificate) -> Action[Sentence] | None:
    """Return the action that asks what a key is for.

    None where that is sure and was never answered.
    """
    return use_action(certificate, state.settings, state.memory.assignments)


def use_action(certificate: Certificate, settings: Settings, assignments: Assignments) -> Action[Sentence] | None:
    """Return the same for what the user has answered."""
    is_open = is_use_open(certificate, settings.procedures, assignments)
    if not is_open and certificate.fingerprint not in assignments:
        return None
    labels = {True: "use.question", False: "use.change"}
    id_ = ActionId(ActionKind.ASK_USE, certificate.fingerprint)
    return Action(id=id_, label=text(labels[is_open]), rank=ActionRank.RARE)


def asked_certificate(state: State) -> Certificate | None:
    """Return the certificate whose use the user wants to say."""
    if state.asked_use is None or state.asked_use not in state.memory.certificates:
        return None
    return state.memory.certificates[state.asked_use].certificate


def asks_before_launch(context: GuideContext) -> bool:
    """Return whether the use is to be asked before anything is launched.

    Once something of the workflow was launched, the question is a line only.
    """
    if context.step is None or not _launches(context.step) or _has_launched(context):
        return False
    return is_case_open(context)


def is_case_open(context: GuideContext) -> bool:
    """Return whether the use of the lineage shown is an open question."""
    certificate = context.case.status.newest.seen.certificate
    return is_use_open(certificate, context.state.settings.procedures, context.state.memory.assignments)


def use_line(context: GuideContext) -> Sentence:
    """Return the open question as a line of a page."""
    return use_words(context.procedure)


def read_answer(action: ActionId) -> AssignProcedure:
    """Return what the user says by an answer."""
    answer, _, fingerprint = (action.subject or "").rpartition(BETWEEN)
    return AssignProcedure.by_answer(answer, Fingerprint(fingerprint))


def _answers(state: State, certificate: Certificate) -> Iterator[Action[Sentence]]:
    known = state.settings.procedures
    assumed = procedure_of(certificate, known, state.memory.assignments)
    uses = sorted(possible_uses(certificate, known), key=lambda procedure: procedure is not assumed)
    for procedure in uses:
        yield _answer(procedure.id, certificate, Phrase(procedure.title))
    if all(procedure.issuers for procedure in uses):
        yield _answer(NO_PROCEDURE, certificate, text("use.other"))
    yield _answer(UNKNOWN_USE, certificate, text("use.unknown"))


def _answer(answer: str, certificate: Certificate, label: Sentence) -> Action[Sentence]:
    return Action(id=ActionId(ActionKind.USE, f"{answer}{BETWEEN}{certificate.fingerprint}"), label=label)


def _others(state: State, page: GuideView[Sentence], certificate: Certificate) -> Iterator[Action[Sentence]]:
    if state.asked_use is not None:
        yield workflow_action(ActionKind.DISMISS)
    copied = ActionId(ActionKind.COPY, ISSUER)
    yield Action(id=copied, label=text("use.copy"), copy=issuer_facts(certificate), rank=ActionRank.RARE)
    yield from (action for action in page.actions if action.id.kind not in ABOUT_THE_WAY)


def _launches(step: Step) -> bool:
    return any(destination not in UNLAUNCHED for destination in step.offers)


def _has_launched(context: GuideContext) -> bool:
    """Return whether a page or the tool was opened for this lineage."""
    progress, workflow = context.progress, context.workflow
    if str(LaunchKey(context.case.id)) in context.state.memory.delivered:
        return True
    if progress is None or workflow is None:
        return False
    return bool(progress.opened) or any(step.id in progress.done for step in workflow.steps if _launches(step))
