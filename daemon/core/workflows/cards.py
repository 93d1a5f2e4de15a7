"""Which cards are in the readers, as one line of keys sees them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.workflows import Ends, Needs
from daemon.core.model import KeyId, Occupancy, ReaderName, ReaderState
from daemon.core.recognition import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsPresent:
    """The keys in the readers at one moment, by id; `bare` says that a token without any certificate is among them."""

    keys: frozenset[KeyId] = frozenset()
    blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPositions:
    """The cards of one line: `old` and `new` say whether they are in, `rivals` are other keys of its procedure.

    `sure` is False while nothing is decided: the cards are then those that were last known.
    """

    old: bool
    new: bool
    rivals: frozenset[KeyId]
    sure: bool

    def holds(self, ends: Ends) -> bool:
        """Return whether a card's place ends a step."""
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
        """Return whether the right key, and it alone, is surely in."""
        match needs:
            case Needs.NOTHING:
                return True
            case Needs.OLD:
                return self.sure and self.holds(Ends.OLD_IN)
            case Needs.NEW:
                return self.sure and self.holds(Ends.NEW_IN)


def cards_present(
    readers: Iterable[ReaderState] | None,
    contents: Mapping[ReaderName | None, Content],
    being_read: frozenset[ReaderName],
) -> CardsPresent | None:
    """Return what is in the readers, None while that is not known."""
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
    """Return whether a card is being read of which nothing is known yet; a second look at a known key is none."""
    held = (r for r in readers if r.occupancy is Occupancy.HOLDING)
    return any(r.name not in contents or (r.name in being_read and _nothing(contents[r.name])) for r in held)


def _nothing(content: Content) -> bool:
    return not content.keys and not content.blank
