"""Despite sleep and clock changes each milestone comes once, in time.

Without an answer it comes again on later days, as the rule of repetition says.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from config.instants import Instant, instant
from config.settings import QuietHours
from config.values import replace
from daemon.core.events import Tick
from daemon.core.state import State
from daemon.core.views.report import Stage
from support.core.factories import DAY, MICROSECOND, NOW, SECOND, certificate, ending, notice_settings
from support.core.simulator import Simulator, dedup_keys, simulator_with
from support.process import PATIENCE_S, Process, require_tool, wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from daemon.core.notice import Notice
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService

YEAR = 365 * DAY
PARIS = ZoneInfo("Europe/Paris")
NIGHT = QuietHours(start=time(22), end=time(8))


# --- the real daemon ----------------------------------------------------------------------------


def test_a_moment_missed_while_suspended_is_notified_on_waking(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    began = instant(datetime.now(UTC))
    daemon = start_daemon(workstation)
    now = instant(datetime.now(UTC))  # the key is known in a few times as long, on a slow machine too
    moment = (now + timedelta(seconds=8) + 5 * (now - began)).replace(microsecond=0)
    reader_service.insert(key(moment - instant(datetime.now(UTC)) + timedelta(days=90)))
    wait_until(lambda: bool(status(workstation)["certificates"]), "the key is known")
    assert instant(datetime.now(UTC)) < moment, "the machine is too slow for this test"
    os.kill(daemon.pid, signal.SIGSTOP)
    left_s = (moment - now).total_seconds()
    wait_until(lambda: instant(datetime.now(UTC)) > moment + SECOND, "the moment has passed", left_s + PATIENCE_S)
    assert notification_server.notices == []
    os.kill(daemon.pid, signal.SIGCONT)
    notification_server.next_notice()
    status(workstation)
    assert len(notification_server.notices) == 1


# --- the clock ----------------------------------------------------------------------------------


def leap(simulator: Simulator, span: timedelta) -> None:
    """Set the clock, which the next heartbeat finds."""
    simulator.now += span
    simulator.post(Tick(at=simulator.now))


def milestones(simulator: Simulator) -> list[str]:
    """Return the newest milestone, in days, of each delivered notice."""
    return newest(simulator.delivered)


def newest(delivered: list[tuple[Instant, Notice]]) -> list[str]:
    """Return the newest milestone, in days, of each of these notices."""
    return [dedup_key.rsplit("|", 1)[1] for dedup_key in dedup_keys(delivered)]


def assert_told_in_time(delivered: list[tuple[Instant, Notice]], end: Instant, late: timedelta = timedelta()) -> None:
    """Assert that each milestone is news once, at its moment.

    Nothing else comes but repeats. One comes at nine o'clock, exactly the gap of days after the telling before it.
    """
    told = [(moment, int(days)) for (moment, _), days in zip(delivered, newest(delivered), strict=True)]
    news = [after for before, after in pairwise([(end, -1), *told]) if after[1] != before[1]]
    assert [days for _, days in news] == [90, 60, 45, 30, 15, 7, 3, 1, 0]
    for moment, days in news:
        due = end - days * DAY if days else end + MICROSECOND
        assert timedelta() <= moment - due <= late
    for (before, milestone), (moment, days) in pairwise(told):
        if days == milestone:
            assert moment.time() == time(9)
            assert moment.date() - before.date() == days_between(end - moment)


def days_between(left: timedelta) -> timedelta:
    """Return the days between two tellings, until a week after the end."""
    if left > 30 * DAY:
        return 7 * DAY
    return 2 * DAY if left > 7 * DAY else DAY


def test_a_gap_of_any_length_gives_one_notice() -> None:
    simulator = simulator_with(ending(100 * DAY))
    leap(simulator, 60 * DAY)
    assert milestones(simulator) == ["45"]
    leap(simulator, 20 * DAY)
    assert milestones(simulator) == ["45", "30"]


def test_a_clock_set_back_a_year_and_forward_again_repeats_nothing() -> None:
    simulator = simulator_with(ending(50 * DAY))
    assert milestones(simulator) == ["60"]
    leap(simulator, -YEAR)
    leap(simulator, YEAR)
    assert milestones(simulator) == ["60"]
    simulator.wait(10 * DAY)
    assert milestones(simulator) == ["60", "45"]


def test_a_clock_set_back_by_a_month_repeats_what_is_due_then_once() -> None:
    """A notice delivered in the future does not count."""
    simulator = simulator_with(ending(50 * DAY))
    leap(simulator, -30 * DAY)
    leap(simulator, timedelta(hours=1))
    assert milestones(simulator) == ["60", "90"]
    leap(simulator, 30 * DAY)
    assert milestones(simulator) == ["60", "90"]
    simulator.wait(5 * DAY)
    assert milestones(simulator) == ["60", "90", "45"], "nor until the next milestone"


def test_a_clock_set_forward_ten_years_and_back_misses_nothing_afterwards() -> None:
    simulator = simulator_with(ending(100 * DAY))
    leap(simulator, 10 * YEAR)
    assert milestones(simulator) == ["0"], "expired, as far as the clock knows"
    leap(simulator, -10 * YEAR)
    simulator.wait(102 * DAY)
    assert_told_in_time(simulator.delivered[1:], NOW + 100 * DAY)


def test_a_clock_from_before_this_program_gives_no_notice() -> None:
    reset = instant(datetime(1970, 1, 1, tzinfo=UTC))
    simulator = simulator_with(certificate(not_before=reset - YEAR, not_after=reset + 20 * DAY), now=reset)
    assert simulator.delivered == []
    leap(simulator, NOW - simulator.now)
    assert milestones(simulator) == ["0"]


def test_each_notice_comes_at_its_moment_despite_clock_changes() -> None:
    simulator = simulator_with(ending(200 * DAY))
    for _ in range(210):
        leap(simulator, timedelta(hours=-3))
        simulator.wait(timedelta(hours=27))
    assert_told_in_time(simulator.delivered, NOW + 200 * DAY, late=timedelta(hours=3))


# --- zones --------------------------------------------------------------------------------------

SPRING, AUTUMN = instant(datetime(2027, 3, 28, 1, tzinfo=UTC)), instant(datetime(2027, 10, 31, 1, tzinfo=UTC))


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_quiet_hours_end_by_the_wall_clock_when_the_offset_changes(change: Instant) -> None:
    quiet = notice_settings(quiet_hours=NIGHT)
    start = change - timedelta(hours=2)
    simulator = Simulator(now=start, state=State(settings=quiet, zone=PARIS))
    simulator.look()
    simulator.plug(certificate(not_before=start - 100 * DAY, not_after=start + 30 * DAY + SECOND))
    simulator.wait(timedelta(hours=12))
    ((moment, _),) = simulator.delivered
    assert moment.astimezone(PARIS).time() == time(8)


def test_quiet_hours_inside_a_skipped_or_repeated_hour_end() -> None:
    for change, hours in (
        (SPRING, QuietHours(start=time(1, 30), end=time(2, 30))),
        (AUTUMN, QuietHours(start=time(2, 15), end=time(2, 45))),
    ):
        start = change - timedelta(minutes=20)
        simulator = Simulator(now=start, state=State(settings=notice_settings(quiet_hours=hours), zone=PARIS))
        simulator.look()
        simulator.plug(certificate(not_before=start - 100 * DAY, not_after=start + 30 * DAY))
        simulator.wait(timedelta(hours=3))
        assert len(simulator.delivered) == 1


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_another_time_zone_moves_no_notice(zone: str) -> None:
    simulator = simulator_with(ending(91 * DAY))
    simulator.state = replace(simulator.state, zone=ZoneInfo(zone))
    simulator.wait(2 * DAY)
    ((moment, _),) = simulator.delivered
    assert moment == NOW + DAY


class Elsewhere:
    """A daemon with a private /etc, whose time zone can change."""

    def __init__(self, workstation: Program, folder: Path) -> None:
        self._workstation, self._etc = workstation, folder / "etc"
        del workstation.environment["TZ"]  # which would count
        shutil.copytree("/etc", self._etc, symlinks=True, ignore_dangling_symlinks=True)
        (self._etc / "timezone").unlink(missing_ok=True)

    def travel(self, zone: str) -> None:
        new = self._etc / "localtime.new"
        new.symlink_to(f"/usr/share/zoneinfo/{zone}")
        new.replace(self._etc / "localtime")

    def start(self) -> Process:
        vigicle = Path(sys.executable).with_name("vigicle")
        script = f"mount --bind {self._etc} /etc && exec setpriv --pdeathsig KILL {vigicle} run --headless"
        command = [require_tool("unshare", "util-linux"), "--mount", "sh", "-c", script]
        daemon = Process(
            command, environment=self._workstation.environment, log=self._workstation.home / "elsewhere.log"
        )
        daemon.wait_for_log("vigicle is running")
        return daemon


def test_a_daemon_that_travels_keeps_the_quiet_hours_of_the_new_zone(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer, tmp_path: Path
) -> None:
    now = instant(datetime.now(UTC))
    begin, end = now - timedelta(hours=2), now + timedelta(hours=2)
    workstation.configure(f'[notices]\nquiet_hours = "{begin:%H:%M}-{end:%H:%M}"\n')
    elsewhere = Elsewhere(workstation, tmp_path)
    elsewhere.travel("Etc/UTC")
    daemon = elsewhere.start()
    try:
        reader_service.insert(key(timedelta(days=20), "Anne"))
        wait_until(lambda: len(status(workstation)["certificates"]) == 1, "Anne's key is known")
        reader_service.swap(key(timedelta(days=20), "Bruno"))
        wait_until(lambda: len(status(workstation)["certificates"]) == 2, "Bruno's key is known")
        assert notification_server.notices == []
        elsewhere.travel("Etc/GMT-8")
        reader_service.remove()
        milestones = {notification_server.next_notice().body for _ in range(2)}
        assert {"Anne" in body for body in milestones} == {"Bruno" in body for body in milestones} == {True, False}
    finally:
        daemon.close()
    assert "Traceback" not in daemon.text


# --- years --------------------------------------------------------------------------------------


def year(number: int, month: int = 6) -> Instant:
    return instant(datetime(number, month, 1, tzinfo=UTC))


def stage_of(simulator: Simulator) -> Stage:
    report = simulator.check()
    assert report is not None
    return report.certificates[0].stage


@pytest.mark.parametrize(
    ("begin", "end", "stage"),
    [
        (year(1), year(1950), Stage.EXPIRED),
        (year(1950), year(1951), Stage.EXPIRED),
        (year(2020), year(2049, 12), Stage.VALID),
        (year(2020), year(2050), Stage.VALID),
        (year(2020), instant(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)), Stage.VALID),
        (year(9998), instant(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)), Stage.NOT_YET),
        (year(2030), year(2029), Stage.NOT_YET),
    ],
    ids=["1950", "1951", "2049", "2050", "9999", "not yet", "ends before it begins"],
)
def test_certificates_of_odd_years_are_notified_at_most_once(begin: Instant, end: Instant, stage: Stage) -> None:
    simulator = simulator_with(certificate(not_before=begin, not_after=end))
    assert stage_of(simulator) is stage
    assert len(simulator.delivered) == (stage is Stage.EXPIRED)
    for _ in range(3):
        simulator.restart()
    assert len(simulator.delivered) == (stage is Stage.EXPIRED)


@pytest.mark.parametrize("end", [year(2049, 12), year(2050), year(2051)], ids=str)
def test_each_notice_comes_at_its_moment_around_2050(end: Instant) -> None:
    simulator = simulator_with(certificate(not_before=year(2047), not_after=end), now=end - YEAR)
    simulator.wait(YEAR + DAY)
    assert_told_in_time(simulator.delivered, end)


def test_a_certificate_that_becomes_valid_is_valid_from_that_moment() -> None:
    simulator = simulator_with(certificate(not_before=NOW + 10 * DAY, not_after=NOW + 1000 * DAY))
    assert stage_of(simulator) is Stage.NOT_YET
    simulator.wait(10 * DAY)
    simulator.post(Tick(at=simulator.now))
    report = simulator.check(request=2)
    assert report is not None
    assert report.certificates[0].stage is Stage.VALID
