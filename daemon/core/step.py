"""The whole program as one pure function, from events to effects."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TypeVar, assert_never

from config.i18n.text import text
from config.instants import Instant, instant, local_time
from config.settings import Settings
from config.values import replace
from daemon.core import events
from daemon.core.answer_words import drop_settled, issue_words
from daemon.core.assessment import Assessment, assess_state
from daemon.core.assignments import inherit_assignments
from daemon.core.card_reads import (
    finish_read,
    forget_busy,
    last_cards,
    look_moments,
    names_being_read,
    order_read,
    readerless_look_due,
    take_readers,
    take_tokens,
    unread,
)
from daemon.core.clock_changes import follow_clock_back, without_future
from daemon.core.commands import CheckKeys
from daemon.core.dedup_keys import ToldKey, ToolKey, is_trouble_key
from daemon.core.diagnosis import still_wrong
from daemon.core.digest import summarize
from daemon.core.due_notices import due_notices, moments
from daemon.core.effects import (
    Effect,
    HistoryEntry,
    Launch,
    OpenGuide,
    ReadTokens,
    Reply,
    SaveMemory,
    ShowGuide,
    ShowNotice,
    UpdateTray,
    WakeAt,
    Withdraw,
)
from daemon.core.events import Event
from daemon.core.expiry import earlier, later, quiet_until
from daemon.core.form_factor import in_own_words
from daemon.core.guide.certificates import certificate_cards
from daemon.core.guide.reminders import guide_moments, guide_notices
from daemon.core.guide.render import render_guide
from daemon.core.guide.sync_progress import sync_progress
from daemon.core.icon_hint import icon_hint_moments, icon_hints
from daemon.core.labels import TROUBLE_TITLES, launch_remedy
from daemon.core.model import ActivationToken, Claim, Key, KeyId, Memory, ReaderName
from daemon.core.notice import KINDS_ABOUT_KEYS, Notice, NoticeId, NoticeKind
from daemon.core.responses.command import carry_out
from daemon.core.responses.launch import apply_launched
from daemon.core.responses.notice import Step, drop_snooze, open_awaited
from daemon.core.responses.settings import answer_setting
from daemon.core.session_front import enter_background, enter_foreground, note_loss, note_readers
from daemon.core.state import Delivery, State
from daemon.core.status_report import build_report
from daemon.core.subjects import was_delivered
from daemon.core.tray_view import build_tray_view
from daemon.core.trouble_notices import (
    TROUBLE_KEYS_KEPT,
    clock_wrong,
    trouble_moments,
    trouble_notices,
)
from daemon.core.troubles import Trouble
from daemon.core.use_questions import with_use_question
from daemon.core.welcome import WELCOME, WELCOME_ID, welcome_notice
from daemon.core.workflows.history import workflow_history

Id = TypeVar("Id", bound=str)

DELIVERY_LIMIT = timedelta(minutes=2)  # a notice without confirmation is shown again after this
WITHOUT_SUPPORT = {
    NoticeKind.WELCOME,
    NoticeKind.ICON_HINT,
    NoticeKind.TEST,
    NoticeKind.PUT_IN,
    NoticeKind.NOTHING_TO_DO,
}
CLOCK_JITTER = timedelta(minutes=1)  # events of several threads may arrive out of order by this
DELIVERY_LIMIT_LATER = timedelta(hours=1)  # the same limit from the second time on


def step(state: State, event: Event) -> Step:
    """Apply one event and return the new state with its effects.

    The effects are in order: the memory is saved before anything else is done.
    """
    after, effects = _take(_on_time(state, event.at), event)
    if isinstance(event, events.TokensRead) and after.memory is state.memory:
        return after, effects  # nothing follows from a token before its read has finished
    effects += _withdraw_of_gone_keys(state, after)
    after, more = _settle(after, event.at)
    effects = tuple(_with_support(effect, after.settings) for effect in in_own_words(after, effects + more))
    after = replace(after, memory=drop_settled(after.memory, effects))
    happened = tuple(_history(state.memory, after.memory, effects, event.at))
    if happened or after.memory != state.memory:
        effects = (SaveMemory(memory=after.memory, history=happened), *effects)
    return after, effects


def _withdraw_of_gone_keys(before: State, after: State) -> tuple[Withdraw, ...]:
    """Return what takes notices of gone keys off the screen."""
    if not after.notifies or after.memory is before.memory:
        return ()
    gone = [key for key in before.memory.keys if key not in after.memory.keys]
    return tuple(Withdraw(notice_id=NoticeId(kind, key)) for key in gone for kind in KINDS_ABOUT_KEYS)


def _with_support(effect: Effect, settings: Settings) -> Effect:
    """Return a notice with whom to ask in this office."""
    support = settings.office.support_line
    if support is None or not isinstance(effect, ShowNotice) or effect.notice.notice_id.kind in WITHOUT_SUPPORT:
        return effect
    body = text("notice.support", body=effect.notice.body, support=support)
    return ShowNotice(notice=replace(effect.notice, body=body))


def _take(state: State, event: Event) -> Step:  # noqa: C901, PLR0911, PLR0912 - one case an event
    """Apply what happened, without what follows from it."""
    match event:
        case events.ReadersSeen() | events.ServiceLost() | events.TokensRead() | events.ReadFinished():
            return _take_reader_event(state, event)
        case events.CardFreed():
            return forget_busy(state, {event.reader}), ()
        case events.NoticeDelivered():
            return _enter_delivery(state, event), ()
        case events.NoticesSwitched():
            return replace(state, notices_on=event.on), ()
        case events.AnswerWordsIssued():
            return replace(state, memory=issue_words(state.memory, event.notice_id, event.words)), ()
        case events.CommandReceived():
            return _carry_out(state, event)
        case events.SettingsLoaded():
            return _load_settings(state, event.settings), ()
        case events.ProblemMet():
            return state, _problem(state, event)
        case events.Launched():
            return _take_launched(state, event)
        case events.SessionLock():
            return _take_lock(state, event), ()
        case events.SessionMoved():
            return _take_move(state, event), ()
        case events.Diagnosed(wrong=wrong):
            return replace(state, diagnosis=wrong, examining=False), ()
        case events.LoginStartKnown():
            return replace(state, login_start=event.on, diagnosis=still_wrong(state.diagnosis, event)), ()
        case events.SettingAnswered(setting=setting, refusal=refusal):
            return replace(state, refused_settings=answer_setting(state, setting, refusal)), ()
        case events.FaultMet():
            return replace(state, has_failed=True, examining=False), ()
        case events.Tick():
            return state, ()
        case _:
            assert_never(event)


def _take_reader_event(
    state: State, event: events.ReadersSeen | events.ServiceLost | events.TokensRead | events.ReadFinished
) -> Step:
    """Apply what the PC/SC service or a read of tokens has found."""
    match event:
        case events.ReadersSeen():
            return _take_readers(state, event)
        case events.ServiceLost() if state.background:
            return note_loss(state, event.trouble), ()
        case events.ServiceLost():
            return state.lose_service(event.trouble, event.at), ()
        case events.TokensRead():
            return take_tokens(state, event), ()
        case events.ReadFinished():
            state = finish_read(state, event.ticket, event.at)
            return replace(state, memory=inherit_assignments(state.memory, state.settings.procedures)), ()
        case _:
            assert_never(event)


def _take_readers(state: State, event: events.ReadersSeen) -> Step:
    """Apply the list of readers.

    The first list without a card starts a read all the same: a module may show tokens outside PC/SC.
    """
    if state.background:
        return note_readers(state, event.readers), ()
    is_first = state.readers is None and state.notifies
    state = take_readers(state, event.readers)
    if is_first and not state.held and state.settings.modules:
        return _read(state, frozenset())
    return state, ()


def _load_settings(state: State, settings: Settings) -> State:
    """Use new settings. Other modules make every card be read again."""
    if settings.modules == state.settings.modules:
        return replace(state, settings=settings)
    return replace(state, settings=settings, contents={})


def _take_lock(state: State, event: events.SessionLock) -> State:
    """Enter that the user has gone, or has come back."""
    if event.locked == state.locked:
        return state
    if event.locked:
        return replace(state, locked=True)
    return replace(state, locked=False, arrived=event.at)


def _take_move(state: State, event: events.SessionMoved) -> State:
    """Enter whether the session is in front."""
    if not event.in_front:
        return enter_background(state, event.at)
    if state.background is None:
        return state
    return replace(enter_foreground(state, event.at), arrived=event.at)


def _take_launched(state: State, event: events.Launched) -> Step:
    """Apply the outcome of a launch, with a notice where it failed."""
    after = apply_launched(state, assess_state(state, event.at), event)
    if event.trouble is None or not state.notifies:
        return after, ()
    return after, (ShowNotice(notice=_launch_notice(state.settings, event, event.trouble)),)


def _settle(state: State, now: Instant) -> Step:
    """Return the effects that follow from the state at this moment."""
    state, orders = _read_due(state, now)
    assessment = assess_state(state, now)
    state, answers = _answer(state, assessment, now)
    if not state.notifies:
        return state, orders + answers
    state = replace(state, memory=sync_progress(state.memory, assessment.cases, now), cards=last_cards(state))
    state, opened = open_awaited(state, assessment, now)
    state, shown_notices, held_until = _show_notices(state, assessment, now)
    state, shown = _draw(state, assessment, now)
    state, woken = _wake(state, assessment, held_until, now)
    return state, orders + answers + opened + shown_notices + shown + woken


def _draw(state: State, assessment: Assessment, now: Instant) -> Step:
    """Build the guide and the tray, and show those that have changed."""
    cards = certificate_cards(state, assessment, now)
    more = len(assessment.certificates) - len(cards)
    view = replace(render_guide(state, assessment, now), certificates=cards, more_certificates=more)
    tray = build_tray_view(state, assessment, now)
    shown: list[Effect] = []
    if tray != state.tray:
        shown.append(UpdateTray(tray=tray))
    if view != state.guide:
        shown.append(ShowGuide(view=view))
    return replace(state, tray=tray, guide=view), tuple(shown)


def _wake(state: State, assessment: Assessment, held_until: Instant | None, now: Instant) -> Step:
    """Order the next tick, where its moment has changed."""
    wake = min((m for m in _moments(state, assessment, held_until, now) if m > now), default=None)
    if wake == state.wake_at:
        return state, ()
    return replace(state, wake_at=wake), (WakeAt(moment=wake),)


def _on_time(state: State, now: Instant) -> State:
    """Enter the time of an event.

    Where the clock was set back, what is under way is moved back too.
    """
    if state.clock is None:  # the daemon starts with the session
        return replace(state, clock=now, arrived=now, memory=without_future(state.memory, now))
    if later(now, CLOCK_JITTER) < state.clock:
        return follow_clock_back(state, state.clock - now, now)
    return replace(state, clock=max(now, state.clock))


def _read_due(state: State, now: Instant) -> tuple[State, tuple[ReadTokens, ...]]:
    """Order the read that is due, if any."""
    names = unread(state, now)
    after, orders = state, tuple[ReadTokens, ...]()
    if names:
        after, orders = _read(state, names)
    if readerless_look_due(after, now):
        return _read(after, frozenset())
    return after, orders


def _read(state: State, names: frozenset[ReaderName]) -> tuple[State, tuple[ReadTokens, ...]]:
    state, order = order_read(state, names)
    return state, (order,)


def _carry_out(state: State, event: events.CommandReceived) -> Step:
    """Carry out a command, and reply if a client asked.

    The reply to a check comes later, when the reads under way have finished.
    """
    state, effects = carry_out(state, event.command, event.at)
    effects = _with_activation(effects, event.activation)
    if event.request is None:
        return state, effects
    if isinstance(event.command, CheckKeys):
        return replace(state, requests={**state.requests, event.request: frozenset(state.reads)}), effects
    report = build_report(state, assess_state(state, event.at), event.at)
    return state, (Reply(request=event.request, report=report), *effects)


def _with_activation(effects: tuple[Effect, ...], activation: ActivationToken | None) -> tuple[Effect, ...]:
    """Hand the right of a click on to what it opens."""
    if activation is None:
        return effects
    return tuple(
        replace(effect, activation=activation) if isinstance(effect, OpenGuide | Launch) else effect
        for effect in effects
    )


def _answer(state: State, assessment: Assessment, now: Instant) -> tuple[State, tuple[Reply, ...]]:
    """Reply to the checks whose reads have all finished.

    A card that came meanwhile is read first.
    """
    ready = [request for request, tickets in state.requests.items() if not tickets & state.reads.keys()]
    if not ready or names_being_read(state):
        return state, ()
    report = build_report(state, assessment, now)
    state = replace(state, requests={r: t for r, t in state.requests.items() if r not in ready})
    return state, tuple(Reply(request=request, report=report) for request in ready)


def _show_notices(
    state: State, assessment: Assessment, now: Instant
) -> tuple[State, tuple[Withdraw | ShowNotice, ...], Instant | None]:
    """Show the notices that are due.

    None is shown while a card is read or the clock is wrong. In quiet hours the third value is their end, where a
    notice waits for it.
    """
    if state.readers is None or names_being_read(state) or clock_wrong(now):
        return state, (), None
    due = _due(state, assessment, now)
    fresh = [notice for notice in due if not _is_under_way(state.in_flight.get(notice.notice_id), now)]
    quiet = quiet_until(local_time(now, state.zone), state.settings.notices.quiet_hours)
    if quiet is not None:
        return state, (), instant(quiet) if fresh else None
    shown = tuple(ShowNotice(notice=notice) for notice in fresh)
    return _hand_out(state, due, fresh, now), (*_withdraw_welcome(state, fresh), *shown), None


def _withdraw_welcome(state: State, fresh: list[Notice]) -> tuple[Withdraw, ...]:
    """Take the welcome, which asks for a key, off the screen."""
    of_key = any(notice.notice_id.kind is NoticeKind.KEY for notice in fresh)
    return (Withdraw(notice_id=WELCOME_ID),) if of_key and state.greeting else ()


def _hand_out(state: State, due: list[Notice], fresh: list[Notice], now: Instant) -> State:
    """Remember which notices are on their way.

    The fresh ones set out now.
    """
    known = state.in_flight
    under_way = {notice.notice_id: known[notice.notice_id] for notice in due if notice.notice_id in known}
    setting_out = {notice.notice_id: _next_delivery(notice, known.get(notice.notice_id), now) for notice in fresh}
    return replace(state, in_flight=under_way | setting_out)


def _due(state: State, assessment: Assessment, now: Instant) -> list[Notice]:
    """Return every notice that is due, whatever the hour."""
    procedures = state.settings.procedures
    of_keys = (
        with_use_question(notice, assessment, state.memory, procedures, now)
        for notice in due_notices(assessment, state.memory, state.settings, state.presence, now)
    )
    of_guide = guide_notices(assessment, state.memory, now)
    due = [*summarize([*of_keys, *trouble_notices(state, assessment, now), *of_guide]), *icon_hints(state, now)]
    if state.greeting and not was_delivered(state.memory, WELCOME, now):
        return _with_welcome(due, state, assessment, now)
    return due


def _with_welcome(due: list[Notice], state: State, assessment: Assessment, now: Instant) -> list[Notice]:
    """Return the notices with the welcome first.

    Where one is due about a key, the two are one.
    """
    first = next((notice for notice in due if notice.notice_id.kind is NoticeKind.KEY), None)
    if first is None:
        return [welcome_notice(build_report(state, assessment, now)), *due]
    greeting = replace(first, dedup_keys=(WELCOME, *first.dedup_keys))
    return [greeting if notice is first else notice for notice in due]


def _next_delivery(notice: Notice, before: Delivery | None, now: Instant) -> Delivery:
    times = 1 if before is None else before.times + 1
    return Delivery(dedup_keys=notice.dedup_keys, at=now, times=times)


def _is_under_way(delivery: Delivery | None, now: Instant) -> bool:
    """Return whether a notice may still be on its way.

    One that was handed out in the future is not: the clock has been set back since.
    """
    return delivery is not None and delivery.at <= later(now, CLOCK_JITTER) and now < _overdue_at(delivery)


def _overdue_at(delivery: Delivery) -> Instant:
    """Return when a notice without confirmation may be shown again."""
    if delivery.times == 1:
        return later(delivery.at, DELIVERY_LIMIT)
    return later(delivery.at, DELIVERY_LIMIT_LATER)


def _enter_delivery(state: State, event: events.NoticeDelivered) -> State:
    """Remember that a notice was delivered, and forget old troubles."""
    memory = _with_delivered(state.memory, event)
    in_flight = dict(state.in_flight)
    shown = in_flight.get(event.notice_id)
    if shown is not None and shown.dedup_keys == event.dedup_keys:
        del in_flight[event.notice_id]
    if event.notice_id.kind is NoticeKind.KEY:
        shown_at = event.at if shown is None else shown.at
        memory = drop_snooze(memory, KeyId(event.notice_id.subject), shown_at, event.at)
    return replace(state, memory=memory, in_flight=in_flight)


def _with_delivered(memory: Memory, event: events.NoticeDelivered) -> Memory:
    oldest = earlier(event.at, TROUBLE_KEYS_KEPT)
    kept = {key: at for key, at in memory.delivered.items() if at > oldest or not is_trouble_key(key)}
    fresh = {str(k) for k in event.dedup_keys if isinstance(k, ToldKey) or not was_delivered(memory, k, event.at)}
    return replace(memory, delivered=kept | dict.fromkeys(fresh, event.at))


def _problem(state: State, event: events.ProblemMet) -> tuple[ShowNotice, ...]:
    if not state.notifies:
        return ()
    notice = Notice(notice_id=NoticeId(NoticeKind.PROBLEM, event.topic), title=event.title, body=event.body)
    return (ShowNotice(notice=notice),)


def _launch_notice(settings: Settings, event: events.Launched, trouble: Trouble) -> Notice:
    """Return the notice of a launch that failed, or was held back."""
    place = event.place
    procedure = settings.procedure(event.procedure)
    body = launch_remedy(procedure, event.destination, trouble, place)
    return Notice(
        notice_id=NoticeId(NoticeKind.LAUNCH_FAILED, event.procedure),
        title=text(TROUBLE_TITLES[trouble]),
        body=body,
        dedup_keys=(ToolKey(place),) if place is not None else (),
    )


def _moments(state: State, assessment: Assessment, held_until: Instant | None, now: Instant) -> Iterator[Instant]:
    """Yield every moment at which to look again."""
    yield from moments(assessment, state.memory, state.settings, state.presence, now)
    yield from guide_moments(assessment, state.memory)
    yield from look_moments(state)
    yield from icon_hint_moments(state, now)
    yield from trouble_moments(state)
    yield from (_overdue_at(delivery) for delivery in state.in_flight.values())
    if state.awaited is not None:
        yield later(state.awaited.until, timedelta(seconds=1))
    if held_until is not None:
        yield held_until


def _history(before: Memory, after: Memory, effects: tuple[Effect, ...], now: Instant) -> Iterator[HistoryEntry]:
    """Yield what changed as entries of the history."""
    for key_id, key in after.keys.items():
        known = before.keys.get(key_id)
        if known is not key:
            yield from _key_history(key, known, now)
    for fingerprint in before.certificates.keys() - after.certificates.keys():
        yield HistoryEntry(at=now, what="forgotten", subject=fingerprint[:8])
    yield from workflow_history(before, after, now)
    yield from _added("said", before.delivered, after.delivered, now)
    yield from _added("snoozed", before.snoozes, after.snoozes, now)
    for effect in effects:
        if isinstance(effect, Launch):
            yield HistoryEntry(at=now, what=f"launched_{effect.destination}", subject=effect.procedure)


def _key_history(key: Key, known: Key | None, now: Instant) -> Iterator[HistoryEntry]:
    """Yield what changed of one key.

    `known` is the key as it was remembered, None for a new key.
    """
    if known is None:
        yield HistoryEntry(at=now, what="key_seen", subject=key.id)
        yield from _claimed(key, key.claims, now)
        return
    yield from _claimed(key, key.claims - known.claims, now)
    if key.name != known.name:
        yield HistoryEntry(at=now, what="named" if key.name else "unnamed", subject=key.id)


def _claimed(key: Key, claims: frozenset[Claim], now: Instant) -> Iterator[HistoryEntry]:
    for claim in sorted(claims):
        yield HistoryEntry(at=now, what=f"told_{claim}", subject=key.id)


def _added(
    what: str, before: Mapping[Id, Instant], after: Mapping[Id, Instant], now: Instant
) -> Iterator[HistoryEntry]:
    for subject in after.keys() - before.keys():
        yield HistoryEntry(at=now, what=what, subject=subject)
