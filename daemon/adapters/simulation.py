"""A simulated reader, clock, schedule and launcher for the demonstration."""

import threading
from collections.abc import Callable
from datetime import timedelta

from config.i18n.text import Sentence, text
from config.instants import FIRST, Instant
from config.values import replace
from daemon.adapters.clock import read_clock
from daemon.adapters.notify.channel import Answered, Message
from daemon.core.effects import Launch, ReadTokens, SystemAction
from daemon.core.events import Launched, ReadersSeen, ReadFinished, Tick, TokensRead
from daemon.core.model import ActivationToken, Occupancy, ReaderName, ReaderState, TokenReading
from daemon.core.notice import Notice, NoticeId
from daemon.core.views.guide import GuideView
from daemon.core.views.report import Report
from daemon.ports import GuideDisplay, Notifier, Post

READER = ReaderName("Demo Reader 00")
READING_S = 0.4
NEVER = FIRST  # the loop puts the simulated time in its place


class SimulatedClock:
    """A clock that only `SimulatedSchedule` moves."""

    def __init__(self, start: Instant) -> None:
        """Begin at `start` (aware UTC)."""
        self.now = start

    def __call__(self) -> Instant:
        """Return the time."""
        return self.now


class SimulatedReader:
    """One reader with simulated keys: both the `ReaderWatcher` and the `TokenReader`."""

    def __init__(self, post: Post, clock: SimulatedClock) -> None:
        """Begin empty."""
        self._post = post
        self._clock = clock
        self._token: TokenReading | None = None
        self._insertion = 0
        self._was_read = threading.Event()

    def start(self) -> None:
        """Post the reader.

        The loop starts it twice, once for each port. A second event changes nothing.
        """
        self._post(self._snapshot())

    def insert(self, token: TokenReading) -> threading.Event:
        """Put a key in, in place of another one.

        The returned event is set once the key has been read.
        """
        self._token, self._insertion = token, self._insertion + 1
        self._was_read = threading.Event()
        self._post(self._snapshot())
        return self._was_read

    def remove(self) -> None:
        """Take the key out."""
        self._token = None
        self._post(self._snapshot())

    def _snapshot(self) -> ReadersSeen:
        occupancy = Occupancy.HOLDING
        if self._token is None:
            occupancy = Occupancy.EMPTY
        reader = ReaderState(name=READER, occupancy=occupancy, insertion=self._insertion)
        return ReadersSeen(at=self._clock(), readers=(reader,))

    def read(self, order: ReadTokens) -> None:
        """Post the key that is in, as fast as a quick module."""
        tokens = () if self._token is None else (self._token,)
        was_read = self._was_read

        def answer() -> None:
            at = self._clock()
            self._post(TokensRead(at=at, ticket=order.ticket, module="demo", tokens=tokens))
            self._post(ReadFinished(at=at, ticket=order.ticket))
            was_read.set()

        timer = threading.Timer(READING_S, answer)
        timer.daemon = True
        timer.start()

    def use_modules(self, modules: tuple[str, ...]) -> None:
        """Do nothing: no module is asked."""

    def stop(self) -> None:
        """Do nothing."""


class SimulatedSchedule:
    """The `Schedule` of a simulated clock: a `Tick` after each leap."""

    def __init__(self, post: Post, clock: SimulatedClock) -> None:
        """Move this clock."""
        self._post = post
        self._clock = clock

    def start(self) -> None:
        """Do nothing."""

    def wake_at(self, moment: Instant | None) -> None:
        """Do nothing: `pass_time` posts a `Tick` in any case."""

    def pass_time(self, span: timedelta) -> None:
        """Let time pass."""
        self._clock.now += span
        self._post(Tick(at=self._clock.now))

    def stop(self) -> None:
        """Do nothing."""


class TerminalChannel:
    """The last channel of a demonstration: its terminal shows the notice already."""

    name = "terminal"

    async def show(self, message: Message, answered: Answered) -> bool:  # noqa: ARG002 - the story answers
        """Count it as delivered."""
        return True

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Do nothing: the terminal keeps its lines."""

    async def close(self) -> None:
        """Do nothing."""


class StoryNotifier:
    """The `Notifier` that reports each notice to the story.

    Its notices on the desktop are titled as a demonstration.
    """

    def __init__(self, desktop: Notifier, report: Callable[[Notice], None]) -> None:
        """Report each notice to `report`."""
        self._desktop = desktop
        self._report = report

    def show(self, notice: Notice) -> None:
        """Report it, then show it."""
        self._report(notice)
        self._desktop.show(replace(notice, title=text("demo.title", title=notice.title)))

    def withdraw(self, notice_id: NoticeId) -> None:
        """Remove it from the desktop."""
        self._desktop.withdraw(notice_id)

    def stop(self) -> None:
        """End."""
        self._desktop.stop()


class StoryGuide:
    """The `GuideDisplay` whose limits end as far ahead as in the story.

    The window counts down by the computer's own clock.
    """

    def __init__(self, display: GuideDisplay, clock: SimulatedClock) -> None:
        """Show each view on `display`."""
        self._display = display
        self._clock = clock

    def open(self, activation: ActivationToken | None = None) -> None:
        """Open the window."""
        self._display.open(activation)

    def show(self, view: GuideView[Sentence]) -> None:
        """Show a view with its limit in the computer's own time."""
        if view.deadline is not None:
            view = replace(view, deadline=view.deadline - self._clock.now + read_clock())
        self._display.show(view)

    def stop(self) -> None:
        """Close the window, and end."""
        self._display.stop()


class ClosedControlChannel:
    """The `ControlChannel` that accepts no connection."""

    def start(self) -> None:
        """Do nothing."""

    def reply(self, request: int, report: Report | None) -> None:
        """Do nothing: there is no client."""

    def stop(self) -> None:
        """Do nothing."""


class NoSystemActions:
    """The `SystemActions` that changes nothing on this computer."""

    def start(self) -> None:
        """Do nothing."""

    def run(self, action: SystemAction) -> None:
        """Do nothing."""


class SimulatedLauncher:
    """The `Launcher` that opens nothing and reports what it would open."""

    def __init__(self, post: Post, report: Callable[[Launch], None]) -> None:
        """Report each launch to `report`."""
        self._post = post
        self._report = report

    def launch(self, order: Launch) -> None:
        """Report it."""
        self._report(order)
        self._post(Launched(at=NEVER, procedure=order.procedure, destination=order.destination))
