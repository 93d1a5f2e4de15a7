"""A notice without an answer comes again, over two years of logins."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from config.instants import Instant, instant
from config.settings import QuietHours
from config.values import replace
from daemon.core.events import SessionLock
from daemon.core.model import Claim
from daemon.core.notice import Notice, NoticeChoice, NoticeId, NoticeKind
from daemon.core.repeats import Presence, Telling, gap
from daemon.core.state import State
from support.core.factories import DAY, MICROSECOND, NOW, ending, notice_settings
from support.core.simulator import Simulator, simulator_with

PARIS = ZoneInfo("Europe/Paris")
END = instant(datetime(2027, 12, 3, 17, 30, tzinfo=PARIS))
BEGIN = instant(datetime(2027, 6, 1, 8, tzinfo=PARIS))
LATEST_LOGIN = time(10, 30)
MILESTONES = (90, 60, 45, 30, 15, 7, 3, 1, 0)

Answer = Callable[[Simulator, Notice], None]


def never(_simulator: Simulator, _notice: Notice) -> None:
    """Do nothing."""


def dismiss(simulator: Simulator, notice: Notice) -> None:
    simulator.answer(notice.notice_id, NoticeChoice.DISMISSED)


def answer_the_first(simulator: Simulator, notice: Notice) -> None:
    if len(simulator.delivered) == 1:
        simulator.answer(notice.notice_id)


def put_off(simulator: Simulator, notice: Notice) -> None:
    if NoticeChoice.LATER in notice.more:
        simulator.answer(notice.notice_id, NoticeChoice.LATER)


def play(answer: Answer, *, locks: bool = True, restarts: bool = True, with_new: bool = False) -> Simulator:
    """Play two years of mornings with a login or an unlock."""
    random = Random(7)
    key = ending(END - NOW, "old")
    simulator = simulator_with(key, now=BEGIN, state=State(settings=notice_settings(), zone=PARIS))
    if with_new:
        simulator.tell(simulator.plug(ending(3 * 365 * DAY, "new")), Claim.ACTIVATED)
        simulator.remove()
    for number in range(1, 730):
        day = (BEGIN + number * DAY).date()
        come = instant(datetime.combine(day, time(7), PARIS)) + timedelta(minutes=random.randrange(200))
        pass_until(simulator, come, answer)
        if restarts and random.random() < 0.3:
            simulator.restart()
        elif locks:
            simulator.post(SessionLock(at=simulator.now, locked=False))
        answer_new(simulator, answer)
        pass_until(simulator, instant(datetime.combine(day, time(19), PARIS)), answer)
        if locks:
            simulator.lock(locked=True)
    return simulator


def pass_until(simulator: Simulator, moment: Instant, answer: Answer) -> None:
    simulator.wait(moment - simulator.now)
    answer_new(simulator, answer)


def answer_new(simulator: Simulator, answer: Answer) -> None:
    """Answer what was shown since, once."""
    for _, notice in simulator.delivered[answered_until[id(simulator)] :]:
        answer(simulator, notice)
    answered_until[id(simulator)] = len(simulator.delivered)


answered_until: dict[int, int] = defaultdict(int)


def days_told(simulator: Simulator) -> list[date]:
    keys = [(at, n) for at, n in simulator.delivered if n.notice_id.kind is NoticeKind.KEY]
    return [at.astimezone(PARIS).date() for at, _ in keys]


def longest(day: date) -> int:
    """The longest silence after a telling on this day."""
    left = (END.date() - day).days
    if left > 30:
        return 7
    if left > 7:
        return 2
    if left > -7:
        return 1
    return 7 if left > -28 else 30


def full(value: object) -> object:
    """Mark a value that the long form of the tests plays."""
    return pytest.param(value, marks=pytest.mark.full)


TRUE_FIRST = [True, pytest.param(False, marks=pytest.mark.full)]


@pytest.mark.slow
@pytest.mark.parametrize("locks", TRUE_FIRST, ids=["with locks", "without logind"])
@pytest.mark.parametrize("restarts", TRUE_FIRST, ids=["restarts", "never off"])
@pytest.mark.parametrize("answer", [never, full(dismiss)], ids=["never answers", "dismisses always"])
@pytest.mark.parametrize("with_new", [False, True], ids=["to order", "new key waiting"])
def test_who_never_answers_is_told_again_and_never_twice_a_day(
    answer: Answer, *, locks: bool, restarts: bool, with_new: bool
) -> None:
    told = days_told(play(answer, locks=locks, restarts=restarts, with_new=with_new))
    assert max(Counter(told).values()) == 1 or with_new, "never more than one a day"
    if with_new:  # the new key is news by itself, on the day on which it was plugged in
        assert {day for day, count in Counter(told).items() if count > 1} <= {BEGIN.date()}
    begun = [day for day in told if day >= END.date() - 90 * DAY]
    silences = [(after, (later - after).days) for after, later in pairwise(begun)]
    assert [(after, days) for after, days in silences if days > longest(after)] == []
    assert (BEGIN + 729 * DAY).date() - told[-1] <= 31 * DAY, "nor at the end"


@pytest.mark.slow
@pytest.mark.parametrize("answer", [never, full(dismiss), full(answer_the_first), full(put_off)])
def test_every_milestone_is_told_on_its_day(answer: Answer) -> None:
    told = days_told(play(answer, locks=False, restarts=False))
    assert {END.date() - days * DAY for days in MILESTONES} <= set(told)


@pytest.mark.slow
def test_an_answer_silences_until_the_next_milestone() -> None:
    told = days_told(play(answer_the_first))
    first, second, third, *_ = told
    assert first == END.date() - 90 * DAY
    assert second == END.date() - 60 * DAY
    assert (third - second).days == 7


@pytest.mark.full
def test_who_puts_it_off_each_day_is_told_once_a_day_at_most() -> None:
    simulator = play(put_off, with_new=True)
    counts = Counter(days_told(simulator))
    assert {day for day, count in counts.items() if count > 1} <= {BEGIN.date()}


# One day


def key_id(simulator: Simulator) -> NoticeId:
    return simulator.delivered[-1][1].notice_id


def on(day: int, hour: int, minute: int = 0) -> Instant:
    return instant(datetime(2027, 3, day, hour, minute, tzinfo=PARIS))


def told_on(day: int) -> Simulator:
    """A key with ten days left, told of at noon."""
    state = State(settings=notice_settings(days=(30,)), zone=PARIS)
    key = ending(on(day, 12) + 10 * DAY - NOW)
    return simulator_with(key, now=on(day, 12), state=state)


def test_a_repeat_waits_for_the_first_unlock_of_the_day() -> None:
    simulator = told_on(2)
    simulator.lock(locked=True)
    simulator.wait(on(4, 10, 15) - simulator.now)
    assert len(simulator.delivered) == 1, "nobody sees it on a locked screen"
    simulator.lock(locked=False)
    assert len(simulator.delivered) == 2


def test_a_repeat_waits_for_nine_where_there_is_no_unlock() -> None:
    simulator = told_on(2)
    simulator.wait(on(5, 0) - simulator.now)
    assert [at for at, _ in simulator.delivered] == [on(2, 12), on(4, 9)]


def test_a_start_of_the_daemon_counts_as_a_login() -> None:
    simulator = told_on(2)
    simulator.wait(on(4, 6, 30) - simulator.now)
    assert len(simulator.delivered) == 1
    simulator.restart()
    assert [at for at, _ in simulator.delivered] == [on(2, 12), on(4, 6, 30)]


def test_a_repeat_keeps_the_quiet_hours() -> None:
    simulator = told_on(2)
    quiet = notice_settings(days=(30,), quiet_hours=QuietHours(start=time(20), end=time(11)))
    simulator.state = replace(simulator.state, settings=quiet)
    simulator.wait(on(5, 0) - simulator.now)
    assert [at for at, _ in simulator.delivered] == [on(2, 12), on(4, 11)]


def test_an_order_that_is_made_is_silent_until_the_key_is_expected_then_told_again() -> None:
    simulator = simulator_with(ending(85 * DAY))
    simulator.answer(key_id(simulator), NoticeChoice.ORDERED)
    simulator.wait(42 * DAY - MICROSECOND)
    assert len(simulator.delivered) == 1
    simulator.wait(DAY)
    assert len(simulator.delivered) == 2
    simulator.wait(8 * DAY)
    assert len(simulator.delivered) == 3


def test_an_expiry_is_told_although_the_key_is_ordered() -> None:
    simulator = simulator_with(ending(20 * DAY))
    simulator.answer(key_id(simulator), NoticeChoice.ORDERED)
    simulator.wait(30 * DAY)
    assert [notice.body.id for _, notice in simulator.delivered[1:]] == ["notice.ordered.expired"]


def test_a_key_without_a_procedure_is_told_of_once_for_each_milestone() -> None:
    simulator = simulator_with(ending(89 * DAY, issuer_o="Other"))
    simulator.wait(400 * DAY)
    assert len(simulator.delivered) == len(MILESTONES)


def test_a_step_in_the_window_is_an_answer() -> None:
    simulator = simulator_with(ending(80 * DAY))
    simulator.choose("open:order_page")
    simulator.wait(19 * DAY)
    assert len(simulator.delivered) == 1


@pytest.mark.parametrize(
    ("left", "days"),
    [
        pytest.param(30 * DAY + MICROSECOND, 7, id="more than thirty days"),
        pytest.param(30 * DAY, 2, id="thirty days"),
        pytest.param(7 * DAY + MICROSECOND, 2, id="more than a week"),
        pytest.param(7 * DAY, 1, id="a week"),
        pytest.param(timedelta(), 1, id="the end itself"),
        pytest.param(-MICROSECOND, 1, id="expired"),
        pytest.param(-7 * DAY + MICROSECOND, 1, id="before a week has passed"),
        pytest.param(-7 * DAY, 7, id="a week later"),
        pytest.param(-28 * DAY + MICROSECOND, 7, id="before four weeks have passed"),
        pytest.param(-28 * DAY, 30, id="four weeks later"),
    ],
)
def test_the_gap_shrinks_before_the_end_and_grows_after_it(left: timedelta, days: int) -> None:
    assert gap(NOW + left, Telling(told=NOW - DAY, end_told=NOW + left), NOW) == days * DAY


@pytest.mark.parametrize(("left", "expected"), [(DAY, None), (-DAY, 30 * DAY)], ids=["valid", "expired"])
def test_an_answered_notice_comes_again_only_after_the_end(left: timedelta, expected: timedelta | None) -> None:
    assert gap(NOW + left, Telling(told=NOW - DAY, answered=NOW, end_told=NOW - DAY), NOW) == expected


@pytest.mark.parametrize(
    ("arrived", "locked", "now", "there"),
    [
        pytest.param(on(4, 7), False, on(4, 7), True, id="just unlocked"),
        pytest.param(on(3, 7), False, on(4, 8, 59), False, id="before nine"),
        pytest.param(on(3, 7), False, on(4, 9), True, id="at nine"),
        pytest.param(None, False, on(4, 9), True, id="nothing known, at nine"),
        pytest.param(on(4, 7), True, on(4, 12), False, id="locked again"),
    ],
)
def test_the_user_is_there_after_a_login_or_from_nine(
    arrived: Instant | None, locked: bool, now: Instant, there: bool
) -> None:
    assert Presence(zone=PARIS, arrived=arrived, locked=locked).is_there(now) is there


def test_a_key_that_is_no_longer_used_is_silent_until_it_works_again() -> None:
    simulator = simulator_with(ending(20 * DAY))
    simulator.choose("ask:unused", "state:unused")
    told = len(simulator.delivered)
    simulator.wait(100 * DAY)
    assert len(simulator.delivered) == told
    report = simulator.check()
    assert report is not None
    assert (report.paths, report.exit_code) == ((), 0)
    simulator.tell(ending(20 * DAY).fingerprint[:16], Claim.WORKS)
    assert len(simulator.delivered) == told + 1
