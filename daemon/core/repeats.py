"""When a notice without an answer comes again."""

from datetime import date, time, timedelta, tzinfo

from config.instants import Instant, instant, local_time
from config.values import dataclass
from daemon.core.expiry import DAY, expired, later

MORNING = time(9)  # of a day without login or unlock
WEEK = 7 * DAY
MONTH = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of the user at the computer.

    `arrived` is the last login or unlock, and `locked` whether the session is known to be locked.
    """

    zone: tzinfo
    arrived: Instant | None = None
    locked: bool = False

    def is_there(self, now: Instant) -> bool:
        """Return whether a repeat is seen now.

        That is so from the first login or unlock of the local day, or from nine o'clock where there is neither.
        """
        if self.locked:
            return False
        if self.arrived is not None and self.day(self.arrived) == self.day(now):
            return True
        return local_time(now, self.zone).time() >= MORNING

    def day(self, moment: Instant) -> date:
        """Return the local day of a moment."""
        return local_time(moment, self.zone).date()

    def next_morning(self, now: Instant) -> Instant:
        """Return the next nine o'clock, local time."""
        local = local_time(now, self.zone)
        morning = local.replace(hour=MORNING.hour, minute=MORNING.minute, second=0, microsecond=0)
        return instant(morning if morning > local else later(morning, DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How a key's notice was told and answered.

    `end_told` is when the end of its certificate was first told as past.
    """

    told: Instant
    answered: Instant | None = None
    end_told: Instant | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the user has answered since it was told."""
        return self.answered is not None and self.answered >= self.told


def gap(end: Instant, telling: Telling, now: Instant) -> timedelta | None:
    """Return how long after its telling a notice comes again.

    None: it does not, since it was answered and a milestone is still to come.
    """
    if not expired(end, now):
        return None if telling.is_answered else _gap_before(end - now)
    if telling.is_answered:
        return MONTH
    return _gap_after(now - (telling.end_told or end))


def _gap_before(left: timedelta) -> timedelta:
    if left > 30 * DAY:
        return WEEK
    return 2 * DAY if left > WEEK else DAY


def _gap_after(since_told: timedelta) -> timedelta:
    if since_told < WEEK:
        return DAY
    return WEEK if since_told < 4 * WEEK else MONTH
