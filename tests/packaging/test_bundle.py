"""What all packages share: version, bill of materials, sums, error messages."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from bundle import bill_of_materials, installed_hashes, need, run, version, write_sums, written_beside
from commands import PROGRAMS, ROOT, SetupError, StepError, step
from config.values import replace
from publisher import Publisher, check_publisher, publisher

if TYPE_CHECKING:
    from pathlib import Path

HASH = "ab" * 32


def put_package(site_packages: Path, name: str, *lines: str) -> None:
    folder = site_packages / f"{name.replace('-', '_')}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("\n".join(["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines]))


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version() == project["version"]


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(SetupError, match="no-such-program is missing: install package such-package"):
        need("no-such-program", "such-package")


def test_the_bill_of_materials_has_each_part_with_hash_and_licence(tmp_path: Path) -> None:
    put_package(tmp_path, "Some.Thing", "License-Expression: MIT OR Apache-2.0")
    put_package(tmp_path, "vigicle")
    (component,) = json.loads(bill_of_materials(tmp_path, {"some-thing": HASH}))["components"]
    assert component["purl"] == "pkg:pypi/some-thing@1.0"
    assert component["hashes"] == [{"alg": "SHA-256", "content": HASH}]
    assert component["licenses"] == [{"expression": "MIT OR Apache-2.0"}]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(["License: LGPLv3"], ["LGPLv3"], id="own words"),
        pytest.param(["Classifier: License :: OSI Approved :: MIT License"], ["MIT License"], id="classifier"),
        pytest.param([], [], id="none"),
    ],
)
def test_the_bill_of_materials_has_the_licence_of_the_package(
    tmp_path: Path, lines: list[str], words: list[str]
) -> None:
    put_package(tmp_path, "thing", *lines)
    (component,) = json.loads(bill_of_materials(tmp_path, {"thing": HASH}))["components"]
    assert [licence["license"]["name"] for licence in component["licenses"]] == words


def test_a_part_without_a_locked_hash_stops_the_build(tmp_path: Path) -> None:
    put_package(tmp_path, "stowaway")
    with pytest.raises(SetupError, match="stowaway"):
        bill_of_materials(tmp_path, {})


def test_the_hashes_are_those_of_pips_report() -> None:
    part = {"metadata": {"name": "Some.Thing"}, "download_info": {"archive_info": {"hashes": {"sha256": HASH}}}}
    assert installed_hashes(json.dumps({"install": [part]})) == {"some-thing": HASH}


def test_sha256sum_accepts_the_sums(tmp_path: Path) -> None:
    for name in ("b.deb", "a.exe"):
        (tmp_path / name).write_text(name)
    write_sums(tmp_path)
    write_sums(tmp_path)  # again: the sums are not summed
    assert (tmp_path / "SHA256SUMS").read_text().startswith(hashlib.sha256(b"a.exe").hexdigest())
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


def test_a_package_has_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    package = tmp_path / "a.deb"
    with written_beside(package) as unfinished:
        unfinished.write_text("half")
        assert not package.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["a.deb"]


def test_a_build_that_breaks_off_leaves_no_part_and_keeps_the_older_package(tmp_path: Path) -> None:
    package = tmp_path / "a.deb"
    package.write_text("older")

    def break_off() -> None:
        with written_beside(package) as unfinished:
            unfinished.write_text("half")
            raise StepError("pack", 1)

    with pytest.raises(StepError):
        break_off()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.deb", "older")]


def test_a_long_step_tells_that_it_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("bundle.PROGRESS_S", 0.05)
    run("pack", ["sh", "-c", "sleep 0.5"], tells_progress=True)
    assert "still at it after" in capsys.readouterr().out


@pytest.mark.parametrize("is_system", [False, True])
def test_a_system_command_finds_no_program_of_the_environment(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, is_system: bool
) -> None:
    monkeypatch.setenv("PATH", os.defpath)  # as a user's: dev.py has put its own programs first for these tests
    step("path", ["sh", "-c", "echo $PATH"], is_system=is_system)
    assert (str(PROGRAMS) in capfd.readouterr().out.splitlines()[-1].split(":")[0]) is not is_system


def test_a_release_without_the_publishers_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    unset = replace(publisher(), email="nobody@vigicle.invalid")
    monkeypatch.delenv("GITHUB_REF_TYPE", raising=False)
    check_publisher(unset)
    monkeypatch.setenv("GITHUB_REF_TYPE", "tag")
    with pytest.raises(SetupError, match="addresses are not set"):
        check_publisher(unset)
    check_publisher(Publisher(name="A", email="a@b.fr", home="https://b", support="https://b", releases="https://b"))


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    build = [sys.executable, str(ROOT / "installers/build.py"), "rpm"]
    answer = subprocess.run(build, check=False, capture_output=True, text=True)
    assert answer.returncode == 2
    assert all(target in answer.stderr for target in ("deb", "windows", "macos"))


@pytest.mark.full
def test_a_wrong_hash_stops_the_build(tmp_path: Path) -> None:
    """A wrong hash in the first lock stops the build."""
    shutil.copytree(ROOT / "installers", tmp_path / "installers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    lock = tmp_path / "installers/locks/build.txt"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{HASH}", lock.read_text()))
    build = [sys.executable, str(tmp_path / "installers/build.py"), "deb", "--output", str(tmp_path / "dist")]
    answer = subprocess.run(build, check=False, capture_output=True, text=True)
    assert answer.returncode == 1
    assert "DO NOT MATCH THE HASHES" in answer.stderr
    assert "Failed: install installers/locks/build.txt" in answer.stderr
    assert not list((tmp_path / "dist").glob("*.deb"))
