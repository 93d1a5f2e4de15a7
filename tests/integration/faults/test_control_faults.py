"""Bad clients, stale locks and untrusted folders, against the whole program.

`adapters/ipc/test_server.py` has each misbehaving client alone, `unit/config/test_folders.py` each folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import stat
import struct
import threading
import time
from datetime import timedelta
from multiprocessing.connection import Client
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.proc import anonymous_mb, descriptors
from daemon.adapters.ipc.auth import AuthenticationError, Endpoint, authenticate_server, read_endpoint
from daemon.adapters.ipc.server import ASK_LIMIT_S
from support.process import PATIENCE_S, PROMPT_S, wait_until
from support.workstation import key, runtime, start_daemon, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.desktop import NotificationServer
    from support.process import Process
    from support.program import Program
    from support.reader import ReaderService

GIGABYTE = 1 << 30
CROWD = 1000


def control(program: Program) -> Endpoint:
    key = read_endpoint(runtime(program))
    assert key is not None
    return key


def connect_to(key: Endpoint) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(2 * PATIENCE_S)  # longer than the test waits: the server hangs up, or it is seen
    line.connect(key.address)
    return line


def swallow(line: socket.socket) -> None:
    """Read until the other side has had enough."""
    with contextlib.suppress(OSError):
        while line.recv(1 << 16):
            pass


def garbage(key: Endpoint) -> None:
    with connect_to(key) as line:
        with contextlib.suppress(OSError):
            line.sendall(os.urandom(1 << 16))
        swallow(line)


def a_gigabyte_announced(key: Endpoint) -> None:
    with connect_to(key) as line:
        line.sendall(struct.pack("!i", GIGABYTE))
        swallow(line)


def eight_exabytes_announced(key: Endpoint) -> None:
    with connect_to(key) as line:
        line.sendall(struct.pack("!iQ", -1, 1 << 63))
        swallow(line)


def a_gigabyte_announced_by_one_who_has_the_key(key: Endpoint) -> None:
    with Client(key.address) as connection:
        authenticate_server(connection, key.key)
        os.write(connection.fileno(), struct.pack("!i", GIGABYTE))
        connection.recv_bytes()


def a_slow_writer(key: Endpoint) -> None:
    """Send a byte every tenth of a second, for ever."""
    pace = threading.Event()
    with connect_to(key) as line:
        line.sendall(struct.pack("!i", 64))
        while not pace.wait(0.1):
            line.sendall(b"x")


def a_wrong_key(key: Endpoint) -> None:
    with Client(key.address) as connection:
        authenticate_server(connection, bytes(32))


BAD_CLIENTS = (
    garbage,
    a_gigabyte_announced,
    eight_exabytes_announced,
    a_gigabyte_announced_by_one_who_has_the_key,
    a_slow_writer,
    a_wrong_key,
)


def misbehave(client: Callable[[Endpoint], None], key: Endpoint) -> None:
    """Be this client until the server hangs up, whenever that is."""
    with contextlib.suppress(OSError, EOFError, AuthenticationError):
        client(key)


def answers(program: Program) -> bool:
    """Return whether the daemon answers `status` within its limit.

    After it the store is read, with a warning.
    """
    done = program.run("status", "--json")
    return '"readers"' in done.stdout and "does not answer" not in done.stderr


@pytest.fixture
def daemon(program: Program) -> Process:
    return start_daemon(program)


def no_traceback(daemon: Process) -> None:
    assert daemon.returncode is None
    assert "Traceback" not in daemon.text


def test_bad_clients_cost_no_memory_no_descriptors_and_no_answers(program: Program, daemon: Process) -> None:
    status(program)
    before, files = anonymous_mb(daemon.pid), descriptors(daemon.pid)
    clients: list[Callable[[Endpoint], None]] = [*BAD_CLIENTS, *BAD_CLIENTS]
    threads = [threading.Thread(target=misbehave, args=(client, control(program))) for client in clients]
    for thread in threads:
        thread.start()
    assert answers(program), "beside them"
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert answers(program), "after them"
    wait_until(lambda: descriptors(daemon.pid) <= files, "nothing is left open")
    assert anonymous_mb(daemon.pid) - before < 4.0
    no_traceback(daemon)


def test_a_thousand_silent_connections_are_closed(program: Program, daemon: Process) -> None:
    files = descriptors(daemon.pid)
    key, crowd = control(program), []
    with contextlib.ExitStack() as stack:
        for _ in range(CROWD):
            line = stack.enter_context(socket.socket(socket.AF_UNIX))
            line.connect(key.address)
            crowd.append(line)
        assert len(crowd) == CROWD
        began = time.monotonic()
        wait_until(lambda: answers(program), "status answers, silent as they are")
        assert time.monotonic() - began < ASK_LIMIT_S + PROMPT_S
    wait_until(lambda: descriptors(daemon.pid) <= files, "nothing is left open")
    no_traceback(daemon)


def test_of_five_daemons_started_at_once_one_runs(program: Program) -> None:
    started = [program.start("run", "--headless") for _ in range(5)]
    wait_until(lambda: sum(process.returncode is None for process in started) == 1, "four have left")
    wait_until(lambda: any("vigicle is running" in process.text for process in started), "one runs")
    for process in started:
        assert process.returncode in {None, 0}
        assert "Traceback" not in process.text


def test_deleting_lock_and_endpoint_starts_no_second_daemon(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    daemon = start_daemon(workstation)
    for file in runtime(workstation).iterdir():
        file.unlink()
    second = workstation.run("run", "--headless")
    assert (second.returncode, second.stdout.strip()) == (0, "vigicle is already running.")
    reader_service.insert(key(timedelta(days=20)))
    notification_server.next_notice()
    assert daemon.terminate() == 0
    assert len(notification_server.notices) == 1


def test_lock_and_endpoint_of_a_killed_daemon_are_replaced(program: Program, daemon: Process) -> None:
    left = control(program)
    daemon.kill()
    assert Path(left.address).exists()
    done = program.run("quit")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    again = start_daemon(program)
    assert control(program) != left
    assert answers(program)
    no_traceback(again)


def test_a_suspended_daemon_is_reported_as_silent_and_continues_later(program: Program, daemon: Process) -> None:
    os.kill(daemon.pid, signal.SIGSTOP)
    done = program.run("run", "--headless", timeout_s=70)
    assert (done.returncode, "already" in done.stdout) == (0, True)
    assert '"readers"' in program.run("status", "--json").stdout, "the memory is looked at without it"
    done = program.run("quit")
    assert (done.returncode, "task manager" in done.stderr) == (3, True)
    os.kill(daemon.pid, signal.SIGCONT)
    assert answers(program)
    no_traceback(daemon)


def test_a_session_with_another_runtime_folder_reaches_the_same_daemon(
    program: Program, daemon: Process, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir(mode=0o700)
    other = {"XDG_RUNTIME_DIR": str(tmp_path / "other")}
    second = program.run("run", "--headless", environment=other)
    assert (second.returncode, second.stdout) == (0, "vigicle is already running.\n")
    assert program.run("status", environment=other).stderr == "", "it is asked, and nobody looks alone"
    assert program.run("quit", environment=other).stdout == "vigicle has stopped.\n"
    assert daemon.wait() == 0
    assert program.run("quit", environment=other).stdout == "vigicle was not running.\n"


def test_a_daemon_without_its_endpoint_stays_the_only_one_and_is_reported(program: Program, daemon: Process) -> None:
    shutil.rmtree(runtime(program))
    assert program.run("run", "--headless").stdout == "vigicle is already running.\n"
    done = program.run("quit")
    assert done.returncode == 3
    assert "does not answer" in done.stderr
    assert '"readers"' in program.run("status", "--json").stdout, "the memory can be read all the same"
    no_traceback(daemon)


# --- folders and links --------------------------------------------------------------------------


def give_away(folder: Path) -> None:
    os.chown(folder, 65534, 65534)


def open_up(folder: Path) -> None:
    folder.chmod(0o777)
    (folder / "planted").touch()


def put_a_link(folder: Path) -> None:
    real = folder.with_name("elsewhere")
    real.mkdir()
    folder.rmdir()
    folder.symlink_to(real)


def put_a_file(folder: Path) -> None:
    folder.rmdir()
    folder.touch()


@pytest.mark.parametrize(
    "spoil",
    [give_away, *(pytest.param(spoil, marks=pytest.mark.full) for spoil in (open_up, put_a_link, put_a_file))],
)
def test_an_untrusted_runtime_folder_is_refused_with_a_message(program: Program, spoil: Callable[[Path], None]) -> None:
    start_daemon(program).terminate()
    folder = runtime(program)
    for file in folder.iterdir():
        file.unlink()
    spoil(folder)
    done = program.run("run", "--headless")
    assert done.returncode == 3
    assert str(folder) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "vigicle.lock",
        *(pytest.param(name, marks=pytest.mark.full) for name in ("control.json", "control.json.new", "control.sock")),
    ],
)
def test_a_link_in_the_runtime_folder_is_never_written_through(program: Program, name: str, tmp_path: Path) -> None:
    start_daemon(program).terminate()
    precious = tmp_path / "precious"
    precious.write_text("precious")
    place = runtime(program) / name
    place.unlink(missing_ok=True)
    place.symlink_to(precious)
    daemon = program.start("run", "--headless")
    wait_until(
        lambda: daemon.returncode is not None or "vigicle is running" in daemon.text, "it starts, or says why not"
    )
    assert precious.read_text() == "precious"
    assert stat.S_IMODE(precious.stat().st_mode) == 0o644
    assert "Traceback" not in daemon.text


@pytest.mark.parametrize(
    "name",
    [
        "vigicle.sqlite3",
        "runtime",
        *(
            pytest.param(name, marks=pytest.mark.full)
            for name in ("vigicle.sqlite3-wal", "vigicle.sqlite3-shm", "vigicle.sqlite3-journal")
        ),
    ],
)
def test_a_link_in_the_state_folder_is_never_written_through(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    name: str,
    tmp_path: Path,
) -> None:
    start_daemon(workstation).terminate()
    precious = tmp_path / "precious"
    precious.write_text("precious")
    place = workstation.state_folder / name
    place.unlink(missing_ok=True)
    place.symlink_to(precious)
    daemon = start_daemon(workstation)
    reader_service.insert(key(timedelta(days=20), "Anne"))
    while "OPALEXE" not in notification_server.next_notice().summary:
        pass  # a notice about the link may come first
    daemon.terminate()
    assert precious.read_text() == "precious"
    assert stat.S_IMODE(precious.stat().st_mode) == 0o644
    assert "Traceback" not in daemon.text


def test_a_linked_configuration_is_read_and_never_written(
    workstation: Program, reader_service: ReaderService, tmp_path: Path
) -> None:
    """A user may keep the settings elsewhere and link to them."""
    elsewhere = tmp_path / "settings.toml"
    elsewhere.write_text("[notices]\ndays = [20]\n")
    workstation.configure("").unlink()
    (workstation.config_folder / "config.toml").symlink_to(elsewhere)
    daemon = start_daemon(workstation)
    elsewhere.write_text("garbage")
    reader_service.insert(key(timedelta(days=200)))
    daemon.wait_for_log("The settings are refused")
    assert elsewhere.read_text() == "garbage"
    no_traceback(daemon)
