"""The whole program as one pure function: what happened, and what is to be done about it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

from config.i18n.text import text
from daemon.core import events
from daemon.core.assessment import Assessment, assess_state
from daemon.core.card_reads import (
    finish_read,
    known_cards,
    look_moments,
    names_being_read,
    order_read,
    readerless_look_due,
    take_readers,
    take_tokens,
    unread,
)
from daemon.core.commands import CheckKeys
from daemon.core.dedup_keys import is_trouble_key
from daemon.core.digest import summarize
from daemon.core.due_notices import due_notices, moments, was_delivered
from daemon.core.effects import (
    Effect,
    HistoryEntry,
    Launch,
    ReadTokens,
    Reply,
    SaveMemory,
    ShowGuide,
    ShowNotice,
    UpdateTray,
    WakeAt,
)
from daemon.core.events import Event
from daemon.core.expiry import later, quiet_until
from daemon.core.guide.certificates import certificate_cards
from daemon.core.guide.reminders import guide_moments, guide_notices
from daemon.core.guide.render import render_guide
from daemon.core.guide.sync_progress import sync_progress
from daemon.core.labels import TROUBLE_REMEDIES, TROUBLE_TITLES
from daemon.core.model import KeyId, Memory, ReaderName
from daemon.core.notice import Notice, NoticeId, NoticeKind
from daemon.core.responses.command import carry_out
from daemon.core.responses.launch import apply_launched
from daemon.core.responses.notice import Step, drop_snooze, open_awaited
from daemon.core.state import Delivery, State
from daemon.core.status_report import build_report
from daemon.core.tray_view import build_tray_view
from daemon.core.trouble_notices import (
    TROUBLE_KEYS_KEPT,
    clock_wrong,
    trouble_moments,
    trouble_notices,
)
from daemon.core.troubles import Trouble
from daemon.core.welcome import WELCOME, welcome_notice
from daemon.core.workflows.history import workflow_history
from daemon.core.workflows.progress import set_back

Id = TypeVar("Id", bound=str)

DELIVERY_LIMIT = timedelta(minutes=2)  # a notice not known to be delivered by then is handed out again
CLOCK_JITTER = timedelta(minutes=1)  # events of several threads may come in another order than their moments
DELIVERY_LIMIT_LATER = timedelta(hours=1)  # and then at this pace: nobody takes it, or nobody says so


def step(state: State, event: Event) -> Step:
    """Take one event in and return the new state with what is to be done, in order; what is to be kept comes first."""
    after, effects = _take(_on_time(state, event.at), event)
    if isinstance(event, events.TokensRead) and after.memory is state.memory:
        return after, effects  # what was read waits for the end of its read; nothing follows from it before
    after, more = _settle(after, event.at)
    effects += more
    happened = tuple(_history(state.memory, after.memory, effects, event.at))
    if happened or after.memory != state.memory:
        effects = (SaveMemory(memory=after.memory, history=happened), *effects)
    return after, effects


def _take(state: State, event: Event) -> Step:  # noqa: C901, PLR0911 - one case an event
    """Enter what happened."""
    match event:
        case events.ReadersSeen(readers=readers):
            first = state.readers is None and state.notifies
            state = take_readers(state, readers)
            return _read(state, frozenset()) if first and not state.held and state.settings.modules else (state, ())
        case events.ServiceLost(trouble=trouble, at=at):
            return state.lose_service(trouble, at), ()
        case events.TokensRead():
            return take_tokens(state, event), ()
        case events.ReadFinished(ticket=ticket, at=at):
            return finish_read(state, ticket, at), ()
        case events.NoticeDelivered():
            return _enter_delivery(state, event), ()
        case events.CommandReceived():
            return _carry_out(state, event)
        case events.SettingsLoaded(settings=settings):
            contents = state.contents if settings.modules == state.settings.modules else {}
            return replace(state, settings=settings, contents=contents), ()
        case events.ProblemMet():
            return state, _problem(state, event)
        case events.Launched(procedure=procedure, trouble=trouble, at=at):
            failed = _launch_failed(procedure, trouble) if trouble and state.notifies else ()
            return apply_launched(state, assess_state(state, at), event), failed
        case events.LoginStartKnown(on=on):
            return replace(state, login_start=on), ()
        case events.Tick():
            return state, ()
        case _:
            assert_never(event)


def _settle(state: State, now: datetime) -> Step:
    """Do what now follows from the state: read, answer, open, tell, draw, and wake again in time."""
    state, orders = _read(state, unread(state, now), only_if_any=True)
    if readerless_look_due(state, now):
        state, orders = _read(state, frozenset())
    assessment = assess_state(state, now)
    state, answers = _answer(state, assessment, now)
    if not state.notifies:
        return state, orders + answers
    state = replace(
        state, memory=sync_progress(state.memory, assessment.cases, now), cards=known_cards(state) or state.cards
    )
    state, opened = open_awaited(state, assessment, now)
    state, delivered, held_until = _tell(state, assessment, now)
    state, shown = _draw(state, assessment, now)
    wake = min((m for m in _moments(state, assessment, held_until, now) if m > now), default=None)
    woken = () if wake == state.wake_at else (WakeAt(moment=wake),)
    return replace(state, wake_at=wake), orders + answers + opened + delivered + shown + woken


def _draw(state: State, assessment: Assessment, now: datetime) -> Step:
    """Draw the guide and the face, and show what has changed of them."""
    cards = certificate_cards(state, assessment, now)
    more = len(assessment.certificates) - len(cards)
    view = replace(render_guide(state, assessment, now), certificates=cards, more_certificates=more)
    tray = build_tray_view(state, assessment, view, now)
    shown: tuple[Effect, ...] = () if tray == state.tray else (UpdateTray(tray=tray),)
    shown += () if view == state.guide else (ShowGuide(view=view),)
    return replace(state, tray=tray, guide=view), shown


def _on_time(state: State, now: datetime) -> State:
    """Keep up with the clock: where it was set back, what runs goes on for as long as it would have."""
    if state.clock is not None and now < state.clock - CLOCK_JITTER:
        return replace(state, clock=now, memory=set_back(state.memory, state.clock - now))
    return replace(state, clock=now if state.clock is None else max(now, state.clock))


def _read(
    state: State, names: frozenset[ReaderName], *, only_if_any: bool = False
) -> tuple[State, tuple[ReadTokens, ...]]:
    if only_if_any and not names:
        return state, ()
    state, order = order_read(state, names)
    return state, (order,)


def _carry_out(state: State, event: events.CommandReceived) -> Step:
    """Carry out a command, and reply to whoever waits: to a check once the reads that it waits for are over."""
    state, effects = carry_out(state, event.command, event.at)
    if event.request is None:
        return state, effects
    if isinstance(event.command, CheckKeys):
        return replace(state, requests={**state.requests, event.request: frozenset(state.reads)}), effects
    report = build_report(state, assess_state(state, event.at), event.at)
    return state, (Reply(request=event.request, report=report), *effects)


def _answer(state: State, assessment: Assessment, now: datetime) -> tuple[State, tuple[Reply, ...]]:
    """Answer the checks whose reads are all over, and that of a card that came meanwhile."""
    ready = [request for request, tickets in state.requests.items() if not tickets & state.reads.keys()]
    if not ready or names_being_read(state):
        return state, ()
    report = build_report(state, assessment, now)
    state = replace(state, requests={r: t for r, t in state.requests.items() if r not in ready})
    return state, tuple(Reply(request=request, report=report) for request in ready)


def _tell(state: State, assessment: Assessment, now: datetime) -> tuple[State, tuple[ShowNotice, ...], datetime | None]:
    """Hand out what is due, unless a card is being read, the clock is wrong, or it is quiet; then say until when."""
    if state.readers is None or names_being_read(state) or clock_wrong(now):
        return state, (), None
    due = [*due_notices(assessment, state.memory, state.settings, now), *trouble_notices(state, assessment, now)]
    due = summarize([*due, *guide_notices(assessment, state.memory, now)])
    if state.greeting and not was_delivered(state.memory, WELCOME, now):
        due.append(welcome_notice(build_report(state, assessment, now), login_start=state.login_start))
    before = {n.tag: state.in_flight[n.tag] for n in due if n.tag in state.in_flight}
    fresh = [n for n in due if n.tag not in before or not _is_under_way(before[n.tag], now)]
    quiet = quiet_until(now.astimezone(state.zone), state.settings.notices.quiet_hours)
    if quiet is not None:
        return state, (), quiet if fresh else None
    times = {n.tag: before[n.tag].times + 1 if n.tag in before else 1 for n in fresh}
    delivery = {n.tag: Delivery(dedup_keys=n.dedup_keys, at=now, times=times[n.tag]) for n in fresh}
    state = replace(state, in_flight=before | delivery)
    return state, tuple(ShowNotice(notice=notice) for notice in fresh), None


def _is_under_way(delivery: Delivery, now: datetime) -> bool:
    """Tell whether a notice may still be on its way; handed out in the future, it was by a clock since set back."""
    return delivery.at - CLOCK_JITTER <= now < _overdue_at(delivery)


def _overdue_at(delivery: Delivery) -> datetime:
    """Return when word of a notice's delivery is overdue."""
    return later(delivery.at, DELIVERY_LIMIT if delivery.times == 1 else DELIVERY_LIMIT_LATER)


def _enter_delivery(state: State, event: events.NoticeDelivered) -> State:
    """Remember what has reached the person, and forget old alarms."""
    oldest = event.at - TROUBLE_KEYS_KEPT
    kept = {m: at for m, at in state.memory.delivered.items() if at > oldest or not is_trouble_key(m)}
    memory = replace(state.memory, delivered=kept | dict.fromkeys(map(str, event.dedup_keys), event.at))
    in_flight = {
        t: delivery
        for t, delivery in state.in_flight.items()
        if t != event.tag or delivery.dedup_keys != event.dedup_keys
    }
    if event.tag.kind is NoticeKind.KEY:
        memory = drop_snooze(memory, KeyId(event.tag.subject), event.at)
    return replace(state, memory=memory, in_flight=in_flight)


def _problem(state: State, event: events.ProblemMet) -> tuple[ShowNotice, ...]:
    notice = Notice(tag=NoticeId(NoticeKind.PROBLEM, event.topic), title=event.title, body=event.body)
    return (ShowNotice(notice=notice),) if state.notifies else ()


def _launch_failed(procedure: str, trouble: Trouble) -> tuple[ShowNotice, ...]:
    title, body = text(TROUBLE_TITLES[trouble]), text(TROUBLE_REMEDIES[trouble])
    return (ShowNotice(notice=Notice(tag=NoticeId(NoticeKind.LAUNCH_FAILED, procedure), title=title, body=body)),)


def _moments(state: State, assessment: Assessment, held_until: datetime | None, now: datetime) -> Iterator[datetime]:
    """Yield every moment at which to look again."""
    yield from moments(assessment, state.memory, state.settings, now)
    yield from guide_moments(assessment, state.memory)
    yield from look_moments(state)
    yield from trouble_moments(state)
    yield from (_overdue_at(delivery) for delivery in state.in_flight.values())
    if state.awaited is not None:
        yield later(state.awaited.until, timedelta(seconds=1))
    if held_until is not None:
        yield held_until


def _history(before: Memory, after: Memory, effects: tuple[Effect, ...], now: datetime) -> Iterator[HistoryEntry]:
    """Put what changed into lines of the history."""
    for key_id, key in after.keys.items():
        known = before.keys.get(key_id)
        if known is key:
            continue
        if known is None:
            yield HistoryEntry(at=now, what="key_seen", subject=key_id)
        for claim in sorted(key.claims - (known.claims if known else frozenset())):
            yield HistoryEntry(at=now, what=f"told_{claim}", subject=key_id)
        if known is not None and key.name != known.name:
            yield HistoryEntry(at=now, what="named" if key.name else "unnamed", subject=key_id)
    for fingerprint in before.certificates.keys() - after.certificates.keys():
        yield HistoryEntry(at=now, what="forgotten", subject=fingerprint[:8])
    yield from workflow_history(before, after, now)
    yield from _added("said", before.delivered, after.delivered, now)
    yield from _added("snoozed", before.snoozes, after.snoozes, now)
    for effect in effects:
        if isinstance(effect, Launch):
            yield HistoryEntry(at=now, what=f"launched_{effect.destination}", subject=effect.procedure)


def _added(
    what: str, before: Mapping[Id, datetime], after: Mapping[Id, datetime], now: datetime
) -> Iterator[HistoryEntry]:
    for subject in after.keys() - before.keys():
        yield HistoryEntry(at=now, what=what, subject=subject)
