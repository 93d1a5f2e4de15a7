"""The setup installs what the tests require, by system commands."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import commands
import dev
import system_packages

TESTS = Path(__file__).resolve().parents[1]
REQUIRED = re.compile(r"""require_tool\(\s*"([^"]+)",\s*"([^"]+)"\s*\)""")
EVERYWHERE = {"util-linux"}  # essential on Debian
INVENTED = {"no-such-tool", "no-such-peer"}


def test_each_required_program_is_installed() -> None:
    installed = {**system_packages.RUN, **system_packages.TEST, **system_packages.FULL, **system_packages.BENCH}
    required = {
        (program, package)
        for file in TESTS.rglob("*.py")
        for program, packages in REQUIRED.findall(file.read_text(encoding="utf-8"))
        for package in packages.split()
        if program not in INVENTED
    }
    assert len(required) > 30
    assert {each for each in required if each[1] not in installed.keys() | EVERYWHERE} == set()


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a program that lies in `.venv` alone."""
    program = tmp_path / "planted-program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(commands, "PROGRAMS", tmp_path)
    return program.name


@pytest.mark.skipif(sys.platform == "win32", reason="a script of sh")
def test_a_command_of_the_system_finds_no_program_of_the_environment(planted: str) -> None:
    look = ["/bin/sh", "-c", f"command -v {planted}"]
    commands.step("of the project", [*look])
    with pytest.raises(commands.StepError):
        commands.step("of the system", [*look], is_system=True)


def test_packages_are_installed_by_commands_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[bool] = []
    monkeypatch.setattr(dev, "step", lambda _title, _command, *, is_system=False: ran.append(is_system))
    monkeypatch.setattr(system_packages, "is_debian_like", lambda: True)
    monkeypatch.setattr(system_packages, "missing", list)
    monkeypatch.setattr(system_packages, "apt_get", lambda: ["apt-get"])
    dev.install_system_packages({"opensc": "pkcs11-tool"})
    assert ran == [True, True]
