"""What the person can do on a page of the guide; a step of the browser never with the wrong card in."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from config.i18n.text import Sentence, text
from config.workflows import Ends, KnownProblem, Offer, WorkflowKind
from daemon.core.destination import Destination
from daemon.core.due_notices import SNOOZE
from daemon.core.expiry import later
from daemon.core.guide.context import GuideContext
from daemon.core.guide.words import holder_words, phrase, say
from daemon.core.model import Claim
from daemon.core.renewal import Question
from daemon.core.views.guide import (
    Action,
    Copying,
    Does,
    Ending,
    GoingBack,
    Handling,
    Opening,
    ProblemEntry,
    Selecting,
    Stating,
)
from daemon.core.views.report import PathKind
from daemon.core.workflows.workflow import since

LEADS_TO = {
    Offer.PLATFORM: Destination.PLATFORM,
    Offer.ORDER_PAGE: Destination.ORDER_PAGE,
    Offer.TOOL: Destination.TOOL,
    Offer.MAIL: Destination.SUPPORT_MAIL,
}
FINAL_CLAIMS = {  # what the end of a course says of the new key
    WorkflowKind.ACTIVATE: Claim.ACTIVATED,
    WorkflowKind.ADD_WITH_OLD: Claim.WORKS,
    WorkflowKind.ASSOCIATE_NEW: Claim.WORKS,
}
LINES_AT_MOST = 50
AWAITED = {Ends.CERTIFICATE_SEEN, Ends.ACTIVATED}


def step_actions(context: GuideContext) -> Iterator[Action]:
    """Yield what the step of the moment offers, the one thing to do first; nothing while a card is awaited."""
    step = context.step
    if step is None or context.progress is None:
        return
    openings = [*_openings(context)]
    endings = [*_endings(context)]
    yield from endings + openings if context.progress.opened == step.id else openings + endings


def workflow_actions(context: GuideContext) -> Iterator[Action]:
    """Yield what can be said, and done with the whole course."""
    yield from _back(context)
    if context.step and (context.step.ends in AWAITED or not context.positions.sure):
        yield handling(Handling.CHECK)
    yield from statements(context)
    if context.case.path is not None:
        if not _rests(context):
            yield handling(Handling.PUT_OFF)
        if context.progress and context.progress.done:
            yield handling(Handling.RESTART)
        yield handling(Handling.ABANDON)
    else:
        yield handling(Handling.NOT_NEEDED)


def known_problems(context: GuideContext) -> Iterator[ProblemEntry]:
    """Yield the known refusals of the course, each with the way back to the right step."""
    for known_problem in context.workflow.known_problems if context.workflow else ():
        yield ProblemEntry(
            id=known_problem.id,
            title=phrase(context, known_problem.title),
            text=phrase(context, known_problem.text),
            action=_problem_action(context, known_problem),
        )


def selections(context: GuideContext) -> Iterator[Action]:
    """Yield the other lines, as many as a person can choose from; a key that is put in comes first."""
    others = (case for case in context.assessment.cases if case.id != context.case.id)
    for case in islice(others, LINES_AT_MOST):
        label = text("guide.case", holder=holder_words(case.lineage.holder), date=case.status.current.not_after)
        yield Action(id=f"select:{case.id}", label=label, does=Selecting(case.id))


def stating(context: GuideContext, *claims: Claim, label: str = "", detail: str = "") -> Action:
    """Make the action that says this of the newest key; the last claim names it."""
    name = claims[-1]
    return Action(
        id=f"state:{name}",
        label=say(context, label or f"guide.state.{name}"),
        does=Stating(context.case.id, claims),
        detail=say(context, detail) if detail else None,
    )


def handling(what: Handling) -> Action:
    """Make an action on the whole course."""
    return Action(id=what.value, label=text(f"guide.{what}"), does=what)


def is_last(context: GuideContext, step: str) -> bool:
    """Tell whether the course is at its end with this step."""
    return context.workflow is not None and context.workflow.steps[-1].id == step


def _openings(context: GuideContext) -> Iterator[Action]:
    step = context.step
    for offer in step.offers if step else ():
        if offer is Offer.SERIAL:
            if context.roles.new is not None:
                serial = context.roles.new.seen.certificate.serial_hex.upper()
                yield _action("copy:serial", text("guide.copy.serial"), Copying(serial))
        elif offer is not Offer.PLATFORM or (step and context.positions.sure and context.positions.ready(step.needs)):
            leads_to = LEADS_TO[offer]
            yield _action(f"open:{leads_to}", say(context, f"guide.open.{leads_to}"), Opening(leads_to))


def _endings(context: GuideContext) -> Iterator[Action]:
    """Yield the person's own word that a step is done; also where a page that should open by itself does not."""
    step = context.step
    if step is None or not context.positions.ready(step.needs):
        return
    if step.ends is Ends.ACTIVATED and not context.roles.blank:
        delivered = stating(context, Claim.ACTIVATED)
        yield replace(delivered, label=phrase(context, step.done)) if step.done else delivered
    if step.ends not in {Ends.SAID, Ends.LAUNCHED}:
        return
    if context.roles.blank and is_last(context, step.id):
        yield handling(Handling.CHECK)  # only its certificate can end this
        return
    usual = "guide.done" if step.ends is Ends.SAID else "guide.done_myself"
    yield _action(f"end:{step.id}", phrase(context, step.done) if step.done else text(usual), Ending(step.id))


def _back(context: GuideContext) -> Iterator[Action]:
    done = context.progress.done if context.progress else {}
    last = next((s.id for s in reversed(context.workflow.steps if context.workflow else ()) if s.id in done), None)
    if last is not None:
        yield _action(f"back:{last}", text("guide.back"), GoingBack(last))


def statements(context: GuideContext) -> Iterator[Action]:
    """Yield what only the person can know, wherever it may be true."""
    path = context.case.path
    if context.case.status.question is Question.IN_USE:
        yield stating(context, Claim.NEW)
    if path is None or path.new_fingerprint is None:
        return
    if path.kind is PathKind.ACTIVATE:
        yield stating(context, Claim.ACTIVATED)
    yield stating(context, Claim.WORKS)
    old_counts = PathKind.ADD_WITH_OLD in {path.kind, path.then}
    if old_counts and path.old_fingerprint is not None:
        yield stating(context, Claim.OLD_LOST)


def _problem_action(context: GuideContext, known_problem: KnownProblem) -> Action | None:
    if known_problem.final:
        return _action(f"help:{known_problem.id}", text("guide.abandon"), Handling.ABANDON)
    workflow, done = context.workflow, context.progress.done if context.progress else {}
    again = since(workflow, known_problem.back_to) if workflow and known_problem.back_to else ()
    if not any(step.id in done for step in again):
        return None
    return _action(f"help:{known_problem.id}", text("guide.again"), GoingBack(again[0].id))


def _rests(context: GuideContext) -> bool:
    until = context.state.memory.snoozes.get(context.case.status.current.key.id)
    return until is not None and context.now < until <= later(context.now, SNOOZE)


def _action(id_: str, label: Sentence, does: Does) -> Action:
    return Action(id=id_, label=label, does=does)
