"""The Windows setup under Wine, for one account and for all."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from commands import ROOT
from support.desktop import Screen
from support.windows import compile_program, windows_path
from support.wine_prefix import WinePrefix, removing
from windows.build_windows import HERE, pack
from windows.launchers import compile_program as compile_for_setup
from windows.payload import place_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.full

UNINSTALL_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\vigicle"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
MACHINE, USER = "HKLM", "HKCU"
PROGRAM = "int main(void) { return 0; }"
SCANNER = """
#include <stdio.h>
#include <windows.h>
int main(int count, char **names)
{
    (void)count;
    HANDLE file = CreateFileA(names[1], GENERIC_READ | DELETE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    puts(file == INVALID_HANDLE_VALUE ? "refused" : "held"), fflush(stdout);
    Sleep(3000);
    return !CloseHandle(file);
}
"""
HOLDER = """
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
int main(int count, char **words)
{
    (void)count;
    HANDLE file = CreateFileA(words[1], GENERIC_READ, atoi(words[2]), NULL, OPEN_EXISTING, 0, NULL);
    puts(file == INVALID_HANDLE_VALUE ? "refused" : "held"), fflush(stdout);
    Sleep(INFINITE);
    return 0;
}
"""
NOBODY, READERS = "0", "1"  # FILE_SHARE_READ


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A setup of a program that only ends."""
    folder = tmp_path_factory.mktemp("setup")
    payload, tools, program = folder / "payload", folder / "tools", folder / "setup.exe"
    for place in (payload / "lib", tools):
        place.mkdir(parents=True)
    for name in ("vigicle.exe", "vigiclew.exe"):
        compile_program(PROGRAM, payload / name)
        (payload / name).with_suffix(".c").unlink()
    for name in ("python313.dll", "python313._pth", "lib/library.py"):
        (payload / name).write_text("of this version")
    compile_for_setup("shortcut.c", tools / "shortcut.exe", "-mwindows", "-lole32", "-luuid")
    environment = {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(HERE / "pictures.py"), str(tools)], check=True, env=environment)
    place_tasks(payload)
    pack(payload, tools, program)
    return program


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WinePrefix]:
    with Screen() as screen, WinePrefix(tmp_path_factory.mktemp("wine"), screen.environment["DISPLAY"]) as prefix:
        yield prefix


@pytest.fixture
def windows(wine: WinePrefix) -> Iterator[WinePrefix]:
    """A Windows without vigicle, also afterwards."""
    yield wine
    for folder in (for_all(wine), for_one(wine)):
        if (folder / "uninstall.exe").exists():
            with removing(folder):
                wine.run(folder / "uninstall.exe", "/S")


def drive(windows: WinePrefix) -> Path:
    return windows.folder / "prefix/drive_c"


def for_all(windows: WinePrefix) -> Path:
    return drive(windows) / "Program Files/vigicle"


def for_one(windows: WinePrefix) -> Path:
    return windows.local_data / "Programs/vigicle"


def value(windows: WinePrefix, root: str, key: str, name: str) -> str | None:
    """Return a value of the registry, None where it is missing."""
    asked = windows.run("reg", "query", f"{root}\\{key}", "/v", name)
    if asked.code != 0:
        return None
    return asked.text.strip().splitlines()[-1].split("    ")[-1].strip()


def test_for_all_it_lies_where_only_administrators_write_and_starts_at_each_login(
    windows: WinePrefix, setup: Path
) -> None:
    assert windows.run(setup, "/S", "/ALLUSERS").code == 0
    assert (for_all(windows) / "vigiclew.exe").exists()
    assert not for_one(windows).exists()
    assert value(windows, MACHINE, UNINSTALL_KEY, "InstallLocation") == r"C:\Program Files\vigicle"
    assert value(windows, USER, UNINSTALL_KEY, "InstallLocation") is None
    line = '"C:\\Program Files\\vigicle\\vigiclew.exe" run --at-login'
    assert value(windows, MACHINE, RUN_KEY, "vigicle") == line
    scheme = windows.run("reg", "query", r"HKLM\Software\Classes\vigicle\shell\open\command", "/ve").text
    assert '"C:\\Program Files\\vigicle\\vigiclew.exe" answer "%1"' in scheme
    assert (drive(windows) / "ProgramData/Microsoft/Windows/Start Menu/Programs/vigicle.lnk").exists()


TASKS = ("vigicle-metrics", "vigicle-collector")


def task(windows: WinePrefix, name: str) -> Path:
    return drive(windows) / "windows/system32/tasks" / name


def test_for_all_the_tasks_of_the_monitoring_are_registered_and_off(windows: WinePrefix, setup: Path) -> None:
    assert windows.run(setup, "/S", "/ALLUSERS").code == 0
    for name in TASKS:
        assert "<Enabled>false</Enabled>" in task(windows, name).read_text(encoding="utf-8-sig")  # as Wine keeps them
    task(windows, TASKS[0]).write_text("enabled")
    assert windows.run(setup, "/S").code == 0
    assert task(windows, TASKS[0]).read_text() == "enabled", "an upgrade keeps what was chosen"
    with removing(for_all(windows)):
        windows.run(for_all(windows) / "uninstall.exe", "/S")
    assert not any(task(windows, name).exists() for name in TASKS)


def test_for_one_account_no_task_is_registered(windows: WinePrefix, setup: Path) -> None:
    assert windows.run(setup, "/S").code == 0
    assert not any(task(windows, name).exists() for name in TASKS)


def test_without_a_switch_an_upgrade_keeps_the_kind(windows: WinePrefix, setup: Path) -> None:
    assert windows.run(setup, "/S", "/ALLUSERS", "/NOAUTOSTART").code == 0
    (for_all(windows) / "lib/left_over.py").touch()
    assert windows.run(setup, "/S").code == 0
    assert not (for_all(windows) / "lib/left_over.py").exists()
    assert not for_one(windows).exists()
    assert value(windows, MACHINE, RUN_KEY, "vigicle") is None


def test_for_all_beside_that_of_one_account_only_one_starts(windows: WinePrefix, setup: Path) -> None:
    assert windows.run(setup, "/S").code == 0
    windows.run("reg", "add", f"HKCU\\{RUN_KEY}", "/v", "vigicle", "/d", "own", "/f")
    assert windows.run(setup, "/S", "/ALLUSERS").code == 0
    assert value(windows, USER, RUN_KEY, "vigicle") is None
    assert value(windows, MACHINE, RUN_KEY, "vigicle") is not None
    (for_one(windows) / "lib/left_over.py").touch()
    assert windows.run(setup, "/S").code == 0  # upgrades the account's own
    assert not (for_one(windows) / "lib/left_over.py").exists()


def test_removal_for_all_leaves_the_policy_and_what_accounts_remember(windows: WinePrefix, setup: Path) -> None:
    policy, remembered = drive(windows) / "ProgramData/vigicle/policy.toml", windows.local_data / "vigicle/store"
    for file in (policy, remembered):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert windows.run(setup, "/S", "/ALLUSERS").code == 0
    with removing(for_all(windows)):
        windows.run(for_all(windows) / "uninstall.exe", "/S")
    assert policy.exists()
    assert remembered.exists()
    for key, name in ((UNINSTALL_KEY, "InstallLocation"), (RUN_KEY, "vigicle")):
        assert value(windows, MACHINE, key, name) is None
    assert not (drive(windows) / "ProgramData/Microsoft/Windows/Start Menu/Programs/vigicle.lnk").exists()


def test_purging_for_all_leaves_the_policy(windows: WinePrefix, setup: Path) -> None:
    policy = drive(windows) / "ProgramData/vigicle/policy.toml"
    policy.parent.mkdir(parents=True, exist_ok=True)
    policy.touch()
    assert windows.run(setup, "/S", "/ALLUSERS").code == 0
    with removing(for_all(windows)):
        windows.run(for_all(windows) / "uninstall.exe", "/S", "/PURGE")
    assert policy.exists()
    assert not (windows.local_data / "vigicle").exists()


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.mark.parametrize(
    ("name", "shared_with"), [("lib/library.py", NOBODY), ("python313._pth", READERS)], ids=["read", "read with others"]
)
def test_while_another_program_holds_a_file_nothing_is_changed(
    windows: WinePrefix, setup: Path, tmp_path: Path, name: str, shared_with: str
) -> None:
    assert windows.run(setup, "/S").code == 0
    for file in ("lib/library.py", "lib/left_over.py", "python313._pth"):
        (for_one(windows) / file).write_text("of before")
    before = contents(for_one(windows))
    holder = compile_program(HOLDER, tmp_path / "holder.exe")
    holding = windows.start(holder, windows_path(for_one(windows) / name), shared_with)
    holding.wait_for("held")
    assert windows.run(setup, "/S").code == 2
    windows.run(for_one(windows) / "uninstall.exe", "/S", f"_?={windows_path(for_one(windows))}")
    assert contents(for_one(windows)) == before
    assert value(windows, USER, UNINSTALL_KEY, "InstallLocation") is not None
    windows.run("taskkill", "/F", "/IM", "holder.exe")
    holding.wait()
    assert windows.run(setup, "/S").code == 0
    assert {contents(for_one(windows))[each] for each in ("lib/library.py", "python313._pth")} == {b"of this version"}
    assert not (for_one(windows) / "lib/left_over.py").exists()


def test_a_shortcut_of_before_that_is_still_read_does_not_cost_the_new_one(
    windows: WinePrefix, setup: Path, tmp_path: Path
) -> None:
    """A removed file goes away once its last reader lets go."""
    shortcut = windows.start_menu / "vigicle.lnk"
    scanner = windows.start(compile_program(SCANNER, tmp_path / "scanner.exe"), windows_path(shortcut))
    scanner.wait_for("held")
    assert windows.run(setup, "/S", "/NOAUTOSTART").code == 0
    assert scanner.wait().code == 0
    assert shortcut.exists()
