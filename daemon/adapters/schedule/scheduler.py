"""Posts a `Tick` at due moments, heartbeats, and after sleep."""

import contextlib
import logging
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from daemon.adapters.schedule.resume import MakeResume, NullResume
from daemon.core.events import SessionLock, Tick
from daemon.ports import Post

log = logging.getLogger(__name__)

HEARTBEAT = timedelta(minutes=15)
INSTANCES = 1000
DUE, BEAT = "due", "heartbeat"


class ApScheduler:
    """The `Schedule` over APScheduler.

    It has one job for the due moment and one for the heartbeat.

    APScheduler waits on the monotonic clock, which on Linux stops while the machine sleeps. So a moment that
    passed in sleep is caught by the login manager's signal (`Resume`), and at the latest by the heartbeat.
    """

    def __init__(self, post: Post, make_resume: MakeResume = NullResume, *, heartbeat: timedelta = HEARTBEAT) -> None:
        """Prepare.

        With `NullResume` only the heartbeat notices that the machine slept.
        """
        self._post = post
        self.resume = make_resume(self._on_resume, self._on_lock)
        self._heartbeat = heartbeat
        self._stopped = False
        self._scheduler = _Scheduler(
            heartbeat=heartbeat,
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            # Without the first, a job that is a second late (sleep, a busy machine) is silently dropped.
            # With an instance of one, a moment asked for while the tick before is being posted is dropped too.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": INSTANCES},
        )

    def start(self) -> None:
        """Begin the heartbeat, whose first beat comes after one pause."""
        pause = IntervalTrigger(seconds=self._heartbeat.total_seconds(), timezone=UTC)
        self._scheduler.add_job(self._beat, pause, id=BEAT)
        self._scheduler.start()
        self.resume.start()

    def wake_at(self, moment: datetime | None) -> None:
        """Request one `Tick` at this moment, in place of the one before.

        The moment is aware UTC. One that has passed gives a `Tick` at once, None gives none.
        """
        if moment is not None:
            self._scheduler.add_job(self._tick, DateTrigger(moment, timezone=UTC), id=DUE, replace_existing=True)
        else:
            with contextlib.suppress(JobLookupError):  # none was asked for, or it is over
                self._scheduler.remove_job(DUE)

    def stop(self) -> None:
        """End without waiting for anything."""
        self._stopped = True
        self.resume.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _tick(self) -> None:
        if not self._stopped:
            self._post(Tick(at=datetime.now(UTC)))

    def _beat(self) -> None:
        self.resume.ensure()
        self._tick()

    def _on_lock(self, locked: bool) -> None:  # noqa: FBT001 - what the session reports
        if not self._stopped:
            self._post(SessionLock(at=datetime.now(UTC), locked=locked))

    def _on_resume(self) -> None:
        self._tick()
        self._scheduler.wakeup()  # its wait was reckoned before the sleep


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler is untyped
    """Keeps the heartbeat when the clock is set back.

    It would otherwise wait until the old time returns.
    """

    def __init__(self, *, heartbeat: timedelta, **options: object) -> None:
        super().__init__(**options)
        self._heartbeat = heartbeat

    def _process_jobs(self) -> float:
        now = datetime.now(UTC)
        beat = self.get_job(BEAT)
        if beat is not None and beat.next_run_time > now + self._heartbeat:
            log.debug("The clock was set back")
            beat.modify(next_run_time=now)
        wait_s: float | None = None
        with contextlib.suppress(JobLookupError):  # raised when it is shut down right now
            wait_s = super()._process_jobs()
        limit_s = self._heartbeat.total_seconds()
        if wait_s is None:
            return limit_s
        return min(wait_s, limit_s)
