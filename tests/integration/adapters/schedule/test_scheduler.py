"""The schedule ticks at requested moments, after sleep, and hardly else."""

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Self
from unittest.mock import ANY

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler
from dbus_fast import Message

from config.instants import LAST, Instant, instant
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.schedule.resume import LoginManagerResume, MakeResume, NullResume, Tell, TellWhether
from daemon.adapters.schedule.scheduler import ApScheduler
from daemon.core.events import Event, FaultMet, SessionLock, SessionMoved, Tick
from support.bus import LoginManager, SystemBus, send_to_all
from support.process import PATIENCE_S, wait_until

SHORTLY = timedelta(milliseconds=200)

Ticks = Callable[[], Tick]


class Ticking:
    """A schedule and what it has posted."""

    def __init__(self, make_resume: MakeResume = NullResume, **options: timedelta) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.schedule = ApScheduler(self.events.put, make_resume, **options)

    def start(self) -> Self:
        self.schedule.start()
        return self

    def next(self) -> Tick:
        event = self.events.get(timeout=PATIENCE_S)
        assert isinstance(event, Tick)
        return event

    def silent_for(self, duration: timedelta) -> bool:
        try:
            self.events.get(timeout=duration.total_seconds())
        except queue.Empty:
            return True
        return False


@pytest.fixture
def ticking() -> Iterator[Ticking]:
    one = Ticking().start()
    yield one
    one.schedule.stop()


@pytest.fixture
def thread() -> Iterator[AsyncThread]:
    one = AsyncThread()
    yield one
    one.stop()


def test_it_ticks_at_the_moment_and_not_before(ticking: Ticking) -> None:
    moment = instant(datetime.now(UTC)) + SHORTLY
    ticking.schedule.wake_at(moment)
    assert ticking.next().at >= moment


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=3), timedelta(days=9999)])
def test_a_moment_that_has_passed_ticks_at_once(ticking: Ticking, late: timedelta) -> None:
    ticking.schedule.wake_at(instant(datetime.now(UTC)) - late)
    ticking.next()


def test_a_moment_in_another_zone_is_the_same_moment(ticking: Ticking) -> None:
    moment = (instant(datetime.now(UTC)) + SHORTLY).astimezone(timezone(timedelta(hours=-11)))
    ticking.schedule.wake_at(moment)
    assert ticking.next().at >= moment


@pytest.mark.parametrize("instead", [LAST, None], ids=["the end of time", "none"])
def test_a_new_moment_replaces_the_one_before(ticking: Ticking, instead: Instant | None) -> None:
    delay = SHORTLY
    while True:
        moment = instant(datetime.now(UTC)) + delay
        ticking.schedule.wake_at(moment)
        ticking.schedule.wake_at(instead)
        if instant(datetime.now(UTC)) < moment:
            break
        delay *= 2  # on a machine so slow that the first may have come
    while not ticking.events.empty():
        ticking.next()
    assert ticking.silent_for(2 * delay)


def test_it_goes_on_after_the_end_of_time_was_asked_for(ticking: Ticking) -> None:
    ticking.schedule.wake_at(LAST)
    ticking.schedule.wake_at(instant(datetime.now(UTC)))
    ticking.next()


def test_to_forget_when_nothing_was_asked_is_no_fault(ticking: Ticking) -> None:
    ticking.schedule.wake_at(None)


def test_a_moment_may_be_asked_before_the_start() -> None:
    ticking = Ticking()
    ticking.schedule.wake_at(instant(datetime.now(UTC)))
    ticking.start()
    ticking.next()
    ticking.schedule.stop()


def test_the_heartbeat_ticks_by_itself() -> None:
    ticking = Ticking(heartbeat=timedelta(milliseconds=50)).start()
    for _ in range(3):
        ticking.next()
    ticking.schedule.stop()


class Unsteady:
    """A login manager's listener that fails at each call."""

    def __init__(self, _woken: Tell, _locked: TellWhether, _moved: TellWhether) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...

    def ensure(self) -> None:
        raise OverflowError


def test_the_heartbeat_goes_on_where_the_look_at_the_login_manager_fails() -> None:
    ticking = Ticking(Unsteady, heartbeat=timedelta(milliseconds=20)).start()
    events = [ticking.events.get(timeout=PATIENCE_S) for _ in range(4)]
    assert [type(event) for event in events] == [FaultMet, Tick, Tick, Tick]
    ticking.schedule.stop()


def test_a_moment_whose_tick_could_not_be_posted_is_not_lost() -> None:
    ticking = Ticking()
    refusals = iter([OverflowError()])

    def post(event: Event) -> None:
        if isinstance(event, Tick) and (refusal := next(refusals, None)):
            raise refusal
        ticking.events.put(event)

    ticking.schedule = ApScheduler(post)
    ticking.start()
    ticking.schedule.wake_at(instant(datetime.now(UTC)))
    assert isinstance(ticking.events.get(timeout=PATIENCE_S), FaultMet)
    ticking.next()
    ticking.schedule.stop()


def test_nothing_is_posted_after_the_stop() -> None:
    ticking = Ticking(heartbeat=timedelta(milliseconds=20)).start()
    ticking.next()
    ticking.schedule.stop()
    ticking.silent_for(SHORTLY)  # what was being posted may still come
    while not ticking.events.empty():
        ticking.next()
    assert ticking.silent_for(SHORTLY)


def test_a_stop_just_before_the_schedule_begins_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking, begin = Ticking(), BlockingScheduler.start

    def begin_late(scheduler: BlockingScheduler) -> None:
        ticking.schedule.stop()
        begin(scheduler)

    monkeypatch.setattr(BlockingScheduler, "start", begin_late)
    ticking.start()
    wait_until(lambda: "schedule" not in {each.name for each in threading.enumerate()}, "its thread has ended")


def watched(bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch) -> Ticking:
    """Return a schedule that listens to the login manager."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.environment["DBUS_SYSTEM_BUS_ADDRESS"])
    ticking = Ticking(partial(LoginManagerResume, thread)).start()
    resume = ticking.schedule.resume
    assert isinstance(resume, LoginManagerResume)
    wait_until(lambda: resume.listening, "the listener is on the bus")
    return ticking


def test_the_machines_waking_ticks_and_its_falling_asleep_does_not(
    login_manager: LoginManager, system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking = watched(system_bus, thread, monkeypatch)
    login_manager.prepare_for_sleep(going=True)
    assert ticking.silent_for(SHORTLY)
    login_manager.prepare_for_sleep(going=False)
    ticking.next()
    ticking.schedule.stop()


def test_signals_of_another_account_are_ignored(
    login_manager: LoginManager, system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any account can send straight to a client of the system bus."""
    ticking = watched(system_bus, thread, monkeypatch)
    session = "/org/freedesktop/login1/session/_32"
    owner = ["org.freedesktop.login1", "", ":1.99"]
    send_to_all(
        system_bus,
        [
            Message.new_signal("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", "sss", owner),
            Message.new_signal(LoginManager.path, LoginManager.interface, "PrepareForSleep", "b", [False]),
            Message.new_signal(session, "org.freedesktop.login1.Session", "Unlock"),
        ],
    )
    login_manager.lock(locked=True)
    event = ticking.events.get(timeout=PATIENCE_S)
    assert isinstance(event, SessionLock)
    assert event.locked, "the login manager's own, and nothing before"
    ticking.schedule.stop()


def test_many_wakings_of_one_second_are_two(
    login_manager: LoginManager, system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking = watched(system_bus, thread, monkeypatch)
    for _ in range(50):
        login_manager.prepare_for_sleep(going=False)
    first, second = ticking.next(), ticking.next()
    assert second.at - first.at >= timedelta(seconds=0.9)
    assert ticking.silent_for(2 * SHORTLY), "the last one was not lost, and the others were"
    ticking.schedule.stop()


def test_a_lock_and_an_unlock_of_the_session_are_posted(
    login_manager: LoginManager, system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking = watched(system_bus, thread, monkeypatch)
    for locked in (True, False):
        login_manager.lock(locked=locked)
        event = ticking.events.get(timeout=PATIENCE_S)
        assert isinstance(event, SessionLock)
        assert event.locked is locked
    ticking.schedule.stop()


def test_a_session_that_is_left_and_entered_again_is_posted(
    system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LoginManager(system_bus, active=False) as manager:
        ticking = watched(system_bus, thread, monkeypatch)
        for to_front in (False, True, False):
            event = ticking.events.get(timeout=PATIENCE_S)
            assert isinstance(event, SessionMoved)
            assert event.in_front is to_front
            manager.move(to_front=not to_front)
    ticking.schedule.stop()


def test_what_became_of_the_session_while_the_login_manager_restarted_is_looked_up(
    system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LoginManager(system_bus, active=False) as manager:
        ticking = watched(system_bus, thread, monkeypatch)
        assert ticking.events.get(timeout=PATIENCE_S) == SessionMoved(at=ANY, in_front=False)
        manager.stop()
        manager.active = True
        manager.start()
        assert ticking.events.get(timeout=PATIENCE_S) == SessionMoved(at=ANY, in_front=True)
    ticking.schedule.stop()


def test_a_session_without_a_seat_is_never_in_the_background(
    system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LoginManager(system_bus, seat="", active=False) as manager:
        ticking = watched(system_bus, thread, monkeypatch)
        manager.move(to_front=False)
        assert ticking.silent_for(SHORTLY)
    ticking.schedule.stop()


def test_wakings_are_received_again_after_the_bus_came_back(
    system_bus: SystemBus, thread: AsyncThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking = watched(system_bus, thread, monkeypatch)
    resume = ticking.schedule.resume
    assert isinstance(resume, LoginManagerResume)
    system_bus.stop()
    wait_until(lambda: not resume.listening, "the bus has gone")
    system_bus.start()
    resume.ensure()
    wait_until(lambda: resume.listening, "the listener is on the bus again")
    with LoginManager(system_bus) as manager:
        manager.prepare_for_sleep(going=False)
        ticking.next()
    ticking.schedule.stop()


def test_without_a_system_bus_it_ticks_all_the_same(thread: AsyncThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    ticking = Ticking(partial(LoginManagerResume, thread)).start()
    ticking.schedule.wake_at(instant(datetime.now(UTC)))
    ticking.next()
    ticking.schedule.stop()
