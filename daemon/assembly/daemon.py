"""The watch: the daemon with all its adapters."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from types import FrameType

from config.folders import Folders, private_folder
from config.i18n.text import Text, text
from config.schema.load_settings import Loaded, SettingsError, load_settings, stamp
from config.settings import Settings
from daemon.adapters.autostart import make_login_starter
from daemon.adapters.guide.publisher import GuidePublisher
from daemon.adapters.ipc.server import ControlServer
from daemon.adapters.launch.launcher import DesktopLauncher
from daemon.adapters.loop import Adapters, Loop
from daemon.adapters.notify import make_notifier
from daemon.adapters.pcsc.watcher import PcscWatcher
from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.platform.instance_lock import InstanceLock
from daemon.adapters.schedule.local_zone import LocalZone, follow_zone
from daemon.adapters.schedule.resume import make_resume
from daemon.adapters.schedule.scheduler import ApScheduler
from daemon.adapters.store.sqlite import SqliteStore
from daemon.adapters.system_actions import DesktopSystemActions
from daemon.assembly.doctor import examine
from daemon.assembly.parts import HeadlessTray, MakeTray, Render, token_reader, words
from daemon.core.diagnosis import Check
from daemon.core.events import Asked, Event, ProblemMet, SettingsLoaded, Verb
from daemon.core.state import State
from daemon.ports import TrayDisplay

log = logging.getLogger(__name__)


class DaemonOutcome(Enum):
    """How `watch` ended."""

    STOPPED = auto()
    ALREADY_RUNNING = auto()


def run_daemon(
    folders: Folders,
    loaded: Loaded,
    publisher: GuidePublisher,
    make_tray: MakeTray | None = None,
    *,
    greeting: bool = False,
) -> DaemonOutcome:
    """Be on watch until told to stop. Raises FolderError and StoreError before the watch begins.

    A screen owns the calling thread, which must then be the main one; the loop runs in one of its own. `greeting`
    asks for a welcome at the first start ever.
    """
    lock = InstanceLock(private_folder(folders.runtime), private_folder(folders.state))
    if not lock.acquire():
        return DaemonOutcome.ALREADY_RUNNING
    thread = AsyncThread()
    try:
        _run(
            lambda screen: _make_loop(folders, loaded, screen, publisher, thread, greeting=greeting),
            loaded,
            make_tray,
        )
    finally:
        thread.stop()
        lock.release()
    return DaemonOutcome.STOPPED


def _run(make_loop: Callable[[TrayDisplay], Loop], loaded: Loaded, make_tray: MakeTray | None) -> None:
    if make_tray is None:
        loop = make_loop(HeadlessTray(loaded.settings.language))
        _stop_on_signals(loop)
        loop.run()
        return
    screen = make_tray(lambda sentence: render(sentence), lambda event: loop.post(event))
    loop = make_loop(screen)
    render = _render_for(loop)
    _stop_on_signals(loop)

    def run_loop() -> None:
        try:
            loop.run()
        finally:
            screen.stop()

    worker = threading.Thread(target=run_loop, name="loop")
    worker.start()
    screen.run()
    worker.join()


def _render_for(loop: Loop) -> Render:
    """Speak the language of the settings of the moment."""
    return lambda sentence: words(loop.state.settings.language).render(sentence)


def _make_loop(
    folders: Folders,
    loaded: Loaded,
    screen: TrayDisplay,
    publisher: GuidePublisher,
    thread: AsyncThread,
    *,
    greeting: bool,
) -> Loop:
    """Put the daemon together, with what the person has to hear of already queued."""
    store = SqliteStore(private_folder(folders.state))
    memory = store.load()
    state = State(
        settings=_speaking(loaded.settings),
        memory=memory,
        zone=LocalZone(),
        greeting=greeting and not memory.certificates,
    )
    tokens = token_reader(loaded.settings)
    before_each_event = _SettingsWatcher(folders, tokens)
    loop: Loop = Loop(
        state,
        Adapters(
            watcher=PcscWatcher(),
            tokens=tokens,
            schedule=ApScheduler(resume=make_resume(thread)),
            store=store,
            notifier=make_notifier(lambda sentence: _render_for(loop)(sentence), thread, balloons=screen.balloons),
            launcher=DesktopLauncher(lambda: loop.state.settings),
            control=ControlServer(folders.runtime, publisher),
            system_actions=DesktopSystemActions(folders, make_login_starter(), lambda: _examine_now(folders)),
            tray=screen,
            guide=publisher,
        ),
        before_each_event.icon_state,
    )
    for problem in store.problems:
        loop.post(_problem("store", problem))
    for refused in loaded.problems:
        loop.post(_problem(f"procedure:{refused.file.stem}", refused.text))
    return loop


def _speaking(settings: Settings) -> Settings:
    """Settle the language, where the settings leave it to the session."""
    return replace(settings, language=words(settings.language).language)


def _examine_now(folders: Folders) -> tuple[Check, ...]:
    loaded = load_settings(folders)
    return examine(folders, loaded, words(loaded.settings.language), with_notice=False)


class _SettingsWatcher:
    """Tells when the settings have changed on disk; refused ones are said once, and the last good ones stay."""

    def __init__(self, folders: Folders, tokens: ChildTokenReader) -> None:
        self._folders = folders
        self._tokens = tokens
        self._stamp = stamp(folders)

    def icon_state(self) -> Iterator[Event]:
        """Look at the files' stamps, and read them again where they have changed."""
        follow_zone()
        seen = stamp(self._folders)
        if seen == self._stamp:
            return
        self._stamp = seen
        try:
            loaded = load_settings(self._folders)
        except SettingsError as problem:
            log.warning("The settings are refused, the last good ones stay: %s", problem)
            yield _problem("settings", problem.text)
            return
        log.info("The settings have been read again")
        self._tokens.use_modules(loaded.settings.modules)
        yield SettingsLoaded(at=datetime.now(UTC), settings=_speaking(loaded.settings))
        for refused in loaded.problems:
            yield _problem(f"procedure:{refused.file.stem}", refused.text)


def _problem(topic: str, words: Text) -> ProblemMet:
    return ProblemMet(at=datetime.now(UTC), topic=topic, title=text("problem.title"), body=words)


def _stop_on_signals(loop: Loop) -> None:
    """End in order on SIGINT and SIGTERM; signals reach the main thread alone."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        loop.post(Asked(at=datetime.now(UTC), request=0, verb=Verb.QUIT))

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)
