"""The face of the moment: which look, which tooltip, which menu."""

from collections.abc import Iterator
from datetime import datetime
from heapq import nsmallest

from config.i18n.text import Sentence, Text, text
from config.settings import Settings
from daemon.core.action_id import ActionKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import names_being_read
from daemon.core.commands import (
    AnswerNotice,
    CheckKeys,
    ChooseAction,
    QuitDaemon,
    RaiseGuide,
    RunDoctor,
    StateClaim,
    SwitchLanguage,
    ToggleAutostart,
)
from daemon.core.due_notices import key_holder, left_words
from daemon.core.expiry import days_left
from daemon.core.key_names import called
from daemon.core.model import Claim, Key
from daemon.core.notice import NoticeChoice
from daemon.core.renewal import Activation, Question, activation
from daemon.core.state import State
from daemon.core.trouble_notices import pressing_trouble, service_trouble
from daemon.core.views.guide import GuideView
from daemon.core.views.report import CertificateStatus, Stage
from daemon.core.views.tray import IconState, MenuItem, TrayView

STEP_ACTIONS = {ActionKind.OPEN, ActionKind.END, ActionKind.GO_BACK}  # what the menu offers of a page
AT_MOST = 10  # holders and keys that the menu shows; a menu longer than the screen serves nobody
ICON_STATES = {Stage.EXPIRED: IconState.EXPIRED, Stage.URGENT: IconState.URGENT, Stage.DUE: IconState.SOON}


def build_tray_view(state: State, assessment: Assessment, guide: GuideView[Sentence], now: datetime) -> TrayView:
    """Draw the whole face; the menu offers what the guide's page does."""
    counted = [c for c in assessment.certificates if c.stage not in {Stage.SUPERSEDED, Stage.UNREADABLE}]
    ends = [c.not_after for c in counted if c.not_after is not None]
    icon_state = _icon_state(state, assessment, counted, now)
    return TrayView(
        icon_state=icon_state,
        tooltip=_tooltip(icon_state, state, assessment, min(ends, default=None), now),
        days_left=days_left(min(ends), now) if ends else None,
        items=tuple(_items(state, assessment, guide, now)),
    )


def _icon_state(state: State, assessment: Assessment, counted: list[CertificateStatus], now: datetime) -> IconState:
    """Choose the look: what is under way, then what ends, then what is wrong, then what is missing."""
    if names_being_read(state):
        return IconState.READING
    stages = {c.stage for c in counted}
    worst = next((icon_state for stage, icon_state in ICON_STATES.items() if stage in stages), None)
    if worst in {IconState.EXPIRED, IconState.URGENT}:
        return worst
    if service_trouble(state, now) or any(pressing_trouble(state, r) for r in state.readers or ()):
        return IconState.TROUBLE
    if worst or any(case.path for case in assessment.cases):
        return worst or IconState.SOON
    return IconState.WELL if counted or state.readers else IconState.NO_READER


def _tooltip(icon_state: IconState, state: State, assessment: Assessment, end: datetime | None, now: datetime) -> Text:
    if icon_state is IconState.READING:
        return text("face.reading")
    if icon_state is IconState.TROUBLE:
        troubles = (pressing_trouble(state, r) for r in state.readers or ())
        trouble = service_trouble(state, now) or next(t for t in troubles if t)
        return text("face.trouble", trouble=text(f"trouble.{trouble}.short"))
    path = next((case.path for case in assessment.cases if case.path), None)
    if path is not None:
        return text("face.path", holder=path.holder, path=text(f"path.{path.kind}"))
    if end is None:
        return text("face.no_reader" if icon_state is IconState.NO_READER else "face.no_key")
    return text("face.expired", date=end) if now > end else text("face.well", left=left_words(end, now))


def _items(state: State, assessment: Assessment, guide: GuideView[Sentence], now: datetime) -> Iterator[MenuItem]:
    for case in assessment.cases[:AT_MOST]:
        yield from _case_items(case)
    yield from _guide_items(guide)
    yield from _key_items(state, assessment, now)
    yield MenuItem(label=text("menu.check"), command=CheckKeys())
    yield MenuItem(label=text("menu.doctor"), command=RunDoctor())
    if state.login_start is not None:
        label = text("menu.login_off" if state.login_start else "menu.login_on")
        yield MenuItem(label=label, command=ToggleAutostart())
    if state.settings.language is not None:
        yield MenuItem(label=text(f"menu.language.{other_language(state.settings)}"), command=SwitchLanguage())
    yield MenuItem(label=text("menu.quit"), command=QuitDaemon())


def other_language(settings: Settings) -> str:
    """Return the language that vigicle does not speak now."""
    return "en" if settings.language == "fr" else "fr"


def _guide_items(guide: GuideView[Sentence]) -> Iterator[MenuItem]:
    """Open the guide; while a course stands, show its step and what that offers."""
    yield MenuItem(label=text("menu.guide"), command=RaiseGuide())
    if guide.workflow is None or guide.workflow_title is None:
        return
    first = (guide.primary,) if guide.primary else ()
    steps = [a for a in (*first, *guide.actions) if a.id.kind in STEP_ACTIONS]
    items = (MenuItem(label=a.label, command=ChooseAction(action=a.id)) for a in steps)
    yield MenuItem(label=guide.workflow_title, items=(MenuItem(label=guide.headline), *items))


def _case_items(case: RenewalCase) -> Iterator[MenuItem]:
    """Destination the action of the moment, and what only the person can tell."""
    current, pending = case.status.current, case.status.pending
    holder = case.lineage.holder
    if case.path is not None:
        label = text(f"menu.{case.path.kind}", holder=called(holder, case.status.newest.key))
        yield MenuItem(label=label, command=AnswerNotice(tag=current.key.id))
        yield MenuItem(label=text("menu.later"), command=AnswerNotice(tag=current.key.id, choice=NoticeChoice.LATER))
    newest = pending or current
    if pending is not None or (Claim.REPLACES in current.key.claims and Claim.WORKS not in current.key.claims):
        yield _claim_item("works", newest.key, Claim.WORKS, holder)
    elif case.status.question is Question.IN_USE:
        yield _claim_item("new", newest.key, Claim.NEW, holder)
    elif case.path is None and not case.status.superseded:
        yield _claim_item("replaces", newest.key, Claim.REPLACES, holder)
    if case.path is not None and case.path.new_fingerprint and activation(newest.key) is not Activation.DONE:
        yield _claim_item("activated", newest.key, Claim.ACTIVATED, holder)
    waits_for_old = case.status.question is Question.OLD_KEY or pending is not None
    if waits_for_old and Claim.OLD_LOST not in newest.key.claims:
        whose = called(holder, current.key) if pending else holder
        yield MenuItem(
            label=text("menu.old_lost", holder=whose), command=StateClaim(key=newest.key.id, claim=Claim.OLD_LOST)
        )


def _claim_item(what: str, key: Key, claim: Claim, holder: str) -> MenuItem:
    return MenuItem(label=text(f"menu.{what}", holder=called(holder, key)), command=StateClaim(key=key.id, claim=claim))


def _key_items(state: State, assessment: Assessment, now: datetime) -> Iterator[MenuItem]:
    """Tell of each key whose, how long, and where it is: first of those in a reader, then of those that end first."""
    here = assessment.present_keys
    ends = {id_: lines[0].not_after for id_, lines in assessment.watched_by_key.items() if lines}
    first = nsmallest(AT_MOST, ((id_ not in here, end, id_) for id_, end in ends.items() if end))
    for away, end, id_ in first:
        key = state.memory.keys[id_]
        yield MenuItem(
            label=text(
                "menu.key" if now <= end else "menu.key_expired",
                holder=called(key_holder(key, state.memory), key),
                left=left_words(end, now),
                date=end,
                place=text("menu.away", date=key.last_seen) if away else text("menu.present"),
            )
        )
    if len(ends) > len(first):
        yield MenuItem(label=text("menu.more", count=len(ends) - len(first)), command=RaiseGuide())
