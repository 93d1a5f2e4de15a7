"""Turns the service's state bits into reader states, and numbers insertions."""

import logging

from config.values import dataclass
from daemon.adapters.pcsc.service import States, shown_names
from daemon.core.model import Occupancy, ReaderName, ReaderState
from daemon.core.troubles import Trouble

log = logging.getLogger(__name__)

# PC/SC part 5, SCARD_STATE_*; the same on the three systems.
UNKNOWN, UNAVAILABLE, EMPTY, PRESENT, EXCLUSIVE, MUTE = 0x004, 0x008, 0x010, 0x020, 0x080, 0x200
TROUBLES = {MUTE: Trouble.CARD_MUTE, EXCLUSIVE: Trouble.CARD_BUSY}
EVENT_COUNTER = 0xFFFF0000  # grows at each insertion and each removal: a quick swap moves it by 2
COUNTER_SHIFT, COUNTER_RANGE = 16, 0x10000  # it wraps


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a reader's event counter has shown so far."""

    counter: int  # at the last look
    events: int  # insertions and removals, as if it had been empty at first
    cards: int  # put in


class Insertions:
    """Numbers the inserted cards, by successive states of the service.

    Two cards of one model have the same ATR, so only the event counter reveals a swap. It also counts cards that came
    and went between two states. Such cards cannot be read any more.
    """

    def __init__(self) -> None:
        self._last_number = 0
        self._cards: dict[str, tuple[int, int]] = {}  # reader → what marks the card in it, its number
        self._tallies: dict[str, Tally] = {}

    def forget(self) -> None:
        """Treat every card as new from now on.

        Call it when the service's counters have started afresh.
        """
        self._cards = {}
        self._tallies = {}

    def to_reader_states(self, states: States) -> tuple[ReaderState, ...]:
        """Return the readers as the core sees them, with numbered cards."""
        names = shown_names(states)
        named = {names[name]: state for name, state in states.items()}
        readers = tuple(self._reader(name, state) for name, state in named.items())
        held = {reader.name for reader in readers if reader.occupancy is Occupancy.HOLDING}
        self._cards = {name: card for name, card in self._cards.items() if name in held}
        self._tallies = {name: tally for name, tally in self._tallies.items() if name in named}
        for reader in readers:
            if reader.occupancy is not Occupancy.UNKNOWN:
                self._count(reader.name, named[reader.name])
        return readers

    def _reader(self, name: ReaderName, state: int) -> ReaderState:
        if state & (UNKNOWN | UNAVAILABLE) or not state & (EMPTY | PRESENT):
            return ReaderState(name=name, occupancy=Occupancy.UNKNOWN, trouble=Trouble.READER_STALE)
        if state & EMPTY:
            return ReaderState(name=name, occupancy=Occupancy.EMPTY)
        trouble = next((trouble for bit, trouble in TROUBLES.items() if state & bit), None)
        insertion = self._number(name, state & (EVENT_COUNTER | MUTE))
        return ReaderState(name=name, occupancy=Occupancy.HOLDING, insertion=insertion, trouble=trouble)

    def _number(self, name: str, change_key: int) -> int:
        before = self._cards.get(name)
        if before is None or before[0] != change_key:
            self._last_number += 1
            self._cards[name] = (change_key, self._last_number)
        return self._cards[name][1]

    def _count(self, name: str, state: int) -> None:
        before = self._tallies.get(name)
        after = self._tallies[name] = tally(before, state)
        cards_before = before.cards if before else 0
        if count := after.cards - cards_before:
            unread = count - bool(state & PRESENT)
            log.debug("cards put into %s: %d, out again before a look: %d", name, count, unread)


def is_exclusive(state: int) -> bool:
    """Return whether another program has the card to itself."""
    return bool(state & EXCLUSIVE)


def tally(before: Tally | None, state: int) -> Tally:
    """Return the tally after a reader's new state.

    Events alternate, so every other one is an insertion. Service and library change presence and counter one after the
    other: what is counted too early once is not counted again. A counter that fell has started afresh, as when the
    reader was plugged in again between two states: only the present card counts then. Where the system has no counter
    (macOS), a second card goes unnoticed.
    """
    is_held = bool(state & PRESENT)
    counter = state >> COUNTER_SHIFT
    cards = before.cards if before else 0
    events = 2 * cards + is_held
    if before is not None and (grown := (counter - before.counter) % COUNTER_RANGE) < COUNTER_RANGE // 2:
        events = before.events + grown
    return Tally(counter=counter, events=events, cards=max(cards, (events + is_held) // 2))
