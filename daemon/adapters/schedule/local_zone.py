"""The time zone of this computer, as its C library knows it."""

import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """The zone in force at each call, whatever TZ holds.

    A journey moves the quiet hours.

    tzlocal knows names of the zone database alone, and fails on the rules that TZ may hold (POSIX, "Other
    Environment Variables") and on names that do not exist.
    """

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        """Return the offset at a local moment.

        `fold` tells two moments of one name apart.
        """
        if moment is None:
            return None
        return moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _moment: datetime | None, /) -> None:
        """Return None: summer time is not needed."""
        return

    def tzname(self, _moment: datetime | None, /) -> str:
        """Return a fixed name, since the zone's name is unknown."""
        return "local"

    def fromutc(self, moment: datetime, /) -> datetime:
        """Return the local moment."""
        there = moment.replace(tzinfo=UTC).astimezone()
        local = there.replace(tzinfo=None)
        is_second = local.astimezone().utcoffset() != there.utcoffset()
        return local.replace(tzinfo=self, fold=int(is_second))


def follow_zone() -> None:
    """Have the C library read the zone again, for the whole process.

    It reads /etc/localtime once, and again only when it is told to. Windows' has no such call: there a change of the
    zone counts from the next start.
    """
    if sys.platform != "win32":
        time.tzset()
