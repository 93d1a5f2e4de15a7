"""What a click on a notice does, by the state when the click comes."""

from dataclasses import replace
from datetime import datetime, timedelta

from config.i18n.text import Text, text
from config.workflows import Destination, WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase, assess_state
from daemon.core.due_notices import SNOOZE, snooze_until, subjects
from daemon.core.effects import Effect, OpenGuide, ShowNotice, StartAtLogin, Withdraw
from daemon.core.expiry import earlier, later
from daemon.core.holders import LineageEntry, holder_name
from daemon.core.key_names import called
from daemon.core.model import Claim, KeyId, Memory
from daemon.core.notice import Choice, Notice, NoticeChoice, NoticeId, NoticeKind
from daemon.core.responses.launch import launch
from daemon.core.state import Awaited, State
from daemon.core.views.report import Path

KEY_PATIENCE = timedelta(minutes=10)
ACTIVATION_PATIENCE = timedelta(minutes=15)
OPPOSITES = {
    Claim.WORKS: {Claim.NEW, Claim.REPLACES, Claim.OLD_LOST},
    Claim.NEW: {Claim.WORKS},
    Claim.REPLACES: {Claim.WORKS},
}

Step = tuple[State, tuple[Effect, ...]]


def answer_notice(state: State, assessment: Assessment, tag: NoticeId, choice: Choice, now: datetime) -> Step:
    """Do what the user chose on a notice or in the menu."""
    key = tag.key
    case = assessment.case_of(key) if key is not None else None
    match choice:
        case NoticeChoice.OPEN if tag.kind is NoticeKind.WELCOME:
            return state, (StartAtLogin(on=True),)
        case NoticeChoice.LATER if tag.kind is NoticeKind.KEY and key is not None:
            return take_rest(state, assessment, key, now), ()
        case Claim() if case is not None:
            return answer_claim(state, case.id, choice), ()
        case NoticeChoice.OPEN if case is not None and tag.kind in {NoticeKind.LINK, NoticeKind.CLEAN_UP}:
            return replace(state, guide_case=case.id), (OpenGuide(),)
        case NoticeChoice.OPEN if case is not None and tag.kind is NoticeKind.KEY:
            return _follow(state, assessment, case, now)
        case _:
            return state, ()


def answer_claim(state: State, key: KeyId, claim: Claim) -> State:
    """Record a claim about a key, and drop the opposite claims."""
    known = state.memory.keys.get(key)
    if known is None:
        return state
    claims = (known.claims - OPPOSITES.get(claim, set())) | {claim}
    keys = {**state.memory.keys, key: replace(known, claims=claims)}
    return replace(state, memory=replace(state.memory, keys=keys))


def open_awaited(state: State, assessment: Assessment, now: datetime) -> Step:
    """Open the platform once the awaited key is inserted, or show a notice for another one.

    It is no longer awaited when its time is over, the clock was set back, or the path has changed.
    """
    awaited = state.awaited
    if awaited is None:
        return state, ()
    tag = NoticeId(NoticeKind.PUT_IN, awaited.procedure)
    in_time = earlier(awaited.until, KEY_PATIENCE) <= now <= awaited.until
    case = next((c for c in assessment.cases if (r := _key_to_put_in(c)) and r.key.id == awaited.key), None)
    right = _key_to_put_in(case) if case else None
    if not in_time or case is None or right is None:
        return replace(state, awaited=None), (Withdraw(tag=tag),)
    if awaited.key in assessment.present_keys:
        state, order = launch(replace(state, awaited=None), case, Destination.PLATFORM)
        return state, (Withdraw(tag=tag), order)
    if not assessment.present_keys - awaited.others:
        return state, ()
    told = replace(awaited, others=awaited.others | assessment.present_keys)
    wrong = Notice(
        tag=tag,
        title=text("notice.wrong_key.title"),
        body=text("notice.wrong_key.body", holder=_called(right), date=right.not_after),
    )
    return replace(state, awaited=told), (ShowNotice(notice=wrong),)


def take_rest(state: State, assessment: Assessment, key: KeyId, now: datetime) -> State:
    """Snooze the reminders of a key."""
    subject = next((s for s in subjects(assessment, state.memory, now) if s.key.id == key), None)
    if subject is None:
        return state
    until = snooze_until(subject.not_after, now)
    return replace(state, memory=replace(state.memory, snoozes={**state.memory.snoozes, key: until}))


def _follow(state: State, assessment: Assessment, case: RenewalCase, now: datetime) -> Step:  # noqa: PLR0911 - one return a rule
    """Open the guide at the step of the moment, and launch what is right now."""
    path = case.path
    if path is None:
        return state, (_nothing_to_do(case),)
    state, beside = replace(state, guide_case=case.id), OpenGuide()
    match path.kind:
        case WorkflowKind.ORDER:
            if case.is_ordered:
                return state, (beside,)
            state, order = launch(state, case, Destination.ORDER_PAGE)
            return state, (order, beside)
        case WorkflowKind.ACTIVATE:
            state, order = launch(start_activation(state, now), case, Destination.TOOL)
            return state, (order, beside)
        case WorkflowKind.ADD_WITH_OLD if _key_to_put_in(case) is None:
            return state, (beside,)
        case WorkflowKind.CLEAN_UP:
            return state, (beside,)
        case WorkflowKind.ADD_WITH_OLD | WorkflowKind.ASSOCIATE_NEW:
            state, effects = _open_platform(state, assessment, case, path, now)
            return state, (*effects, beside)


def start_activation(state: State, now: datetime) -> State:
    """Read a token that is being activated repeatedly, for a while."""
    return replace(state, activating_until=later(now, ACTIVATION_PATIENCE))


def apply_claim(state: State, key: KeyId, claim: Claim, now: datetime) -> Step:
    """Record a claim, and withdraw the notice when nothing is left to do."""
    before = assess_state(state, now).case_of(key)
    state = answer_claim(state, key, claim)
    after = assess_state(state, now).case_of(key)
    settled = before and before.path and after and not after.path and state.notifies
    return state, (Withdraw(tag=NoticeId(NoticeKind.KEY, before.status.current.key.id)),) if before and settled else ()


def _open_platform(state: State, assessment: Assessment, case: RenewalCase, path: Path, now: datetime) -> Step:
    """Open the platform if the right key is inserted, else ask for it."""
    right = _right_key(case, path)
    if right.key.id in assessment.present_keys:
        state, order = launch(state, case, Destination.PLATFORM)
        return state, (order,)
    awaited = Awaited(
        key=right.key.id,
        procedure=path.procedure,
        until=later(now, KEY_PATIENCE),
        others=assessment.present_keys,
    )
    put_in = Notice(
        tag=NoticeId(NoticeKind.PUT_IN, path.procedure),
        title=text(f"notice.put_in.{path.kind}.title"),
        body=text(f"notice.put_in.{path.kind}.body", holder=_called(right), date=right.not_after),
    )
    return replace(state, awaited=awaited), (ShowNotice(notice=put_in),)


def _right_key(case: RenewalCase, path: Path) -> LineageEntry:
    """Return the key to insert: the old one for 2-A, the new one for 2-B."""
    return case.status.current if path.kind is WorkflowKind.ADD_WITH_OLD else case.status.newest


def _key_to_put_in(case: RenewalCase) -> LineageEntry | None:
    """Return the key that the case's path opens the platform with; None when it does not, or has done so."""
    if case.path is None or case.path.kind not in {WorkflowKind.ADD_WITH_OLD, WorkflowKind.ASSOCIATE_NEW}:
        return None
    return None if case.link_is_out else _right_key(case, case.path)


def _nothing_to_do(case: RenewalCase) -> ShowNotice:
    return ShowNotice(
        notice=Notice(
            tag=NoticeId(NoticeKind.NOTHING_TO_DO, case.lineage.procedure.id),
            title=text("notice.nothing.title"),
            body=text("notice.nothing.body", holder=_called(case.status.current), date=case.status.current.not_after),
        )
    )


def _called(entry: LineageEntry) -> str | Text:
    return called(holder_name(entry.seen.certificate), entry.key)


def drop_snooze(memory: Memory, key: KeyId, now: datetime) -> Memory:
    """Drop a snooze that is over, or that a wrong clock made."""
    until = memory.snoozes.get(key)
    if until is None or now < until <= later(now, SNOOZE):
        return memory
    return replace(memory, snoozes={k: u for k, u in memory.snoozes.items() if k != key})
