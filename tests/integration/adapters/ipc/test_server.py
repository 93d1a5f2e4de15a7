"""The server answers clients with the key, and no client blocks it."""

import contextlib
import json
import os
import queue
import shutil
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

import pytest

from config.i18n.text import Sentence, text
from config.i18n.translator import Translator
from config.instants import instant
from config.values import replace
from config.workflows import WorkflowKind
from daemon.adapters.guide.messages import Chosen, Page
from daemon.adapters.guide.publisher import MAX_SUBSCRIBERS, GuidePublisher
from daemon.adapters.ipc.auth import (
    ENDPOINT_FILE,
    KEY_SIZE,
    Endpoint,
    authenticate_server,
    create_endpoint,
    publish_endpoint,
    read_endpoint,
    remove_endpoint,
)
from daemon.adapters.ipc.client import (
    ControlError,
    DaemonNotRunningError,
    GuideSubscription,
    GuideUnavailableError,
    ask,
    follow,
)
from daemon.adapters.ipc.messages import REQUEST_LIMIT, SHORT_LIMIT, TEXT_LIMIT, ErrorCode, decode_reply, encode_reply
from daemon.adapters.ipc.server import ASK_LIMIT_S, MAX_CONNECTIONS, MAX_UNAUTHENTICATED, SEND_LIMIT_S, ControlServer
from daemon.core.commands import (
    CheckKeys,
    ChooseAction,
    ClaimByFingerprint,
    Command,
    CompareHolders,
    GetStatus,
    MergeMemory,
    NameKey,
    NoteKey,
    QuitDaemon,
    RaiseGuide,
)
from daemon.core.events import CommandReceived, Event
from daemon.core.memory_transfer import part_of
from daemon.core.model import Assignment, Claim, Fingerprint, HolderAnswer, Occupancy, ReaderName, Role, pair_of
from daemon.core.troubles import Trouble
from daemon.core.views.guide import Action, GuideView, ReaderStatus
from daemon.core.views.report import CertificateStatus, ReaderReport, Reason, Report, Stage
from daemon.core.views.report import Path as RenewalPath
from support.core.factories import certificate, memory, owned
from support.guide_actions import action_id
from support.posted_events import PostedEvents
from support.process import PATIENCE_S, PROMPT_S, wait_until

NOW = instant(datetime(2026, 11, 23, 20, 0, 0, 123456, tzinfo=UTC))
GET_STATUS = GetStatus()
REPORT = Report(
    readers=(ReaderReport(name=ReaderName("Reader 00 00"), state=Occupancy.HOLDING, trouble=Trouble.CARD_BUSY),),
    certificates=(
        CertificateStatus(
            fingerprint_sha256=Fingerprint("a" * 64),
            subject_cn="Élise d’Arc",
            issuer_o="CertEurope",
            serial_hex="0a1b",
            not_before=NOW,
            not_after=None,
            usable_until=None,
            days_left=-3,
            role=Role.AUTHENTICATION,
            stage=Stage.EXPIRED,
            present=True,
            procedure=None,
            key_name="la bleue",
            last_seen=NOW,
            reader=ReaderName("Reader 00 00"),
        ),
    ),
    paths=(
        RenewalPath(
            procedure="opalexe",
            holder="Élise d’Arc",
            kind=WorkflowKind.ACTIVATE,
            then=WorkflowKind.ADD_WITH_OLD,
            old_fingerprint=Fingerprint("a" * 64),
            why=Reason.ACTIVATION_NEEDED,
            date=NOW,
        ),
    ),
    troubles=(Trouble.PIN_LOCKED,),
    exit_code=2,
)

OPEN = """
import sys, threading
from pathlib import Path
from config.i18n.translator import Translator
from daemon.adapters.ipc.server import ControlServer
from daemon.adapters.guide.publisher import GuidePublisher
ControlServer(print, Path(sys.argv[1]), GuidePublisher(print, Translator)).start()
print("open", flush=True)
threading.Event().wait()
"""
CONNECT_BEFORE_OPENING = """
import json, socket, sys
def connect(event, arguments):
    if event == "os.rename":  # the file comes in sight
        with open(arguments[0]) as file, socket.socket(socket.AF_UNIX) as client:
            client.connect(json.load(file)["address"])
sys.addaudithook(connect)
"""


class RunningDaemon:
    """A loop that notes who asked, and answers when told."""

    def __init__(self, runtime: Path) -> None:
        self.runtime = runtime
        self.asked: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.publisher = GuidePublisher(self.asked.put, Translator, ["/nowhere/window"])
        self.control = ControlServer(self.asked.put, runtime, self.publisher)
        self.control.start()

    def next(self, command: Command | None = None) -> int:
        """Return the number of the next request, which asks for this command."""
        event = self.asked.get(timeout=PATIENCE_S)
        assert isinstance(event, CommandReceived)
        assert command is None or event.command == command
        assert event.request is not None
        return event.request

    def stop(self) -> None:
        """Stop both, as the loop does."""
        self.publisher.stop()
        self.control.stop()

    @property
    def key(self) -> Endpoint:
        key = read_endpoint(self.runtime)
        assert key is not None
        return key


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[RunningDaemon]:
    one = RunningDaemon(tmp_path)
    yield one
    one.stop()


@contextlib.contextmanager
def asking(runtime: Path, command: Command = GET_STATUS) -> Iterator["queue.SimpleQueue[object]"]:
    """Ask in a thread, and queue the report or the exception."""
    outcome: queue.SimpleQueue[object] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(ask(runtime, command, timeout_s=PATIENCE_S))
        except (DaemonNotRunningError, ControlError) as problem:
            outcome.put(problem)

    thread = threading.Thread(target=run)
    thread.start()
    yield outcome
    thread.join(PATIENCE_S)


@contextlib.contextmanager
def proven(daemon: RunningDaemon) -> Iterator[Any]:
    """A connection that has shown the key."""
    with Client(daemon.key.address) as connection:
        authenticate_server(connection, daemon.key.key)
        yield connection


def test_the_client_that_asks_gets_the_report(daemon: RunningDaemon) -> None:
    with asking(daemon.runtime, CheckKeys()) as outcome:
        daemon.control.reply(daemon.next(CheckKeys()), REPORT)
        assert outcome.get(timeout=PATIENCE_S) == REPORT


def test_a_claim_comes_with_its_fingerprint(daemon: RunningDaemon) -> None:
    claim = ClaimByFingerprint(fingerprint=Fingerprint("b" * 64), claim=Claim.WORKS)
    with asking(daemon.runtime, claim) as outcome:
        daemon.control.reply(daemon.next(claim), Report())
        assert outcome.get(timeout=PATIENCE_S) == Report()


def test_two_keys_come_with_the_answer_about_them(daemon: RunningDaemon) -> None:
    one, other = Fingerprint("a" * 64), Fingerprint("b" * 64)
    compared = CompareHolders(fingerprint=one, other=other, answer=HolderAnswer.ANOTHER)
    with asking(daemon.runtime, compared) as outcome:
        daemon.control.reply(daemon.next(compared), Report())
        assert outcome.get(timeout=PATIENCE_S) == Report()


def test_a_name_comes_with_its_fingerprint(daemon: RunningDaemon) -> None:
    name = NameKey(fingerprint=Fingerprint("b" * 64), name="la bleue")
    with asking(daemon.runtime, name) as outcome:
        daemon.control.reply(daemon.next(name), Report())
        assert outcome.get(timeout=PATIENCE_S) == Report()


@pytest.mark.parametrize(("note", "keeper"), [("", "Me X"), ("coffre", None), (None, "")])
def test_a_note_comes_with_its_fingerprint(daemon: RunningDaemon, note: str | None, keeper: str | None) -> None:
    noted = NoteKey(fingerprint=Fingerprint("b" * 64), note=note, keeper=keeper)
    with asking(daemon.runtime, noted) as outcome:
        daemon.control.reply(daemon.next(noted), Report())
        assert outcome.get(timeout=PATIENCE_S) == Report()


def test_a_whole_memory_comes_through(daemon: RunningDaemon) -> None:
    one, other, *_ = many = [certificate(f"{number}", subject_cn="x" * 100) for number in range(500)]
    there = memory(
        *map(owned, many),
        assignments={one.fingerprint: Assignment(unknown=True)},
        holder_answers={pair_of(one.fingerprint, other.fingerprint): HolderAnswer.ANOTHER},
    )
    merged = MergeMemory(part=part_of(there))
    with asking(daemon.runtime, merged) as outcome:
        daemon.control.reply(daemon.next(merged), Report())
        assert outcome.get(timeout=PATIENCE_S) == Report()


def test_a_text_that_is_too_long_is_refused(daemon: RunningDaemon) -> None:
    with pytest.raises(ControlError):
        ask(
            daemon.runtime,
            NameKey(fingerprint=Fingerprint("b" * 64), name="x" * (TEXT_LIMIT + 1)),
            timeout_s=PATIENCE_S,
        )


def test_each_answer_reaches_its_client_in_any_order(daemon: RunningDaemon) -> None:
    with asking(daemon.runtime) as first:
        one = daemon.next()
        with asking(daemon.runtime) as second:
            two = daemon.next()
            daemon.control.reply(two, Report(exit_code=2))
            assert second.get(timeout=PATIENCE_S) == Report(exit_code=2)
        daemon.control.reply(one, Report(exit_code=1))
        assert first.get(timeout=PATIENCE_S) == Report(exit_code=1)


def test_an_answer_without_a_client_does_nothing(daemon: RunningDaemon) -> None:
    daemon.control.reply(12345, REPORT)


def test_a_missing_daemon_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DaemonNotRunningError):
        ask(tmp_path, GetStatus(), timeout_s=PATIENCE_S)


def test_files_of_a_dead_daemon_are_replaced_by_the_next_one(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OPEN, str(tmp_path)], stdout=subprocess.PIPE, text=True) as dead:
        assert dead.stdout is not None
        assert dead.stdout.readline() == "open\n"
        dead.kill()
    assert read_endpoint(tmp_path) is not None
    with pytest.raises(DaemonNotRunningError):
        ask(tmp_path, GetStatus(), timeout_s=PATIENCE_S)
    daemon = RunningDaemon(tmp_path)
    with asking(tmp_path) as outcome:
        daemon.control.reply(daemon.next(), REPORT)
        assert outcome.get(timeout=PATIENCE_S) == REPORT
    daemon.control.stop()


def test_a_daemon_that_does_not_answer_is_a_problem_within_the_limit(daemon: RunningDaemon) -> None:
    with pytest.raises(ControlError):
        ask(daemon.runtime, GetStatus(), timeout_s=0.2)


def test_a_stopping_daemon_sends_the_answers_that_were_given(daemon: RunningDaemon) -> None:
    with asking(daemon.runtime, QuitDaemon()) as outcome:
        daemon.control.reply(daemon.next(), REPORT)
        daemon.control.stop()
        assert outcome.get(timeout=PATIENCE_S) == REPORT


def test_a_stopping_daemon_ends_every_wait(daemon: RunningDaemon) -> None:
    with asking(daemon.runtime) as outcome:
        daemon.next()
        daemon.control.stop()
        assert isinstance(outcome.get(timeout=PATIENCE_S), ControlError)


def test_a_closed_server_leaves_no_file_and_can_be_closed_again(daemon: RunningDaemon) -> None:
    daemon.control.stop()
    daemon.control.stop()
    assert list(daemon.runtime.iterdir()) == []


def test_the_key_is_private_to_the_user_and_new_at_each_start(tmp_path: Path) -> None:
    keys = []
    for _ in range(2):
        daemon = RunningDaemon(tmp_path)
        assert stat.S_IMODE((tmp_path / ENDPOINT_FILE).stat().st_mode) == 0o600
        keys.append(daemon.key.key)
        daemon.control.stop()
    assert len(keys[0]) == KEY_SIZE
    assert keys[0] != keys[1]


def test_a_long_path_moves_the_socket_to_a_private_folder(tmp_path: Path) -> None:
    runtime = tmp_path / ("long" * 40)
    runtime.mkdir()
    daemon = RunningDaemon(runtime)
    folder = Path(daemon.key.address).parent
    assert folder != runtime
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with asking(runtime) as outcome:
        daemon.control.reply(daemon.next(), REPORT)
        assert outcome.get(timeout=PATIENCE_S) == REPORT
    daemon.control.stop()
    assert not folder.exists()


def written_endpoint(runtime: Path) -> Endpoint:
    key = create_endpoint(runtime)
    publish_endpoint(runtime, key)
    return key


def test_who_finds_the_control_file_can_connect(tmp_path: Path) -> None:
    """The command `quit` found the file too early, and no daemon."""
    command = [sys.executable, "-c", CONNECT_BEFORE_OPENING + OPEN, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        first = daemon.stdout.readline()
        daemon.kill()
    assert first == "open\n"


def test_the_folder_of_a_long_path_has_no_name_that_another_account_could_know(tmp_path: Path) -> None:
    runtime = tmp_path / ("long" * 40)
    runtime.mkdir()
    first, second = written_endpoint(runtime), written_endpoint(runtime)
    assert Path(first.address).parent != Path(second.address).parent
    assert not Path(first.address).parent.exists(), "what a killed daemon left is removed"
    remove_endpoint(runtime, second)
    assert not Path(second.address).parent.exists()


def test_a_former_folder_that_is_anothers_by_now_keeps_no_daemon_from_starting(tmp_path: Path) -> None:
    runtime = tmp_path / ("long" * 40)
    runtime.mkdir()
    former = Path(written_endpoint(runtime).address)
    (former / "not ours").mkdir(parents=True)  # a folder in the socket's place cannot be unlinked
    key = written_endpoint(runtime)
    assert Path(key.address).parent != former.parent
    shutil.rmtree(former.parent)
    remove_endpoint(runtime, key)


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir], ids=["a file", "a folder"])
def test_a_control_file_that_names_something_else_costs_nothing(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(named := tmp_path / "kept")
    forged = {"address": str(named), "key": "A" * 43 + "="}
    (tmp_path / ENDPOINT_FILE).write_text(json.dumps(forged))
    assert read_endpoint(tmp_path) is not None
    written_endpoint(tmp_path)
    assert named.exists()


def test_a_control_file_with_an_address_that_is_no_path_is_none(tmp_path: Path) -> None:
    (tmp_path / ENDPOINT_FILE).write_text(json.dumps({"address": "\0abstract", "key": "A" * 43 + "="}))
    assert read_endpoint(tmp_path) is None


def silent(_connection: Any, _key: Endpoint) -> None:
    """Say nothing at all."""


def wrong_key(connection: Any, _key: Endpoint) -> None:
    connection.recv_bytes()
    connection.send_bytes(bytes(2 * KEY_SIZE))


def drip(connection: Any, _key: Endpoint) -> None:
    """Promise a message and send one byte of it."""
    os.write(connection.fileno(), struct.pack("!i", 64) + b"x")


def too_long(connection: Any, key: Endpoint) -> None:
    authenticate_server(connection, key.key)
    connection.send_bytes(bytes(REQUEST_LIMIT + 1))


def padded(connection: Any, key: Endpoint) -> None:
    authenticate_server(connection, key.key)
    connection.send_bytes(b'{"version":1,"verb":"status"}'.ljust(SHORT_LIMIT + 1))


def no_request(connection: Any, key: Endpoint) -> None:
    authenticate_server(connection, key.key)


def bad_request(request: object, connection: Any, key: Endpoint) -> None:
    authenticate_server(connection, key.key)
    connection.send_bytes(json.dumps(request).encode())


@pytest.mark.parametrize(
    "misbehave",
    [
        pytest.param(silent, id="silent"),
        pytest.param(wrong_key, id="wrong key"),
        pytest.param(drip, id="byte by byte"),
        pytest.param(no_request, id="proves the key, asks nothing"),
        pytest.param(too_long, id="more than a whole memory"),
        pytest.param(padded, id="64 kB and one byte"),
        pytest.param(partial(bad_request, "status"), id="no object"),
        pytest.param(partial(bad_request, {"version": 1, "verb": "open"}), id="unknown verb"),
        pytest.param(partial(bad_request, {"version": 2, "verb": "status"}), id="unknown version"),
        pytest.param(partial(bad_request, {"version": 1, "verb": "guide", "path": "/x"}), id="unknown field"),
        pytest.param(
            partial(bad_request, {"version": 1, "verb": "forget", "fingerprint": "../x"}),
            id="no fingerprint",
        ),
        pytest.param(partial(bad_request, {"version": 1, "verb": "forget"}), id="argument missing"),
    ],
)
def test_an_invalid_client_is_disconnected_within_the_limit(
    daemon: RunningDaemon, misbehave: Callable[[Any, Endpoint], None]
) -> None:
    began = time.monotonic()
    with Client(daemon.key.address) as connection:
        with contextlib.suppress(OSError):
            misbehave(connection, daemon.key)
        with contextlib.suppress(OSError, EOFError):
            while connection.poll(PATIENCE_S):
                connection.recv_bytes()
    assert time.monotonic() - began < ASK_LIMIT_S + PROMPT_S
    assert daemon.asked.empty()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server hangs up on no client that is silent."""
    monkeypatch.setattr("daemon.adapters.ipc.server.ASK_LIMIT_S", 3600.0)


@pytest.mark.usefixtures("patient")
def test_silent_clients_do_not_block_others(daemon: RunningDaemon) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_UNAUTHENTICATED - 1):
            stack.enter_context(Client(daemon.key.address))
        with asking(daemon.runtime) as outcome:
            daemon.control.reply(daemon.next(), REPORT)
            assert outcome.get(timeout=PATIENCE_S) == REPORT


@pytest.mark.usefixtures("patient")
def test_a_client_beyond_the_unauthenticated_limit_is_closed_at_once(daemon: RunningDaemon) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_UNAUTHENTICATED):
            stack.enter_context(Client(daemon.key.address)).recv_bytes()
        with Client(daemon.key.address) as late, pytest.raises((EOFError, OSError)):
            late.recv_bytes()


def test_a_client_beyond_the_connection_limit_is_closed_at_once(daemon: RunningDaemon) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_CONNECTIONS):
            stack.enter_context(proven(daemon)).send_bytes(b'{"version":1,"verb":"status"}')
            daemon.next()
        with Client(daemon.key.address) as late, pytest.raises((EOFError, OSError)):
            late.recv_bytes()


def test_waiting_clients_do_not_count_as_unauthenticated(daemon: RunningDaemon) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(2 * MAX_UNAUTHENTICATED):
            stack.enter_context(proven(daemon)).send_bytes(b'{"version":1,"verb":"check"}')
            daemon.next()
        with asking(daemon.runtime) as outcome:
            daemon.control.reply(daemon.next(), REPORT)
            assert outcome.get(timeout=PATIENCE_S) == REPORT


def test_a_client_that_is_turned_away_tries_again(daemon: RunningDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.adapters.ipc.server.ASK_LIMIT_S", 1.0)  # a slow machine has time for the last try, too
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_UNAUTHENTICATED):
            stack.enter_context(Client(daemon.key.address)).recv_bytes()
        with asking(daemon.runtime) as outcome:
            daemon.control.reply(daemon.next(), REPORT)
            assert outcome.get(timeout=PATIENCE_S) == REPORT


def test_a_client_that_disconnects_early_does_no_harm(daemon: RunningDaemon) -> None:
    with proven(daemon) as connection:
        connection.send_bytes(b'{"version":1,"verb":"status"}')
        asked = daemon.next()
    daemon.control.reply(asked, REPORT)
    with asking(daemon.runtime) as outcome:
        daemon.control.reply(daemon.next(), REPORT)
        assert outcome.get(timeout=PATIENCE_S) == REPORT


def test_a_daemon_with_the_wrong_key_is_not_trusted(tmp_path: Path) -> None:
    key = written_endpoint(tmp_path)
    with Listener(key.address) as listener, asking(tmp_path) as outcome, listener.accept() as connection:
        connection.send_bytes(bytes(KEY_SIZE))
        connection.recv_bytes()
        connection.send_bytes(bytes(KEY_SIZE))
        assert isinstance(outcome.get(timeout=PATIENCE_S), ControlError)


@pytest.mark.parametrize("report", [REPORT, Report()], ids=["full", "empty"])
def test_a_report_crosses_unchanged(report: Report) -> None:
    assert decode_reply(encode_reply(report)) == report


CHECK = action_id("check")
VIEW: GuideView[Sentence] = GuideView(
    language="en",
    headline=text("guide.empty"),
    body=text("guide.empty.body"),
    reader=ReaderStatus.EMPTY,
    reader_words=text("guide.reader.empty"),
    primary=Action(id=CHECK, label=text("guide.check")),
)


def page_of(following: GuideSubscription) -> Page:
    page = following.next()
    assert page is not None
    return page


def test_a_follower_gets_each_page_and_can_choose_on_it(daemon: RunningDaemon) -> None:
    daemon.publisher.show(VIEW)
    following = follow(daemon.runtime, timeout_s=PATIENCE_S)
    assert (page_of(following).headline, daemon.asked.empty()) == ("Plug in your key", True)
    daemon.publisher.show(replace(VIEW, headline=text("guide.tidied")))
    page = page_of(following)
    assert page.headline == "The old certificate is removed"
    following.answer(Chosen(number=page.number, action=CHECK))
    chosen = daemon.asked.get(timeout=PATIENCE_S)
    assert isinstance(chosen, CommandReceived)
    assert (chosen.command, chosen.request) == (ChooseAction(action=CHECK), None)
    following.answer(Chosen(number=page.number - 1, action=CHECK))
    daemon.publisher.show(VIEW)
    page_of(following)
    assert daemon.asked.empty()
    following.close()


def test_a_follower_learns_of_the_end(daemon: RunningDaemon) -> None:
    following = follow(daemon.runtime, timeout_s=PATIENCE_S)
    daemon.stop()
    assert following.next() is None
    following.answer(Chosen(number=1, action=CHECK))


def test_a_follower_that_disconnects_frees_its_place(daemon: RunningDaemon) -> None:
    followers = [follow(daemon.runtime, timeout_s=PATIENCE_S) for _ in range(MAX_SUBSCRIBERS)]
    with pytest.raises(GuideUnavailableError) as refused:
        follow(daemon.runtime, timeout_s=PATIENCE_S)
    assert refused.value.refusal is ErrorCode.TOO_MANY_CLIENTS
    followers[0].close()
    wait_until(lambda: admitted(daemon.runtime), "there is room again")
    for follower in followers:
        follower.close()


def admitted(runtime: Path) -> bool:
    try:
        follow(runtime, timeout_s=PATIENCE_S).close()
    except GuideUnavailableError:
        return False
    return True


@pytest.mark.parametrize(
    "message",
    [b"gibberish", b'{"type":"chosen"}', b'{"type":"\xff"}', b'{"x":' + b"[" * 8000, bytes(9000)],
    ids=["none", "a part", "no text", "too deep", "too long"],
)
def test_a_follower_that_sends_invalid_messages_is_disconnected(daemon: RunningDaemon, message: bytes) -> None:
    with proven(daemon) as connection:
        connection.send_bytes(b'{"version":1,"verb":"follow"}')
        connection.recv_bytes()
        connection.send_bytes(message)
        with pytest.raises((EOFError, OSError)):
            connection.recv_bytes()
    assert daemon.asked.empty()


def test_a_follower_that_does_not_read_is_disconnected_and_blocks_nobody_else(daemon: RunningDaemon) -> None:
    big = replace(VIEW, holder="x" * 1_000_000)
    slow = follow(daemon.runtime, timeout_s=PATIENCE_S)
    quick = follow(daemon.runtime, timeout_s=PATIENCE_S)
    began = time.monotonic()
    daemon.publisher.show(big)
    assert page_of(quick).holder == big.holder
    assert time.monotonic() - began < SEND_LIMIT_S, "before the slow one is sent away"
    full = [follow(daemon.runtime, timeout_s=PATIENCE_S) for _ in range(MAX_SUBSCRIBERS - 2)]
    wait_until(lambda: admitted(daemon.runtime), "the slow one has been sent away")
    for follower in (slow, quick, *full):
        follower.close()


def test_a_daemon_without_a_window_reports_it(tmp_path: Path) -> None:
    posted = PostedEvents()
    control = ControlServer(posted, tmp_path, GuidePublisher(posted, Translator))
    control.start()
    with pytest.raises(GuideUnavailableError) as refused:
        ask(tmp_path, RaiseGuide(), timeout_s=PATIENCE_S)
    assert "vigicle guide --text" in str(refused.value)
    control.stop()


def test_a_daemon_with_a_window_is_asked_for_it(daemon: RunningDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":99")
    with asking(daemon.runtime, RaiseGuide()) as outcome:
        daemon.control.reply(daemon.next(RaiseGuide()), REPORT)
        assert outcome.get(timeout=PATIENCE_S) == REPORT
