"""What fuzzers begin with, or once found, does no harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fuzzing
from commands import SetupError
from fuzz.targets import TARGETS, seeds_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "certificate"])
def test_no_recorded_seed_does_harm(name: str) -> None:
    seeds = seeds_of(name)
    assert seeds
    for seed, content in seeds.items():
        try:
            TARGETS[name](content)
        except Exception as error:
            raise AssertionError(seed) from error


def test_the_command_and_the_workflow_search_each_target() -> None:
    workflow = (ROOT / ".github/workflows/fuzz.yml").read_text(encoding="utf-8")
    matrix = re.search(r"target: \[(.*)\]", workflow)
    assert matrix is not None
    assert list(TARGETS) == list(fuzzing.TARGETS) == matrix[1].split(", ")


@pytest.mark.parametrize("arguments", [["nothing"], ["--minutes", "0"], ["--minutes", "soon"], ["--speed", "window"]])
def test_the_command_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    with pytest.raises(SetupError):
        fuzzing.parse(arguments)
