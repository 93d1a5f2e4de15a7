"""The guide's page of the moment: which line is on show, and what is said of it."""

from collections.abc import Iterator
from datetime import datetime

from config.i18n.text import Phrase, Sentence, text
from config.workflows import Course, CourseKind, Step
from daemon.core.assessment import Assessment, Case
from daemon.core.guide.actions import (
    LAST_WORDS,
    course_actions,
    handling,
    helps,
    selections,
    statements,
    stating,
    step_actions,
)
from daemon.core.guide.context import Scene, progress_id, scene_of
from daemon.core.guide.idle_pages import calm_page, empty_page
from daemon.core.guide.obstacles import obstacle, picture, reader_words
from daemon.core.guide.timeline import time_line
from daemon.core.guide.words import phrase, say
from daemon.core.model import Progress
from daemon.core.state import State
from daemon.core.views.guide import Action, GuideView, Handling, StepLine, StepMark
from daemon.core.workflows.progress import deadline

MINUTE = 60


def draw_guide(state: State, assessment: Assessment, now: datetime) -> GuideView:
    """Draw the page of the moment."""
    case = shown_case(state, assessment)
    if case is None:
        return empty_page(state, assessment)
    scene = scene_of(state, assessment, case, now)
    if scene.case.path is None and scene.course is None:
        return calm_page(scene)
    return _abandoned_page(scene) if scene.progress and scene.progress.abandoned else _course_page(scene)


def shown_case(state: State, assessment: Assessment) -> Case | None:
    """Choose the line: the one that the person looks at, one that was begun, the one in a reader, the most pressing."""
    chosen = assessment.case_of(state.guide_case) if state.guide_case else None
    begun = (c for c in assessment.cases if c.path and _begun(state.memory.progress.get(progress_id(c))))
    here = (c for c in assessment.cases if any(entry.key.id in state.cards.keys for entry in c.line.entries))
    return chosen or next(begun, None) or next(here, None) or next(iter(assessment.cases), None)


def offered(view: GuideView) -> Iterator[Action]:
    """Yield every action of a page."""
    if view.primary is not None:
        yield view.primary
    yield from (*view.answers, *view.actions, *view.cases)
    yield from (help_.action for help_ in view.helps if help_.action)


def _begun(progress: Progress | None) -> bool:
    return progress is not None and bool(progress.done) and not progress.abandoned


def _course_page(scene: Scene) -> GuideView:
    """Draw the step of the moment; a course that is at its end asks whether the key works."""
    shown = picture(scene.state, scene)
    step, course, path = scene.step, scene.course, scene.case.path
    actions = [*step_actions(scene)] if step else [*_confirmations(scene)]
    ids = {action.id for action in actions}
    actions += [action for action in course_actions(scene) if action.id not in ids]
    running = deadline(course, scene.progress) if course and scene.progress else None
    kind = course.kind if course else CourseKind(path.kind) if path else None
    primary = actions[0] if actions and ids else None
    return GuideView(
        language=scene.state.settings.language,
        procedure=Phrase(scene.procedure.title),
        holder=scene.case.line.holder,
        course=kind,
        course_title=phrase(scene, course.title) if course else text(f"path.{kind}"),
        why=path.reason if path else None,
        steps=tuple(_step_lines(scene, course, step)) if course else (),
        headline=phrase(scene, step.title) if step else text(f"path.{kind}"),
        body=phrase(scene, step.text) if step else say(scene, f"guide.confirm.{kind}"),
        alert=obstacle(scene, shown) or _news(scene),
        reader=shown,
        reader_words=reader_words(scene.state, scene, shown),
        primary=primary,
        actions=tuple(actions[1:] if primary else actions),
        helps=tuple(helps(scene)),
        deadline=running[1] if running else None,
        deadline_words=_deadline_words(running[1], scene.now) if running else None,
        time_line=time_line(scene),
        cases=tuple(selections(scene)),
    )


def _abandoned_page(scene: Scene) -> GuideView:
    shown = picture(scene.state, scene)
    return GuideView(
        language=scene.state.settings.language,
        procedure=Phrase(scene.procedure.title),
        holder=scene.case.line.holder,
        headline=text("guide.abandoned"),
        body=say(scene, "guide.abandoned.body", date=scene.case.stands.current.not_after),
        reader=shown,
        reader_words=reader_words(scene.state, scene, shown),
        primary=handling(Handling.RESTART),
        actions=tuple(statements(scene)),
        time_line=time_line(scene),
        cases=tuple(selections(scene)),
    )


def _step_lines(scene: Scene, course: Course, current: Step | None) -> Iterator[StepLine]:
    done = scene.progress.done if scene.progress else {}
    passed = True
    for step in course.steps:
        passed = passed and step != current
        dedup_key = (
            StepMark.CURRENT if step == current else StepMark.DONE if passed or step.id in done else StepMark.AHEAD
        )
        yield StepLine(id=step.id, title=phrase(scene, step.title), dedup_key=dedup_key)


def _confirmations(scene: Scene) -> Iterator[Action]:
    """Ask what ends a course whose steps are all done."""
    claim = LAST_WORDS.get(scene.course.kind) if scene.course else None
    if claim is None or scene.roles.bare:
        yield handling(Handling.CHECK)
    else:
        yield stating(scene, claim)


def _news(scene: Scene) -> Sentence | None:
    """Say what has changed under the person's hands."""
    progress, path = scene.progress, scene.case.path
    if progress is not None and progress.lapsed:
        return say(scene, "guide.lapsed")
    if progress is None or progress.left is None or path is None:
        return None
    if progress.link_until is not None and scene.now < progress.link_until:
        return say(scene, "guide.changed.link", until=progress.link_until)
    return say(scene, f"guide.changed.{path.kind}")


def _deadline_words(until: datetime, now: datetime) -> Sentence:
    minutes = max(0, int((until - now).total_seconds()) // MINUTE)
    return text("guide.deadline", hours=minutes // MINUTE, minutes=minutes % MINUTE, until=until)
