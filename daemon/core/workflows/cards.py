"""Which cards are in the readers, seen from one lineage."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from config.values import dataclass
from config.workflows import Ends, Needs
from daemon.core.model import KeyId, Occupancy, ReaderName, ReaderState
from daemon.core.recognition import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsPresent:
    """The cards in the readers at one moment."""

    keys: frozenset[KeyId] = frozenset()
    blank: bool = False
    """Whether one of them is a token without any certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPositions:
    """Which keys of one lineage are inserted."""

    old: bool
    new: bool
    rivals: frozenset[KeyId]
    """The inserted keys of the same procedure that belong to another lineage."""
    sure: bool
    """False while a card is being read. The values are then the last known ones."""

    def holds(self, ends: Ends) -> bool:
        """Return whether the inserted keys fulfil this end of a step.

        False for an end that is not about cards.
        """
        match ends:
            case Ends.OLD_IN:
                return self.old and not self.new and not self.rivals
            case Ends.NEW_IN:
                return self.new and not self.old and not self.rivals
            case Ends.OLD_OUT:
                return not self.old
            case Ends.NEW_OUT:
                return not self.new
            case _:
                return False

    def ready(self, needs: Needs) -> bool:
        """Return whether only the needed key is known to be inserted."""
        match needs:
            case Needs.NOTHING:
                return True
            case Needs.OLD:
                return self.sure and self.holds(Ends.OLD_IN)
            case Needs.NEW:
                return self.sure and self.holds(Ends.NEW_IN)
            case _:
                assert_never(needs)


def cards_present(
    readers: Iterable[ReaderState] | None,
    contents: Mapping[ReaderName | None, Content],
    being_read: frozenset[ReaderName],
) -> CardsPresent | None:
    """Return what is in the readers, or None while that is unknown."""
    if readers is None or is_reading(readers := tuple(readers), contents, being_read):
        return None
    if any(reader.occupancy is Occupancy.UNKNOWN for reader in readers):
        return None
    return CardsPresent(
        keys=frozenset(key for content in contents.values() for key in content.keys),
        blank=any(content.blank for content in contents.values()),
    )


def is_reading(
    readers: Iterable[ReaderState], contents: Mapping[ReaderName | None, Content], being_read: frozenset[ReaderName]
) -> bool:
    """Return whether a card is being read that is still unknown.

    A further read of a known key does not count.
    """
    held = (r for r in readers if r.occupancy is Occupancy.HOLDING)
    return any(r.name not in contents or (r.name in being_read and _is_empty(contents[r.name])) for r in held)


def _is_empty(content: Content) -> bool:
    return not content.keys and not content.blank
