"""What the watchman needs from outside: one protocol for each thing, met by the adapters.

`start(post)` gives an adapter the door into the queue; `post` may be called from any thread. No method may
block the caller for longer than it takes to hand the work on, but `Store.load` and `Store.remember`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from daemon.core.effects import HistoryEntry, Launch, ReadTokens, SystemAction
from daemon.core.events import Event, ReadersSeen, ServiceLost
from daemon.core.login_start import AutostartStatus
from daemon.core.model import Memory
from daemon.core.notice import Notice
from daemon.core.views.guide import GuideView
from daemon.core.views.report import Report
from daemon.core.views.tray import TrayView

Post = Callable[[Event], None]


class ReaderWatcher(Protocol):
    """Tells of readers and cards: posts `ReadersSeen` at each change and `ServiceLost` when blind."""

    def start(self, post: Post) -> None:
        """Begin to watch, in a thread of its own; the first post is the whole present picture."""

    def stop(self) -> None:
        """End the watch within a second, and its thread with it."""

    def look(self) -> ReadersSeen | ServiceLost:
        """Take one picture now, without watching (for commands that run without a daemon)."""


class TokenReader(Protocol):
    """Reads tokens in child processes: posts `TokensRead` as modules answer, then one `ReadFinished`."""

    def start(self, post: Post) -> None:
        """Be ready for `read`."""

    def read(self, order: ReadTokens) -> None:
        """Queue a read; it runs in its own thread."""

    def use_modules(self, modules: tuple[str, ...]) -> None:
        """Take the person's own modules from now on."""

    def stop(self) -> None:
        """Kill what runs, and end."""


class Schedule(Protocol):
    """Posts `Tick` at the asked moment, at a slow heartbeat, and when the machine wakes from sleep."""

    def start(self, post: Post) -> None:
        """Begin the heartbeat."""

    def wake_at(self, moment: datetime | None) -> None:
        """Ask for a `Tick` at this moment (aware UTC; at once when it has passed) in place of the one before."""

    def stop(self) -> None:
        """End without waiting for anything."""


class Store(Protocol):
    """Keeps the memory on disk."""

    def load(self) -> Memory:
        """Read all that is remembered; a damaged file is set aside, said, and a new one begun."""

    def remember(self, memory: Memory, history: tuple[HistoryEntry, ...]) -> None:
        """Write what differs from what was last written, in one transaction that survives a power cut."""

    def close(self) -> None:
        """Close the file."""


class Notifier(Protocol):
    """Tells the person: posts `NoticeDelivered` once delivered and `NoticeAnswered` when it is clicked."""

    def start(self, post: Post) -> None:
        """Be ready for `say`."""

    def say(self, notice: Notice) -> None:
        """Put the notice on the best channel that delivers."""

    def withdraw(self, tag: str) -> None:
        """Take it off the screen, if it is there."""

    def stop(self) -> None:
        """End; what is on the screen may stay."""


class Launcher(Protocol):
    """Opens the pages and tools of our own procedures: posts `Launched`."""

    def start(self, post: Post) -> None:
        """Be ready for `launch`."""

    def launch(self, order: Launch) -> None:
        """Open or start it, in a thread of its own."""


class SystemActions(Protocol):
    """Runs the small things that a menu offers: posts what came of them."""

    def start(self, post: Post) -> None:
        """Be ready, and post what holds now."""

    def run(self, action: SystemAction) -> None:
        """Run it, in a thread of its own."""


class ControlChannel(Protocol):
    """Lets other instances and the command line in: posts `Asked`."""

    def start(self, post: Post) -> None:
        """Open the door."""

    def answer(self, request: int, report: Report) -> None:
        """Answer the one who asked; nothing happens when they have gone."""

    def stop(self) -> None:
        """Close it, and remove what it left on disk."""


class Balloons(Protocol):
    """The balloon of a tray icon, one at a time; any thread may call, and may have to wait for the taskbar."""

    def show_balloon(self, title: str, body: str, clicked: Callable[[], None]) -> bool:
        """Show it in place of the one before; tell whether there is an icon, and it took the balloon.

        63 and 255 UTF-16 units at most. `clicked` is called from another thread.
        """

    def hide_balloon(self) -> None:
        """Take it off the screen."""


class TrayDisplay(Protocol):
    """Shows the face."""

    def show(self, view: TrayView) -> None:
        """Draw it; may be called from the loop's thread."""

    @property
    def balloons(self) -> Balloons | None:
        """What shows balloons at it, where this system has them."""


class GuideDisplay(Protocol):
    """Shows the guide in a window of its own process, and to whoever follows it through the door.

    Posts `GuideChosen`, `KeyNamed` and `CertificateForgotten`. What the window answers to an older view is dropped.
    """

    def start(self, post: Post) -> None:
        """Be ready for `open`."""

    def open(self) -> None:
        """Open the window with the present view, or bring it to the front."""

    def show(self, view: GuideView) -> None:
        """Show this from now on, to all who look; nothing is started for it."""

    def stop(self) -> None:
        """Close the window, and end."""


class LoginStarter(Protocol):
    """Starts vigicle at login, by the means of this system. All of it may raise OSError."""

    def status(self) -> AutostartStatus:
        """Tell what holds now."""

    def enable(self) -> AutostartStatus:
        """Start at login from now on, also where the person had switched it off in their desktop's settings."""

    def disable(self) -> AutostartStatus:
        """No longer start at login."""
