"""The Debian package on a minimal Debian 12, from install to purge."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bundle import version
from commands import ROOT
from support.bare_system import BareSystem, minimal_layer, settings_layer
from support.card import PivCard
from support.pki import make_certificate
from support.process import require_tool, wait_until
from support.reader import ReaderService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.desktop import Screen

pytestmark = pytest.mark.full

HOME = "/usr/lib/vigicle"
NEXT_VERSION = "99.0.0"
SYSTEM_ENTRY = "/etc/xdg/autostart/vigicle.desktop"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built package, or the one that VIGICLE_DEB names."""
    if built := os.environ.get("VIGICLE_DEB"):
        return Path(built)
    output = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, str(ROOT / "installers/build.py"), "deb", "--output", str(output)], check=True)
    return output / f"vigicle_{version()}_amd64.deb"


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's files, with its control files in DEBIAN."""
    folder = tmp_path_factory.mktemp("unpacked") / "root"
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def layers(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """A Debian with the package and its dependencies, installed by apt."""
    below = [minimal_layer(), settings_layer(tmp_path_factory.mktemp("settings"))]
    with BareSystem(*below) as debian:
        debian.run("apt-get", "update")
        debian.run("apt-get", "install", "--yes", debian.take(package))
        debian.leave()
        yield [*below, debian.layer]


@pytest.fixture
def debian(layers: list[Path]) -> Iterator[BareSystem]:
    """That Debian, fresh for one test."""
    with BareSystem(*layers) as system:
        yield system


@pytest.fixture
def readers(debian: BareSystem) -> Iterator[ReaderService]:
    """Its own pcscd, with one reader."""
    with ReaderService(readers=1, enter=debian.enter, place=debian.shared) as service:
        yield service


def card(given_name: str = "Jeanne", surname: str = "MARTIN") -> PivCard:
    end = datetime.now(UTC) + timedelta(days=400)
    name = f"{given_name} {surname}"
    der = make_certificate(given_name=given_name, surname=surname, cn=name, not_after=end)
    return PivCard({"9A": der}, guid=os.urandom(16))


def checked(debian: BareSystem) -> list[str]:
    """Return the holders of the present keys from `vigicle check`."""
    answer = debian.run("vigicle", "check", "--json")
    return [line["subject_cn"] for line in json.loads(answer.stdout)["certificates"] if line["present"]]


def test_a_build_without_rights_names_the_tools_to_install(debian: BareSystem) -> None:
    project = debian.shared / "project"
    shutil.copytree(ROOT / "installers", project / "installers")
    shutil.copy2(ROOT / "pyproject.toml", project)
    project.joinpath("dist").mkdir(mode=0o777)
    build = ["python3", "-B", str(project / "installers/build.py"), "deb"]
    answer = debian.run("setpriv", "--reuid=65534", "--clear-groups", *build, check=False)
    assert answer.returncode == 1
    assert "Install these packages first:" in answer.stderr
    assert {"gcc", "dpkg-dev", "libpcsclite-dev", "python3-venv"} <= set(re.findall(r"[\w-]+", answer.stderr))


def test_lintian_finds_no_error(package: Path) -> None:
    command = [require_tool("lintian", "lintian"), "--fail-on", "error,warning", str(package)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("folder", "words"),
    [pytest.param("man", "read the keys now", id="en"), pytest.param("man/fr", "lit les clés maintenant", id="fr")],
)
def test_the_manual_can_be_read(unpacked: Path, folder: str, words: str) -> None:
    command = [require_tool("man", "man-db"), "--warnings", "--local-file"]
    page = unpacked / "usr/share" / folder / "man1/vigicle.1.gz"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "120"}
    answer = subprocess.run([*command, str(page)], check=True, capture_output=True, text=True, env=environment)
    assert answer.stderr == ""
    assert words in answer.stdout
    assert "@" not in answer.stdout


@pytest.mark.parametrize(
    ("shell", "script"),
    [
        pytest.param("bash", "source usr/share/bash-completion/completions/vigicle; complete -p vigicle", id="bash"),
        pytest.param(
            "zsh",
            "fpath=($PWD/usr/share/zsh/vendor-completions $fpath); autoload -Uz compinit; compinit -D -u;"
            "print $_comps[vigicle]; autoload +X _vigicle",
            id="zsh",
        ),
        pytest.param(
            "fish", "source usr/share/fish/vendor_completions.d/vigicle.fish; complete -C 'vigicle aut'", id="fish"
        ),
    ],
)
def test_the_completion_loads(unpacked: Path, shell: str, script: str) -> None:
    command = [require_tool(shell, shell), "-c", script]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=unpacked)
    assert answer.stderr == ""
    assert {"bash": "complete -o", "zsh": "_vigicle", "fish": "autostart"}[shell] in answer.stdout


def test_the_icon_is_there_in_each_size(unpacked: Path) -> None:
    theme = unpacked / "usr/share/icons/hicolor"
    assert {icon.parts[-3] for icon in theme.glob("*/apps/vigicle.png")} >= {"16x16", "48x48", "256x256"}


def test_it_reads_the_key_in_the_reader(debian: BareSystem, readers: ReaderService) -> None:
    readers.insert(card())
    assert checked(debian) == ["Jeanne MARTIN"]


def test_its_doctor_finds_the_service_and_the_module(debian: BareSystem, readers: ReaderService) -> None:
    readers.insert(card())
    checks = json.loads(debian.run("vigicle", "doctor", "--json", check=False).stdout)["checks"]
    states = {check["topic"]: check["state"] for check in checks}
    assert "bad" not in states.values(), checks


def test_each_library_finds_those_that_it_loads(debian: BareSystem) -> None:
    lost = "find $0 -name '*.so*' -type f -exec ldd {} + | grep -F 'not found'"
    answer = debian.run("sh", "-c", lost, HOME, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")


def test_each_module_of_the_program_loads(debian: BareSystem) -> None:
    """What was trimmed away, of Qt above all, is missed by none."""
    program = """
import importlib, pkgutil
for name in ("config", "daemon", "tray"):
    for module in pkgutil.walk_packages(importlib.import_module(name).__path__, name + "."):
        if not any(other in module.name for other in ("windows", "macos", "__main__")):
            importlib.import_module(module.name)
            print(module.name)
"""
    without_tray = {"PYSTRAY_BACKEND": "dummy"}
    loaded = debian.run(f"{HOME}/bin/python3", "-I", "-c", program, environment=without_tray).stdout.split()
    assert {"tray.window.guide_window", "daemon.assembly.daemon"} <= set(loaded)


def test_its_guide_opens_a_window(debian: BareSystem, readers: ReaderService, screen: Screen) -> None:
    readers.insert(card())
    debian.start("vigicle", "guide", environment=screen.environment)
    search = [require_tool("xdotool", "xdotool"), "search", "--onlyvisible", "--name", "vigicle"]

    def shown() -> bool:
        return subprocess.run(search, check=False, capture_output=True, env=screen.environment).returncode == 0

    wait_until(shown, "the guide's window is on the screen", 60)


def test_it_starts_at_login_unless_the_user_disabled_it(debian: BareSystem) -> None:
    own = "/root/.config/autostart/vigicle.desktop"
    assert SYSTEM_ENTRY in debian.run("vigicle", "autostart", "status").stdout
    debian.run("vigicle", "autostart", "disable")
    assert "Hidden=true" in debian.run("cat", own).stdout
    assert own in debian.run("vigicle", "autostart", "status").stdout
    debian.run("vigicle", "autostart", "enable")
    assert debian.run("test", "-e", own, check=False).returncode == 1
    assert SYSTEM_ENTRY in debian.run("vigicle", "autostart", "status").stdout


def test_a_running_daemon_survives_an_upgrade(debian: BareSystem, readers: ReaderService, unpacked: Path) -> None:
    watch = debian.start("vigicle", "run", "--headless")
    readers.insert(card("Jeanne", "MARTIN"))
    wait_until(lambda: checked(debian) == ["Jeanne MARTIN"], "the watch knows the key", 30)
    debian.run("dpkg", "--install", str(next_version(unpacked, debian.shared)))
    assert debian.run("vigicle", "--version").stdout.split() == ["vigicle", NEXT_VERSION]
    readers.remove()
    readers.insert(card("Paul", "DURAND"))
    wait_until(lambda: checked(debian) == ["Paul DURAND"], "the watch reads the next key", 30)
    assert watch.returncode is None
    debian.run("vigicle", "quit")
    assert watch.wait() == 0
    assert "Traceback" not in watch.text


def next_version(unpacked: Path, folder: Path) -> Path:
    """Pack the same files as a later version."""
    copy, package = folder / "next", folder / "next.deb"
    subprocess.run(["cp", "--archive", str(unpacked), str(copy)], check=True)
    (metadata,) = copy.glob("usr/lib/vigicle/lib/*/site-packages/vigicle-*.dist-info/METADATA")
    for file in (copy / "DEBIAN/control", metadata):
        file.write_text(file.read_text().replace(f"Version: {version()}\n", f"Version: {NEXT_VERSION}\n"))
    subprocess.run(["dpkg-deb", "-Zgzip", "--root-owner-group", "--build", str(copy), str(package)], check=True)
    return package


def test_a_purge_leaves_only_the_users_own_files(debian: BareSystem) -> None:
    debian.run("vigicle", "autostart", "disable")
    debian.run("apt-get", "purge", "--yes", "vigicle")
    left = {file for file in debian.files() if "vigicle" in file}
    assert {file for file in left if not file.startswith("/root/")} == set()
    assert "/root/.config/autostart/vigicle.desktop" in left


def test_installing_and_removing_changes_nothing(debian: BareSystem, package: Path) -> None:
    there = debian.take(package)
    debian.run("apt-get", "purge", "--yes", "vigicle")
    before = debian.files()
    debian.run("dpkg", "--install", there)
    debian.run("vigicle", "--version")
    debian.run("dpkg", "--purge", "vigicle")
    assert debian.files() == before


def test_its_python_sees_no_package_of_the_system(debian: BareSystem) -> None:
    ask = ("/usr/lib/vigicle/bin/python3", "-I", "-c", "import sys; print(*sys.path, sep='\\n')")
    assert "dist-packages" not in debian.run(*ask).stdout


def test_two_builds_are_the_same_byte_for_byte(package: Path, tmp_path: Path) -> None:
    build = [sys.executable, str(ROOT / "installers/build.py"), "deb", "--output", str(tmp_path)]
    subprocess.run(build, check=True)
    assert filecmp.cmp(package, tmp_path / package.name, shallow=False)
