"""What the daemon needs from outside, as protocols for the adapters.

An adapter gets `post` in its constructor and puts its events into the loop's queue with it. `post` may be called
from any thread. A method hands its work on and returns at once. Only `Store.load` and `Store.save` may block.
"""

from collections.abc import Callable
from typing import Protocol

from config.i18n.text import Sentence
from config.instants import Instant
from daemon.core.effects import HistoryEntry, Launch, ReadTokens, SystemAction
from daemon.core.events import Event
from daemon.core.login_start import AutostartStatus
from daemon.core.model import ActivationToken, Memory
from daemon.core.notice import Notice, NoticeId
from daemon.core.views.guide import GuideView
from daemon.core.views.report import Report
from daemon.core.views.tray import TrayView

Post = Callable[[Event], None]


class ReaderWatcher(Protocol):
    """Watches readers and cards.

    Posts `ReadersSeen` at each change and `ServiceLost` without a service.
    """

    def start(self) -> None:
        """Start the watching thread.

        It first posts the readers that are there.
        """

    def stop(self) -> None:
        """End the watching thread within a second."""


class TokenReader(Protocol):
    """Reads tokens in child processes.

    Posts `TokensRead` as modules answer, then one `ReadFinished`.
    """

    def start(self) -> None:
        """Start the thread that carries out reads."""

    def read(self, order: ReadTokens) -> None:
        """Queue a read."""

    def use_modules(self, modules: tuple[str, ...]) -> None:
        """Use these modules of the user from the next read on."""

    def stop(self) -> None:
        """Kill the running children, and end."""


class Schedule(Protocol):
    """Posts `Tick` at requested moments, heartbeats, and after sleep."""

    def start(self) -> None:
        """Begin the heartbeat."""

    def wake_at(self, moment: Instant | None) -> None:
        """Request one `Tick` at this moment, in place of the one before.

        The moment is aware UTC. One that has passed gives a `Tick` at once, None gives none.
        """

    def stop(self) -> None:
        """End without waiting for anything."""


class Store(Protocol):
    """Keeps the memory on disk."""

    def load(self) -> Memory:
        """Return the memory.

        A damaged file is reported, set aside and replaced by a new one.
        """

    def save(self, memory: Memory, history: tuple[HistoryEntry, ...]) -> None:
        """Write what changed since the last call.

        One transaction, which survives a power cut.
        """

    def close(self) -> None:
        """Close the file."""


class Notifier(Protocol):
    """Shows notices.

    Posts `NoticeDelivered` once one is delivered and `NoticeAnswered` when it is clicked.
    """

    def show(self, notice: Notice) -> None:
        """Show the notice through the best channel that delivers it."""

    def withdraw(self, notice_id: NoticeId) -> None:
        """Remove the notice from the screen, if it is there."""

    def stop(self) -> None:
        """End.

        A notice that cannot be clicked may stay on the screen.
        """


class Launcher(Protocol):
    """Opens the pages and tools of the configured procedures. Posts `Launched`."""

    def launch(self, order: Launch) -> None:
        """Open or start it, in a thread of its own."""


class SystemActions(Protocol):
    """Runs the settings and diagnosis commands of the menu. Posts their results."""

    def start(self) -> None:
        """Post the present state."""

    def run(self, action: SystemAction) -> None:
        """Run it, in a thread of its own."""


class ControlChannel(Protocol):
    """Serves other instances and the command line. Posts `CommandReceived`."""

    def start(self) -> None:
        """Accept connections."""

    def reply(self, request: int, report: Report | None) -> None:
        """Reply to the client of this request, if it is still connected.

        None ends its connection: the request could not be carried out.
        """

    def stop(self) -> None:
        """Close the channel, and remove its files."""


class Balloons(Protocol):
    """The balloon of a tray icon, one at a time.

    Any thread may call, and may have to wait for the taskbar.
    """

    def show_balloon(self, title: str, body: str, clicked: Callable[[], None]) -> bool:
        """Show it in place of the one before, and return success.

        63 and 255 UTF-16 units at most. `clicked` is called from another thread.
        """

    def hide_balloon(self) -> None:
        """Remove it from the screen."""


class TrayDisplay(Protocol):
    """Shows the tray icon, its tooltip and its menu."""

    def show(self, view: TrayView) -> None:
        """Draw it. The loop's thread may call."""

    @property
    def balloons(self) -> Balloons | None:
        """The icon's balloons, None where the system has none."""


class GuideDisplay(Protocol):
    """Shows the guide in a window and to subscribers.

    Posts `ChooseAction`, `NameKey` and `ForgetCertificate`. An answer to an older view is dropped.
    """

    def open(self, activation: ActivationToken | None = None) -> None:
        """Open the window, or bring it forward by a click's right."""

    def show(self, view: GuideView[Sentence]) -> None:
        """Show this view to every subscriber.

        No window is opened for it.
        """

    def stop(self) -> None:
        """Close the window, and end."""


class LoginStarter(Protocol):
    """Starts vigicle at login, by the means of this system.

    Every method may raise OSError.
    """

    def status(self) -> AutostartStatus:
        """Return whether vigicle starts at login now."""

    def enable(self) -> AutostartStatus:
        """Start at login from now on.

        This undoes a switch-off in the desktop's settings.
        """

    def disable(self) -> AutostartStatus:
        """No longer start at login."""
