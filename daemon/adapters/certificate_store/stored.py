"""A certificate as the operating system keeps it."""

from config.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCertificate:
    """One certificate of a card.

    `place` is the reader that holds the card, or the card's own name where the system tells no reader. It is None for
    a copy whose card is not in. `card` is what the system calls the card, "" where it has no name for it.
    """

    der: bytes
    place: str | None
    card: str = ""
