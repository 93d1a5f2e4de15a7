"""The catalogue of PKCS#11 modules is expanded for each system."""

import tomllib
from pathlib import Path

import pytest

from config.modules import CATALOGUE, catalogue_modules, module_candidates

WINDOWS = {"windir": "C:\\Windows", "ProgramFiles": "C:\\Program Files"}
FIRST_AND_LAST = [
    (
        "win32",
        "C:\\Windows\\System32\\eTPKCS11.dll",
        "C:\\Program Files\\OpenSC Project\\OpenSC\\pkcs11\\opensc-pkcs11.dll",
    ),
    ("darwin", "/usr/local/lib/libeTPkcs11.dylib", "/opt/homebrew/lib/opensc-pkcs11.so"),
    ("linux", "/usr/lib/libeTPkcs11.so", "/usr/lib64/opensc-pkcs11.so"),
]


@pytest.mark.parametrize(("platform", "first", "last"), FIRST_AND_LAST, ids=[case[0] for case in FIRST_AND_LAST])
def test_each_system_has_its_modules_in_order(platform: str, first: str, last: str) -> None:
    candidates = list(module_candidates(platform, WINDOWS))
    assert (candidates[0], candidates[-1]) == (first, last)
    assert not any("%" in candidate for candidate in candidates)


@pytest.mark.parametrize(
    "environ",
    [{}, {"WINDIR": "Windows", "PROGRAMFILES": ""}],
    ids=["no variables", "relative ones"],
)
def test_a_path_that_would_not_be_absolute_is_left_out(environ: dict[str, str]) -> None:
    assert list(module_candidates("win32", environ)) == []


def test_an_unknown_system_has_no_modules() -> None:
    assert list(module_candidates("sunos5", WINDOWS)) == []


def test_opensc_is_tried_last() -> None:
    assert tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["middleware"][-1]["name"] == "OpenSC"


def test_only_modules_that_are_there_are_named_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here.so").touch()
    (tmp_path / "again.so").symlink_to("here.so")
    (tmp_path / "folder.so").mkdir()
    table = tmp_path / "modules.toml"
    files = [str(tmp_path / name) for name in ("missing.so", "folder.so", "here.so", "again.so")]
    table.write_text(f'[[middleware]]\nname = "Test"\nlinux = {files}\n')
    monkeypatch.setattr("config.modules.CATALOGUE", table)
    assert catalogue_modules("linux", {}) == (str(tmp_path / "here.so"),)
