"""Decides when a card is read, and takes in what was read.

A card is read once an insertion, and again after failures or while it is being activated.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta

from config.instants import Instant
from config.values import replace
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
    present,
    reader_of,
    remember_key,
    without_authorities,
)
from daemon.core.state import Read, State
from daemon.core.stored_copies import old_ones
from daemon.core.troubles import Trouble
from daemon.core.workflows.cards import CardsPresent, cards_present

RETRY_AFTER = (timedelta(seconds=3), timedelta(seconds=15))
RETRIED = {
    Trouble.CARD_UNREAD,
    Trouble.CARD_BUSY,
    Trouble.CARD_REFUSED,
    Trouble.MODULE_HUNG,
    Trouble.MODULE_CRASHED,
}
OBSTACLES = {Trouble.CARD_BUSY, Trouble.CARD_REFUSED}  # which may end at any moment
OBSTACLE_LOOK = timedelta(seconds=3)
OBSTACLE_LOOKS = sum(RETRY_AFTER, timedelta()) // OBSTACLE_LOOK  # before it is told, as late as other failures
BUSY_LOOK = timedelta(minutes=1)  # after that; mostly its end is reported
FAILURE_LOOK = timedelta(minutes=15)  # at what failed, in the end
ACTIVATION_LOOK = timedelta(seconds=30)


def take_readers(state: State, readers: tuple[ReaderState, ...]) -> State:
    """Take the service's snapshot.

    What was read stays for insertions that are still there.

    Where a token's reader was unknown and the snapshot changes, readers in which nothing was found are read again.
    """
    before = _insertions(state)
    busy = {reader.name for reader in state.held if reader.trouble is Trouble.CARD_BUSY}
    state = replace(state, readers=readers, service_trouble=None, blind_since=None)
    state = _look_at_freed(state, busy)
    held: dict[ReaderName | None, int] = dict(_insertions(state).items())
    reader_unknown = UNKNOWN_READER in state.contents
    if held == before and reader_unknown:
        return state
    kept = {name: content for name, content in state.contents.items() if held.get(name) == content.insertion}
    if reader_unknown:
        kept = {name: content for name, content in kept.items() if content.keys}
    return replace(state, contents=kept)


def _look_at_freed(state: State, busy: set[ReaderName]) -> State:
    """Forget failed reads of cards that are free again."""
    freed = busy - {reader.name for reader in state.held if reader.trouble is Trouble.CARD_BUSY}
    return forget_busy(state, freed)


def forget_busy(state: State, freed: Collection[ReaderName]) -> State:
    """Forget that another program held the cards in these readers.

    What a read under way still finds of it is of before.
    """
    if not freed:
        return state
    contents = {
        name: content
        for name, content in state.contents.items()
        if name not in freed or content.trouble is not Trouble.CARD_BUSY
    }
    reads = {ticket: replace(read, freed=read.freed.union(freed)) for ticket, read in state.reads.items()}
    return replace(state, contents=contents, reads=reads)


def order_read(state: State, names: frozenset[ReaderName]) -> tuple[State, ReadTokens]:
    """Order a read of these readers.

    Without names, every token that a module shows is read.
    """
    ticket = state.next_ticket
    held = _insertions(state)
    insertions = {name: insertion for name, insertion in held.items() if name in names}
    others = tuple(name for name in held if name not in names)
    read = Read(insertions=insertions, held=held)
    state = replace(state, next_ticket=Ticket(ticket + 1), reads={**state.reads, ticket: read})
    return state, ReadTokens(ticket=ticket, readers=tuple(insertions), others=others)


def order_read_of_all(state: State) -> tuple[State, tuple[ReadTokens, ...]]:
    """Order a read of every card that is not being read."""
    names = frozenset(reader.name for reader in state.held) - names_being_read(state)
    if state.background or (state.reads and not names):
        return state, ()
    state, order = order_read(state, names)
    return state, (order,)


def unread(state: State, now: Instant) -> frozenset[ReaderName]:
    """Return the readers whose card has to be read now."""
    return frozenset(r.name for r in state.held if _is_due(state, r.name, now)) - names_being_read(state)


def names_being_read(state: State) -> frozenset[ReaderName]:
    """Return the readers whose present card is being read."""
    reading = {item for read in state.reads.values() for item in read.insertions.items()}
    return frozenset(r.name for r in state.held if (r.name, r.insertion) in reading)


def look_moments(state: State) -> Iterator[Instant]:
    """Yield when a card that was read has to be read again."""
    for name in (*(reader.name for reader in state.held), UNKNOWN_READER):
        if name in state.contents:
            yield from _look_moments(state, name, state.contents[name].read_at)


def readerless_look_due(state: State, now: Instant) -> bool:
    """Return whether tokens of unknown readers have to be read again."""
    known = UNKNOWN_READER in state.contents and not state.reads
    return known and _is_due(state, UNKNOWN_READER, now)


def _is_due(state: State, reader: ReaderName | None, now: Instant) -> bool:
    return any(moment <= now for moment in _look_moments(state, reader, now))


def take_tokens(state: State, event: TokensRead) -> State:
    """Collect one module's answer.

    An answer to a finished read is dropped.
    """
    read = state.reads.get(event.ticket)
    if read is None:
        return state
    troubles = read.troubles
    if event.trouble is not None:
        troubles |= {event.trouble}
    tokens = tuple(map(without_authorities, event.tokens))
    programs = event.programs or read.programs
    copies = read.copies + event.copies
    grown = replace(read, tokens=read.tokens + tokens, troubles=troubles, programs=programs, copies=copies)
    return replace(state, reads={**state.reads, event.ticket: grown})


def finish_read(state: State, ticket: Ticket, now: Instant) -> State:
    """Turn the tokens of a read into keys.

    Tokens of a card that has left meanwhile are dropped.

    Where cards came or went during the read, a slot that names no reader may be of any: it is dropped, and a reader
    in which nothing else was found is read again.
    """
    read = state.reads.get(ticket)
    if read is None:
        return state
    state = replace(state, reads={t: r for t, r in state.reads.items() if t != ticket})
    found = _tokens_by_reader(read, state)
    if not found[UNKNOWN_READER] and not read.insertions:
        state = _forget_unknown_reader(state)
    for reader, insertion in _insertions_read(read, state, found).items():
        tokens = tuple(found[reader])
        reader_unknown = not tokens and bool(found[UNKNOWN_READER])
        trouble = None if reader_unknown else card_trouble(tokens, read.troubles)
        if trouble is Trouble.CARD_BUSY and reader in read.freed:
            continue  # it is read again at once
        programs = read.programs if trouble is Trouble.CARD_BUSY else ()
        content = Content(insertion=insertion, trouble=trouble, programs=programs, read_at=now)
        state = _remember(state, reader, tokens, content)
    return _keep_copies(state, read, now)


def _keep_copies(state: State, read: Read, now: Instant) -> State:
    """Keep the copies that say what an old key was."""
    found = old_ones(read.copies, state.memory, present(state.contents)[1], now) if read.copies else {}
    if found.keys() <= state.old_copies.keys():
        return state
    return replace(state, old_copies={**found, **state.old_copies})


def _forget_unknown_reader(state: State) -> State:
    """Forget the content of tokens that named no reader."""
    contents = dict(state.contents)
    contents.pop(UNKNOWN_READER, None)
    return replace(state, contents=contents)


def _tokens_by_reader(read: Read, state: State) -> defaultdict[ReaderName | None, list[TokenReading]]:
    """Sort tokens by reader.

    A token that names no reader counts only where no card came or went during the read.
    """
    readers = state.readers or ()
    steady = read.held == _insertions(state)
    found: defaultdict[ReaderName | None, list[TokenReading]] = defaultdict(list)
    for token in read.tokens:
        if steady or any(names_reader(token.slot_description, r.name) for r in readers):
            found[reader_of(token, readers)].append(token)
    return found


def _insertions_read(
    read: Read, state: State, found: defaultdict[ReaderName | None, list[TokenReading]]
) -> Mapping[ReaderName | None, int]:
    """Return the insertion that was read in each reader.

    Tokens that name no reader are under None.
    """
    steady = read.held == _insertions(state)
    same = (item for item in _insertions(state).items() if read.insertions.get(item[0]) == item[1])
    insertions: dict[ReaderName | None, int] = {name: insertion for name, insertion in same if steady or found[name]}
    if found[UNKNOWN_READER]:
        insertions[UNKNOWN_READER] = 0
    return insertions


def _remember(state: State, reader: ReaderName | None, tokens: tuple[TokenReading, ...], content: Content) -> State:
    """Remember the keys in one reader.

    A failed second read takes nothing back.
    """
    content = _after_earlier_read(content, state.contents.get(reader), tokens)
    memory = state.memory
    others = frozenset(key for name, other in state.contents.items() if name != reader for key in other.keys)
    for group in group_tokens(tokens, reader):
        memory, key = remember_key(memory, group, reader, content.read_at, others.union(content.keys))
        content = _with_key(content, group, key)
    return replace(state, memory=memory, contents={**state.contents, reader: content})


def _after_earlier_read(content: Content, before: Content | None, tokens: tuple[TokenReading, ...]) -> Content:
    """Count the read.

    One that found nothing keeps what an earlier read of the same insertion found.
    """
    if before is None or before.insertion != content.insertion:
        return content
    content = replace(content, attempts=before.attempts + 1)
    if tokens:
        return content
    return replace(content, keys=before.keys, fingerprints=before.fingerprints, blank=before.blank)


def _with_key(content: Content, group: tuple[TokenReading, ...], key: Key | None) -> Content:
    """Return the content with one more key.

    The key is None where nothing identifies the token.
    """
    roles = {c.fingerprint: c.role for token in group for c in token.certificates}
    content = replace(content, fingerprints=content.fingerprints | roles.keys())
    if key is None:
        return replace(content, blank=content.blank or not roles)
    return replace(
        content,
        keys=(*content.keys, key.id),
        incomplete=content.incomplete or _is_incomplete(key, roles),
        blank=content.blank or not key.fingerprints,
    )


def _is_incomplete(key: Key, roles: Mapping[Fingerprint, Role]) -> bool:
    """Return whether a key lacks remembered certificates, or one to log in."""
    return len(roles) < len(key.fingerprints) or (bool(roles) and Role.AUTHENTICATION not in roles.values())


def _insertions(state: State) -> dict[ReaderName, int]:
    """Return the insertion in each reader that holds a card."""
    return {reader.name: reader.insertion for reader in state.held}


def _look_moments(state: State, reader: ReaderName | None, now: Instant) -> Iterator[Instant]:
    """Yield when a card is to be read, at once or again."""
    content = state.contents.get(reader)
    if content is None:
        yield now
        return
    if (pause := _pause(state, reader, content)) is not None:
        yield later(content.read_at, pause)
    next_look = later(content.read_at, ACTIVATION_LOOK)
    if state.activating_until and next_look < state.activating_until and _may_be_activated(content, state.memory):
        yield next_look


def _pause(state: State, reader: ReaderName | None, content: Content) -> timedelta | None:
    """Return the pause before another read, None where none follows.

    The service reports the end of an exclusive use that it has reported. Nothing reports that a session is allowed.
    """
    if _is_looked_at_often(state, reader, content):
        is_told = content.attempts > OBSTACLE_LOOKS
        return BUSY_LOOK if is_told and content.trouble is Trouble.CARD_BUSY else OBSTACLE_LOOK
    if content.attempts <= _retries(content):
        return RETRY_AFTER[content.attempts - 1]
    if content.trouble in RETRIED - {Trouble.CARD_UNREAD}:  # a card that no module knows stays unknown
        return FAILURE_LOOK
    return None


def _is_looked_at_often(state: State, reader: ReaderName | None, content: Content) -> bool:
    """Return whether an obstacle may end without a report."""
    is_reported = any(r.name == reader and r.trouble is Trouble.CARD_BUSY for r in state.held)
    return content.trouble in OBSTACLES and not is_reported


def is_read_again(state: State, reader: ReaderName, content: Content) -> bool:
    """Return whether a failed read is too fresh to be told."""
    looks = OBSTACLE_LOOKS if _is_looked_at_often(state, reader, content) else len(RETRY_AFTER)
    return content.attempts <= looks


def _retries(content: Content) -> int:
    if content.trouble in RETRIED:
        return len(RETRY_AFTER)
    if content.incomplete:
        return 1
    return 0


def _may_be_activated(content: Content, memory: Memory) -> bool:
    return content.blank or any(memory.keys[key].flags.unactivated for key in content.keys if key in memory.keys)


def known_cards(state: State) -> CardsPresent | None:
    """Return the cards in the readers, None while that is unknown."""
    if state.service_trouble:
        return None
    return cards_present(state.readers, state.contents, names_being_read(state))


def last_cards(state: State) -> CardsPresent:
    """Return the cards in the readers, or those known last."""
    return known_cards(state) or state.cards
