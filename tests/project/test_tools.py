"""The setup installs each program that a test requires."""

from __future__ import annotations

import re
from pathlib import Path

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
