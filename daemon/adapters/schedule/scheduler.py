"""Posts a `Tick` at due moments, heartbeats, and after sleep."""

import threading
import time
from datetime import UTC, datetime, timedelta

from daemon.adapters.guard import Guard
from daemon.adapters.schedule.resume import MakeResume, NullResume
from daemon.core.events import SessionLock, SessionMoved, Tick
from daemon.ports import Post

HEARTBEAT = timedelta(minutes=15)
STOP_LIMIT_S = 1.0


class TimedSchedule:
    """The `Schedule` over one thread of its own.

    It sleeps until the due moment or the heartbeat, by the monotonic clock, which on Linux stops while the machine
    sleeps. So a moment that passed in sleep is caught by the login manager's signal (`Resume`), and at the latest by
    the heartbeat. So is one that a change of the clock has brought nearer.
    """

    def __init__(self, post: Post, make_resume: MakeResume = NullResume, *, heartbeat: timedelta = HEARTBEAT) -> None:
        """Prepare.

        With `NullResume` only the heartbeat notices that the machine slept.
        """
        self._post = post
        self._guard = Guard(post)
        self.resume = make_resume(self._on_resume, self._on_lock, self._on_move)
        self._heartbeat_s = heartbeat.total_seconds()
        self._changed = threading.Condition()
        self._due: datetime | None = None
        self._stopped = False
        self._in_front = True
        self._thread = threading.Thread(target=self._run, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin the heartbeat, whose first beat comes after one pause."""
        self._thread.start()
        self.resume.start()

    def wake_at(self, moment: datetime | None) -> None:
        """Request one `Tick` at this moment, in place of the one before.

        The moment is aware UTC. One that has passed gives a `Tick` at once, None gives none.
        """
        with self._changed:
            self._due = moment
            self._changed.notify()

    def stop(self) -> None:
        """End without waiting for anything."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self.resume.stop()

    # --- the schedule's thread ------------------------------------------------------------------

    def _run(self) -> None:
        self._guard.repeat("The schedule", self._tick_until_stop, self._pause)

    def _tick_until_stop(self) -> None:
        beat_at = time.monotonic() + self._heartbeat_s
        while self._wait(beat_at):
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + self._heartbeat_s
                self._guard.run("The look whether the machine's waking is still reported", self.resume.ensure)
                self._tick()

    def _wait(self, beat_at: float) -> bool:
        """Wait for the beat, and return False at the stop.

        Meanwhile, tick at the due moment.
        """
        with self._changed:
            while not self._stopped and (left_s := beat_at - time.monotonic()) > 0:
                if self._due is not None:
                    until_due_s = (self._due - datetime.now(UTC)).total_seconds()
                    if until_due_s <= 0:
                        self._post(Tick(at=datetime.now(UTC)))
                        self._due = None
                        continue
                    left_s = min(left_s, until_due_s)
                self._changed.wait(left_s)
            return not self._stopped

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, seconds)

    # --- any thread -----------------------------------------------------------------------------

    def _tick(self) -> None:
        if not self._stopped:
            self._post(Tick(at=datetime.now(UTC)))

    def _on_lock(self, locked: bool) -> None:  # noqa: FBT001 - what the session reports
        if not self._stopped:
            self._post(SessionLock(at=datetime.now(UTC), locked=locked))

    def _on_move(self, in_front: bool) -> None:  # noqa: FBT001 - what the session reports
        if in_front != self._in_front and not self._stopped:
            self._in_front = in_front
            self._post(SessionMoved(at=datetime.now(UTC), in_front=in_front))

    def _on_resume(self) -> None:
        self._tick()
        with self._changed:
            self._changed.notify()  # its wait was reckoned before the sleep
