"""A certificate's stages and the moments worth telling, to the microsecond."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.instants import FIRST, LAST
from config.settings import NoticeSettings, QuietHours
from daemon.core.expiry import days_left, earlier, expired, first_notice, later, milestones, quiet_until, stage
from daemon.core.views.report import Stage
from support.core.factories import DAY, MICROSECOND, NOW, SECOND, certificate

NOTICES = NoticeSettings()


@pytest.mark.parametrize(
    ("left", "days"),
    [
        pytest.param(DAY, 1, id="a whole day"),
        pytest.param(DAY - MICROSECOND, 0, id="just under a day"),
        pytest.param(timedelta(), 0, id="the last instant"),
        pytest.param(-MICROSECOND, -1, id="just expired"),
        pytest.param(-DAY, -1, id="a day ago"),
        pytest.param(-DAY - MICROSECOND, -2, id="just over a day ago"),
    ],
)
def test_days_left_are_whole_days_rounded_down(left: timedelta, days: int) -> None:
    assert days_left(NOW + left, NOW) == days


@pytest.mark.parametrize(("after", "over"), [(-MICROSECOND, False), (timedelta(), False), (MICROSECOND, True)])
def test_the_last_instant_still_belongs_to_the_validity(after: timedelta, over: bool) -> None:
    assert expired(NOW, NOW + after) is over


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        pytest.param(90 * DAY + MICROSECOND, Stage.VALID, id="just before the first notice"),
        pytest.param(90 * DAY, Stage.DUE, id="at the first notice"),
        pytest.param(30 * DAY + MICROSECOND, Stage.DUE, id="just before urgent"),
        pytest.param(30 * DAY, Stage.URGENT, id="at urgent"),
        pytest.param(timedelta(), Stage.URGENT, id="at its last instant"),
        pytest.param(-MICROSECOND, Stage.EXPIRED, id="just expired"),
        pytest.param(-9000 * DAY, Stage.EXPIRED, id="long expired"),
    ],
)
def test_a_stage_begins_at_its_own_instant(left: timedelta, expected: Stage) -> None:
    one = certificate(not_before=NOW - 20000 * DAY, not_after=NOW + left)
    assert stage(one, NOW, NOTICES, superseded=False) is expected


@pytest.mark.parametrize(
    ("days", "urgent_days", "left", "expected"),
    [
        pytest.param((10,), 30, 10 * DAY + MICROSECOND, Stage.VALID, id="not urgent before it is due"),
        pytest.param((10,), 30, 10 * DAY, Stage.URGENT, id="due and urgent at once"),
        pytest.param((), 30, MICROSECOND, Stage.VALID, id="no notice day: valid to the end"),
        pytest.param((), 30, -MICROSECOND, Stage.EXPIRED, id="no notice day: expired all the same"),
        pytest.param((90,), 0, MICROSECOND, Stage.DUE, id="never urgent"),
        pytest.param((1, 90), 30, 90 * DAY, Stage.DUE, id="the first is the largest"),
    ],
)
def test_it_is_never_urgent_before_it_is_due(
    days: tuple[int, ...], urgent_days: int, left: timedelta, expected: Stage
) -> None:
    one = certificate(not_after=NOW + left)
    assert stage(one, NOW, NoticeSettings(days=days, urgent_days=urgent_days), superseded=False) is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-MICROSECOND, Stage.NOT_YET), (timedelta(), Stage.VALID), (MICROSECOND, Stage.VALID)],
)
def test_a_validity_begins_at_not_before(after: timedelta, expected: Stage) -> None:
    one = certificate(not_before=NOW)
    assert stage(one, NOW + after, NOTICES, superseded=False) is expected


def test_dates_that_are_unknown_or_absurd_have_a_stage() -> None:
    assert stage(certificate(not_after=None), NOW, NOTICES, superseded=False) is Stage.UNREADABLE
    assert stage(certificate(not_before=None), NOW, NOTICES, superseded=False) is Stage.VALID
    backwards = certificate(not_before=NOW + 9 * DAY, not_after=NOW - DAY)
    assert stage(backwards, NOW, NOTICES, superseded=False) is Stage.EXPIRED
    assert stage(certificate(not_after=LAST), NOW, NOTICES, superseded=False) is Stage.VALID
    assert stage(certificate(not_before=FIRST, not_after=FIRST), NOW, NOTICES, superseded=False) is Stage.EXPIRED


@pytest.mark.parametrize("left", [90 * DAY, timedelta(), -DAY])
def test_a_superseded_certificate_is_only_that(left: timedelta) -> None:
    assert stage(certificate(not_after=NOW + left), NOW, NOTICES, superseded=True) is Stage.SUPERSEDED


def test_the_milestones_are_the_notice_days_and_the_end() -> None:
    found = list(milestones(NOW, NoticeSettings(days=(7, 90, 1))))
    assert found == [(90, NOW - 90 * DAY), (7, NOW - 7 * DAY), (1, NOW - DAY), (0, NOW + MICROSECOND)]


@pytest.mark.parametrize("days", [(), (0,)])
def test_the_end_is_a_milestone_for_any_notice_days(days: tuple[int, ...]) -> None:
    assert list(milestones(NOW, NoticeSettings(days=days))) == [(0, NOW + MICROSECOND)]
    assert first_notice(NoticeSettings(days=days)) == timedelta()


def test_milestones_stay_in_the_calendar() -> None:
    assert [moment for _, moment in milestones(LAST, NoticeSettings(days=(1,)))] == [LAST - DAY, LAST]
    assert [moment for _, moment in milestones(FIRST, NoticeSettings(days=(1,)))] == [FIRST, FIRST + MICROSECOND]
    assert earlier(FIRST, DAY) == FIRST
    assert later(LAST, DAY) == LAST


NIGHT, LUNCH = QuietHours(start=time(22), end=time(8)), QuietHours(start=time(12), end=time(14))


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        pytest.param(NIGHT, "2027-03-01T21:59:59.999999", None, id="just before the night"),
        pytest.param(NIGHT, "2027-03-01T22:00:00", "2027-03-02T08:00:00", id="at the start of the night"),
        pytest.param(NIGHT, "2027-03-01T23:59:59", "2027-03-02T08:00:00", id="before midnight"),
        pytest.param(NIGHT, "2027-03-02T00:00:00", "2027-03-02T08:00:00", id="at midnight"),
        pytest.param(NIGHT, "2027-03-02T07:59:59", "2027-03-02T08:00:00", id="at the end of the night"),
        pytest.param(NIGHT, "2027-03-02T08:00:00", None, id="in the morning"),
        pytest.param(NIGHT, "2027-12-31T23:00:00", "2028-01-01T08:00:00", id="over the new year"),
        pytest.param(LUNCH, "2027-03-01T11:59:59", None, id="before lunch"),
        pytest.param(LUNCH, "2027-03-01T12:00:00", "2027-03-01T14:00:00", id="at lunch"),
        pytest.param(LUNCH, "2027-03-01T14:00:00", None, id="after lunch"),
        pytest.param(QuietHours(start=time(9), end=time(9)), "2027-03-01T09:00:00", None, id="no length"),
        pytest.param(None, "2027-03-01T03:00:00", None, id="none set"),
    ],
)
def test_quiet_hours_end_at_their_set_time(quiet: QuietHours | None, now: str, until: str | None) -> None:
    expected = datetime.fromisoformat(until + "+01:00") if until else None
    assert quiet_until(datetime.fromisoformat(now + "+01:00"), quiet) == expected


def test_quiet_hours_follow_the_local_clock_over_a_change_of_summer_time() -> None:
    paris = ZoneInfo("Europe/Paris")
    evening = datetime(2027, 3, 27, 23, tzinfo=paris)  # the night of 28 March has an hour less
    until = quiet_until(evening, NIGHT)
    assert until is not None
    assert until.astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=8)


def test_quiet_hours_end_even_on_the_last_day_of_the_calendar() -> None:
    assert quiet_until(LAST - SECOND, NIGHT) is not None
