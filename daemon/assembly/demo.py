"""The demonstration: the real rules, store and desktop over a played reader, clock and launcher."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.folders import private_folder
from config.settings import Settings
from daemon.adapters.guide.publisher import GuidePublisher, has_display
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
    TerminalChannel,
    ToldNotifier,
)
from daemon.adapters.store.sqlite import SqliteStore
from daemon.assembly.parts import HeadlessTray, MainThreadTray, MakeTray, Render, make_publisher
from daemon.core.effects import Launch
from daemon.core.notice import Notice
from daemon.core.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A watchman over played keys and time; `loop.run` starts it."""

    loop: Loop
    clock: SimulatedClock
    reader: SimulatedReader
    schedule: SimulatedSchedule
    screen: MainThreadTray | None
    thread: AsyncThread
    publisher: GuidePublisher


def make_demo(
    folder: Path,
    settings: Settings,
    render: Render,
    tell: Callable[[Notice | Launch], None],
    begin: datetime,
    make_tray: MakeTray | None = None,
    window: Sequence[str] | None = None,
) -> Demo:
    """Put a demonstration together: the real rules, store and desktop, over a played reader, clock and launcher."""
    clock = SimulatedClock(begin)
    reader, schedule, store = (
        SimulatedReader(clock),
        SimulatedSchedule(clock),
        SqliteStore(private_folder(folder / "state")),
    )
    thread = AsyncThread()
    desktop = ChainNotifier([DesktopChannel(), TerminalChannel()], render, thread)
    publisher = make_publisher(window if has_display() else None)
    screen = make_tray(render, lambda event: loop.post(event)) if make_tray else None
    adapters = Adapters(
        watcher=reader,
        tokens=reader,
        schedule=schedule,
        store=store,
        notifier=ToldNotifier(desktop, tell),
        launcher=SimulatedLauncher(tell),
        control=ClosedControlChannel(),
        system_actions=NoSystemActions(),
        tray=screen or HeadlessTray(settings.language),
        guide=publisher,
    )
    loop: Loop = Loop(State(settings=settings, memory=store.load()), adapters, clock=clock)
    return Demo(
        loop=loop, clock=clock, reader=reader, schedule=schedule, screen=screen, thread=thread, publisher=publisher
    )
