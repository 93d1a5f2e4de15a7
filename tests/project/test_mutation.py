"""`dev.py mutate` reports what no test notices, and its own failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import mutation
from commands import StepError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for a mutmut of the test."""
    monkeypatch.setattr(mutation, "PROGRAMS", tmp_path)
    monkeypatch.setattr(mutation, "WORK", tmp_path / "mutants")
    return tmp_path


def write_mutmut(programs: Path, script: str) -> None:
    (programs / "mutmut").write_text(f"#!/bin/sh\n{script}\n")
    (programs / "mutmut").chmod(0o755)


def test_a_run_that_fails_is_no_run_without_survivors(programs: Path) -> None:
    write_mutmut(programs, "exit 1")
    with pytest.raises(StepError):
        mutation.mutate(["renewal"])


@pytest.mark.parametrize(("line", "code"), [("daemon.core.new.x_a__mutmut_1: survived", 1), ("", 0)])
def test_a_survivor_that_nobody_judged_fails(programs: Path, line: str, code: int) -> None:
    write_mutmut(programs, f'if [ "$1" = results ]; then echo "{line}"; fi')
    assert mutation.mutate(["renewal"]) == code
