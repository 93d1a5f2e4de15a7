"""Builds the tray's icon state, tooltip and menu."""

from collections.abc import Iterator

from config.i18n.text import Text, text
from config.instants import Instant, has_end
from config.settings import Procedure, Recall, Settings
from config.values import dataclass
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.card_reads import names_being_read
from daemon.core.commands import (
    AnswerNotice,
    CheckKeys,
    OpenNoticeSettings,
    QuitDaemon,
    RaiseGuide,
    RunDoctor,
    SwitchLanguage,
    ToggleAutostart,
)
from daemon.core.expiry import days_left, expired
from daemon.core.key_names import called, key_words
from daemon.core.labels import TROUBLE_TITLES
from daemon.core.model import Role
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind
from daemon.core.notice_words import left_words
from daemon.core.renewal import Question
from daemon.core.state import State
from daemon.core.subjects import is_waiting, several_holders
from daemon.core.trouble_notices import clock_wrong, pressing_trouble, service_trouble
from daemon.core.troubles import Trouble
from daemon.core.views.report import CertificateStatus, Path, Reason, Stage
from daemon.core.views.tray import IconState, MenuItem, TrayView

PATH_ITEMS = {
    WorkflowKind.ORDER: "menu.order",
    WorkflowKind.RENEW: "menu.renew",
    WorkflowKind.ACTIVATE: "menu.activate",
    WorkflowKind.ADD_WITH_OLD: "menu.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "menu.associate_new",
}
LANGUAGE_ITEMS = {"fr": "menu.language.fr", "en": "menu.language.en"}
PART_HEADLINES = {  # by whether it has ended
    Role.SIGNATURE: {False: "face.signature", True: "face.signature.ended"},
    Role.OTHER: {False: "face.other", True: "face.other.ended"},
}
FAULT_VIEW = TrayView(
    icon_state=IconState.TROUBLE,
    tooltip=text(TROUBLE_TITLES[Trouble.INTERNAL_FAULT]),
    items=(
        MenuItem(label=text(TROUBLE_TITLES[Trouble.INTERNAL_FAULT])),
        MenuItem(label=text("menu.doctor"), command=RunDoctor()),
        MenuItem(label=text("menu.quit"), command=QuitDaemon()),
    ),
)
"""What the tray shows where the rules cannot tell."""
ICON_STATES = {Stage.EXPIRED: IconState.EXPIRED, Stage.URGENT: IconState.URGENT, Stage.DUE: IconState.SOON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The key that the menu speaks of.

    `case` is the one that it is current in, and `recall` what ends it. `part` is the role of the certificate that ends
    before the login of its key.
    """

    end: Instant
    holder: str | Text
    procedure: Procedure | None
    recall: Recall | None = None
    case: RenewalCase | None = None
    part: Role | None = None


def build_tray_view(state: State, assessment: Assessment, now: Instant) -> TrayView:
    """Return what the tray shows."""
    if clock_wrong(now):
        return _of_wrong_clock(state, assessment, now)
    counted = [c for c in assessment.certificates if c.stage not in {Stage.SUPERSEDED, Stage.UNREADABLE}]
    end = min((c.usable_until for c in counted if c.usable_until is not None), default=None)
    icon_state = _icon_state(state, assessment, counted, now)
    shown = _shown_key(state, assessment, counted)
    headline = _headline(icon_state, state, shown, now)
    return TrayView(
        icon_state=icon_state,
        tooltip=headline,
        days_left=days_left(end, now) if end is not None and has_end(end) else None,
        items=(MenuItem(label=headline), *_items(state, assessment, shown, now)),
    )


def _of_wrong_clock(state: State, assessment: Assessment, now: Instant) -> TrayView:
    """Return what the tray shows while no date can be judged."""
    headline = text(TROUBLE_TITLES[Trouble.CLOCK_WRONG])
    items = (MenuItem(label=headline), *_items(state, assessment, None, now))
    return TrayView(icon_state=IconState.TROUBLE, tooltip=headline, items=items)


def _icon_state(state: State, assessment: Assessment, counted: list[CertificateStatus], now: Instant) -> IconState:
    """Choose the icon's state by what matters most."""
    if names_being_read(state):
        return IconState.READING
    worst = _worst_stage(counted)
    if worst in {IconState.EXPIRED, IconState.URGENT}:
        return worst
    if _tray_trouble(state, now):
        return IconState.TROUBLE
    if worst is not None or _first_case(assessment) is not None:
        return IconState.SOON
    if counted or state.readers:
        return IconState.WELL
    return IconState.NO_READER


def _worst_stage(counted: list[CertificateStatus]) -> IconState | None:
    stages = {c.stage for c in counted}
    return next((icon_state for stage, icon_state in ICON_STATES.items() if stage in stages), None)


def _tray_trouble(state: State, now: Instant) -> Trouble | None:
    """Return the service's trouble, that of the first reader, or our own."""
    troubles = (pressing_trouble(state, reader) for reader in state.readers or ())
    own = Trouble.INTERNAL_FAULT if state.has_failed else None
    if own is None and not state.notices_on:
        own = Trouble.NOTICES_OFF
    return service_trouble(state, now) or next(filter(None, troubles), own)


def _headline(icon_state: IconState, state: State, shown: Shown | None, now: Instant) -> Text:
    """Return the state in one line without names.

    It is the tooltip, too.
    """
    trouble = _tray_trouble(state, now)
    if icon_state is IconState.READING:
        return text("face.reading")
    if icon_state is IconState.TROUBLE and trouble:
        return text(TROUBLE_TITLES[trouble])
    if shown is not None:
        return _headline_of_key(shown, now)
    if icon_state is IconState.NO_READER:
        return text("face.no_reader")
    return text("face.no_key")


def _headline_of_key(shown: Shown, now: Instant) -> Text:
    key, left = key_words(shown.procedure), left_words(shown.end, now)
    if shown.part is not None and shown.recall is None:
        return text(PART_HEADLINES[shown.part][expired(shown.end, now)], key=key, left=left)
    if expired(shown.end, now):
        return text("face.expired" if shown.recall is None else "face.recalled", key=key)
    return text("face.well", key=key, left=left)


def _shown_key(state: State, assessment: Assessment, counted: list[CertificateStatus]) -> Shown | None:
    """Return the key to act on, else the one that ends first."""
    case = _first_case(assessment)
    if case is not None:
        current = case.status.current
        holder = called(case.lineage.holder, current.key)
        end, recall = current.not_after, current.recall
        return Shown(end=end, holder=holder, procedure=case.lineage.procedure, recall=recall, case=case)
    dated = [(c.usable_until, c) for c in counted if c.usable_until is not None]
    if not dated:
        return None
    end, first = min(dated, key=lambda each: each[0])
    procedure = next((p for p in state.settings.procedures if p.id == first.procedure), None)
    holder = first.holder or text("holder.unknown")
    part = None if assessment.login_beside(first) is None else first.role
    return Shown(end=end, holder=holder, procedure=procedure, recall=first.recall, part=part)


def _first_case(assessment: Assessment) -> RenewalCase | None:
    """Return the most pressing case that has a path."""
    return next((case for case in assessment.cases if case.path), None)


def _items(state: State, assessment: Assessment, shown: Shown | None, now: Instant) -> Iterator[MenuItem]:
    """Yield what is to be done, then what is always there."""
    if shown is not None:
        yield MenuItem(label=_until(shown, now, named=several_holders(assessment, state.memory)))
        yield from _next_action(shown.case)
    yield MenuItem(label=text("menu.guide"), command=RaiseGuide())
    if not state.notices_on:
        yield MenuItem(label=text("menu.notice_settings"), command=OpenNoticeSettings())
    yield MenuItem(label=text("menu.doctor"), command=RunDoctor())
    yield MenuItem(label=text("menu.settings"), items=tuple(_settings_items(state)))
    yield MenuItem(label=text("menu.quit"), command=QuitDaemon())


def _until(shown: Shown, now: Instant, *, named: bool) -> Text:
    until = _until_words(shown.end, now)
    if named:
        return text("menu.named", holder=shown.holder, what=until)
    return until


def _until_words(end: Instant, now: Instant) -> Text:
    if not has_end(end):
        return text("menu.no_end")
    return text("menu.expired" if expired(end, now) else "menu.until", date=end)


def _next_action(case: RenewalCase | None) -> Iterator[MenuItem]:
    """Yield a case's next step, and the line to put it off."""
    if case is None or case.path is None:
        return
    notice_id = NoticeId(NoticeKind.KEY, case.status.current.key.id)
    yield MenuItem(label=text(_next_label(case, case.path)), command=AnswerNotice(notice_id=notice_id))
    yield MenuItem(label=text("menu.later"), command=AnswerNotice(notice_id=notice_id, choice=NoticeChoice.LATER))


def _next_label(case: RenewalCase, path: Path) -> str:
    if is_waiting(case):
        return "menu.ordered"
    if case.status.question is Question.SAME_KEY:
        return "menu.same_key"
    if path.kind is WorkflowKind.RENEW and path.why is Reason.RENEWED:
        return "menu.renewed"
    return PATH_ITEMS[path.kind]


def _settings_items(state: State) -> Iterator[MenuItem]:
    if state.login_start is not None and state.settings.office.autostart is None:
        yield MenuItem(label=text("menu.login"), command=ToggleAutostart(), checked=state.login_start)
    yield MenuItem(label=text("menu.check"), command=CheckKeys())
    if state.settings.language is not None and "language" not in state.settings.mandatory:
        yield MenuItem(label=text(LANGUAGE_ITEMS[other_language(state.settings)]), command=SwitchLanguage())


def other_language(settings: Settings) -> str:
    """Return the language that is not in use, "fr" or "en"."""
    if settings.language == "fr":
        return "en"
    return "fr"
