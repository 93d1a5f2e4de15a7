"""The only place that names concrete adapters: puts the watchman together for each command."""

import logging
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Protocol

from tzlocal import get_localzone

from config.folders import Folders, private_folder
from config.loading import Loaded, SettingsProblem, load_settings, stamp
from config.modules import catalogue_modules
from config.settings import Settings
from config.text import Text, text
from config.texts import Texts
from daemon.adapters import door
from daemon.adapters.aio import AsyncThread
from daemon.adapters.autostart import make_login_starter
from daemon.adapters.errands import DesktopErrands
from daemon.adapters.instance import InstanceLock
from daemon.adapters.launch import DesktopLauncher
from daemon.adapters.loop import Loop, Outside
from daemon.adapters.notify import make_notifier
from daemon.adapters.notify.chain import ChainNotifier
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.pcsc import PcscWatcher
from daemon.adapters.pcsc_service import is_held
from daemon.adapters.remote_session import is_remote
from daemon.adapters.resume import make_resume
from daemon.adapters.schedule import ApScheduler
from daemon.adapters.simulation import (
    ClosedDoor,
    NoErrands,
    SimulatedClock,
    SimulatedLauncher,
    SimulatedReader,
    SimulatedSchedule,
    TerminalChannel,
    ToldNotifier,
)
from daemon.adapters.store import SqliteStore
from daemon.adapters.token_modules import distinct, fault_of
from daemon.adapters.token_reader import ChildTokenReader
from daemon.core.diagnosis import Check, Topic
from daemon.core.effects import Answer, Launch, ReadTokens, Remember
from daemon.core.events import Asked, Event, ProblemMet, SettingsLoaded, Verb
from daemon.core.face import Face
from daemon.core.model import Claim, Memory
from daemon.core.notice import Notice
from daemon.core.report import Report
from daemon.core.state import State
from daemon.core.step import step
from daemon.ports import FaceScreen, LoginStarter, Post

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 60.0

Render = Callable[[Text], str]


class Screen(FaceScreen, Protocol):
    """A face that owns the main thread."""

    def run(self) -> None:
        """Show the face until `stop`; return at once where there is no desktop to show it on."""

    def stop(self) -> None:
        """Let `run` return; any thread may call."""


MakeScreen = Callable[[Render, Post], Screen]


class Outcome(Enum):
    """How `watch` ended."""

    STOPPED = auto()
    ALREADY_RUNNING = auto()


class NoFace:
    """A face for nobody: the log says what the icon would, but for a holder's name."""

    def __init__(self, language: str | None) -> None:
        self._words = _words(language)

    def show(self, face: Face) -> None:
        """Say it."""
        named = dict(face.tooltip.args)
        log.info("%s", self._words.render(face.tooltip) if "holder" not in named else face.look)


def ask(folders: Folders, loaded: Loaded, verb: Verb, claim: Claim | None = None, fingerprint: str = "") -> Report:
    """Ask the daemon where one runs; else do it alone, over the store and one look at the readers."""
    try:
        return door.ask(folders.runtime, verb, claim=claim, fingerprint=fingerprint, timeout_s=ANSWER_LIMIT_S)
    except door.NoDaemon:
        asked = Asked(at=datetime.now(UTC), request=1, verb=verb, claim=claim, fingerprint=fingerprint)
        return _alone(folders, loaded, asked)


def leave(folders: Folders) -> bool:
    """End the daemon; tell whether one was running."""
    try:
        door.ask(folders.runtime, Verb.QUIT, timeout_s=ANSWER_LIMIT_S)
    except door.NoDaemon:
        return False
    return True


def _alone(folders: Folders, loaded: Loaded, asked: Asked) -> Report:
    """Run the rules once, saying nothing on the desktop; only a look leaves the store untouched."""
    looking = asked.verb is Verb.STATUS
    store = SqliteStore(folders.state if looking else private_folder(folders.state), read_only=looking)
    tokens = _token_reader(loaded.settings)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    try:
        state = State(settings=loaded.settings, memory=store.load(), telling=False)
        tokens.start(events.put)
        events.put(PcscWatcher().look())
        events.put(asked)
        while True:
            state, effects = step(state, events.get())
            for effect in effects:
                match effect:
                    case ReadTokens() if not looking:
                        tokens.read(effect)
                    case Remember(memory=memory, happenings=happenings):
                        store.remember(memory, happenings)
                    case Answer(report=report):
                        return report
    finally:
        tokens.stop()
        store.close()


def remembered(folders: Folders) -> Memory:
    """Return what is remembered, with or without a daemon; nothing is changed. Raises StoreProblem."""
    store = SqliteStore(folders.state, read_only=True)
    try:
        return store.load()
    finally:
        store.close()


def login_starter() -> LoginStarter:
    """Return what starts vigicle at login on this system."""
    return make_login_starter()


def examine(folders: Folders, loaded: Loaded, texts: Texts, *, with_notice: bool) -> tuple[Check, ...]:
    """Examine this computer; the cards are read once. `with_notice` sends one test notice."""
    from daemon.adapters import examination as doctor  # nothing that the daemon needs
    from daemon.adapters import examination_desktop as doctor_desktop

    settings = loaded.settings
    modules = tuple(path for path in distinct(settings.modules + catalogue_modules()) if not fault_of(path))
    return doctor.run_probes(
        {
            Topic.WATCH: lambda: doctor.probe_watch(folders),
            Topic.LOGIN_START: lambda: doctor.probe_login_start(make_login_starter()),
            Topic.SERVICE: lambda: doctor.probe_cards(
                PcscWatcher().look, _token_reader(settings), settings, modules, remote=is_remote()
            ),
            Topic.NOTICES: lambda: (
                doctor_desktop.probe_notices_by_one(texts.render) if with_notice else doctor_desktop.probe_notices()
            ),
            Topic.TRAY: doctor_desktop.probe_tray,
            Topic.SETTINGS: lambda: doctor.probe_settings(folders, loaded),
            Topic.PROCEDURES: lambda: doctor.probe_procedures(folders, loaded, texts.language),
            Topic.TOOL: lambda: doctor.probe_tools(settings, remembered(folders)),
            Topic.STORE: lambda: doctor.probe_store(folders),
            Topic.CLOCK: doctor.probe_clock,
        }
    )


def watch(folders: Folders, loaded: Loaded, make_screen: MakeScreen | None = None) -> Outcome:
    """Be on watch until told to stop. Raises FolderProblem and StoreProblem before the watch begins.

    A screen owns the calling thread, which must then be the main one; the loop runs in one of its own.
    """
    lock = InstanceLock(private_folder(folders.runtime))
    if not lock.acquire():
        return Outcome.ALREADY_RUNNING
    thread = AsyncThread()
    try:
        _run(folders, loaded, thread, make_screen)
    finally:
        thread.stop()
        lock.release()
    return Outcome.STOPPED


def _run(folders: Folders, loaded: Loaded, thread: AsyncThread, make_screen: MakeScreen | None) -> None:
    if make_screen is None:
        loop = _make_loop(folders, loaded, NoFace(loaded.settings.language), thread)
        _stop_on_signals(loop)
        loop.run()
        return
    screen = make_screen(lambda sentence: render(sentence), lambda event: loop.post(event))
    loop = _make_loop(folders, loaded, screen, thread, greeting=True)
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
    return lambda sentence: _words(loop.state.settings.language).render(sentence)


def _make_loop(
    folders: Folders, loaded: Loaded, screen: FaceScreen, thread: AsyncThread, *, greeting: bool = False
) -> Loop:
    """Put the daemon together, with what the person has to hear of already queued."""
    store = SqliteStore(private_folder(folders.state))
    memory = store.load()
    state = State(
        settings=_speaking(loaded.settings),
        memory=memory,
        zone=get_localzone(),
        greeting=greeting and not memory.certificates,
    )
    tokens = _token_reader(loaded.settings)
    news = _SettingsNews(folders, tokens)
    loop: Loop = Loop(
        state,
        Outside(
            watcher=PcscWatcher(),
            tokens=tokens,
            schedule=ApScheduler(resume=make_resume(thread)),
            store=store,
            notifier=make_notifier(lambda sentence: _render_for(loop)(sentence), thread),
            launcher=DesktopLauncher(lambda: loop.state.settings),
            door=door.Door(folders.runtime),
            errands=DesktopErrands(folders, make_login_starter(), lambda: _examine_now(folders)),
            face=screen,
        ),
        news.look,
    )
    for problem in store.problems:
        loop.post(_problem("store", problem))
    for refused in loaded.problems:
        loop.post(_problem(f"procedure:{refused.file.stem}", refused.text))
    return loop


def _speaking(settings: Settings) -> Settings:
    """Settle the language, where the settings leave it to the session."""
    return replace(settings, language=_words(settings.language).language)


def _examine_now(folders: Folders) -> tuple[Check, ...]:
    loaded = load_settings(folders)
    return examine(folders, loaded, _words(loaded.settings.language), with_notice=False)


def _token_reader(settings: Settings) -> ChildTokenReader:
    return ChildTokenReader(modules=settings.modules, catalogue=catalogue_modules, is_held=is_held)


class _SettingsNews:
    """Tells when the settings have changed on disk; refused ones are said once, and the last good ones stay."""

    def __init__(self, folders: Folders, tokens: ChildTokenReader) -> None:
        self._folders = folders
        self._tokens = tokens
        self._stamp = stamp(folders)

    def look(self) -> Iterator[Event]:
        """Look at the files' stamps, and read them again where they have changed."""
        seen = stamp(self._folders)
        if seen == self._stamp:
            return
        self._stamp = seen
        try:
            loaded = load_settings(self._folders)
        except SettingsProblem as problem:
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


@lru_cache(maxsize=2)
def _words(language: str | None) -> Texts:
    return Texts(language)


def _stop_on_signals(loop: Loop) -> None:
    """End in order on SIGINT and SIGTERM; signals reach the main thread alone."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        loop.post(Asked(at=datetime.now(UTC), request=0, verb=Verb.QUIT))

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A watchman over played keys and time; `loop.run` starts it."""

    loop: Loop
    clock: SimulatedClock
    reader: SimulatedReader
    schedule: SimulatedSchedule
    screen: Screen | None
    thread: AsyncThread


def make_demo(
    folder: Path,
    settings: Settings,
    render: Callable[[Text], str],
    tell: Callable[[Notice | Launch], None],
    begin: datetime,
    make_screen: MakeScreen | None = None,
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
    screen = make_screen(render, lambda event: loop.post(event)) if make_screen else None
    outside = Outside(
        watcher=reader,
        tokens=reader,
        schedule=schedule,
        store=store,
        notifier=ToldNotifier(desktop, tell),
        launcher=SimulatedLauncher(tell),
        door=ClosedDoor(),
        errands=NoErrands(),
        face=screen or NoFace(settings.language),
    )
    loop: Loop = Loop(State(settings=settings, memory=store.load()), outside, clock=clock)
    return Demo(loop=loop, clock=clock, reader=reader, schedule=schedule, screen=screen, thread=thread)
