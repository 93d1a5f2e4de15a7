"""Make the service's state bits into the picture that the rules know, and number the insertions."""

from daemon.adapters.pcsc_service import States
from daemon.core.model import Occupancy, ReaderState
from daemon.core.troubles import Trouble

# PC/SC part 5, SCARD_STATE_*; the same on the three systems.
UNKNOWN, UNAVAILABLE, EMPTY, PRESENT, MUTE = 0x004, 0x008, 0x010, 0x020, 0x200
EVENT_COUNTER = 0xFFFF0000  # grows at each insertion and each removal: a quick swap moves it by 2


class Insertions:
    """Numbers the cards put in, by what the service shows before and after.

    Two cards of one model have the same ATR, so only the event counter tells a swap.
    """

    def __init__(self) -> None:
        self._last_number = 0
        self._cards: dict[str, tuple[int, int]] = {}  # reader → what marks the card in it, its number

    def forget(self) -> None:
        """Take every card for a new one from now on: the service's counters have begun afresh."""
        self._cards = {}

    def picture(self, states: States) -> tuple[ReaderState, ...]:
        """Return the readers as the rules see them; a new card gets a new number."""
        readers = tuple(self._reader(name, state) for name, state in states.items())
        held = {reader.name for reader in readers if reader.occupancy is Occupancy.HOLDING}
        self._cards = {name: card for name, card in self._cards.items() if name in held}
        return readers

    def _reader(self, name: str, state: int) -> ReaderState:
        if state & (UNKNOWN | UNAVAILABLE) or not state & (EMPTY | PRESENT):
            return ReaderState(name=name, occupancy=Occupancy.UNKNOWN, trouble=Trouble.READER_STALE)
        if state & EMPTY:
            return ReaderState(name=name, occupancy=Occupancy.EMPTY)
        return ReaderState(
            name=name,
            occupancy=Occupancy.HOLDING,
            insertion=self._number(name, state & (EVENT_COUNTER | MUTE)),
            trouble=Trouble.CARD_MUTE if state & MUTE else None,
        )

    def _number(self, name: str, mark: int) -> int:
        before = self._cards.get(name)
        if before is None or before[0] != mark:
            self._last_number += 1
            self._cards[name] = (mark, self._last_number)
        return self._cards[name][1]
