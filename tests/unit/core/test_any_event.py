"""The rules bear every well-typed event, whatever its values."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.i18n.text import HIDDEN, Phrase, Text, text
from config.i18n.translator import LANGUAGES, Translator
from config.instants import Instant, instant
from config.settings import Settings
from config.values import field_names, is_value
from config.workflows import WorkflowKind
from daemon.core import events
from daemon.core.calendar_entries import calendar_entries
from daemon.core.commands import Command
from daemon.core.effects import Reply
from daemon.core.events import CommandReceived, Event, ReadersSeen, ReadFinished, TokensRead
from daemon.core.model import Fingerprint, KeyId, ReaderName, Ticket
from daemon.core.state import State
from daemon.core.step import step
from support.core.factories import DAY, NOW, SETTINGS, holding, notice_settings

ENDS = [
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    instant(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
]
MOMENTS = st.one_of(
    st.sampled_from([NOW, *ENDS]),
    st.integers(-3000, 3000).map(lambda days: NOW + days * DAY),
    st.datetimes(timezones=st.just(UTC)),
)
ZONES: list[tzinfo] = [
    *(timezone(timedelta(hours=hours)) for hours in range(-12, 15)),
    *map(ZoneInfo, ("Pacific/Kiritimati", "America/New_York", "Europe/Paris")),
]
WORDS = st.one_of(st.sampled_from(["", "Jeanne", "MARTIN", "CertEurope", "opalexe", "{holder}"]), st.text(max_size=8))
CHOSEN = (SETTINGS, notice_settings(days=(), urgent_days=1), notice_settings(days=(3650, 1), urgent_days=3650))
FINGERPRINTS = [Fingerprint(letter * 64) for letter in "abc"]
KEYS = [KeyId(fingerprint[:16]) for fingerprint in FINGERPRINTS]
POOLS: dict[Any, st.SearchStrategy[Any]] = {
    datetime: MOMENTS,
    str: WORDS,
    int: st.integers(0, 4),
    Text: st.just(text("notice.nothing.title")),
    Settings: st.sampled_from(CHOSEN),
    StrEnum: st.sampled_from(WorkflowKind),
    Fingerprint: st.sampled_from(FINGERPRINTS),
    KeyId: st.sampled_from(KEYS),
    ReaderName: st.sampled_from([ReaderName("Reader 00"), ReaderName("Reader 01"), ReaderName("")]),
    Ticket: st.integers(1, 6).map(Ticket),
}
"""Few values of what the rules compare, so that events are often about the same thing."""


@cache
def any_of(type_: Any) -> st.SearchStrategy[Any]:
    """Values of a type, with every field of a dataclass."""
    if type_ in POOLS:
        return POOLS[type_]
    if isinstance(type_, type) and is_value(type_):
        return st.builds(type_, **{name: _field(type_, name) for name in field_names(type_)})
    if arguments := get_args(type_):
        return _container(get_origin(type_), arguments)
    supertype = getattr(type_, "__supertype__", None)
    return any_of(supertype) if supertype is not None else st.from_type(type_)


def _field(type_: type, name: str) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: any_of(get_type_hints(type_)[name]))


def _container(origin: Any, arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin is tuple:
        return st.lists(any_of(arguments[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(any_of(arguments[0]), max_size=3)
    if origin in {Mapping, dict}:
        return st.dictionaries(*map(any_of, arguments), max_size=2)
    return st.one_of(*map(any_of, arguments))


KINDS = get_args(Event)
EVENTS = st.one_of(*(any_of(kind) for kind in KINDS))
STORIES = st.lists(EVENTS, min_size=1, max_size=12)
COMMANDS = [any_of(kind) for kind in get_args(Command)]


def follow(story: list[Event], zone: tzinfo) -> None:
    """Apply the events, and render in both languages what follows."""
    state = State(settings=SETTINGS, zone=zone)
    for event in story:
        state, effects = step(state, event)
        render_all(effects, zone)
    now = story[-1].at
    render_all(calendar_entries(state.memory, state.settings, now), zone)
    _, effects = step(State(settings=SETTINGS, memory=state.memory, zone=zone), story[-1])
    render_all(effects, zone)


def render_all(value: object, zone: tzinfo) -> None:
    match value:
        case Text() | Phrase():
            for language in LANGUAGES:
                line = TRANSLATORS[language, zone].render(value)
                assert line
                assert not any(unicodedata.category(letter) in HIDDEN for letter in line.replace("\n", ""))
        case tuple():
            for each in value:
                render_all(each, zone)
        case Settings():
            pass
        case _ if is_value(value):
            if isinstance(value, Reply):
                render_all(tuple(path.reason for path in value.report.paths), zone)
            for name in field_names(value):
                render_all(getattr(value, name), zone)


def test_every_event_is_among_those_that_are_drawn() -> None:
    """An event is what bears the moment at which it was posted."""
    values = (value for value in vars(events).values() if isinstance(value, type) and is_value(value))
    bearing = {value for value in values if "at" in field_names(value)}
    assert bearing == set(KINDS)
    drawn: set[type] = set()

    @settings(max_examples=300, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(EVENTS)
    def draw(event: Event) -> None:
        drawn.add(type(event))

    draw()
    assert drawn == bearing


TRANSLATORS = {(language, zone): Translator(language, zone) for language in LANGUAGES for zone in ZONES}


@given(STORIES, st.sampled_from(ZONES))
def test_no_event_is_more_than_the_rules_can_bear(story: list[Event], zone: tzinfo) -> None:
    follow(story, zone)


@pytest.mark.slow
@given(
    st.lists(any_of(TokensRead).map(lambda read: read.tokens), min_size=1, max_size=4),
    st.lists(st.one_of(*COMMANDS), max_size=6),
    st.lists(MOMENTS, min_size=12, max_size=12),
    st.sampled_from(ZONES),
)
def test_no_key_and_no_command_is_more_than_the_rules_can_bear(
    keys: list[tuple[Any, ...]], commands: list[Command], moments: list[Instant], zone: tzinfo
) -> None:
    """The keys are read, so that the commands find them."""
    at = iter(moments)
    story: list[Event] = []
    for number, tokens in enumerate(keys, 1):
        story.append(ReadersSeen(at=next(at), readers=(holding(insertion=number),)))
        story.append(TokensRead(at=story[-1].at, ticket=Ticket(number), module="m", tokens=tokens))
        story.append(ReadFinished(at=story[-1].at, ticket=Ticket(number)))
    story += [CommandReceived(at=next(at), command=command) for command in commands]
    follow(story, zone)
