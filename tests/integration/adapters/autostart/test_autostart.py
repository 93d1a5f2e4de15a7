"""Start at login, as real session starters and settings see it."""

from __future__ import annotations

import errno
import os
import plistlib
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from daemon.adapters.autostart import macos
from daemon.adapters.autostart.macos import LaunchAgent
from daemon.adapters.autostart.windows import APPROVED, LENGTH_LIMIT, OWN, RUN, VALUE, RunKey, program_of
from daemon.adapters.autostart.xdg import ENTRY, XdgEntry, exec_value
from daemon.adapters.launch.vendor_tool import command_of, read_entry
from daemon.assembly.daemon import is_start_switched_off
from daemon.core.login_start import AutostartState
from support.process import Process, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

ODD_NAMES = ["plain", "two words", "dollar$HOME", 'quote"', "back\\slash", "tick`id`", "semi;&|", "été"]


def recorder(folder: Path, name: str = "vigicle") -> Path:
    """A program that writes down its arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$RECORD.part" && mv "$RECORD.part" "$RECORD"\n')
    program.chmod(0o755)
    return program


# Linux


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CONFIG_DIRS": str(tmp_path / "shared"),
        "RECORD": str(tmp_path / "record"),
    }


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "config" / "autostart" / ENTRY


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The machine's entry, of a program that is there."""
    file = tmp_path / "shared" / "autostart" / ENTRY
    file.parent.mkdir(parents=True)
    file.write_text(f"[Desktop Entry]\nType=Application\nName=vigicle\nExec={recorder(tmp_path / 'usr')} run\n")
    return file


@pytest.fixture
def entry(tmp_path: Path, environ: dict[str, str]) -> XdgEntry:
    return XdgEntry([str(recorder(tmp_path / "bin")), "run"], environ)


def session_start(environ: dict[str, str], tmp_path: Path) -> list[str]:
    """Let dex start the session's programs, and return the arguments of vigicle."""
    command = [require_tool("dex", "dex"), "--autostart", "--environment", "X-Generic"]
    starter = Process(command, environment=environ, log=tmp_path / "dex.log")
    try:
        assert starter.wait() == 0, starter.text
        wait_until((tmp_path / "record").exists, "the program is started")
    finally:
        starter.close()
    return (tmp_path / "record").read_text().splitlines()


def test_what_is_enabled_is_started_by_a_real_session_starter(
    entry: XdgEntry, environ: dict[str, str], tmp_path: Path
) -> None:
    assert entry.status().state is AutostartState.OFF
    assert entry.enable().state is AutostartState.ON
    assert session_start(environ, tmp_path) == ["run"]


def test_the_entry_is_valid(entry: XdgEntry, own: Path) -> None:
    assert entry.enable().place == str(own)
    validate = require_tool("desktop-file-validate", "desktop-file-utils")
    done = subprocess.run([validate, str(own)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_path_of_any_letters_is_started(name: str, environ: dict[str, str], own: Path, tmp_path: Path) -> None:
    command = [str(recorder(tmp_path / name)), "run", name, "100 %u"]
    assert XdgEntry(command, environ).enable().state is AutostartState.ON
    gio = require_tool("gio", "libglib2.0-bin")
    done = subprocess.run([gio, "launch", str(own)], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    wait_until((tmp_path / "record").exists, "the program is started")
    assert (tmp_path / "record").read_text().splitlines() == ["run", name, "100 %u"]


@pytest.mark.parametrize("name", [*ODD_NAMES, "per%cent %u"])  # GLib finds no program with a % in its path
def test_the_program_of_an_entry_is_read_back(name: str, tmp_path: Path) -> None:
    entry = tmp_path / "vigicle.desktop"
    entry.write_text(f"[Desktop Entry]\nExec={exec_value([f'/opt/{name}/vigicle', 'run'])}\n")
    assert command_of(read_entry(entry))[0] == f"/opt/{name}/vigicle"


SWITCHES = ["Hidden=true", "X-GNOME-Autostart-enabled=false", "X-GNOME-Autostart-enabled = false"]


@pytest.mark.parametrize("switch", SWITCHES)
def test_switching_off_in_the_desktops_settings_is_honoured_until_enable(
    entry: XdgEntry, own: Path, switch: str
) -> None:
    entry.enable()
    with own.open("a") as file:
        file.write(f"{switch}\n")
    assert entry.status().state is AutostartState.OFF_BY_PERSON
    assert entry.enable().state is AutostartState.ON
    assert switch not in own.read_text()


def test_a_switch_in_another_group_means_nothing(entry: XdgEntry, own: Path) -> None:
    entry.enable()
    with own.open("a") as file:
        file.write("[Desktop Action x]\nHidden=true\n")
    assert entry.status().state is AutostartState.ON


def test_disabling_takes_the_entry_away(entry: XdgEntry, own: Path) -> None:
    entry.enable()
    assert entry.disable().state is AutostartState.OFF
    assert not own.exists()
    assert entry.disable().state is AutostartState.OFF


def test_the_machines_entry_counts_and_is_hidden_by_disabling(entry: XdgEntry, shared: Path, own: Path) -> None:
    before = shared.read_bytes()
    assert (entry.status().state, entry.status().place) == (AutostartState.ON, str(shared))
    assert (entry.disable().state, entry.status().place) == (AutostartState.OFF_BY_PERSON, str(own))
    assert "Hidden=true" in own.read_text()
    assert (entry.enable().state, entry.status().place) == (AutostartState.ON, str(shared))
    assert (own.exists(), shared.read_bytes()) == (False, before)


def test_a_machines_entry_without_its_program_is_overruled(entry: XdgEntry, shared: Path, own: Path) -> None:
    shared.write_text("[Desktop Entry]\nType=Application\nName=vigicle\nExec=/gone/vigicle run\n")
    assert entry.status().state is AutostartState.BROKEN
    assert (entry.enable().state, entry.status().place) == (AutostartState.ON, str(own))


def test_an_entry_whose_program_has_gone_is_broken_and_put_right_by_enable(
    entry: XdgEntry, environ: dict[str, str]
) -> None:
    XdgEntry(["/gone/vigicle", "run"], environ).enable()
    assert entry.status().state is AutostartState.BROKEN
    assert entry.enable().state is AutostartState.ON


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"Exec=vigicle run\n", b"[Desktop Entry]\nExec\n"])
def test_an_entry_that_is_none_is_broken(entry: XdgEntry, own: Path, content: bytes) -> None:
    own.parent.mkdir(parents=True)
    own.write_bytes(content)
    assert entry.status().state is AutostartState.BROKEN


def test_a_folder_that_cannot_be_written_is_an_error(environ: dict[str, str]) -> None:
    with pytest.raises(OSError, match="sys"):
        XdgEntry(["/bin/true"], environ | {"XDG_CONFIG_HOME": "/sys"}).enable()


# Windows


class Values:
    """A registry in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}
        self.of_machine: dict[tuple[str, str], str | bytes] = {}

    def get_of_machine(self, key: str, name: str) -> str | bytes | None:
        return self.of_machine.get((key, name))

    def get(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key, name))

    def set(self, key: str, name: str, value: str) -> None:
        self.values[key, name] = value

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)


@pytest.fixture
def registry() -> Values:
    return Values()


@pytest.fixture
def run_key(registry: Values, tmp_path: Path) -> RunKey:
    return RunKey([str(recorder(tmp_path / "Program Files")), "run"], registry)


def test_the_run_key_starts_the_program(run_key: RunKey, registry: Values) -> None:
    assert run_key.status().state is AutostartState.OFF
    assert run_key.enable().state is AutostartState.ON
    assert str(registry.get(RUN, VALUE)).endswith('Program Files/vigicle" run')
    assert run_key.disable().state is AutostartState.OFF
    assert registry.values == {}


APPROVALS = [
    (b"\x02" + bytes(11), AutostartState.ON),
    (b"\x06" + bytes(11), AutostartState.ON),
    (b"\x03" + bytes(11), AutostartState.OFF_BY_PERSON),
    (b"\x07" + bytes(11), AutostartState.OFF_BY_PERSON),
    (b"", AutostartState.ON),
]


@pytest.mark.parametrize(("approval", "state"), APPROVALS, ids=[case[0].hex() for case in APPROVALS])
def test_the_task_managers_choice_is_honoured_until_enable(
    run_key: RunKey, registry: Values, approval: bytes, state: AutostartState
) -> None:
    run_key.enable()
    registry.values[APPROVED, VALUE] = approval
    assert run_key.status().state is state
    assert run_key.enable().state is AutostartState.ON


@pytest.fixture
def started_by_machine(run_key: RunKey, registry: Values, tmp_path: Path) -> RunKey:
    registry.of_machine[RUN, VALUE] = f'"{recorder(tmp_path / "for all")}" run --at-login'
    return run_key


def test_a_user_switches_the_machines_start_off_and_on_for_themselves(
    started_by_machine: RunKey, registry: Values
) -> None:
    status = started_by_machine.status()
    assert (status.state, status.place) == (AutostartState.ON, rf"HKEY_LOCAL_MACHINE\{RUN}\{VALUE}")
    assert not is_start_switched_off(started_by_machine)
    assert started_by_machine.disable().state is AutostartState.OFF_BY_PERSON
    assert is_start_switched_off(started_by_machine)
    assert started_by_machine.enable().state is AutostartState.ON
    assert registry.values == {}


def test_enabling_beside_the_machines_start_takes_the_users_own_away(
    started_by_machine: RunKey, registry: Values
) -> None:
    registry.values[RUN, VALUE] = "an older one"
    started_by_machine.enable()
    assert registry.values == {}


def test_an_administrators_choice_in_the_task_manager_counts_for_the_machines_start(
    started_by_machine: RunKey, registry: Values
) -> None:
    registry.of_machine[APPROVED, VALUE] = b"\x03" + bytes(11)
    assert started_by_machine.status().state is AutostartState.OFF_BY_PERSON
    assert started_by_machine.enable().state is AutostartState.ON
    assert isinstance(registry.get(RUN, VALUE), str)


def test_a_machines_start_whose_program_has_gone_is_broken_and_put_right_by_enable(
    started_by_machine: RunKey, registry: Values
) -> None:
    registry.of_machine[RUN, VALUE] = r"C:\gone\vigiclew.exe run --at-login"
    assert started_by_machine.status().state is AutostartState.BROKEN
    assert started_by_machine.enable().state is AutostartState.ON


def test_a_registry_that_cannot_be_read_lets_the_start_at_login_go_on() -> None:
    assert not is_start_switched_off(RunKey(["vigicle", "run"], Denied()))


def test_a_run_key_whose_program_has_gone_is_broken(registry: Values) -> None:
    assert RunKey([r"C:\gone\vigicle.exe", "run"], registry).enable().state is AutostartState.BROKEN


def test_a_command_that_windows_would_ignore_is_refused(registry: Values) -> None:
    with pytest.raises(OSError, match=str(LENGTH_LIMIT)):
        RunKey(["C:\\" + "x" * LENGTH_LIMIT, "run"], registry).enable()
    assert registry.values == {}


class Denied(Values):
    """A registry that the user may not read: learn.microsoft.com, RegOpenKeyExW, ERROR_ACCESS_DENIED."""

    def get_of_machine(self, key: str, name: str) -> str | bytes | None:
        return self.get(key, name)

    def get(self, key: str, name: str) -> str | bytes | None:
        raise PermissionError(errno.EACCES, f"Access is denied to {name} of {key}")

    def set(self, key: str, name: str, value: str) -> None:
        self.get(key, name + value)

    def delete(self, key: str, name: str) -> None:
        self.get(key, name)


@pytest.mark.parametrize(
    ("call", "place"),
    [
        (RunKey.status, rf"HKEY_CURRENT_USER\{RUN}"),
        (RunKey.enable, rf"HKEY_CURRENT_USER\{OWN}"),
        (RunKey.disable, rf"HKEY_LOCAL_MACHINE\{RUN}"),
    ],
)
def test_a_registry_that_cannot_be_read_is_named(call: Callable[[RunKey], object], place: str) -> None:
    with pytest.raises(PermissionError, match="Access is denied") as caught:
        call(RunKey(["vigicle", "run"], Denied()))
    assert caught.value.filename == place


LINES = [
    (r"C:\vigicle.exe run", r"C:\vigicle.exe"),
    (r'"C:\Program Files\v.exe" run', r"C:\Program Files\v.exe"),
    ("", ""),
]


@pytest.mark.parametrize(("line", "program"), LINES)
def test_the_program_of_a_command_line_is_found(line: str, program: str) -> None:
    assert program_of(line) == program


# macOS


class Launchd:
    """Records what is asked of launchd, and gives one answer."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.asked: list[list[str]] = []

    def __call__(self, arguments: Sequence[str]) -> str:
        self.asked.append(list(arguments))
        return self.answer if arguments[0] == "print-disabled" else ""


AGENT = "Library/LaunchAgents/fr.vigicle.vigicle.plist"  # a label in reverse DNS (launchd.plist(5))


def agent(tmp_path: Path, launchd: Launchd) -> LaunchAgent:
    return LaunchAgent([str(recorder(tmp_path / "bin")), "run"], tmp_path, launchd)


def test_the_launch_agent_starts_the_program(tmp_path: Path) -> None:
    launchd = Launchd()
    started = agent(tmp_path, launchd)
    assert started.status().state is AutostartState.OFF
    status = started.enable()
    assert status.state is AutostartState.ON
    with (tmp_path / AGENT).open("rb") as file:
        written = plistlib.load(file)
    assert written["ProgramArguments"] == [str(tmp_path / "bin/vigicle"), "run"]
    assert (written["Label"], written["RunAtLoad"]) == ("fr.vigicle.vigicle", True)
    assert "KeepAlive" not in written
    (enabled,) = [asked for asked in launchd.asked if asked[0] == "enable"]
    assert enabled[1].startswith("gui/")
    assert enabled[1].endswith("/fr.vigicle.vigicle")
    assert started.disable().state is AutostartState.OFF


@pytest.mark.parametrize("written", [["run"], "run", {"ProgramArguments": "run"}, {"ProgramArguments": {}}], ids=str)
def test_an_agent_of_another_form_is_broken(tmp_path: Path, written: Any) -> None:
    file = tmp_path / AGENT
    file.parent.mkdir(parents=True)
    file.write_bytes(plistlib.dumps(written))
    assert agent(tmp_path, Launchd()).status().state is AutostartState.BROKEN


DISABLED = [
    ('\t\t"fr.vigicle.vigicle" => true', AutostartState.OFF_BY_PERSON),
    ('\t\t"fr.vigicle.vigicle" => disabled', AutostartState.OFF_BY_PERSON),
    ('\t\t"fr.vigicle.vigicle" => enabled', AutostartState.ON),
    ('\t\t"fr.vigicle.vigicle" => false', AutostartState.ON),
    ('\t\t"org.other.vigicle" => disabled', AutostartState.ON),
]


@pytest.mark.parametrize(("line", "state"), DISABLED, ids=[case[0].strip() for case in DISABLED])
def test_the_system_settings_choice_is_honoured(tmp_path: Path, line: str, state: AutostartState) -> None:
    started = agent(tmp_path, Launchd(f"disabled services = {{\n{line}\n}}\n"))
    started.enable()
    assert started.status().state is state


def test_another_programs_label_in_odd_bytes_hides_no_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "launchctl"
    program.write_text('#!/bin/sh\nprintf \'"\\377" => enabled\\n"fr.vigicle.vigicle" => disabled\\n\'\n')
    program.chmod(0o755)
    monkeypatch.setattr(macos, "LAUNCHCTL", str(program))
    started = LaunchAgent([str(recorder(tmp_path / "bin")), "run"], tmp_path)
    started.enable()
    assert started.status().state is AutostartState.OFF_BY_PERSON


def test_a_launch_agent_that_is_no_property_list_is_broken(tmp_path: Path) -> None:
    started = agent(tmp_path, Launchd())
    started.enable()
    (tmp_path / AGENT).write_text("no property list")
    assert started.status().state is AutostartState.BROKEN
    assert started.enable().state is AutostartState.ON
