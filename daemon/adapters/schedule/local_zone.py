"""The time zone of this computer, as its C library knows it at each moment."""

import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """Asks anew each time: a journey moves the quiet hours, and whatever TZ holds has a meaning.

    tzlocal knows names of the zone database alone, and fails on the rules that TZ may hold (POSIX, "Other
    Environment Variables") and on names that do not exist.
    """

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        """Return the offset at a local moment; of two moments of one name, `fold` tells which."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _moment: datetime | None, /) -> None:
        """Leave open whether it is summer time: nobody asks."""
        return

    def tzname(self, _moment: datetime | None, /) -> str:
        """Name it; no name of a zone is known."""
        return "local"

    def fromutc(self, moment: datetime, /) -> datetime:
        """Return the local moment."""
        there = moment.replace(tzinfo=UTC).astimezone()
        local = there.replace(tzinfo=None)
        is_second = local.astimezone().utcoffset() != there.utcoffset()
        return local.replace(tzinfo=self, fold=int(is_second))


def follow_zone() -> None:
    """Have the C library look whether the zone is another one by now, for all that this process shows.

    It reads /etc/localtime once, and again only when it is told to. Windows' has no such call: there a change of the
    zone counts from the next start.
    """
    if sys.platform != "win32":
        time.tzset()
