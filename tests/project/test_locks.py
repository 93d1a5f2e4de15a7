"""The locks name one version of everything, with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("build", "run", "dev", "windows", "macos", "audit", "full", "fuzz", "mutation")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lock_text(name: str) -> str:
    return (ROOT / "installers" / "locks" / f"{name}.txt").read_text(encoding="utf-8")


def locked(name: str) -> dict[str, str]:
    """Return version and marker of each locked package."""
    lines = (line for line in lock_text(name).splitlines() if line and not line.startswith(("#", " ")))
    pairs = (line.removesuffix("\\").split("==", maxsplit=1) for line in lines)
    return {normal(package): rest.strip() for package, rest in pairs}


def normal(requirement: str) -> str:
    """Return the normal form of a requirement's name.

    Packaging guide, name normalization.
    """
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address(name: str) -> None:
    assert re.search(r"://|--(extra-)?index|--find-links", lock_text(name)) is None


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock_text(name))
    assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []


def test_the_dev_lock_holds_the_run_locks_versions() -> None:
    assert locked("run").items() <= locked("dev").items()


def test_the_vectors_are_those_of_the_locked_cryptography() -> None:
    assert locked("full")["cryptography-vectors"] == locked("run")["cryptography"].split(" ;")[0]


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        pytest.param("build", PROJECT["dependency-groups"]["build"], id="build"),
        pytest.param("run", PROJECT["project"]["dependencies"], id="run"),
        pytest.param("dev", PROJECT["project"]["optional-dependencies"]["dev"], id="dev"),
        *(
            pytest.param(group, PROJECT["dependency-groups"][group], id=group)
            for group in ("audit", "full", "fuzz", "mutation")
        ),
    ],
)
def test_every_dependency_of_the_project_is_locked(name: str, requirements: list[str]) -> None:
    assert {normal(requirement) for requirement in requirements} <= locked(name).keys()
