"""How long a certificate is valid, and when notices are due."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import TypeVar, cast

from config.instants import Instant
from config.settings import NoticeSettings, QuietHours
from daemon.core.model import Certificate
from daemon.core.views.report import Stage

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)

M = TypeVar("M", bound=datetime)


def days_left(not_after: Instant, now: Instant) -> int:
    """Return the whole days left, rounded down.

    They are 0 on the last day, and negative once expired.
    """
    return (not_after - now) // DAY


def expired(not_after: Instant, now: Instant) -> bool:
    """Return whether the validity is over.

    `not_after` itself belongs to it (RFC 5280 §4.1.2.5).
    """
    return now > not_after


def first_notice(notices: NoticeSettings) -> timedelta:
    """Return how long before expiry a certificate becomes due."""
    return max(notices.days, default=0) * DAY


def stage(certificate: Certificate, now: Instant, notices: NoticeSettings, *, superseded: bool) -> Stage:
    """Return the stage of a certificate.

    It is never urgent before it is due.
    """
    if superseded:
        return Stage.SUPERSEDED
    if certificate.not_after is None:
        return Stage.UNREADABLE
    end = certificate.not_after
    if expired(end, now):
        return Stage.EXPIRED
    if certificate.not_before is not None and now < certificate.not_before:
        return Stage.NOT_YET
    remaining = end - now
    if remaining > first_notice(notices):
        return Stage.VALID
    return Stage.URGENT if remaining <= notices.urgent_days * DAY else Stage.DUE


def milestones(not_after: Instant, notices: NoticeSettings) -> Iterator[tuple[int, Instant]]:
    """Yield each moment for a notice, with its days before expiry.

    They come in order of time; 0 days is expiry itself.
    """
    for days in sorted(set(notices.days) - {0}, reverse=True):
        yield days, earlier(not_after, days * DAY)
    yield 0, later(not_after, INSTANT)


def quiet_until(now: datetime, quiet: QuietHours | None) -> datetime | None:
    """Return when the present quiet hours end, None outside them.

    `now` is local time.
    """
    clock = now.time()
    if quiet is None or not _is_quiet(clock, quiet):
        return None
    end = now.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
    if clock >= quiet.end:
        end = later(end, DAY)
    return end


def _is_quiet(clock: time, quiet: QuietHours) -> bool:
    if quiet.start > quiet.end:  # over midnight
        return clock >= quiet.start or clock < quiet.end
    return quiet.start <= clock < quiet.end


def earlier(moment: M, span: timedelta) -> M:
    """Subtract without leaving the calendar.

    A certificate may end in the year 1.
    """
    try:
        return moment - span
    except OverflowError:
        return cast("M", datetime.min.replace(tzinfo=moment.tzinfo))


def later(moment: M, span: timedelta) -> M:
    """Add without leaving the calendar.

    A certificate may end on the last day of the year 9999.
    """
    try:
        return moment + span
    except OverflowError:
        return cast("M", datetime.max.replace(tzinfo=moment.tzinfo))
