"""Another account of the computer changes nothing here, and reads nothing.

It has a number, and no name: nothing of it remains on the machine.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.process import require_tool, wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.process import Process
    from support.program import Program
    from support.reader import ReaderService

OTHER = 59877
HOLDER = "Jeanne SECOND"


def as_other(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as the other account."""
    setpriv = require_tool("setpriv", "util-linux")
    command = [setpriv, f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", "/usr/bin/python3", "-I", "-c", code]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, timeout=30)


@pytest.fixture
def open_home(workstation: Program, tmp_path: Path) -> Program:
    """A user whose home can be entered (0755)."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to(tempfile.gettempdir()) and folder != Path(tempfile.gettempdir()):
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    return workstation


@pytest.fixture
def daemon(open_home: Program, reader_service: ReaderService) -> Iterator[Process]:
    daemon = start_daemon(open_home)
    reader_service.insert(key(timedelta(days=300), HOLDER))
    wait_until(lambda: bool(status(open_home)["certificates"]), "the key is known")
    yield daemon
    daemon.close()


READ = """
import os, sys
for root in sys.argv[1:]:
    for folder, _, files in os.walk(root):
        for name in files:
            try:
                print(os.path.join(folder, name), len(open(os.path.join(folder, name), "rb").read()))
            except OSError:
                pass
"""
CONNECT = """
import socket, sys
with socket.socket(socket.AF_UNIX) as client:
    try:
        client.connect(sys.argv[1])
        print("connected")
    except OSError as error:
        print(type(error).__name__)
"""
KILL = """
import os, signal, sys
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, 0):
    try:
        os.kill(int(sys.argv[1]), number)
        print("sent")
    except PermissionError:
        pass
"""
LOOK = """
import os, sys
for name in ("environ", "maps", "mem", "fd", "cwd"):
    try:
        path = f"/proc/{sys.argv[1]}/{name}"
        os.listdir(path) if name == "fd" else os.readlink(path) if name == "cwd" else open(path, "rb").read(1)
        print(name)
    except OSError:
        pass
print(open(f"/proc/{sys.argv[1]}/cmdline").read())
"""


def test_another_account_reads_and_reaches_nothing_of_a_running_daemon(open_home: Program, daemon: Process) -> None:
    runtime = open_home.environment["XDG_RUNTIME_DIR"]
    read = as_other(READ, str(open_home.state_folder), runtime)
    assert (read.returncode, read.stdout) == (0, ""), "no file can be read"
    (socket,) = Path(runtime).rglob("control.sock")
    assert as_other(CONNECT, str(socket)).stdout == "PermissionError\n"
    assert as_other(KILL, str(daemon.pid)).stdout == ""
    looked = as_other(LOOK, str(daemon.pid)).stdout
    assert [line for line in looked.splitlines() if line in {"environ", "maps", "mem", "fd", "cwd"}] == []
    assert HOLDER not in looked
    assert status(open_home)["certificates"], "it still answers"


def given_to_other(place: Path) -> None:
    for each in (place, *place.rglob("*")):
        os.chown(each, OTHER, OTHER)


def test_settings_and_procedures_of_another_account_are_refused(open_home: Program) -> None:
    file = open_home.configure('language = "fr"\n')
    given_to_other(file)
    done = open_home.run("status")
    assert done.returncode == 3
    assert str(file) in done.stderr
    file.unlink()
    procedures = open_home.config_folder / "procedures"
    shutil.copytree(Path(__file__).parents[2] / "unit/config/procedures", procedures)
    given_to_other(procedures / "siv.toml")
    done = open_home.run("doctor", environment={"COLUMNS": "1000"})
    assert f"{procedures / 'siv.toml'} is refused" in done.stdout
    assert f"{procedures / 'minimal.toml'} is refused" not in done.stdout


@pytest.mark.parametrize("name", ["state", "runtime"])
def test_a_folder_of_another_account_is_refused_and_nothing_is_written(open_home: Program, name: str) -> None:
    place = open_home.state_folder
    if name == "runtime":
        start_daemon(open_home)
        open_home.run("quit")
        (place,) = Path(open_home.environment["XDG_RUNTIME_DIR"]).glob("vigicle*")
    place.mkdir(parents=True, exist_ok=True)
    given_to_other(place)
    before = sorted(place.iterdir())
    done = open_home.run("run", "--headless")
    assert done.returncode == 3
    assert str(place) in done.stderr
    assert sorted(place.iterdir()) == before


@pytest.mark.parametrize("name", ["state", "runtime"])
def test_no_command_believes_what_another_account_could_have_written(
    open_home: Program, daemon: Process, name: str
) -> None:
    place = open_home.state_folder
    if name == "runtime":
        (place,) = Path(open_home.environment["XDG_RUNTIME_DIR"]).glob("vigicle*")
    else:
        open_home.run("quit")
        daemon.wait()
    place.chmod(0o777)
    refused = [open_home.run(*command) for command in (("check",), ("export", "--csv", "-"), ("status",))]
    assert [str(place) in done.stderr for done in refused] == [True, name == "state", True]
    assert refused[0].returncode == 3
    assert (HOLDER in refused[2].stdout) == (name == "runtime"), "the store of a trusted folder is read"


def test_another_account_with_the_same_runtime_folder_starts_its_own(open_home: Program, daemon: Process) -> None:
    """XDG_RUNTIME_DIR survives `su` and `sudo -E`."""
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, OTHER, OTHER)
        environment = {"HOME": home, "XDG_RUNTIME_DIR": open_home.environment["XDG_RUNTIME_DIR"], "PATH": os.defpath}
        setpriv = require_tool("setpriv", "util-linux")
        command = [setpriv, f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups"]
        vigicle = Path(sys.executable).with_name("vigicle")
        done = subprocess.run(
            [*command, str(vigicle), "status"], env=environment, capture_output=True, text=True, check=False, timeout=30
        )
    assert HOLDER not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert daemon.returncode is None
