"""Posts a `Tick` at due moments, heartbeats, and after sleep."""

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import UTC, timedelta

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.date import DateTrigger

from config.instants import Instant
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.adapters.schedule.resume import MakeResume, NullResume
from daemon.core.events import SessionLock, SessionMoved, Tick
from daemon.ports import Post

HEARTBEAT = timedelta(minutes=15)
RETRY = timedelta(seconds=1)
DUE, AGAIN = "due", "again"


class ApScheduler:
    """The `Schedule` over APScheduler, which works in one guarded thread.

    It waits on the monotonic clock, which on Linux stops while the machine sleeps. So a moment that passed in sleep is
    caught by the login manager's signal (`Resume`), and at the latest by the heartbeat. So is one that a change of the
    clock has brought nearer.
    """

    def __init__(self, post: Post, make_resume: MakeResume = NullResume, *, heartbeat: timedelta = HEARTBEAT) -> None:
        """Prepare.

        With `NullResume` only the heartbeat notices that the machine slept.
        """
        self._post = post
        self._guard = Guard(post)
        self.resume = make_resume(self._on_resume, self._on_lock, self._on_move)
        self._heartbeat_s = heartbeat.total_seconds()
        self._planning = threading.Lock()
        self._due: Instant | None = None
        self._stopped = threading.Event()
        self._in_front = True
        self._scheduler = _Scheduler(self._beat, self._heartbeat_s, self._stopped)

    def start(self) -> None:
        """Begin the heartbeat, whose first beat comes after one pause."""
        threading.Thread(target=self._run, name="schedule", daemon=True).start()
        self._guard.run("The look for the machine's waking", self.resume.start)  # a beat looks again

    def wake_at(self, moment: Instant | None) -> None:
        """Request one `Tick` at this moment, in place of the one before.

        The moment is aware UTC. One that has passed gives a `Tick` at once, None gives none.
        """
        with self._planning:
            self._due = moment
            self._plan()

    def stop(self) -> None:
        """End without waiting for anything."""
        self._stopped.set()
        with contextlib.suppress(SchedulerNotRunningError):
            self._scheduler.shutdown(wait=False)
        self.resume.stop()

    def _plan(self) -> None:
        if self._due is not None:
            due = DateTrigger(self._due, timezone=UTC)
            self._scheduler.add_job(self._tick_due, due, id=DUE, replace_existing=True)
        else:
            with contextlib.suppress(JobLookupError):  # none was asked for, or it is over
                self._scheduler.remove_job(DUE)

    # --- the schedule's thread ------------------------------------------------------------------

    def _run(self) -> None:
        self._guard.repeat("The schedule", self._serve, self._stopped.wait)

    def _serve(self) -> None:
        """Work until the stop, each time with a new scheduler."""
        with self._planning:
            self._scheduler = _Scheduler(self._beat, self._heartbeat_s, self._stopped)
            self._plan()
        self._scheduler.start()

    def _tick_due(self) -> None:
        if not self._guard.run("The tick at a due moment", self._tick):
            again = DateTrigger(read_clock() + RETRY, timezone=UTC)
            self._scheduler.add_job(self._tick_due, again, id=AGAIN, replace_existing=True)

    def _beat(self) -> None:
        self._guard.run("The look whether the machine's waking is still reported", self.resume.ensure)
        self._tick()

    # --- any thread -----------------------------------------------------------------------------

    def _tick(self) -> None:
        if not self._stopped.is_set():
            self._post(Tick(at=read_clock()))

    def _on_lock(self, locked: bool) -> None:  # noqa: FBT001 - what the session reports
        if not self._stopped.is_set():
            self._post(SessionLock(at=read_clock(), locked=locked))

    def _on_move(self, in_front: bool) -> None:  # noqa: FBT001 - what the session reports
        if in_front != self._in_front and not self._stopped.is_set():
            self._in_front = in_front
            self._post(SessionMoved(at=read_clock(), in_front=in_front))

    def _on_resume(self) -> None:
        self._tick()
        if self._scheduler.running:
            self._scheduler.wakeup()  # its wait was reckoned before the sleep


class _Scheduler(BlockingScheduler):  # type: ignore[misc]  # APScheduler is untyped
    """Runs its jobs in the thread that starts it, and beats.

    The heartbeat counts monotonic time: one by the clock would stop when that is set back.
    """

    def __init__(self, beat: Callable[[], None], heartbeat_s: float, stopped: threading.Event) -> None:
        super().__init__(
            timezone=UTC,
            executors={"default": DebugExecutor()},  # which runs a job in the scheduler's own thread
            # Without the first, a job that is a second late (sleep, a busy machine) is silently dropped.
            job_defaults={"misfire_grace_time": None, "coalesce": True},
        )
        self._beat = beat
        self._heartbeat_s = heartbeat_s
        self._stopped = stopped
        self._beat_at = time.monotonic() + heartbeat_s

    def _process_jobs(self) -> float:
        if self._stopped.is_set():
            with contextlib.suppress(SchedulerNotRunningError):
                self.shutdown(wait=False)  # the stop came before the start
            return 0.0
        if time.monotonic() >= self._beat_at:
            self._beat_at = time.monotonic() + self._heartbeat_s
            self._beat()
        wait_s: float | None = None
        with contextlib.suppress(JobLookupError):  # raised when it is shut down right now
            wait_s = super()._process_jobs()
        until_beat_s = max(0.0, self._beat_at - time.monotonic())
        if wait_s is None:
            return until_beat_s
        return min(wait_s, until_beat_s)
