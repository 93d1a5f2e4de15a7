"""The macOS recipe frozen on this system, with the same gaps."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from macos.build_macos import freeze, make_environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """vigicle as the recipe freezes it."""
    work = tmp_path_factory.mktemp("macos")
    python, _bill = make_environment(work)
    return freeze(python, work) / "vigicle/vigicle"


def test_every_part_of_the_frozen_program_works(program: Path, tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "en_GB.UTF-8"}
    answer = subprocess.run([program, "self-test", "--json"], check=False, capture_output=True, env=environment)
    outcome = json.loads(answer.stdout)
    assert {part["part"]: part["reason"] for part in outcome["parts"] if part["state"] != "ok"} == {}
    assert answer.returncode == outcome["exit_code"] == 0
