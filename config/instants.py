"""Moments of time that every rule, zone and calendar can bear."""

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:

    class Instant(datetime):
        """A moment in UTC. Only `instant` makes one.

        mypy alone knows this class, so an `Instant` plus a duration is one, and a moment that went round the gate is
        none. When the program runs it is a plain `datetime`, which decoders know.
        """

else:
    Instant = datetime

FIRST = cast("Instant", datetime.min.replace(tzinfo=UTC))
LAST = cast("Instant", datetime.max.replace(tzinfo=UTC))
YEAR_WITHOUT_END = 9999


def instant(moment: datetime) -> Instant:
    """Return a moment from outside in UTC.

    One that leaves the calendar on its way to UTC becomes the calendar's first or last moment. Raises ValueError for a
    moment without a zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment without a zone")
    try:
        return cast("Instant", moment.astimezone(UTC))
    except OverflowError:
        return FIRST if moment.year == FIRST.year else LAST


def has_end(not_after: datetime) -> bool:
    """Return whether a certificate that is valid until then ends at all.

    99991231235959Z says that it does not (RFC 5280 §4.1.2.5); the whole year counts, because no one else can mean it.
    """
    return not_after.year < YEAR_WITHOUT_END


def local_time(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return a moment in a zone, by default the local one.

    It stays as it is where the zone cannot tell: near the ends of the calendar, and before 1970 on Windows.
    """
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return moment
