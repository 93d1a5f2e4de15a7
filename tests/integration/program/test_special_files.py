"""A pipe, device or folder in a file's place stops nothing.

They wait for a writer, or have no end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.process import Process, require_tool, wait_until
from support.workstation import key, start_daemon

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService


def put_pipe(place: Path) -> None:
    os.mkfifo(place)


def put_device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def put_folder(place: Path) -> None:
    place.mkdir()


PLACES = {
    "the store": "vigicle.sqlite3",
    "the store's log": "vigicle.sqlite3-wal",
    "the language chosen": "choices.toml",
    "the note of the runtime folder": "runtime",
}


@pytest.mark.parametrize("put", [put_pipe, put_device, put_folder], ids=["pipe", "device", "folder"])
@pytest.mark.parametrize("name", PLACES.values(), ids=PLACES)
def test_status_answers_whatever_lies_in_the_place_of_a_file(
    workstation: Program, name: str, put: Callable[[Path], None]
) -> None:
    workstation.state_folder.mkdir(parents=True, exist_ok=True)
    workstation.state_folder.chmod(0o700)
    if name.endswith("-wal"):
        start_daemon(workstation)
        workstation.run("quit")
        (workstation.state_folder / name).unlink(missing_ok=True)
    put(workstation.state_folder / name)
    assert workstation.run("status").returncode in {0, 3}


def put_full_folder(place: Path) -> None:
    place.mkdir()
    (place / "kept").touch()


def put_huge_file(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(1 << 30)


@pytest.mark.parametrize(
    ("name", "put"),
    [
        pytest.param("control.json", put_pipe, id="pipe"),
        pytest.param("control.json", put_device, id="device"),
        pytest.param("control.json", put_full_folder, id="folder"),
        pytest.param("control.json", put_huge_file, id="huge"),
        pytest.param("control.json.new", put_full_folder, id="folder for the next one"),
        pytest.param("control.sock", put_full_folder, id="folder for the socket"),
    ],
)
def test_the_daemon_listens_whatever_lies_in_the_place_of_its_control_file(
    workstation: Program, name: str, put: Callable[[Path], None]
) -> None:
    folder = made_runtime(workstation)
    put(folder / name)
    daemon = start_daemon(workstation)
    assert workstation.run("quit").returncode == 0
    daemon.close()
    assert len([*folder.rglob("kept")]) == (put is put_full_folder), "nothing is lost"
    assert "ERROR" not in daemon.text


def made_runtime(workstation: Program) -> Path:
    """Return the runtime folder of a daemon that has run."""
    start_daemon(workstation)
    workstation.run("quit")
    (folder,) = Path(workstation.environment["XDG_RUNTIME_DIR"]).glob("vigicle*")
    return folder


@pytest.mark.parametrize("name", ["vigicle.lock", ""], ids=["lock", "runtime folder"])
def test_what_keeps_the_daemon_from_starting_is_named_with_the_remedy(workstation: Program, name: str) -> None:
    folder = made_runtime(workstation)
    place = folder / name
    if name:
        place.unlink()
        place.mkdir()
    else:
        folder.rename(folder.with_name("former"))
        place.touch()
    done = workstation.run("run", "--headless")
    assert done.returncode == 3
    assert str(place) in done.stderr
    assert ("Remove it" if name else "Give it another name") in done.stderr


def test_a_disk_that_takes_no_control_file_is_named_and_the_watch_goes_on(workstation: Program) -> None:
    folder, vigicle = made_runtime(workstation), Path(sys.executable).with_name("vigicle")
    mounted = f"mount -t tmpfs -o size=4k,mode=0700 tmpfs {folder} && cat /dev/zero >{folder}/fill"
    script = f"{mounted}; exec setpriv --pdeathsig KILL {vigicle} run --headless"
    command = [require_tool("unshare", "util-linux"), "--mount", "sh", "-c", script]
    daemon = Process(command, environment=workstation.environment, log=workstation.home / "disk.log")
    daemon.wait_for_log("vigicle is running")
    daemon.wait_for_log(f"No command reaches this daemon: {folder}: No space left on device")
    daemon.wait_for_log("Notice delivered")
    assert "ERROR" not in daemon.text
    daemon.close()


def test_a_log_on_a_full_disk_ends_nothing_and_goes_on_afterwards(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    folder, vigicle = workstation.home / "small", Path(sys.executable).with_name("vigicle")
    folder.mkdir()
    (workstation.config_folder / "procedures").mkdir(parents=True)
    (workstation.config_folder / "procedures/refused.toml").write_text("unknown = 1\n")  # told at the start
    fill = f"mount -t tmpfs -o size=8k,mode=0700 tmpfs {folder} && cat /dev/zero >{folder}/fill"
    script = f"{fill}; exec setpriv --pdeathsig KILL {vigicle} run --headless 2>>{folder}/log"
    command = [require_tool("unshare", "util-linux"), "--mount", "sh", "-c", script]
    daemon = Process(command, environment=workstation.environment, log=workstation.home / "disk.log")
    reader_service.insert(key(timedelta(days=3), "Anne"))
    notification_server.next_notice()
    seen = Path(f"/proc/{daemon.pid}/root{folder}")
    assert (seen / "log").read_text() == ""
    (seen / "fill").unlink()
    reader_service.swap(key(timedelta(days=2), "Bruno"))
    notification_server.next_notice()
    wait_until(lambda: (seen / "log").read_text().count("Notice delivered") == 2, "both are in the log")
    text = (seen / "log").read_text()
    assert text.count("could not be written for a while; bytes lost: 0\n") == 1
    assert text.count("refused.toml") == text.count("vigicle is running") == 1
    assert "Traceback" not in text
    assert workstation.run("quit").returncode == 0
    assert daemon.wait() == 0


def test_a_log_that_is_never_writable_changes_no_exit_code(workstation: Program) -> None:
    vigicle = Path(sys.executable).with_name("vigicle")
    workstation.configure("unknown = 1\n")
    script = f"exec {vigicle} -v status 2>/dev/full"
    done = subprocess.run(["sh", "-c", script], env=workstation.environment, capture_output=True, check=False)
    assert done.returncode == 3
