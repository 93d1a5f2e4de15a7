"""Builds the tray's icon state, tooltip and menu."""

from collections.abc import Iterator
from datetime import datetime
from heapq import nsmallest

from config.i18n.text import Sentence, Text, text
from config.settings import Settings
from config.workflows import WorkflowKind
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
from daemon.core.expiry import days_left, expired
from daemon.core.key_names import called
from daemon.core.labels import TROUBLE_TITLES
from daemon.core.model import Claim, Key, KeyId
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind
from daemon.core.renewal import Activation, Question, activation
from daemon.core.state import State
from daemon.core.trouble_notices import pressing_trouble, service_trouble
from daemon.core.troubles import Trouble
from daemon.core.views.guide import GuideView
from daemon.core.views.report import CertificateStatus, Path, Stage
from daemon.core.views.tray import IconState, MenuItem, TrayView

STEP_ACTIONS = {ActionKind.OPEN, ActionKind.END, ActionKind.GO_BACK}  # what the menu offers of a page
MENU_LIMIT = 10  # holders and keys in the menu; a menu must not be longer than the screen
PATH_NAMES = {
    WorkflowKind.ORDER: "path.order",
    WorkflowKind.ACTIVATE: "path.activate",
    WorkflowKind.ADD_WITH_OLD: "path.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "path.associate_new",
}
PATH_ITEMS = {
    WorkflowKind.ORDER: "menu.order",
    WorkflowKind.ACTIVATE: "menu.activate",
    WorkflowKind.ADD_WITH_OLD: "menu.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "menu.associate_new",
}
LANGUAGE_ITEMS = {"fr": "menu.language.fr", "en": "menu.language.en"}
CLAIM_ITEMS = {
    Claim.WORKS: "menu.works",
    Claim.NEW: "menu.new",
    Claim.REPLACES: "menu.replaces",
    Claim.ACTIVATED: "menu.activated",
}
ICON_STATES = {Stage.EXPIRED: IconState.EXPIRED, Stage.URGENT: IconState.URGENT, Stage.DUE: IconState.SOON}


def build_tray_view(state: State, assessment: Assessment, guide: GuideView[Sentence], now: datetime) -> TrayView:
    """Return what the tray shows.

    The menu offers what the guide's page does.
    """
    counted = [c for c in assessment.certificates if c.stage not in {Stage.SUPERSEDED, Stage.UNREADABLE}]
    end = min((c.not_after for c in counted if c.not_after is not None), default=None)
    icon_state = _icon_state(state, assessment, counted, now)
    return TrayView(
        icon_state=icon_state,
        tooltip=_tooltip(icon_state, state, assessment, end, now),
        days_left=None if end is None else days_left(end, now),
        items=tuple(_items(state, assessment, guide, now)),
    )


def _icon_state(state: State, assessment: Assessment, counted: list[CertificateStatus], now: datetime) -> IconState:
    """Choose the icon's state by what matters most."""
    if names_being_read(state):
        return IconState.READING
    worst = _worst_stage(counted)
    if worst in {IconState.EXPIRED, IconState.URGENT}:
        return worst
    if _tray_trouble(state, now):
        return IconState.TROUBLE
    if worst is not None or _first_path(assessment) is not None:
        return IconState.SOON
    if counted or state.readers:
        return IconState.WELL
    return IconState.NO_READER


def _worst_stage(counted: list[CertificateStatus]) -> IconState | None:
    stages = {c.stage for c in counted}
    return next((icon_state for stage, icon_state in ICON_STATES.items() if stage in stages), None)


def _tray_trouble(state: State, now: datetime) -> Trouble | None:
    """Return the service's trouble, else that of the first reader."""
    troubles = (pressing_trouble(state, reader) for reader in state.readers or ())
    return service_trouble(state, now) or next(filter(None, troubles), None)


def _tooltip(icon_state: IconState, state: State, assessment: Assessment, end: datetime | None, now: datetime) -> Text:
    trouble = _tray_trouble(state, now)
    if icon_state is IconState.READING:
        return text("face.reading")
    if icon_state is IconState.TROUBLE and trouble:
        return text("face.trouble", trouble=text(TROUBLE_TITLES[trouble]))
    path = _first_path(assessment)
    if path is not None:
        return text("face.path", holder=path.holder, path=text(PATH_NAMES[path.kind]))
    if end is not None:
        return _tooltip_of_end(end, now)
    if icon_state is IconState.NO_READER:
        return text("face.no_reader")
    return text("face.no_key")


def _first_path(assessment: Assessment) -> Path | None:
    """Return the path of the most pressing case that has one."""
    return next((case.path for case in assessment.cases if case.path), None)


def _tooltip_of_end(end: datetime, now: datetime) -> Text:
    if expired(end, now):
        return text("face.expired", date=end)
    return text("face.well", left=left_words(end, now))


def _items(state: State, assessment: Assessment, guide: GuideView[Sentence], now: datetime) -> Iterator[MenuItem]:
    for case in assessment.cases[:MENU_LIMIT]:
        yield from _case_items(case)
    yield from _guide_items(guide)
    yield from _key_items(state, assessment, now)
    yield MenuItem(label=text("menu.check"), command=CheckKeys())
    yield MenuItem(label=text("menu.doctor"), command=RunDoctor())
    if state.login_start is not None:
        label = text("menu.login_off" if state.login_start else "menu.login_on")
        yield MenuItem(label=label, command=ToggleAutostart())
    if state.settings.language is not None:
        yield MenuItem(label=text(LANGUAGE_ITEMS[other_language(state.settings)]), command=SwitchLanguage())
    yield MenuItem(label=text("menu.quit"), command=QuitDaemon())


def other_language(settings: Settings) -> str:
    """Return the language that is not in use, "fr" or "en"."""
    if settings.language == "fr":
        return "en"
    return "fr"


def _guide_items(guide: GuideView[Sentence]) -> Iterator[MenuItem]:
    """Yield the items of the guide and its present step."""
    yield MenuItem(label=text("menu.guide"), command=RaiseGuide())
    if guide.workflow is None or guide.workflow_title is None:
        return
    offered = (a for a in (guide.primary, *guide.actions) if a is not None and a.id.kind in STEP_ACTIONS)
    items = (MenuItem(label=a.label, command=ChooseAction(action=a.id)) for a in offered)
    yield MenuItem(label=guide.workflow_title, items=(MenuItem(label=guide.headline), *items))


def _case_items(case: RenewalCase) -> Iterator[MenuItem]:
    """Yield a case's next step, and what only the user knows."""
    newest, path = case.status.newest.key, case.path
    if path is not None:
        notice_id = NoticeId(NoticeKind.KEY, case.status.current.key.id)
        label = text(PATH_ITEMS[path.kind], holder=called(case.lineage.holder, newest))
        yield MenuItem(label=label, command=AnswerNotice(notice_id=notice_id))
        yield MenuItem(label=text("menu.later"), command=AnswerNotice(notice_id=notice_id, choice=NoticeChoice.LATER))
    claim = _claim_of_account(case)
    if claim is not None:
        yield _claim_item(newest, claim, case)
    if path is not None and path.new_fingerprint and activation(newest) is not Activation.DONE:
        yield _claim_item(newest, Claim.ACTIVATED, case)
    yield from _old_lost_items(case)


def _claim_of_account(case: RenewalCase) -> Claim | None:
    """Return what the user may claim of the newest key."""
    claims = case.status.current.key.claims
    if case.status.pending is not None or (Claim.REPLACES in claims and Claim.WORKS not in claims):
        return Claim.WORKS
    if case.status.question is Question.IN_USE:
        return Claim.NEW
    if case.path is None and not case.status.superseded:
        return Claim.REPLACES
    return None


def _old_lost_items(case: RenewalCase) -> Iterator[MenuItem]:
    """Yield the item for a lost old key while it is wanted."""
    status, holder = case.status, case.lineage.holder
    is_wanted = status.question is Question.OLD_KEY or status.pending is not None
    if not is_wanted or Claim.OLD_LOST in status.newest.key.claims:
        return
    whose: str | Text = holder
    if status.pending is not None:
        whose = called(holder, status.current.key)
    command = StateClaim(key=status.newest.key.id, claim=Claim.OLD_LOST)
    yield MenuItem(label=text("menu.old_lost", holder=whose), command=command)


def _claim_item(key: Key, claim: Claim, case: RenewalCase) -> MenuItem:
    label = text(CLAIM_ITEMS[claim], holder=called(case.lineage.holder, key))
    return MenuItem(label=label, command=StateClaim(key=key.id, claim=claim))


def _key_items(state: State, assessment: Assessment, now: datetime) -> Iterator[MenuItem]:
    """Yield a line for each key: present ones first, then by end."""
    ends = {key: shown[0].not_after for key, shown in assessment.watched_by_key.items() if shown}
    ranked = ((key not in assessment.present_keys, end, key) for key, end in ends.items() if end)
    first = nsmallest(MENU_LIMIT, ranked)
    for is_away, end, key in first:
        yield _key_item(state, key, end, now, is_away=is_away)
    if len(ends) > len(first):
        yield MenuItem(label=text("menu.more", count=len(ends) - len(first)), command=RaiseGuide())


def _key_item(state: State, key_id: KeyId, end: datetime, now: datetime, *, is_away: bool) -> MenuItem:
    key = state.memory.keys[key_id]
    id_ = "menu.key_expired" if expired(end, now) else "menu.key"
    place = text("menu.away", date=key.last_seen) if is_away else text("menu.present")
    holder = called(key_holder(key, state.memory), key)
    return MenuItem(label=text(id_, holder=holder, left=left_words(end, now), date=end, place=place))
