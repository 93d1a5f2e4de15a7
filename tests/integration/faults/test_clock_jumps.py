"""The installed program bears a wall clock that is set.

It is set while the program runs, and while it is off. Nothing stays silent once it is right again, and nothing is told
again and again.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.store.sqlite import SqliteStore
from support.process import wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from support.desktop import Notice, NotificationServer
    from support.program import Program
    from support.reader import ReaderService
    from support.shifted_clock import ShiftedClock

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def told(server: NotificationServer) -> list[str]:
    return [notice.summary for notice in server.notices]


def first_notice(workstation: Program, server: NotificationServer) -> Notice:
    """Start the daemon, and return its first notice once it is noted."""
    daemon = start_daemon(workstation)
    notice = server.next_notice()
    daemon.wait_for_log("Notice delivered")
    return notice


def moments_in_store(workstation: Program) -> list[datetime]:
    with closing(SqliteStore(workstation.state_folder, read_only=True)) as store:
        memory = store.load()
    certificates, keys = memory.certificates.values(), memory.keys.values()
    return [*(c.first_seen for c in certificates), *(k.first_seen for k in keys), *(k.last_seen for k in keys)]


def test_what_a_clock_ten_years_ahead_noted_is_forgotten_once_it_is_right(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer, clock: ShiftedClock
) -> None:
    clock.set(3653 * DAY)
    reader_service.insert(key(20 * DAY))
    expired = first_notice(workstation, notification_server)
    assert "expired" in expired.summary
    clock.jump(timedelta())
    right = notification_server.next_notice()
    assert "19 days" in right.summary
    clock.jump(timedelta())
    assert told(notification_server) == [expired.summary, right.summary]
    assert max(moments_in_store(workstation)) <= datetime.now(UTC)
    assert workstation.run("quit").returncode == 0
    start_daemon(workstation)
    clock.jump(timedelta())
    assert told(notification_server) == [expired.summary, right.summary]


def test_a_clock_that_was_put_right_while_the_program_was_off_keeps_nothing_silent(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer, clock: ShiftedClock
) -> None:
    clock.set(3653 * DAY)
    reader_service.insert(key(20 * DAY))
    expired = first_notice(workstation, notification_server)
    assert workstation.run("quit").returncode == 0
    clock.set(timedelta())
    start_daemon(workstation)
    right = notification_server.next_notice()
    clock.jump(timedelta())
    assert told(notification_server) == [expired.summary, right.summary]
    assert max(moments_in_store(workstation)) <= datetime.now(UTC)


def test_a_clock_20_000_days_behind_tells_its_trouble_alone_and_nothing_twice_afterwards(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer, clock: ShiftedClock
) -> None:
    reader_service.insert(key(20 * DAY))
    first = first_notice(workstation, notification_server)
    clock.jump(-20_000 * DAY)
    assert "clock_wrong" in status(workstation)["troubles"]
    assert workstation.run("quit").returncode == 0
    start_daemon(workstation)
    clock.jump(-20_000 * DAY)
    assert told(notification_server) == [first.summary]
    clock.jump(timedelta())
    assert told(notification_server) == [first.summary]
    reader_service.remove()
    reader_service.insert(key(20 * DAY))
    wait_until(lambda: min(moments_in_store(workstation)) > datetime.now(UTC) - HOUR, "it is read by the right clock")


def test_an_hour_back_in_quiet_hours_tells_once(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer, clock: ShiftedClock
) -> None:
    now = datetime.now(UTC)
    begin, end = now - timedelta(minutes=20), now + 3 * HOUR
    workstation.configure(f'[notices]\nquiet_hours = "{begin:%H:%M}-{end:%H:%M}"\n')
    reader_service.insert(key(20 * DAY))
    start_daemon(workstation)
    wait_until(lambda: bool(status(workstation)["certificates"]), "the key is known")
    assert notification_server.notices == []
    clock.jump(-HOUR)
    notice = notification_server.next_notice()
    for shift in (timedelta(), 4 * HOUR, timedelta(), -HOUR):
        clock.jump(shift)
    assert told(notification_server) == [notice.summary]


@pytest.mark.parametrize(
    ("change", "quiet"),
    [
        pytest.param(datetime(2027, 3, 28, 1, tzinfo=UTC), "01:30-02:30", id="spring, whose end is skipped"),
        pytest.param(datetime(2027, 10, 31, 1, tzinfo=UTC), "02:15-02:45", id="autumn, whose end comes twice"),
    ],
)
def test_quiet_hours_end_when_the_clock_passes_a_change_of_summer_time(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    clock: ShiftedClock,
    change: datetime,
    quiet: str,
) -> None:
    workstation.environment["TZ"] = "Europe/Paris"
    workstation.configure(f'[notices]\nquiet_hours = "{quiet}"\n')
    at = change - timedelta(minutes=20) - datetime.now(UTC)
    clock.set(at)
    reader_service.insert(key(at + 20 * DAY))
    start_daemon(workstation)
    wait_until(lambda: bool(status(workstation)["certificates"]), "the key is known")
    assert notification_server.notices == []
    clock.jump(at + 3 * HOUR)
    notice = notification_server.next_notice()
    clock.jump(at)
    clock.jump(at + 4 * HOUR)
    assert told(notification_server) == [notice.summary]
