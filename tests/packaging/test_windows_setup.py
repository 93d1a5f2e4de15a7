"""The Windows setup under Wine: install, upgrade, repair, removal."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bundle import version
from commands import ROOT, SetupError
from publisher import publisher
from support.desktop import Screen
from support.process import wait_until
from support.wine_prefix import WinePrefix, removing
from windows.payload import TEMPLATES
from windows.python_runtime import OF_MICROSOFT, SIGNED, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.full

SIGNERS = ROOT / "installers/windows/python-signers.pem"
OURS = {"vigicle.exe", "vigiclew.exe", "vigicle.ico", "vigicle.cdx.json", "LICENSE.vigicle.txt", "uninstall.exe"}
OF_CPYTHON = {"python313.zip", "python313._pth", "LICENSE.txt", *OF_MICROSOFT}  # the rest of it is signed
UNINSTALL_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\vigicle"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
APP_PATHS_KEY = r"Software\Microsoft\Windows\CurrentVersion\App Paths\vigicle.exe"
LACKING = {"certificates", "window"}
LARGEST_MB = 90
QUIETLY = {"VIGICLE_NOTIFIER": "log"}  # Wine 8 aborts who asks for toasts (propsys.dll, VariantToString)


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built setup, or the one that VIGICLE_SETUP names."""
    if built := os.environ.get("VIGICLE_SETUP"):
        return Path(built)
    output = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, str(ROOT / "installers/build.py"), "windows", "--output", str(output)], check=True)
    return output / f"vigicle-{version()}-setup.exe"


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WinePrefix]:
    """One Windows for all tests here: each leaves it as it was."""
    folder = tmp_path_factory.mktemp("wine")
    with Screen() as screen, WinePrefix(folder, screen.environment["DISPLAY"], QUIETLY) as prefix:
        yield prefix


@pytest.fixture
def home(windows: WinePrefix, setup: Path) -> Iterator[Path]:
    """The folder of a fresh installation."""
    assert windows.run(setup, "/S").code == 0
    folder = windows.local_data / "Programs/vigicle"
    yield folder
    if (folder / "uninstall.exe").exists():
        with removing(folder):
            windows.run(folder / "uninstall.exe", "/S", "/PURGE")
    shutil.rmtree(windows.local_data / "vigicle", ignore_errors=True)


def recorded(home: Path) -> dict[str, str]:
    """Return the hash of each file in the wheels' RECORDs, by path."""
    rows: dict[str, str] = {}
    for record in (home / "lib").glob("*.dist-info/RECORD"):
        rows |= {name: proof for name, proof, _size in csv.reader(record.read_text(encoding="utf-8").splitlines())}
        rows[str(record.relative_to(home / "lib"))] = ""
    return rows


def proof_of(file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def is_daemon_running(windows: WinePrefix) -> bool:
    """Return whether the daemon runs, by its endpoint file."""
    return (windows.local_data / "vigicle/run/control.json").exists()


def test_every_file_in_it_is_accounted_for(home: Path) -> None:
    """Each file is signed by CPython, in a wheel's RECORD, or listed."""
    rows = recorded(home)
    files = (file for file in (home / "lib").rglob("*") if file.is_file() and file.parent.name != "__pycache__")
    wheels = {str(file.relative_to(home / "lib")): file for file in files}  # Python fills its caches at its first start
    assert [name for name, file in wheels.items() if rows.get(name) not in ("", proof_of(file))] == []
    others = {file.name for file in home.iterdir() if file.is_file()} - OURS - OF_CPYTHON
    assert [name for name in sorted(others) if not name.endswith(SIGNED)] == []
    for name in others:
        verify(home / name, SIGNERS)


def test_it_is_small(setup: Path) -> None:
    assert setup.stat().st_size < LARGEST_MB * 1_000_000


def test_a_modified_program_is_not_accepted_as_pythons(home: Path, tmp_path: Path) -> None:
    changed = bytearray((home / "python.exe").read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "python.exe").write_bytes(changed)
    with pytest.raises(SetupError, match="does not bear the signature"):
        verify(tmp_path / "python.exe", SIGNERS)
    with pytest.raises(SetupError, match="does not bear the signature"):
        verify(home / "vigicle.exe", SIGNERS)


def test_it_brings_the_templates_for_group_policies(home: Path) -> None:
    for name in ("vigicle.admx", "en-US/vigicle.adml", "fr-FR/vigicle.adml"):
        assert (home / "PolicyDefinitions" / name).read_bytes() == (TEMPLATES / name).read_bytes()


def test_what_it_installs_runs(windows: WinePrefix, home: Path) -> None:
    assert windows.run(home / "vigicle.exe", "--version").text.strip() == f"vigicle {version()}"
    status = windows.run(home / "vigicle.exe", "status", "--json")
    assert json.loads(status.text)["version"] == 1


def test_every_part_of_it_works_but_those_that_wine_lacks(windows: WinePrefix, home: Path) -> None:
    """Wine 8 has neither `ProcessPrng`, for cryptography, nor `icuuc.dll`, for Qt."""
    answer = windows.run(home / "vigicle.exe", "self-test", "--json").text
    parts = json.loads(answer[answer.index("{") :])["parts"]
    assert {
        part["part"]: part["reason"] for part in parts if part["state"] != "ok" and part["part"] not in LACKING
    } == {}


def test_its_publisher_is_named_everywhere(windows: WinePrefix, home: Path, setup: Path) -> None:
    known, entry = publisher(), windows.registry(UNINSTALL_KEY)
    shown = [entry[name] for name in ("Publisher", "Contact", "URLInfoAbout", "HelpLink", "URLUpdateInfo")]
    assert shown == [known.name, known.email, known.home, known.support, known.releases]
    for program in (setup, home / "vigicle.exe", home / "vigiclew.exe"):
        assert known.name.encode("utf-16-le") in program.read_bytes(), program.name


def test_windows_finds_it_by_its_name_until_it_is_removed(windows: WinePrefix, home: Path) -> None:
    assert windows.run("reg", "query", f"HKCU\\{APP_PATHS_KEY}", "/ve").text.strip().endswith("\\vigicle\\vigicle.exe")
    with removing(home):
        windows.run(home / "uninstall.exe", "/S", "/PURGE")
    assert windows.run("reg", "query", f"HKCU\\{APP_PATHS_KEY}", "/ve").code != 0


def test_it_is_registered_for_the_user_alone(windows: WinePrefix, home: Path) -> None:
    entry = windows.registry(UNINSTALL_KEY)
    assert entry["DisplayVersion"] == version()
    assert entry["QuietUninstallString"].endswith('\\vigicle\\uninstall.exe" /S')
    size_kb = sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) / 1024
    assert int(entry["EstimatedSize"], 16) == pytest.approx(size_kb, rel=0.05)
    assert windows.registry(RUN_KEY)["vigicle"].endswith("\\Programs\\vigicle\\vigiclew.exe run")
    assert (windows.start_menu / "vigicle.lnk").exists()
    assert windows.registry(r"Software\Classes\AppUserModelId\vigicle.vigicle")["DisplayName"] == "vigicle"
    (clicked,) = windows.registry(r"Software\Classes\vigicle\shell\open\command").values()
    assert clicked.endswith('\\vigiclew.exe" answer "%1"')


def test_it_leaves_a_folder_with_other_files_alone(windows: WinePrefix, setup: Path) -> None:
    foreign = windows.folder / "prefix/drive_c/letters"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("Dear sir")
    assert windows.run(setup, "/S", "/D=C:\\letters").code == 2
    assert [file.name for file in foreign.iterdir()] == ["letter.txt"]


def test_an_upgrade_ends_and_restarts_what_is_running(windows: WinePrefix, home: Path, setup: Path) -> None:
    first = windows.start(home / "vigiclew.exe", "run", "--headless")
    try:
        wait_until(lambda: is_daemon_running(windows), "vigicle running")
        (home / "lib/left_over.py").touch()
        assert windows.run(setup, "/S").code == 0
        assert first.wait().code == 0  # it was asked, not killed
        wait_until(lambda: is_daemon_running(windows), "vigicle running again")
        assert not (home / "lib/left_over.py").exists()
    finally:
        assert "stopped" in windows.run(home / "vigicle.exe", "quit").text


def test_an_upgrade_does_not_switch_login_start_on_again(windows: WinePrefix, home: Path, setup: Path) -> None:
    windows.run(home / "vigicle.exe", "autostart", "disable")
    assert windows.run(setup, "/S").code == 0
    assert "vigicle" not in windows.registry(RUN_KEY)


@pytest.mark.parametrize("lost", [["lib/tray"], ["vigicle.exe", "uninstall.exe"], ["python313.dll", "python313.zip"]])
def test_it_repairs_what_was_damaged(windows: WinePrefix, home: Path, setup: Path, lost: list[str]) -> None:
    for name in lost:
        shutil.rmtree(home / name) if (home / name).is_dir() else (home / name).unlink()
    assert windows.run(setup, "/S").code == 0
    assert windows.run(home / "vigicle.exe", "--version").text.strip() == f"vigicle {version()}"
    assert (home / "uninstall.exe").exists()


@pytest.mark.parametrize("purge", [False, True])
def test_removal_leaves_only_the_store(windows: WinePrefix, home: Path, *, purge: bool) -> None:
    windows.run(home / "vigicle.exe", "check", "--json")
    remembered = windows.local_data / "vigicle/vigicle.sqlite3"
    assert remembered.exists()
    running = windows.start(home / "vigiclew.exe", "run", "--headless")
    wait_until(lambda: is_daemon_running(windows), "vigicle running")
    with removing(home):
        windows.run(home / "uninstall.exe", "/S", *(["/PURGE"] if purge else []))
    assert running.wait().code == 0
    assert remembered.parent.exists() is not purge
    assert remembered.exists() is not purge
    assert windows.registry(UNINSTALL_KEY) == {}
    assert windows.registry(r"Software\Classes\vigicle") == {}
    assert "vigicle" not in windows.registry(RUN_KEY)
    assert not (windows.start_menu / "vigicle.lnk").exists()
