"""The set-up script names its commands on any Python."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

INSTALLERS = Path(__file__).resolve().parents[2] / "installers"


def dev(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(INSTALLERS / "dev.py"), *arguments]
    return subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_it_names_its_commands(arguments: tuple[str, ...], tmp_path: Path) -> None:
    answer = dev(*arguments, folder=tmp_path)
    assert answer.returncode == 0
    commands = ("setup", "run", "test", "mutate", "fuzz", "audit", "lock")
    assert all(f"  {command} " in answer.stdout for command in commands)


@pytest.mark.parametrize("arguments", [("tset",), ("setup", "now")])
def test_an_unknown_command_is_refused_with_the_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    answer = dev(*arguments, folder=tmp_path)
    assert answer.returncode == 2
    assert " ".join(arguments) in answer.stderr
    assert "usage:" in answer.stderr


def test_an_older_python_can_read_it_far_enough_to_be_told() -> None:
    ast.parse((INSTALLERS / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))
