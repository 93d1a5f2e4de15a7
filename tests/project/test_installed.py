"""What is installed is this project, and nothing else takes its names."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("name", ["config", "daemon", "tray"])
def test_only_vigicle_provides_its_top_level_names(name: str) -> None:
    assert set(importlib.metadata.packages_distributions()[name]) == {"vigicle"}


def test_the_installed_metadata_has_the_projects_version() -> None:
    assert importlib.metadata.version("vigicle") == PROJECT["version"]


def test_the_command_prints_the_projects_version() -> None:
    vigicle = Path(sys.executable).parent / "vigicle"
    answer = subprocess.run([vigicle, "--version"], check=True, capture_output=True, text=True)
    assert answer.stdout.split()[-1] == PROJECT["version"]


def test_the_project_refuses_to_be_uploaded() -> None:
    assert "Private :: Do Not Upload" in PROJECT["classifiers"]
