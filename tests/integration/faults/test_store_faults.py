"""Kills and unusable disks lose no memory and repeat no notice.

`adapters/store/test_sqlite.py` has each kind of damage to the file itself.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.store.sqlite import STORE_NAME, SqliteStore
from support.core.factories import certificate, memory, owned
from support.process import PATIENCE_S, Process, require_tool, wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.core.model import Memory
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService

DUE = timedelta(days=20)

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from daemon.adapters.store.sqlite import SqliteStore
from daemon.core.model import Memory

store = SqliteStore(Path(sys.argv[1]))
said = dict(store.load().delivered)
assert not store.problems, store.problems
while True:
    mark = str(len(said))
    said = {**said, mark: datetime.now(UTC)}
    store.save(Memory(delivered=said, snoozes={mark: said[mark]}), ())
    print(mark, flush=True)
"""


@pytest.mark.parametrize("kills", [pytest.param(5, id="5"), pytest.param(200, id="200", marks=pytest.mark.full)])
def test_acknowledged_writes_survive_a_kill_at_any_moment(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    known = -1
    for _ in range(kills):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        known = int(writer.stdout.readline())
        threading.Event().wait(chance.uniform(0.0, 0.05))
        writer.kill()
        rest, _ = writer.communicate()
        known = int((rest.split("\n")[:-1] or [str(known)])[-1])
        store = SqliteStore(tmp_path, read_only=True)
        memory = store.load()
        assert store.problems == []
        assert set(map(str, range(known + 1))) <= memory.delivered.keys()
        assert list(memory.snoozes) == [str(len(memory.delivered) - 1)], "a write is whole, or not at all"


def was_delivered(workstation: Program, holder: str) -> bool:
    """Return whether the store has a delivered notice for this holder."""
    memory = SqliteStore(workstation.state_folder, read_only=True).load()
    fingerprints = {f for f, seen in memory.certificates.items() if seen.certificate.subject_cn == holder}
    keys = [key.id for key in memory.keys.values() if fingerprints & set(key.fingerprints)]
    return any(dedup_key.startswith(f"expiry|{id_}|") for dedup_key in memory.delivered for id_ in keys)


@pytest.mark.parametrize("kills", [pytest.param(2, id="2"), pytest.param(20, id="20", marks=pytest.mark.full)])
def test_a_notice_saved_as_delivered_is_not_repeated_after_a_kill(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer, kills: int
) -> None:
    """Only a notice not yet saved at a kill comes again."""
    chance = random.Random(kills)
    unsaved: Counter[str] = Counter()
    holders = [f"Holder {letter}" for letter in ascii_uppercase[:kills]]
    first = start_daemon(workstation)  # from the second holder on, notices name whose key it is
    reader_service.insert(key(DUE, "Zoe"))
    notification_server.next_notice()
    wait_until(lambda: was_delivered(workstation, "Zoe"), "the first was notified")
    first.kill()
    reader_service.remove()
    for holder in holders:
        daemon = start_daemon(workstation)
        reader_service.insert(key(DUE, holder))
        while holder not in notification_server.next_notice().body:
            pass  # an earlier one may come again
        if holder == holders[-1]:  # the kill of at least one comes after the writing
            wait_until(lambda: was_delivered(workstation, holders[-1]), "the last was notified")
        threading.Event().wait(chance.uniform(0.0, 0.05))
        daemon.kill()
        reader_service.remove()
        shown = holders[: holders.index(holder) + 1]
        unsaved.update(each for each in shown if not was_delivered(workstation, each))
        assert "Traceback" not in daemon.text
    start_daemon(workstation)
    wait_until(lambda: all(was_delivered(workstation, holder) for holder in holders), "each was notified")
    for holder in holders:
        times = sum(holder in notice.body for notice in notification_server.notices)
        assert 1 <= times <= 1 + unsaved[holder], holder
    assert unsaved[holders[-1]] == 0


def test_the_store_of_a_newer_version_is_refused_and_left_alone(program: Program) -> None:
    start_daemon(program).terminate()
    file = program.state_folder / STORE_NAME
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = file.read_bytes()
    for command in (("run", "--headless"), ("check",)):
        done = program.run(*command)
        assert (done.returncode, "Traceback" in done.stderr) == (3, False)
        assert str(file) in done.stderr
    assert file.read_bytes() == before


# --- several at once ----------------------------------------------------------------------------

BEGINNER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from daemon.adapters.store import database_file
from daemon.adapters.store.sqlite import SqliteStore
from daemon.core.model import Memory

database_file.BUSY_TIMEOUT_S = 60.0  # a busy disk may keep each for long
store = SqliteStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
said = store.load().delivered
store.save(Memory(delivered={**said, sys.argv[2]: datetime.now(UTC)}), ())
assert not store.problems, store.problems
store.close()
"""


@pytest.mark.parametrize("rounds", [pytest.param(5, id="5"), pytest.param(60, id="60", marks=pytest.mark.full)])
def test_processes_that_create_a_store_at_once_share_it(tmp_path: Path, rounds: int) -> None:
    for number in range(rounds):
        folder = tmp_path / str(number)
        names = ascii_uppercase[:4]
        with contextlib.ExitStack() as stack:
            started = [
                stack.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-c", BEGINNER, folder, name],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        text=True,
                    )
                )
                for name in names
            ]
            for one in started:
                assert one.stdout is not None
                one.stdout.readline()
            for one in started:
                assert one.stdin is not None
                one.stdin.write("\n")
                one.stdin.flush()
            delivered = [one.communicate(timeout=PATIENCE_S)[1] for one in started]
        assert delivered == [""] * len(names)
        assert SqliteStore(folder, read_only=True).load().delivered.keys() == set(names)
        # Where two close it at one moment, neither is the last, and SQLite leaves its journal (sqlite.org/wal.html).
        kept = {file.name.removesuffix("-wal").removesuffix("-shm") for file in folder.iterdir()}
        assert kept == {STORE_NAME}, "nothing was set aside"


# --- disks --------------------------------------------------------------------------------------


class Disk:
    """A program's state folder on a disk of its own."""

    def __init__(self, workstation: Program) -> None:
        self._workstation = workstation
        self._daemon: Process | None = None

    def start(self, options: str, first: str = "true") -> Process:
        """Mount with these options, run a shell command there, start the daemon."""
        command = self._command(options, first, "run --headless")
        log = self._workstation.home / "disk.log"
        self._daemon = Process(command, environment=self._workstation.environment, log=log)
        self._daemon.wait_for_log("vigicle is running")
        return self._daemon

    def prints(self, options: str, first: str, what: str) -> str:
        """Mount in the same way and return what a command prints."""
        command = self._command(options, first, what)
        environment = self._workstation.environment
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        return done.stdout + done.stderr

    def _command(self, options: str, first: str, what: str) -> list[str]:
        state, vigicle = self._workstation.state_folder, Path(sys.executable).with_name("vigicle")
        state.mkdir(parents=True, mode=0o700, exist_ok=True)
        script = (
            f"mount -t tmpfs -o mode=0700,{options} tmpfs {state} && cd {state} && {first} && cd / && "
            f"exec setpriv --pdeathsig KILL {vigicle} {what}"
        )
        return [require_tool("unshare", "util-linux"), "--mount", "sh", "-c", script]

    @property
    def folder(self) -> Path:
        """The folder as the daemon sees it."""
        assert self._daemon is not None
        return Path(f"/proc/{self._daemon.pid}/root{self._workstation.state_folder}")

    def memory(self) -> Memory:
        """Load a copy of the memory: SQLite opens no file in /proc."""
        with tempfile.TemporaryDirectory() as copy:
            for file in self.folder.glob(f"{STORE_NAME}*"):
                shutil.copy(file, copy)
            return SqliteStore(Path(copy), read_only=True).load()

    def close(self) -> None:
        if self._daemon is not None:
            assert "Traceback" not in self._daemon.text
            self._daemon.close()


@pytest.fixture
def disk(workstation: Program) -> Iterator[Disk]:
    disk = Disk(workstation)
    yield disk
    disk.close()


def fill(folder: Path) -> Path:
    """Fill the disk and return the file that fills it."""
    junk = folder / "junk"
    with junk.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return junk


def holders(workstation: Program) -> set[str]:
    return {line["subject_cn"] for line in status(workstation)["certificates"]}


def test_a_full_disk_loses_nothing_once_there_is_space_again(
    workstation: Program, disk: Disk, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    daemon = disk.start("size=512k")
    junk = fill(disk.folder)
    reader_service.insert(key(DUE, "Anne"))
    assert "OPALEXE" in notification_server.next_notice().summary, "notices come although nothing can be saved"
    assert str(workstation.state_folder) in notification_server.next_notice().body
    daemon.wait_for_log("nothing is saved for now")
    assert holders(workstation) == {"Anne"}
    junk.unlink()
    reader_service.swap(key(DUE, "Bruno"))
    assert "Bruno" in notification_server.next_notice().body
    daemon.wait_for_log("Store writable again")
    wait_until(lambda: len(disk.memory().delivered) > 1, "both notices are remembered")
    assert {seen.certificate.subject_cn for seen in disk.memory().certificates.values()} == {"Anne", "Bruno"}
    assert len(notification_server.notices) == 3, "the disk is told once"


@pytest.mark.parametrize("killed", [False, True], ids=["ended in order", "killed"])
def test_an_existing_store_is_read_on_a_full_disk(
    workstation: Program, disk: Disk, tmp_path: Path, killed: bool
) -> None:
    before = tmp_path / "before"
    store = SqliteStore(before)
    store.load()
    store.save(memory(owned(certificate())), ())
    if killed:
        before = shutil.copytree(before, tmp_path / "killed")  # with its current log
    store.close()
    assert (before / f"{STORE_NAME}-wal").exists() is killed
    fill_it = f"cp {before}/{STORE_NAME} {before}/{STORE_NAME}-wal . ; cat /dev/zero > junk || true"
    assert "Jean MARTIN" in disk.prints("size=200k", f"{{ {fill_it}; }}", "status")
    disk.start("size=200k", f"{{ {fill_it}; }}")
    assert holders(workstation) == {"Jean MARTIN"}


@pytest.mark.parametrize(
    ("options", "first"),
    [("size=512k", "mount -o remount,ro . "), ("size=8k", "head -c 8192 /dev/zero > junk")],
    ids=["read-only", "full"],
)
def test_an_unwritable_disk_is_reported_and_notices_still_come(
    workstation: Program,
    disk: Disk,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    options: str,
    first: str,
) -> None:
    disk.start(options, first)
    problem = notification_server.next_notice()
    assert str(workstation.state_folder) in problem.body
    reader_service.insert(key(DUE, "Anne"))
    assert "OPALEXE" in notification_server.next_notice().summary
    assert holders(workstation) == {"Anne"}


def test_doctor_finds_a_disk_that_is_full(disk: Disk) -> None:
    told = "vigicle cannot write into"
    assert told not in disk.prints("size=200k", "true", "doctor")
    assert told in disk.prints("size=200k", "{ cat /dev/zero > junk || true; }", "doctor")


# --- what is no store of vigicle's --------------------------------------------------------------

ENDLESS = """
DROP TABLE certificates;
CREATE VIEW certificates AS
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, i AS body FROM n;
"""


def test_a_store_with_an_endless_view_hangs_no_command(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    with closing(SqliteStore(workstation.state_folder)) as store:
        store.load()
    with closing(sqlite3.connect(workstation.state_folder / STORE_NAME)) as database:
        database.executescript(ENDLESS)
    looked = workstation.run("status")
    assert looked.returncode in {0, 3}
    assert "cannot be read" in looked.stderr
    start_daemon(workstation)
    reader_service.insert(key(DUE))
    assert len({notification_server.next_notice().summary for _ in range(2)}) == 2, "of the damage, and of the key"
    assert len([*workstation.state_folder.glob("*.damaged-*.sqlite3")]) == 1
