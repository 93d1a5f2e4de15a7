"""Whatever fails in a thread is told, and the thread goes on.

Each case makes one call at an adapter's edge raise an unforeseen error, and then lets the adapter do its work.
"""

from __future__ import annotations

import itertools
import queue
import selectors
import subprocess
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Client, Listener
from typing import TYPE_CHECKING, Any

import pytest

from config.folders import find_folders
from config.settings import Settings, VendorTool
from config.values import replace
from config.workflows import Destination
from daemon.adapters.autostart import make_login_starter
from daemon.adapters.guard import Guard
from daemon.adapters.guide import window
from daemon.adapters.guide.publisher import MAX_SUBSCRIBERS, GuidePublisher
from daemon.adapters.ipc import server
from daemon.adapters.ipc.auth import read_endpoint
from daemon.adapters.ipc.client import ask
from daemon.adapters.ipc.server import ControlServer
from daemon.adapters.launch import launcher
from daemon.adapters.launch.launcher import DesktopLauncher
from daemon.adapters.notify import dbus_server, desktop
from daemon.adapters.notify.chain import ChainNotifier
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.pcsc import library, service, watcher
from daemon.adapters.pcsc.obstacles import CardObstacles
from daemon.adapters.pcsc.states import Insertions
from daemon.adapters.pcsc.watcher import PcscWatcher
from daemon.adapters.pkcs11 import reader as token_reader
from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.adapters.schedule import resume
from daemon.adapters.system_actions import DesktopSystemActions
from daemon.assembly.parts import translator_for
from daemon.core.commands import GetStatus
from daemon.core.effects import Examine, Launch, ReadTokens
from daemon.core.events import (
    CommandReceived,
    FaultMet,
    Launched,
    ProblemMet,
    ReadersSeen,
    ReadFinished,
    ServiceLost,
)
from daemon.core.model import Occupancy, ReaderName, Ticket
from daemon.core.notice import NoticeId, NoticeKind
from daemon.core.troubles import Trouble
from daemon.core.views.report import Report
from support.bus import LoginManager
from support.core.factories import OPALEXE
from support.desktop import NotificationServer
from support.notifier_probe import NOTICE, NotifierProbe, plain
from support.posted_events import PostedEvents
from support.process import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.bus import SessionBus

SECRET = "Jeanne SECRET"


class UnforeseenError(Exception):
    """What no adapter knows."""


def failing_once(function: Callable[..., Any], at_call: int = 1) -> Callable[..., Any]:
    """Return a function of which one call fails."""
    calls = itertools.count(1)

    def sometimes(*arguments: Any, **named: Any) -> Any:
        if next(calls) == at_call:
            raise UnforeseenError(SECRET)
        return function(*arguments, **named)

    return sometimes


def fail_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, at_call: int = 1) -> None:
    """Let one call of a function fail."""
    monkeypatch.setattr(owner, name, failing_once(getattr(owner, name), at_call))


@pytest.fixture
def posted() -> PostedEvents:
    return PostedEvents()


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every traceback is in the log, without personal words."""
    yield
    lines = [record.getMessage() for record in caplog.get_records("call")]
    told = [line for line in lines if "failed and was left out" in line]
    assert told
    assert all("UnforeseenError in sometimes, line" in line and ", called by " in line for line in told)
    assert SECRET not in "".join(told)


class PlayedService:
    """A PC/SC service with one empty reader."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def establish_context(self) -> tuple[int, int]:
        return 0, 1

    def list_readers(self, _context: int) -> tuple[int, tuple[str, ...]]:
        return 0, ("Reader",)

    def get_status_change(self, _context: int, limit_ms: int, known: dict[str, int]) -> tuple[int, dict[str, int]]:
        now = dict.fromkeys(known, 0x10)
        if now == known and self._cancelled.wait(limit_ms / 1000):
            return service.CANCELLED, {}
        return (0, now) if now != known else (service.TIMEOUT, {})

    def connect(self, _context: int, _reader: str) -> tuple[int, int]:
        return 0, 1

    def disconnect(self, _card: int) -> int:
        return 0

    def cancel(self, _context: int) -> int:
        self._cancelled.set()
        return 0

    def release_context(self, _context: int) -> int:
        return 0


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    played = PlayedService()
    connecting = ("establish_context", "connect", "disconnect", "release_context")
    for name in (*connecting, "list_readers", "get_status_change", "cancel"):
        monkeypatch.setattr(library, name, getattr(played, name))
    monkeypatch.setattr("daemon.adapters.guard.FIRST_PAUSE_S", 0.01)


@pytest.mark.usefixtures("readers")
@pytest.mark.parametrize(
    ("owner", "name", "at_call"),
    [
        (library, "establish_context", 1),
        (library, "list_readers", 1),
        (library, "list_readers", 2),
        (library, "get_status_change", 1),
        (library, "get_status_change", 2),
        (watcher, "service_context", 1),
        (watcher, "slow_down", 1),
        (Insertions, "to_reader_states", 1),
    ],
)
def test_the_watch_of_the_readers_goes_on(
    owner: Any, name: str, at_call: int, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_once(monkeypatch, owner, name, at_call)
    watch = PcscWatcher(posted)
    watch.start()
    events = posted.until(FaultMet)
    lost = next(event for event in events if isinstance(event, ServiceLost))
    assert lost.trouble is Trouble.WATCH_FAILED, "blind, and told so"
    seen = posted.until(ReadersSeen)[-1]
    assert isinstance(seen, ReadersSeen)
    assert [reader.occupancy for reader in seen.readers] == [Occupancy.EMPTY]
    watch.stop()


@pytest.mark.usefixtures("readers")
def test_a_card_counts_as_free_where_the_system_had_no_thread_to_ask(
    posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    obstacles = CardObstacles()
    fail_once(monkeypatch, threading.Thread, "start", at_call=2)  # the one that would wait for the card
    reader = ReaderName("Reader")
    assert not Guard(posted).run("A question", lambda: obstacles.obstacle_of(reader))
    assert obstacles.obstacle_of(reader) is None


ORDER = ReadTokens(ticket=Ticket(1), readers=(ReaderName("Reader"),), others=())


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (token_reader, "distinct"),
        (token_reader, "fault_of"),
        (token_reader, "TokenProcess"),
        (ChildTokenReader, "_obstacle_of"),
        (ChildTokenReader, "_next_message"),
    ],
)
def test_the_reading_of_keys_goes_on(
    owner: Any, name: str, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.adapters.guard.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(ChildTokenReader, "_obstacle_of", lambda _self, _reader: None, raising=False)
    reading = ChildTokenReader(posted, modules=(sys.executable,))
    if owner is ChildTokenReader:
        owner = reading
    fail_once(monkeypatch, owner, name)
    reading.start()
    reading.read(ORDER)
    posted.until(FaultMet)
    reading.read(replace(ORDER, ticket=Ticket(2)))
    finished = [event.ticket for event in posted.until(ReadFinished) if isinstance(event, ReadFinished)]
    while Ticket(2) not in finished:
        finished += [event.ticket for event in posted.until(ReadFinished) if isinstance(event, ReadFinished)]
    reading.stop()


def test_the_asyncio_thread_goes_on(posted: PostedEvents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.adapters.guard.FIRST_PAUSE_S", 0.01)
    fail_once(monkeypatch, selectors.DefaultSelector, "select")
    thread = AsyncThread(posted)
    done: queue.SimpleQueue[bool] = queue.SimpleQueue()

    async def work() -> None:
        done.put(item=True)

    thread.begin("Some work", work())
    assert done.get(timeout=PATIENCE_S)
    posted.next(FaultMet)
    thread.stop()


def test_the_asyncio_thread_begins_with_the_next_work_where_it_could_not_before(
    posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = AsyncThread(posted)
    done: queue.SimpleQueue[bool] = queue.SimpleQueue()

    async def work() -> None:
        done.put(item=True)

    fail_once(monkeypatch, threading.Thread, "start")
    Guard(posted).run("Some work", lambda: thread.begin("Some work", work()))
    thread.begin("Some work", work())
    assert done.get(timeout=PATIENCE_S)
    thread.stop()


def test_the_listening_to_the_login_manager_is_begun_again(
    posted: PostedEvents, monkeypatch: pytest.MonkeyPatch, system_bus: Any
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system_bus.environment["DBUS_SYSTEM_BUS_ADDRESS"])
    fail_once(monkeypatch, resume, "_own_session")
    thread = AsyncThread(posted)
    listener = resume.LoginManagerResume(thread, lambda: None, lambda _locked: None, lambda _front: None)
    listener.start()
    posted.next(FaultMet)
    listener.ensure()  # as the heartbeat does
    wait_until(lambda: listener.listening, "it listens")
    listener.stop()
    thread.stop()


def test_a_look_whether_the_session_is_in_front_that_failed_is_repeated(
    posted: PostedEvents, monkeypatch: pytest.MonkeyPatch, system_bus: Any
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system_bus.environment["DBUS_SYSTEM_BUS_ADDRESS"])
    fail_once(monkeypatch, resume, "_is_in_front", at_call=2)
    moved: queue.SimpleQueue[bool] = queue.SimpleQueue()
    thread = AsyncThread(posted)
    with LoginManager(system_bus, active=False) as manager:
        listener = resume.LoginManagerResume(thread, lambda: None, lambda _locked: None, moved.put)
        listener.start()
        assert not moved.get(timeout=PATIENCE_S)
        manager.move(to_front=True)
        posted.next(FaultMet)
        listener.ensure()  # as the heartbeat does
        assert moved.get(timeout=PATIENCE_S)
    listener.stop()
    thread.stop()


@pytest.fixture
def notifier(posted: PostedEvents, session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch) -> Iterator[NotifierProbe]:
    """A notifier that waits for a desktop where there is none."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus.address)
    thread = AsyncThread(posted)
    channels = (DesktopChannel(), LogChannel())
    waiting = partial(dbus_server.wait_for_server, PATIENCE_S)
    probe = NotifierProbe(lambda post: ChainNotifier(post, channels, plain, thread, waiting))
    yield probe
    probe.notifier.stop()
    thread.stop()


def test_a_notice_that_waits_for_a_desktop_in_vain_comes_with_the_next(
    posted: PostedEvents, monkeypatch: pytest.MonkeyPatch, session_bus: SessionBus, notifier: NotifierProbe
) -> None:
    fail_once(monkeypatch, dbus_server, "_came")
    notifier.say()
    posted.next(FaultMet)
    other = replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2"))
    notifier.say(other)
    with NotificationServer(session_bus) as late:
        assert late.next_notice().replaces_id == late.next_notice().replaces_id == 0


@pytest.mark.usefixtures("notification_server")
@pytest.mark.parametrize("name", ["ask_capabilities", "shown_body"])
def test_a_notice_is_tried_again_or_goes_to_the_next_channel(
    name: str, notifier: NotifierProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_once(monkeypatch, desktop, name)
    notifier.say()


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (server, "create_endpoint"),
        (server, "Listener"),
        (Listener, "accept"),
        (server, "authenticate_client"),
        (server, "decode_request"),
        (server, "encode_reply"),
    ],
)
def test_the_control_channel_goes_on(
    owner: Any, name: str, control: ControlServer, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail_once(monkeypatch, owner, name)
    control.start()
    wait_until(lambda: _answers(tmp_path), "the channel answers")
    assert any(isinstance(event, FaultMet) for event in posted.rest())


def test_the_control_channel_goes_on_where_the_system_had_no_thread_left(
    control: ControlServer, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    control.start()
    endpoint = read_endpoint(tmp_path)
    assert endpoint is not None
    fail_once(monkeypatch, threading.Thread, "start")
    Client(endpoint.address).close()
    posted.next(FaultMet)
    wait_until(lambda: _answers(tmp_path), "the channel answers")


def test_a_guide_for_which_the_system_had_no_thread_leaves_room_for_the_next(
    control: ControlServer, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MAX_SUBSCRIBERS):
        connection, _client = Pipe()
        fail_once(monkeypatch, threading.Thread, "start")
        assert not Guard(posted).run("A guide", partial(control._accept_subscriber, connection))  # noqa: SLF001
    assert control._publisher.subscribe() is not None  # noqa: SLF001


@pytest.fixture
def control(posted: PostedEvents, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ControlServer]:
    """A control channel whose every client gets an empty report."""
    monkeypatch.setattr("daemon.adapters.guard.FIRST_PAUSE_S", 0.01)
    tmp_path.chmod(0o700)

    def post(event: Any) -> None:
        if isinstance(event, CommandReceived) and event.request is not None:
            channel.reply(event.request, Report())
        posted(event)

    channel = ControlServer(post, tmp_path, GuidePublisher(posted, translator_for))
    yield channel
    channel.stop()


def _answers(runtime: Path) -> bool:
    try:
        return ask(runtime, GetStatus(), timeout_s=1.0) == Report()
    except Exception:  # noqa: BLE001 - whatever the client says of it
        return False


@pytest.fixture
def watched(posted: PostedEvents, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thread's end is told, as in the daemon."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    Guard(posted).watch_threads()


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("owner", "name"),
    [(subprocess, "Popen"), (window, "_stderr_of_child"), (window, "window_environment"), (threading.Thread, "start")],
)
def test_a_window_that_could_not_be_started_is_opened_by_the_next_click(
    owner: Any, name: str, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    fail_once(monkeypatch, owner, name)
    publisher = GuidePublisher(posted, translator_for, [sys.executable, "-c", "input()"])
    Guard(posted).run("The opening of the window", publisher.open)  # as the loop does
    posted.next(FaultMet)
    wait_until(lambda: publisher.wait() is None, "it has ended")
    publisher.open()
    first = publisher._window  # noqa: SLF001 - the child that runs
    assert first is not None
    wait_until(lambda: first._process is not None, "the window runs")  # noqa: SLF001
    publisher.stop()


@pytest.mark.parametrize(("owner", "name"), [(launcher, "find_tool"), (threading.Thread, "start")])
def test_a_launch_that_fails_is_told(
    owner: Any, name: str, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_once(monkeypatch, owner, name)
    tool = VendorTool(name="Trusted Key Manager", download_url="https://download.example/")
    settings = Settings(procedures=(replace(OPALEXE, tool=tool),))
    launching = DesktopLauncher(posted, lambda: settings, lambda: False)
    launching.launch(Launch(procedure=OPALEXE.id, destination=Destination.TOOL))
    posted.next(FaultMet)
    assert posted.next(Launched).trouble is Trouble.LAUNCH_FAILED


def test_a_system_action_for_which_there_is_no_thread_is_told(
    posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions = DesktopSystemActions(posted, find_folders(), make_login_starter(), tuple, lambda: None, lambda *_: None)
    fail_once(monkeypatch, threading.Thread, "start")
    actions.run(Examine())
    assert posted.until(ProblemMet)


def test_a_diagnosis_that_fails_is_told(posted: PostedEvents) -> None:
    actions = DesktopSystemActions(
        posted, find_folders(), make_login_starter(), failing_once(tuple), lambda: None, lambda *_: None
    )
    actions.run(Examine())
    posted.next(FaultMet)
    assert posted.next(ProblemMet).body.id == "trouble.internal_fault"


@pytest.mark.usefixtures("watched")
def test_the_end_of_any_other_thread_is_told(posted: PostedEvents) -> None:
    threading.Thread(target=failing_once(tuple), name="some").start()
    assert posted.next(FaultMet).at <= datetime.now(UTC)
