"""The daemon with all its adapters."""

import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from functools import partial

from config.folders import Folders, private_folder
from config.schema.load_settings import Loaded, load_settings
from config.signals import hear_signals
from daemon.adapters.autostart import make_login_starter, own_command
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.adapters.guide.publisher import GuidePublisher
from daemon.adapters.inbox import Inbox
from daemon.adapters.ipc.server import ControlServer
from daemon.adapters.launch.calendar_program import open_dates
from daemon.adapters.launch.launcher import DesktopLauncher
from daemon.adapters.launch.mail_program import open_message
from daemon.adapters.loop import Adapters, Loop
from daemon.adapters.notify import make_notifier
from daemon.adapters.pcsc.watcher import PcscWatcher
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.platform.heap import use_one_arena
from daemon.adapters.platform.instance_lock import InstanceLock
from daemon.adapters.schedule.local_zone import LocalZone
from daemon.adapters.schedule.resume import make_resume
from daemon.adapters.schedule.scheduler import ApScheduler
from daemon.adapters.store.sqlite import SqliteStore
from daemon.adapters.system_actions import DesktopSystemActions
from daemon.assembly.doctor import examine
from daemon.assembly.live_settings import LiveSettings, SettingsWatcher, problem_met, procedure_problems
from daemon.assembly.parts import HeadlessTray, MainThreadTray, MakeTray, make_token_reader, run_tray, translator_for
from daemon.core.commands import QuitDaemon
from daemon.core.diagnosis import Check
from daemon.core.events import CommandReceived
from daemon.core.login_start import AutostartState
from daemon.core.state import State
from daemon.ports import LoginStarter, Post, TrayDisplay

log = logging.getLogger(__name__)

WINDOWS_11 = 22000  # its first build


class DaemonOutcome(Enum):
    """How `run_daemon` ended."""

    STOPPED = auto()
    ALREADY_RUNNING = auto()


def run_daemon(
    folders: Folders,
    loaded: Loaded,
    make_tray: MakeTray | None = None,
    window: Sequence[str] | None = None,
    *,
    greeting: bool = False,
) -> DaemonOutcome:
    """Run the daemon until it is told to quit.

    Raises FolderError and StoreError before it starts.

    A tray owns the calling thread, which must then be the main one, and the loop runs in a thread of its own.
    `window` is the command of the guide's window. `greeting` asks for a welcome at the first start ever.
    """
    inbox = Inbox()
    publisher = GuidePublisher(inbox.post, translator_for, window)
    return run_with_guide(folders, loaded, inbox, publisher, make_tray, greeting=greeting)


def run_with_guide(
    folders: Folders,
    loaded: Loaded,
    inbox: Inbox,
    publisher: GuidePublisher,
    make_tray: MakeTray | None,
    *,
    greeting: bool = False,
) -> DaemonOutcome:
    """Run the daemon as `run_daemon` does, over a given inbox and guide."""
    lock = InstanceLock(private_folder(folders.runtime), private_folder(folders.state))
    if not lock.acquire():
        return DaemonOutcome.ALREADY_RUNNING
    thread = AsyncThread(inbox.post)
    live = LiveSettings(loaded.settings)
    Guard(inbox.post).watch_threads()
    use_one_arena()
    try:
        tray = None if make_tray is None else make_tray(live.render, inbox.post)
        display = tray or HeadlessTray(live.render)
        loop = _make_loop(folders, loaded, live, inbox, display, publisher, thread, greeting=greeting)
        with _quitting_on_signals(inbox.post):
            if tray is None:
                loop.run()
            else:
                _run_with_tray(loop, tray, inbox.post)
    finally:
        thread.stop()
        lock.release()
    return DaemonOutcome.STOPPED


def _run_with_tray(loop: Loop, tray: MainThreadTray, post: Post) -> None:
    ended = threading.Event()

    def run_loop() -> None:
        try:
            loop.run()
        finally:
            ended.set()
            tray.stop()

    worker = threading.Thread(target=run_loop, name="loop")
    worker.start()
    run_tray(tray, post, ended.wait)
    worker.join()


def _make_loop(
    folders: Folders,
    loaded: Loaded,
    live: LiveSettings,
    inbox: Inbox,
    tray: TrayDisplay,
    publisher: GuidePublisher,
    thread: AsyncThread,
    *,
    greeting: bool,
) -> Loop:
    """Assemble the daemon, and post the first problems."""
    post = inbox.post
    store = SqliteStore(private_folder(folders.state), tell=lambda problem: post(problem_met("store", problem)))
    memory = store.load()
    tokens = make_token_reader(loaded.settings, post)
    watcher = SettingsWatcher(folders, live, tokens.use_modules)
    adapters = Adapters(
        watcher=PcscWatcher(post),
        tokens=tokens,
        schedule=ApScheduler(post, partial(make_resume, thread)),
        store=store,
        notifier=make_notifier(
            *(post, live.render, thread),
            balloons=tray.balloons,
            answer_command=own_command("answer"),
            runtime=folders.runtime,
        ),
        launcher=DesktopLauncher(post, live.get),
        control=ControlServer(post, folders.runtime, publisher),
        system_actions=DesktopSystemActions(
            *(post, folders, make_login_starter()),
            examine=partial(_examine_now, folders),
            open_dates=partial(open_dates, own_command("export")),
            open_message=partial(open_message, live.render),
        ),
        tray=tray,
        guide=publisher,
    )
    for problem in store.problems:
        post(problem_met("store", problem))
    for refused in procedure_problems(loaded):
        post(refused)
    keep_login_start(make_login_starter(), wanted=live.get().office.autostart)
    first_start = not memory.certificates
    state = State(
        settings=live.get(),
        memory=memory,
        zone=LocalZone(),
        hides_new_icons=hides_new_icons() and tray.balloons is not None,  # with an icon
        greeting=greeting and first_start,
    )
    return Loop(state, adapters, inbox, watcher.changes)


def keep_login_start(starter: LoginStarter, *, wanted: bool | None) -> None:
    """Start at login, or not, where an administrator has set that."""
    try:
        if wanted is not None and (starter.status().state is AutostartState.ON) is not wanted:
            starter.enable() if wanted else starter.disable()
    except OSError as error:
        log.warning("The start at login could not be set as the policy says: %s", error)


def is_start_switched_off(starter: LoginStarter | None = None) -> bool:
    """Return whether the user has switched the machine's start off."""
    try:
        return (starter or make_login_starter()).status().state is AutostartState.OFF_BY_PERSON
    except OSError:
        return False  # not known, and a daemon too many is quit more easily than a lost one is missed


def hides_new_icons() -> bool:
    """Return whether this is Windows 11, whose taskbar hides new icons."""
    return sys.platform == "win32" and sys.getwindowsversion().build >= WINDOWS_11


def _examine_now(folders: Folders) -> tuple[Check, ...]:
    loaded = load_settings(folders)
    return examine(folders, loaded, translator_for(loaded.settings.language), with_notice=False)


@contextmanager
def _quitting_on_signals(post: Post) -> Iterator[None]:
    """Quit in order on SIGINT and SIGTERM.

    Only the main thread receives signals. A handler as well asks to quit: the text guide hears the signals meanwhile.
    """

    def request_quit(*_: object) -> None:
        post(CommandReceived(at=read_clock(), command=QuitDaemon()))

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, request_quit)
    with hear_signals(request_quit):
        yield
