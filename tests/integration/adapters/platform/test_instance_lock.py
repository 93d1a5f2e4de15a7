"""One daemon at a time, and a dead one keeps none out."""

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from config.folders import FolderError, Folders
from config.i18n.translator import UserError
from daemon.adapters.platform.instance_lock import LOCK, WHEREABOUTS, InstanceLock, is_daemon_running, runtime_of_daemon

HOLD = """
import sys
import threading
from pathlib import Path
from daemon.adapters.platform.instance_lock import InstanceLock
lock = InstanceLock(Path(sys.argv[1]), Path(sys.argv[2]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_the_first_one_gets_the_lock_and_the_second_does_not(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path, tmp_path), InstanceLock(tmp_path, tmp_path)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        lock = InstanceLock(tmp_path, tmp_path)
        assert not lock.acquire()
        holder.kill()
        holder.wait()
        assert lock.acquire()
        lock.release()


def test_the_lock_file_is_private_to_the_user(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path, tmp_path)
    lock.acquire()
    assert stat.S_IMODE((tmp_path / LOCK).stat().st_mode) == 0o600
    lock.release()


def test_what_lies_in_the_way_of_the_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    with pytest.raises(UserError) as caught:
        InstanceLock(tmp_path, tmp_path).acquire()
    assert caught.value.text.id == "lock.unusable"
    assert ("file", str(tmp_path / LOCK)) in caught.value.text.args


def test_a_disk_that_takes_no_lock_file_is_named_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileLock, "acquire", full)
    with pytest.raises(FolderError) as caught:
        InstanceLock(tmp_path, tmp_path).acquire()
    assert (caught.value.path, caught.value.what.id) == (tmp_path, "folder.unusable")


def test_a_deleted_lock_file_does_not_give_access_to_the_same_state(tmp_path: Path) -> None:
    (state := tmp_path / "state").mkdir()
    first, second = InstanceLock(tmp_path, state), InstanceLock(tmp_path, state)
    assert first.acquire()
    (tmp_path / LOCK).unlink()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_two_runtime_folders_do_not_give_access_to_the_same_state(tmp_path: Path) -> None:
    runtimes = tmp_path / "one", tmp_path / "other"
    for runtime in runtimes:
        runtime.mkdir()
    first, second = (InstanceLock(runtime, tmp_path) for runtime in runtimes)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def folders(runtime: Path, state: Path) -> Folders:
    runtime.mkdir(mode=0o700, exist_ok=True)
    return Folders(config_file=state / "c", policy_file=state / "p", state=state, runtime=runtime)


def test_the_daemons_runtime_folder_is_found_from_another_one_while_it_runs(tmp_path: Path) -> None:
    (state := tmp_path / "state").mkdir()
    ours, theirs = folders(tmp_path / "ours", state), folders(tmp_path / "theirs", state)
    lock = InstanceLock(ours.runtime, state)
    assert (runtime_of_daemon(theirs), is_daemon_running(theirs)) == (theirs.runtime, False)
    assert lock.acquire()
    assert not InstanceLock(theirs.runtime, state).acquire(), "which changes nothing"
    assert (runtime_of_daemon(theirs), is_daemon_running(theirs)) == (ours.runtime, True)
    lock.release()
    assert (runtime_of_daemon(theirs), is_daemon_running(theirs)) == (theirs.runtime, False)


@pytest.mark.parametrize("noted", ["/proc/nothing", "relative", "", "a\0b", "/tmp"])
def test_a_note_that_names_no_private_folder_is_not_followed(tmp_path: Path, noted: str) -> None:
    found = folders(tmp_path / "run", tmp_path)
    (tmp_path / WHEREABOUTS).write_text(noted)
    assert runtime_of_daemon(found) == found.runtime


@pytest.mark.skipif(sys.platform == "win32", reason="no lock on a folder there")
def test_no_look_whether_a_daemon_runs_keeps_one_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look holds a shared lock, here until the daemon's first pause."""
    import fcntl

    look = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(look, fcntl.LOCK_SH)
    assert is_daemon_running(folders(tmp_path, tmp_path)) is False, "another look is no daemon"
    monkeypatch.setattr(time, "sleep", lambda _pause_s: os.close(look))
    lock = InstanceLock(tmp_path, tmp_path)
    assert lock.acquire()
    lock.release()
