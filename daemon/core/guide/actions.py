"""What the user can do on a page of the guide.

A step in the browser is never offered with the wrong card inserted.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from config.i18n.text import Phrase, Sentence, text
from config.values import replace
from config.workflows import UNLAUNCHED, Destination, Ends, KnownProblem, Step, WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.due_notices import SNOOZE
from daemon.core.expiry import later
from daemon.core.guide.changed_answers import changed_answers
from daemon.core.guide.context import GuideContext, key_to_register
from daemon.core.guide.sentences import fill_text, fill_wording, holder_label
from daemon.core.holders import holder_name
from daemon.core.key_names import procedure_words
from daemon.core.model import ABOUT_THE_OTHER_KEY, Claim, KeyId
from daemon.core.renewal import Question
from daemon.core.troubles import Trouble
from daemon.core.views.guide import Action, ActionRank, ProblemEntry, SavedFile
from daemon.core.views.report import Reason
from daemon.core.workflows.progress import PREPARED
from daemon.core.workflows.workflow import since

FINAL_CLAIMS = {  # the claim about the new key that ends a workflow
    WorkflowKind.ACTIVATE: Claim.ACTIVATED,
    WorkflowKind.ADD_WITH_OLD: Claim.WORKS,
    WorkflowKind.ASSOCIATE_NEW: Claim.WORKS,
    WorkflowKind.RENEW: Claim.WORKS,
}
MAX_SELECTIONS = 50
MAX_PROBLEMS = 3
CARD_ENDS = {Ends.CERTIFICATE_SEEN, Ends.ACTIVATED}  # reading a card again may end such a step
RARE = {ActionKind.PUT_OFF, ActionKind.RESTART, ActionKind.ABANDON, ActionKind.NOT_NEEDED, ActionKind.ASK}
WORKFLOW_LABELS = {
    ActionKind.CHECK: "guide.check",
    ActionKind.CALENDAR: "guide.calendar",
    ActionKind.PUT_OFF: "guide.put_off",
    ActionKind.RESTART: "guide.restart",
    ActionKind.ABANDON: "guide.abandon",
    ActionKind.FINISH: "guide.finish",
    ActionKind.CLEAN_UP: "guide.clean_up",
    ActionKind.NOT_NEEDED: "guide.not_needed",
    ActionKind.DISMISS: "guide.dismiss",
    ActionKind.END: "guide.go_on",
}
CLAIM_LABELS = {
    Claim.WORKS: "guide.state.works",
    Claim.NEW: "guide.state.new",
    Claim.REPLACES: "guide.state.replaces",
    Claim.OLD_LOST: "guide.state.old_lost",
    Claim.TRY_OLD: "guide.try_old",
    Claim.ACTIVATED: "guide.state.activated",
    Claim.UNUSED: "guide.state.unused",
    Claim.RENEWED: "guide.state.renewed",
    Claim.TWO_KEYS: "guide.state.two_keys",
}
DONE_LABELS = {Ends.CONFIRMED: "guide.done", Ends.LAUNCHED: "guide.done_myself"}
OPEN_LABELS = {
    Destination.PLATFORM: "guide.open.platform",
    Destination.ORDER_PAGE: "guide.open.order_page",
    Destination.TOOL: "guide.open.tool",
    Destination.SUPPORT_MAIL: "guide.open.support_mail",
}


def likely_action(
    context: GuideContext, opened: Iterable[Action[Sentence]], primary: Action[Sentence] | None
) -> ActionId | None:
    """Return the likely next action: to open something, then to end."""
    to_open = next(iter(opened), None)
    if _is_opened(context):
        to_open = None
    likely = to_open or primary
    return likely.id if likely else None


def workflow_actions(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield the possible claims, and the actions on the whole workflow."""
    yield from _go_back(context)
    if context.step and (context.step.ends in CARD_ENDS or not context.cards.sure):
        yield workflow_action(ActionKind.CHECK)
    yield from ask_actions(context)
    if context.case.path is None:
        yield workflow_action(ActionKind.NOT_NEEDED)
        return
    if not _is_snoozed(context):
        yield workflow_action(ActionKind.PUT_OFF)
    if context.progress and context.progress.done:
        yield workflow_action(ActionKind.RESTART)
    yield workflow_action(ActionKind.ABANDON)


def known_problems(context: GuideContext) -> Iterator[ProblemEntry[Sentence]]:
    """Yield the known problems of the step, each with its action."""
    if context.workflow is None:
        return
    here = context.step.id if context.step else ""
    possible = (problem for problem in context.workflow.known_problems if not problem.steps or here in problem.steps)
    for problem in islice(possible, MAX_PROBLEMS):
        yield ProblemEntry(
            id=problem.id,
            title=fill_wording(context, problem.title),
            text=fill_wording(context, problem.text),
            action=_problem_action(context, problem),
        )


def selections(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield the other lineages to choose from.

    They are at most `MAX_SELECTIONS`, in the order of the assessment.
    """
    others = (case for case in context.assessment.cases if case.id != context.case.id)
    for case in islice(others, MAX_SELECTIONS):
        label = text("guide.case", holder=holder_label(case.lineage.holder), date=case.status.current.not_after)
        yield _action(ActionId(ActionKind.SELECT, case.id), label)


def claim_action(
    context: GuideContext, *claims: Claim, label: str | None = None, detail: str | None = None
) -> Action[Sentence]:
    """Return the action that makes these claims about the newest key.

    Without a label it has the usual one of the last claim.
    """
    label = label or CLAIM_LABELS[claims[-1]]
    action = _action(ActionId(ActionKind.STATE, claimed_key(context, claims[-1]), claims), fill_text(context, label))
    if detail is None:
        return action
    return replace(action, detail=fill_text(context, detail))


def claimed_key(context: GuideContext, claim: Claim) -> KeyId:
    """Return the key that a claim is about.

    It is the newest one, or the spare of it that was used. What was claimed of the old key keeps to one of them.
    """
    newest, used = context.case.status.newest, context.roles.new
    if used is None or claim not in {Claim.ACTIVATED, Claim.WORKS} or newest.key.claims & ABOUT_THE_OTHER_KEY:
        return newest.key.id
    return used.key.id


def ask_action(context: GuideContext, *claims: Claim) -> Action[Sentence]:
    """Return the action that asks whether these claims are true."""
    return _action(ActionId(ActionKind.ASK, claims=claims), fill_text(context, CLAIM_LABELS[claims[-1]]))


def go_back_action(step: str) -> Action[Sentence]:
    """Return the way back to a step."""
    return _action(ActionId(ActionKind.GO_BACK, step), text("guide.back"))


def take_back_action(claim: Claim, label: str = "guide.take_back") -> Action[Sentence]:
    """Return the action that unsays the claim which ended a path."""
    return _action(ActionId(ActionKind.TAKE_BACK, claims=(claim,)), text(label))


def workflow_action(kind: ActionKind) -> Action[Sentence]:
    """Return an action on the whole workflow."""
    return _action(ActionId(kind), text(WORKFLOW_LABELS[kind]))


def is_last(context: GuideContext, step: str) -> bool:
    """Return whether the workflow ends with this step."""
    return context.workflow is not None and context.workflow.steps[-1].id == step


def ask_actions(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield what only the user can know, wherever it may be true.

    Each asks first.
    """
    path = context.case.path
    yield from changed_answers(context)
    if context.case.status.question is Question.IN_USE:
        yield ask_action(context, Claim.NEW)
    if path is not None and path.kind is WorkflowKind.ORDER:
        yield ask_action(context, Claim.UNUSED)
    if path is None or path.new_fingerprint is None:
        return
    if path.kind is WorkflowKind.ACTIVATE:
        yield ask_action(context, Claim.ACTIVATED)
    if not context.case.status.newest.never_logs_in:
        yield ask_action(context, Claim.WORKS)
    if path.why is Reason.OLD_ENDS:
        yield claim_action(context, Claim.TRY_OLD)
    if WorkflowKind.ADD_WITH_OLD in {path.kind, path.then} and path.old_fingerprint is not None:
        yield ask_action(context, Claim.OLD_LOST)


def openings(context: GuideContext, step: Step) -> Iterator[Action[Sentence]]:
    """Yield what the step opens or copies.

    The platform is offered only while the right card is known to be inserted.
    """
    right_card = context.cards.sure and context.cards.ready(step.needs)
    for destination in step.offers:
        if destination in UNLAUNCHED:
            yield from _taken(context, destination)
        elif right_card or destination is not Destination.PLATFORM:
            yield _open_action(context, destination)


def _open_action(context: GuideContext, destination: Destination) -> Action[Sentence]:
    """Return the action that opens a destination.

    A letter's text can be copied as well: a mail program may open without it.
    """
    label = fill_text(context, _open_label(context, destination), procedure=procedure_words(context.procedure))
    action = _action(ActionId(ActionKind.OPEN, destination), label)
    letter = context.procedure.letter
    if destination is not Destination.SUPPORT_MAIL or letter is None:
        return action
    certificate = key_to_register(context.case, context.roles).seen.certificate
    filled = (("holder", holder_name(certificate)), ("serial", certificate.serial_hex))
    return replace(action, copy=Phrase(letter.body, filled))


def _open_label(context: GuideContext, destination: Destination) -> str:
    """Return the id of a button's words.

    Where a procedure renews or registers by the page of its orders, nothing is ordered there: the step names the page.
    """
    failed = context.state.failed_launches.get((context.procedure.id, destination))
    if failed is not None and failed.trouble is Trouble.TOOL_MISSING:
        return "guide.open.missing_tool"
    ordering = context.workflow is None or context.workflow.kind is WorkflowKind.ORDER
    if destination is Destination.ORDER_PAGE and not ordering:
        return "guide.open.page"
    return OPEN_LABELS[destination]


def _taken(context: GuideContext, destination: Destination) -> Iterator[Action[Sentence]]:
    """Yield what copies the serial number, or saves the certificate.

    A certificate that an earlier version read was not kept. It is, once its key is plugged in again.
    """
    if context.roles.new is None:
        return
    certificate = context.roles.new.seen.certificate
    if destination is Destination.SERIAL:
        action = _action(ActionId(ActionKind.COPY, Destination.SERIAL), text("guide.copy.serial"))
        yield replace(action, copy=certificate.serial_hex.upper())
    elif certificate.der:
        file = SavedFile(name=f"{context.procedure.id}-{certificate.fingerprint[:8]}.cer", content=certificate.der)
        action = _action(ActionId(ActionKind.SAVE, Destination.CERTIFICATE), text("guide.save.certificate"))
        yield replace(action, file=file)


def endings(context: GuideContext, step: Step) -> Iterator[Action[Sentence]]:
    """Yield how the user ends a step.

    That includes a step that opening a page ends: the user may have opened it alone.
    """
    if not context.cards.ready(step.needs):
        return
    if step.ends is Ends.ACTIVATED and not context.roles.blank:
        activated = claim_action(context, Claim.ACTIVATED)
        yield replace(activated, label=_done_label(context, step) or activated.label)
    if step.ends in DONE_LABELS:
        yield _end_action(context, step)


def _end_action(context: GuideContext, step: Step) -> Action[Sentence]:
    """Return the action that ends a step by hand.

    At the last step of a blank token it is a check: only its certificate can end that step.
    """
    if context.roles.blank and is_last(context, step.id):
        return workflow_action(ActionKind.CHECK)
    label = _done_label(context, step) or text(DONE_LABELS[step.ends])
    return _action(ActionId(ActionKind.END, step.id), label)


def _done_label(context: GuideContext, step: Step) -> Sentence | None:
    """Return the procedure's own label for "done"."""
    if step.done is None:
        return None
    return fill_wording(context, step.done)


def _go_back(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield the way back to the last step that the user ended."""
    if context.workflow is None or context.progress is None:
        return
    done = [step for step in context.workflow.steps if step.id in context.progress.done]
    if done:
        yield go_back_action(done[-1].id)
    elif PREPARED in context.progress.done:
        yield go_back_action(PREPARED)


def _problem_action(context: GuideContext, problem: KnownProblem) -> Action[Sentence] | None:
    """Return the way back that a known problem advises.

    None where none of those steps is done.
    """
    id_ = ActionId(ActionKind.SOLVE, problem.id)
    if problem.final:
        return _action(id_, text("guide.abandon"))
    if context.workflow is None or context.progress is None or problem.back_to is None:
        return None
    done = context.progress.done
    if not any(step.id in done for step in since(context.workflow, problem.back_to)):
        return None
    return _action(id_, text("guide.again"))


def _is_opened(context: GuideContext) -> bool:
    """Return whether the user has opened what the step is about."""
    return bool(context.step and context.progress and context.progress.opened == context.step.id)


def _is_snoozed(context: GuideContext) -> bool:
    until = context.state.memory.snoozes.get(context.case.status.current.key.id)
    return until is not None and context.now < until <= later(context.now, SNOOZE)


def _action(id_: ActionId, label: Sentence) -> Action[Sentence]:
    if id_.kind in RARE:
        return Action(id=id_, label=label, rank=ActionRank.RARE)
    return Action(id=id_, label=label)
