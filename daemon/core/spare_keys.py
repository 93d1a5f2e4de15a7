"""Tells spare keys, those of one order, from old and new ones."""

from datetime import timedelta

from config.instants import Instant
from daemon.core.activation import Activation, activation
from daemon.core.holders import ONE_ISSUE, LineageEntry
from daemon.core.model import ABOUT_THE_OTHER_KEY, Claim

SPARE_LASTS = timedelta(days=90)  # a spare key that ends sooner is not worth the trouble: the next one is ordered


def orders(entries: tuple[LineageEntry, ...]) -> list[list[LineageEntry]]:
    """Return the keys by their dates.

    The first of each order represents it. The others are its spares.
    """
    found: list[list[LineageEntry]] = []
    recent: list[list[LineageEntry]] = []
    for entry in entries:  # the oldest first, so no later entry is of an order that this one is too late for
        recent = [each for each in recent if entry.not_before - each[0].not_before <= ONE_ISSUE]
        order = next((each for each in recent if _of_one_order(each[0], entry)), None)
        if order is None:
            order = []
            found.append(order)
            recent.append(order)
        order.append(entry)
    return [sorted(order, key=_by_use) for order in found]


def spares_of(entry: LineageEntry, entries: tuple[LineageEntry, ...]) -> tuple[LineageEntry, ...]:
    """Return the other keys of the order that a key is of."""
    order = next((each for each in orders(entries) if entry in each), ())
    return tuple(each for each in order if each != entry)


def registrable_spares(
    current: LineageEntry, spares: tuple[LineageEntry, ...], now: Instant
) -> tuple[LineageEntry, ...]:
    """Return the spare keys that the account may yet have to know.

    It knows `current`, and no other key is to be registered.
    """
    if current.not_after - now <= SPARE_LASTS or activation(current.key) is Activation.NEEDED:
        return ()
    return tuple(e for e in spares if Claim.WORKS not in e.key.claims and not e.never_logs_in)


def new_spare(current: LineageEntry, spares: tuple[LineageEntry, ...], now: Instant) -> LineageEntry | None:
    """Return the spare key that is to be registered, None for none.

    It is new where it was not activated when it was seen, or by the user's word.
    """
    return next(filter(_is_new, registrable_spares(current, spares, now)), None)


def _is_new(spare: LineageEntry) -> bool:
    key = spare.key
    return Claim.NEW in key.claims or key.looked_unactivated or activation(key) is Activation.NEEDED


def _of_one_order(one: LineageEntry, other: LineageEntry) -> bool:
    return other.not_before - one.not_before <= ONE_ISSUE and abs(other.not_after - one.not_after) <= ONE_ISSUE


def _by_use(entry: LineageEntry) -> tuple[tuple[bool, ...], Instant, str]:
    """Rank by the user's word, by activation, then by sight."""
    claims = entry.key.claims
    untouched = claims.isdisjoint({Claim.ACTIVATED, Claim.REPLACES, *ABOUT_THE_OTHER_KEY})
    unactivated = activation(entry.key) is Activation.NEEDED
    use = (Claim.WORKS not in claims, Claim.NEW in claims, untouched, unactivated)
    return use, entry.seen.first_seen, entry.fingerprint
