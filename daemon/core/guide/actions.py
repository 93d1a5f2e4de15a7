"""What the person can do on a page of the guide; a step of the browser never with the wrong card in."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from config.i18n.text import Sentence, text
from config.workflows import CourseKind, Ends, Offer, Refusal
from daemon.core.destination import Destination
from daemon.core.due_notices import SNOOZE
from daemon.core.expiry import later
from daemon.core.guide.context import Scene
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
    Help,
    Opening,
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
LAST_WORDS = {  # what the end of a course says of the new key
    CourseKind.ACTIVATE: Claim.ACTIVATED,
    CourseKind.ADD_WITH_OLD: Claim.WORKS,
    CourseKind.ASSOCIATE_NEW: Claim.WORKS,
}
LINES_AT_MOST = 50
AWAITED = {Ends.CERTIFICATE_SEEN, Ends.ACTIVATED}


def step_actions(scene: Scene) -> Iterator[Action]:
    """Yield what the step of the moment offers, the one thing to do first; nothing while a card is awaited."""
    step = scene.step
    if step is None or scene.progress is None:
        return
    openings = [*_openings(scene)]
    endings = [*_endings(scene)]
    yield from endings + openings if scene.progress.opened == step.id else openings + endings


def course_actions(scene: Scene) -> Iterator[Action]:
    """Yield what can be said, and done with the whole course."""
    yield from _back(scene)
    if scene.step and (scene.step.ends in AWAITED or not scene.place.sure):
        yield handling(Handling.CHECK)
    yield from statements(scene)
    if scene.case.path is not None:
        if not _rests(scene):
            yield handling(Handling.PUT_OFF)
        if scene.progress and scene.progress.done:
            yield handling(Handling.RESTART)
        yield handling(Handling.ABANDON)
    else:
        yield handling(Handling.NOT_NEEDED)


def helps(scene: Scene) -> Iterator[Help]:
    """Yield the known refusals of the course, each with the way back to the right step."""
    for refusal in scene.course.refusals if scene.course else ():
        yield Help(
            id=refusal.id,
            title=phrase(scene, refusal.title),
            text=phrase(scene, refusal.text),
            action=_help_action(scene, refusal),
        )


def selections(scene: Scene) -> Iterator[Action]:
    """Yield the other lines, as many as a person can choose from; a key that is put in comes first."""
    others = (case for case in scene.assessment.cases if case.id != scene.case.id)
    for case in islice(others, LINES_AT_MOST):
        label = text("guide.case", holder=holder_words(case.line.holder), date=case.stands.current.not_after)
        yield Action(id=f"select:{case.id}", label=label, does=Selecting(case.id))


def stating(scene: Scene, *claims: Claim, label: str = "", detail: str = "") -> Action:
    """Make the action that says this of the newest key; the last claim names it."""
    name = claims[-1]
    return Action(
        id=f"state:{name}",
        label=say(scene, label or f"guide.state.{name}"),
        does=Stating(scene.case.id, claims),
        detail=say(scene, detail) if detail else None,
    )


def handling(what: Handling) -> Action:
    """Make an action on the whole course."""
    return Action(id=what.value, label=text(f"guide.{what}"), does=what)


def is_last(scene: Scene, step: str) -> bool:
    """Tell whether the course is at its end with this step."""
    return scene.course is not None and scene.course.steps[-1].id == step


def _openings(scene: Scene) -> Iterator[Action]:
    step = scene.step
    for offer in step.offers if step else ():
        if offer is Offer.SERIAL:
            if scene.roles.new is not None:
                serial = scene.roles.new.seen.certificate.serial_hex.upper()
                yield _action("copy:serial", text("guide.copy.serial"), Copying(serial))
        elif offer is not Offer.PLATFORM or (step and scene.place.sure and scene.place.ready(step.needs)):
            leads_to = LEADS_TO[offer]
            yield _action(f"open:{leads_to}", say(scene, f"guide.open.{leads_to}"), Opening(leads_to))


def _endings(scene: Scene) -> Iterator[Action]:
    """Yield the person's own word that a step is done; also where a page that should open by itself does not."""
    step = scene.step
    if step is None or not scene.place.ready(step.needs):
        return
    if step.ends is Ends.ACTIVATED and not scene.roles.bare:
        delivered = stating(scene, Claim.ACTIVATED)
        yield replace(delivered, label=phrase(scene, step.done)) if step.done else delivered
    if step.ends not in {Ends.SAID, Ends.LAUNCHED}:
        return
    if scene.roles.bare and is_last(scene, step.id):
        yield handling(Handling.CHECK)  # only its certificate can end this
        return
    usual = "guide.done" if step.ends is Ends.SAID else "guide.done_myself"
    yield _action(f"end:{step.id}", phrase(scene, step.done) if step.done else text(usual), Ending(step.id))


def _back(scene: Scene) -> Iterator[Action]:
    done = scene.progress.done if scene.progress else {}
    last = next((s.id for s in reversed(scene.course.steps if scene.course else ()) if s.id in done), None)
    if last is not None:
        yield _action(f"back:{last}", text("guide.back"), GoingBack(last))


def statements(scene: Scene) -> Iterator[Action]:
    """Yield what only the person can know, wherever it may be true."""
    path = scene.case.path
    if scene.case.stands.question is Question.IN_USE:
        yield stating(scene, Claim.NEW)
    if path is None or path.new_fingerprint is None:
        return
    if path.kind is PathKind.ACTIVATE:
        yield stating(scene, Claim.ACTIVATED)
    yield stating(scene, Claim.WORKS)
    old_counts = PathKind.ADD_WITH_OLD in {path.kind, path.then}
    if old_counts and path.old_fingerprint is not None:
        yield stating(scene, Claim.OLD_LOST)


def _help_action(scene: Scene, refusal: Refusal) -> Action | None:
    if refusal.final:
        return _action(f"help:{refusal.id}", text("guide.abandon"), Handling.ABANDON)
    course, done = scene.course, scene.progress.done if scene.progress else {}
    again = since(course, refusal.back_to) if course and refusal.back_to else ()
    if not any(step.id in done for step in again):
        return None
    return _action(f"help:{refusal.id}", text("guide.again"), GoingBack(again[0].id))


def _rests(scene: Scene) -> bool:
    until = scene.state.memory.snoozes.get(scene.case.stands.current.key.id)
    return until is not None and scene.now < until <= later(scene.now, SNOOZE)


def _action(id_: str, label: Sentence, does: Does) -> Action:
    return Action(id=id_, label=label, does=does)
