"""The commands of vigicle on Windows, with and without a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.ipc.server import ASK_LIMIT_S
from support.process import wait_until

if TYPE_CHECKING:
    from support.windows import Windows

pytestmark = pytest.mark.full

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

SILENT_CONNECTION = """
import sys, time
from multiprocessing.connection import Client
from pathlib import Path
from daemon.adapters.ipc.auth import read_endpoint
with Client(read_endpoint(Path(sys.argv[1])).address, "AF_PIPE") as line:
    begun = time.monotonic()
    line.recv_bytes()
    try:
        line.recv_bytes()
    except (EOFError, OSError):
        print("cut after", round(time.monotonic() - begun))
"""
WAKE = """
import ctypes, threading
from daemon.adapters.schedule.resume_windows import PBT_APMRESUMEAUTOMATIC, PowerServiceResume
woken = threading.Event()
resume = PowerServiceResume(woken.set)
resume.start()
prototype = ctypes.WINFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)
as_windows_calls = prototype(ctypes.cast(resume._callback, ctypes.c_void_p).value)
print("registered:", bool(resume._handle.value))
print("suspend:", as_windows_calls(None, 4, None), woken.is_set())
print("resume:", as_windows_calls(None, PBT_APMRESUMEAUTOMATIC, None), woken.is_set())
resume.stop()
print("stopped:", resume._handle.value)
"""
REPLACE_A_FILE_THAT_IS_READ = """
import sys, threading, time
from pathlib import Path
from config.files import write_whole
target = Path(sys.argv[1])
write_whole(target, b"old")
with target.open() as held:
    threading.Timer(0.2, held.close).start()
    write_whole(target, b"new")
print(target.read_bytes())
with target.open() as held:
    try:
        write_whole(target, b"newer")
    except PermissionError:
        print("kept", target.read_bytes(), len(list(target.parent.glob(".vigicle-*"))))
"""
RIGHTS = """
import sys
from pathlib import Path
from config import private_windows as rights
from config.folders import private_folder
folder, user = Path(sys.argv[1]), rights._own_sid()
rights._write_rights(folder, "D:(A;OICI;FA;;;WD)")
print("open:", rights.is_private(rights._read_rights(folder), user))
private_folder(folder)
print("kept:", rights.is_private(rights._read_rights(folder), user))
private_folder(folder / "new")
print("new:", rights.is_private(rights._read_rights(folder / "new"), user))
"""
SCALE = """
import ctypes
from tray.cli.app_id import register
register()
user32 = ctypes.WinDLL("user32")
user32.GetThreadDpiAwarenessContext.restype = ctypes.c_void_p
print(user32.GetAwarenessFromDpiAwarenessContext(ctypes.c_void_p(user32.GetThreadDpiAwarenessContext())))
"""
PER_MONITOR = "2"
KINDS_OF_TOKEN = """
from daemon.adapters.platform import elevation_windows as elevation
for elevation._kind_of_token in (lambda: None, lambda: 1, lambda: 2, lambda: 3):
    print(elevation.is_split())
"""


def test_the_demonstration_runs_to_its_end(windows: Windows) -> None:
    ended = windows.run("run", "--demo", "--headless")
    assert ended.code == 0, ended.text


def test_a_second_start_leaves_the_first_one_running(windows: Windows) -> None:
    first = windows.start("-v", "run", "--headless")
    first.wait_for("vigicle is running")
    second = windows.run("run", "--headless")
    assert (second.code, second.text.strip()) == (0, "vigicle is already running.")


def test_without_a_terminal_output_goes_to_the_log(windows: Windows, key: bytes) -> None:
    windows.plug_in(key)
    windows.start_windowless("run", "--headless")
    log = windows.data / "vigicle.log"
    wait_until(
        lambda: log.exists() and "Notice delivered by the channel" in log.read_text(), "a notice in the log", 120.0
    )
    assert windows.answer("status")["certificates"][0]["stage"] == "due"  # its child could read the key
    assert windows.run("quit").code == 0
    wait_until(lambda: not (windows.data / "vigicle.sqlite3-wal").exists(), "the store closed")


def test_a_silent_connection_is_closed_and_blocks_no_other(windows: Windows) -> None:
    daemon = windows.start("-v", "run", "--headless")
    daemon.wait_for("vigicle is running")
    connection = windows.start_python(SILENT_CONNECTION, str(windows.in_windows(windows.data / "run")))
    assert windows.run("status").code == 0
    *words, after_s = connection.wait().text.split()
    assert (words, int(after_s) >= ASK_LIMIT_S) == (["cut", "after"], True)


def test_login_start_respects_the_task_manager(windows: Windows) -> None:
    def autostart_text() -> str:
        checks = windows.answer("doctor")["checks"]
        return next(str(check["what"]) for check in checks if check["topic"] == "login_start")

    assert windows.run("autostart", "enable").code == 0
    program = windows.in_windows(windows.program / "vigiclew.exe")
    assert windows.prefix.registry(RUN)["vigicle"] == f"{program} run"
    windows.prefix.run(
        "reg", "add", f"HKCU\\{APPROVED}", "/v", "vigicle", "/t", "REG_BINARY", "/d", "03" + 11 * "00", "/f"
    )
    assert "you switched it off" in autostart_text()
    assert windows.run("autostart", "enable").code == 0
    assert "vigicle" not in windows.prefix.registry(APPROVED)
    assert windows.run("autostart", "disable").code == 0
    assert "vigicle" not in windows.prefix.registry(RUN)


def test_the_power_service_reports_resume(windows: Windows) -> None:
    output = windows.python(WAKE).text.splitlines()
    assert output == ["registered: True", "suspend: 0 False", "resume: 0 True", "stopped: None"]


def test_private_folders_belong_to_the_user_alone(windows: Windows) -> None:
    parent = windows.data / "parent"
    (parent / "folder").mkdir(parents=True)
    parent.chmod(0o700)  # Wine lets the rights of the folder above through, protected or not
    output = windows.python(RIGHTS, windows.in_windows(parent / "folder")).text.splitlines()
    assert output == ["open: False", "kept: True", "new: True"]


def test_with_one_token_alone_nothing_is_elevated(windows: Windows) -> None:
    """Kind 2 has all rights, beside another token of kind 3."""
    assert windows.python(KINDS_OF_TOKEN).text.split() == ["True", "False", "True", "False"]


def test_the_process_draws_at_each_monitors_scale(windows: Windows) -> None:
    assert windows.python(SCALE).text.strip() == PER_MONITOR


def test_json_is_ascii_in_any_pipe_encoding(windows: Windows) -> None:
    windows.configure('[procedures.opalexe]\ntool = "C:\\\\é\\\\œuvre.exe"\n')
    output = windows.run("doctor", "--json").text
    assert output.isascii()
    assert "œuvre" in json.dumps(json.loads(output), ensure_ascii=False)


def test_a_file_that_another_program_holds_for_a_moment_is_replaced(windows: Windows) -> None:
    """A virus scanner does so. One that stays held is an error."""
    target = windows.in_windows(windows.data / "file")
    assert windows.python(REPLACE_A_FILE_THAT_IS_READ, target).text.split() == ["b'new'", "kept", "b'new'", "0"]
