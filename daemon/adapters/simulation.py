"""A reader, keys, time and launches that are played, for the demonstration: no card, no service, no waiting."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.i18n.text import text
from daemon.adapters.notify.channel import Answered, Message
from daemon.core.effects import Launch, ReadTokens, SystemAction
from daemon.core.events import Launched, ReadersSeen, ReadFinished, Tick, TokensRead
from daemon.core.model import Occupancy, ReaderName, ReaderState, TokenReading
from daemon.core.notice import Notice
from daemon.core.views.report import Report
from daemon.ports import Notifier, Post

READER = ReaderName("Demo Reader 00")
READING_S = 0.4
NEVER = datetime.min.replace(tzinfo=UTC)  # the loop puts the played time in its place


class SimulatedClock:
    """A clock that goes on only when told."""

    def __init__(self, start: datetime) -> None:
        """Begin at `start` (aware UTC)."""
        self.now = start

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


class SimulatedReader:
    """One reader with played keys: both the `ReaderWatcher` and the `TokenReader`."""

    def __init__(self, clock: SimulatedClock) -> None:
        """Begin empty."""
        self._clock = clock
        self._token: TokenReading | None = None
        self._insertion = 0
        self._was_read = threading.Event()
        self._post: Post = lambda _: None

    def start(self, post: Post) -> None:
        """Post the present picture; a second start, as the other port, posts it again, which changes nothing."""
        self._post = post
        post(self.look())

    def insert(self, token: TokenReading) -> threading.Event:
        """Put a key in, in place of the one that is in; the event is set once it has been read."""
        self._token, self._insertion = token, self._insertion + 1
        self._was_read = threading.Event()
        self._post(self.look())
        return self._was_read

    def remove(self) -> None:
        """Take the key out."""
        self._token = None
        self._post(self.look())

    def look(self) -> ReadersSeen:
        """Show the reader."""
        held = Occupancy.EMPTY if self._token is None else Occupancy.HOLDING
        return ReadersSeen(
            at=self._clock(),
            readers=(ReaderState(name=READER, occupancy=held, insertion=self._insertion),),
        )

    def read(self, order: ReadTokens) -> None:
        """Answer after as long as a quick module takes."""
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
        """Ignore them: there is no module to ask."""

    def stop(self) -> None:
        """Nothing runs."""


class SimulatedSchedule:
    """The `Schedule` of a clock that leaps: a `Tick` after each leap."""

    def __init__(self, clock: SimulatedClock) -> None:
        """Follow this clock."""
        self._clock = clock
        self._post: Post = lambda _: None

    def start(self, post: Post) -> None:
        """Be ready."""
        self._post = post

    def wake_at(self, moment: datetime | None) -> None:
        """Leave it: whoever leaps looks afterwards."""

    def pass_time(self, span: timedelta) -> None:
        """Let time pass."""
        self._clock.now += span
        self._post(Tick(at=self._clock.now))

    def stop(self) -> None:
        """Nothing runs."""


class TerminalChannel:
    """The last channel of a demonstration: its terminal has shown the notice already."""

    name = "terminal"

    async def tell(self, message: Message, answered: Answered) -> bool:  # noqa: ARG002 - the story answers
        """Take it for delivered."""
        return True

    async def withdraw(self, tag: str) -> None:
        """Leave what is written."""

    async def close(self) -> None:
        """Hold nothing."""


class ToldNotifier:
    """The `Notifier` that tells each notice to the demonstration, and marks it as played on the desktop."""

    def __init__(self, desktop: Notifier, tell: Callable[[Notice], None]) -> None:
        """Tell each notice to `tell`."""
        self._desktop = desktop
        self._tell = tell

    def start(self, post: Post) -> None:
        """Be ready."""
        self._desktop.start(post)

    def say(self, notice: Notice) -> None:
        """Tell it, then show it."""
        self._tell(notice)
        self._desktop.say(replace(notice, title=text("demo.title", title=notice.title)))

    def withdraw(self, tag: str) -> None:
        """Take it off the desktop."""
        self._desktop.withdraw(tag)

    def stop(self) -> None:
        """End."""
        self._desktop.stop()


class ClosedControlChannel:
    """The `Door` that lets nobody in."""

    def start(self, post: Post) -> None:
        """Stay closed."""

    def answer(self, request: int, report: Report) -> None:
        """Nobody asked."""

    def stop(self) -> None:
        """Nothing was opened."""


class NoSystemActions:
    """The `SystemActions` that changes nothing on this computer."""

    def start(self, post: Post) -> None:
        """There is nothing to tell."""

    def run(self, action: SystemAction) -> None:
        """Leave it undone."""


class SimulatedLauncher:
    """The `Launcher` that opens nothing and tells what it would open."""

    def __init__(self, tell: Callable[[Launch], None]) -> None:
        """Tell each launch to `tell`."""
        self._tell = tell
        self._post: Post = lambda _: None

    def start(self, post: Post) -> None:
        """Be ready."""
        self._post = post

    def launch(self, order: Launch) -> None:
        """Tell it."""
        self._tell(order)
        self._post(Launched(at=NEVER, procedure=order.procedure, destination=order.destination))
