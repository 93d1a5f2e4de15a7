"""The demonstration: real rules, store and desktop, simulated reader and time."""

from collections.abc import Callable, Sequence
from pathlib import Path

from config.folders import private_folder
from config.i18n.text import Render
from config.instants import Instant
from config.settings import Settings
from config.values import dataclass
from daemon.adapters.guide.publisher import GuidePublisher, has_display
from daemon.adapters.inbox import Inbox
from daemon.adapters.loop import Adapters, Loop
from daemon.adapters.notify.chain import ChainNotifier
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.simulation import (
    ClosedControlChannel,
    NoSystemActions,
    SimulatedClock,
    SimulatedLauncher,
    SimulatedReader,
    SimulatedSchedule,
    StoryGuide,
    StoryNotifier,
    TerminalChannel,
)
from daemon.adapters.store.sqlite import SqliteStore
from daemon.assembly.parts import HeadlessTray, MainThreadTray, MakeTray, translator_for
from daemon.core.effects import Launch
from daemon.core.notice import Notice
from daemon.core.state import State
from daemon.ports import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A daemon over simulated keys and time."""

    loop: Loop
    """Not started yet: call its `run` in a thread of its own."""
    post: Post
    """Puts an event into the loop's inbox."""
    clock: SimulatedClock
    """The clock of all events."""
    reader: SimulatedReader
    """The reader into which keys are put."""
    schedule: SimulatedSchedule
    """Lets time pass."""
    tray: MainThreadTray | None
    """The tray to run in the main thread; None without one."""
    thread: AsyncThread
    """The thread of the desktop's notices, to be stopped at the end."""
    publisher: GuidePublisher
    """The guide, which can be followed."""


def make_demo(
    folder: Path,
    settings: Settings,
    render: Render,
    report: Callable[[Notice | Launch], None],
    begin: Instant,
    make_tray: MakeTray | None = None,
    window: Sequence[str] | None = None,
) -> Demo:
    """Assemble a demonstration that begins at `begin`.

    It keeps its store in `folder`.

    `report` gets each notice and each launch. `window` is the command of the guide's window.
    """
    inbox = Inbox()
    clock = SimulatedClock(begin)
    reader, schedule = SimulatedReader(inbox.post, clock), SimulatedSchedule(inbox.post, clock)
    store = SqliteStore(private_folder(folder / "state"))
    thread = AsyncThread(inbox.post)
    desktop = ChainNotifier(inbox.post, [DesktopChannel(), TerminalChannel()], render, thread)
    publisher = GuidePublisher(inbox.post, translator_for, window if has_display() else None)
    tray = None if make_tray is None else make_tray(render, inbox.post)
    adapters = Adapters(
        watcher=reader,
        tokens=reader,
        schedule=schedule,
        store=store,
        notifier=StoryNotifier(desktop, report),
        launcher=SimulatedLauncher(inbox.post, report),
        control=ClosedControlChannel(),
        system_actions=NoSystemActions(),
        tray=tray or HeadlessTray(render),
        guide=StoryGuide(publisher, clock),
    )
    loop = Loop(State(settings=settings, memory=store.load()), adapters, inbox, clock=clock)
    return Demo(
        loop=loop,
        post=inbox.post,
        clock=clock,
        reader=reader,
        schedule=schedule,
        tray=tray,
        thread=thread,
        publisher=publisher,
    )
