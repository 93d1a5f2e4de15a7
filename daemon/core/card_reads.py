"""When to read a card: once for each insertion; again only where it failed, or while it is being activated."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from daemon.core.effects import ReadTokens
from daemon.core.events import TokensRead
from daemon.core.expiry import later
from daemon.core.model import Fingerprint, Key, Memory, ReaderName, ReaderState, Role, Ticket, TokenReading
from daemon.core.recognition import (
    UNKNOWN_READER,
    Content,
    card_trouble,
    group_tokens,
    names_reader,
    reader_of,
    remember_key,
    without_authorities,
)
from daemon.core.state import Read, State
from daemon.core.troubles import Trouble
from daemon.core.workflows.cards import CardsPresent, cards_present

RETRY_AFTER = (timedelta(seconds=3), timedelta(seconds=15))
RETRIED = {Trouble.CARD_UNREAD, Trouble.CARD_BUSY, Trouble.MODULE_HUNG, Trouble.MODULE_CRASHED}
ACTIVATION_LOOK = timedelta(seconds=30)


def take_readers(state: State, readers: tuple[ReaderState, ...]) -> State:
    """Enter the service's picture; what was read stays for the insertions that are still there.

    Where a token's reader was unknown and the picture changes, readers in which nothing was found are open again.
    """
    before = _held(state)
    state = replace(state, readers=readers, service_trouble=None, blind_since=None)
    held = _held(state)
    unclear = UNKNOWN_READER in state.contents
    if held == before and unclear:
        return state
    kept: dict[ReaderName | None, Content] = {
        name: content
        for name, content in state.contents.items()
        if name is not UNKNOWN_READER and held.get(name) == content.insertion and (content.keys or not unclear)
    }
    return replace(state, contents=kept)


def order_read(state: State, names: frozenset[ReaderName]) -> tuple[State, ReadTokens]:
    """Order a read of the readers with these names; with none, of whatever tokens the modules show."""
    ticket = state.next_ticket
    held = _held(state)
    insertions = {name: insertion for name, insertion in held.items() if name in names}
    others = tuple(name for name in held if name not in names)
    read = Read(insertions=insertions, held=held)
    state = replace(state, next_ticket=Ticket(ticket + 1), reads={**state.reads, ticket: read})
    return state, ReadTokens(ticket=ticket, readers=tuple(insertions), others=others)


def order_read_of_all(state: State) -> tuple[State, tuple[ReadTokens, ...]]:
    """Order a read of every card that is in, unless each is being read already."""
    names = frozenset(reader.name for reader in state.held) - names_being_read(state)
    if state.reads and not names:
        return state, ()
    state, order = order_read(state, names)
    return state, (order,)


def unread(state: State, now: datetime) -> frozenset[ReaderName]:
    """Name the readers whose card has to be read now and is not being read."""
    reading = names_being_read(state)
    return frozenset(
        r.name
        for r in state.held
        if r.name not in reading and any(moment <= now for moment in _look_moments(state, r.name, now))
    )


def names_being_read(state: State) -> frozenset[ReaderName]:
    """Name the readers whose present card is being read."""
    reading = {item for read in state.reads.values() for item in read.insertions.items()}
    return frozenset(r.name for r in state.held if (r.name, r.insertion) in reading)


def look_moments(state: State) -> Iterator[datetime]:
    """Yield the moments at which a card that was read has to be looked at again."""
    for name in (*(reader.name for reader in state.held), UNKNOWN_READER):
        if name in state.contents:
            yield from _look_moments(state, name, state.contents[name].read_at)


def readerless_look_due(state: State, now: datetime) -> bool:
    """Tell whether the tokens whose reader is unknown have to be looked at again."""
    known = UNKNOWN_READER in state.contents and not state.reads
    return known and any(moment <= now for moment in _look_moments(state, UNKNOWN_READER, now))


def take_tokens(state: State, event: TokensRead) -> State:
    """Collect one module's answer; one to a read that is over is dropped."""
    read = state.reads.get(event.ticket)
    if read is None:
        return state
    troubles = read.troubles | ({event.trouble} if event.trouble else set())
    tokens = tuple(map(without_authorities, event.tokens))
    grown = replace(read, tokens=read.tokens + tokens, troubles=troubles)
    return replace(state, reads={**state.reads, event.ticket: grown})


def finish_read(state: State, ticket: Ticket, now: datetime) -> State:
    """Turn what came in into keys; what belongs to a card that has left meanwhile is dropped.

    Where cards came or went meanwhile, a slot that names no reader may be of any: it is dropped, and a reader
    in which nothing else was found is read again.
    """
    read = state.reads.get(ticket)
    if read is None:
        return state
    state = replace(state, reads={t: r for t, r in state.reads.items() if t != ticket})
    steady = read.held == _held(state)
    found: dict[ReaderName | None, list[TokenReading]] = defaultdict(list)
    for token in read.tokens:
        if steady or any(names_reader(token.slot_description, r.name) for r in state.readers or ()):
            found[reader_of(token, state.readers or ())].append(token)
    insertions: dict[ReaderName | None, int] = {
        n: i for n, i in _held(state).items() if read.insertions.get(n) == i and (steady or found[n])
    }
    if found[UNKNOWN_READER]:
        insertions[UNKNOWN_READER] = 0
    elif not read.insertions:
        state = replace(state, contents={n: c for n, c in state.contents.items() if n != UNKNOWN_READER})
    for reader, insertion in insertions.items():
        tokens = tuple(found[reader])
        unclear = not tokens and bool(found[UNKNOWN_READER])
        trouble = None if unclear else card_trouble(tokens, read.troubles)
        state = _enter(state, reader, tokens, Content(insertion=insertion, trouble=trouble, read_at=now))
    return state


def _enter(state: State, reader: ReaderName | None, tokens: tuple[TokenReading, ...], content: Content) -> State:
    """Remember the keys that the tokens of one reader are; a failed second look takes nothing back."""
    before = state.contents.get(reader)
    if before is not None and before.insertion == content.insertion:
        content = replace(content, attempts=before.attempts + 1)
        if not tokens:
            content = replace(content, keys=before.keys, fingerprints=before.fingerprints, blank=before.blank)
    memory = state.memory
    for group in group_tokens(tokens, reader):
        memory, key = remember_key(memory, group, reader, content.read_at)
        shown = {c.fingerprint: c.role for token in group for c in token.certificates}
        content = replace(
            content,
            keys=content.keys + ((key.id,) if key else ()),
            fingerprints=content.fingerprints | shown.keys(),
            incomplete=content.incomplete or (key is not None and _falls_short(key, shown)),
            blank=content.blank or not (key.fingerprints if key else any(token.certificates for token in group)),
        )
    return replace(state, memory=memory, contents={**state.contents, reader: content})


def _falls_short(key: Key, shown: Mapping[Fingerprint, Role]) -> bool:
    """Tell whether a key shows fewer certificates than are remembered of it, or none to log in with."""
    return len(shown) < len(key.fingerprints) or (bool(shown) and Role.AUTHENTICATION not in shown.values())


def _held(state: State) -> dict[ReaderName, int]:
    return {reader.name: reader.insertion for reader in state.held}


def _look_moments(state: State, reader: ReaderName | None, now: datetime) -> Iterator[datetime]:
    """Yield when a held reader is to be read: at once, after a failure, or while its key is being activated."""
    content = state.contents.get(reader)
    if content is None:
        yield now
        return
    retries = len(RETRY_AFTER) if content.trouble in RETRIED else 1 if content.incomplete else 0
    if content.attempts <= retries:
        yield later(content.read_at, RETRY_AFTER[content.attempts - 1])
    next_look = later(content.read_at, ACTIVATION_LOOK)
    if state.activating_until and next_look < state.activating_until and _may_be_activated(content, state.memory):
        yield next_look


def _may_be_activated(content: Content, memory: Memory) -> bool:
    return content.blank or any(memory.keys[key].flags.unactivated for key in content.keys if key in memory.keys)


def known_cards(state: State) -> CardsPresent | None:
    """Return what is in the readers, None while that is not known."""
    if state.service_trouble:
        return None
    return cards_present(state.readers, state.contents, names_being_read(state))
