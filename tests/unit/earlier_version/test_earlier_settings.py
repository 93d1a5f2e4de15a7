"""Settings of the earlier version load or are refused as before."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from config.folders import Folders, find_folders
from config.i18n.translator import Translator
from config.preferences import FILE as CHOICES
from config.schema.load_settings import load_procedure, load_settings
from config.schema.tables import SettingsError
from config.values import replace
from daemon.adapters.platform.instance_lock import LOCK, WHEREABOUTS
from daemon.adapters.store.sqlite import STORE_NAME
from unit.earlier_version.snapshots import (
    HOME,
    expected,
    folders_in,
    procedure_outline,
    procedure_snapshot,
    settings_snapshot,
    step_ids,
)

REFUSALS = expected("refusals.json")
MISSING_FILES: dict[str, list[str]] = {
    "all files": [],
    "without config.toml": ["config/config.toml"],
    "without config.toml and choices.toml": ["config/config.toml", "state/choices.toml"],
    "choices.toml alone": ["config/config.toml", "machine/policy.toml"],
    "none": ["config/config.toml", "machine/policy.toml", "state/choices.toml"],
}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the paths in the files are those of Linux")


@pytest.mark.parametrize(("name", "missing"), MISSING_FILES.items(), ids=MISSING_FILES)
def test_the_settings_load_to_the_same_values(home: Path, name: str, missing: list[str]) -> None:
    for each in missing:
        (home / each).unlink()
    loaded = load_settings(folders_in(home))
    assert loaded.problems == ()
    assert _of_known_procedures(settings_snapshot(loaded.settings), name) == expected("expected_settings.json")[name]


def test_the_procedure_file_loads_to_the_same_values() -> None:
    loaded = load_procedure(HOME / "config" / "procedures" / "garage.toml")
    assert procedure_snapshot(loaded) == expected("expected_procedure.json")["garage.toml"]


def test_the_defaults_of_a_procedure_file_are_the_same() -> None:
    loaded = load_procedure(Path("atelier.toml"), REFUSALS["good procedure"].encode())
    snapshot = {**procedure_outline(loaded), "steps": step_ids(loaded)}
    assert snapshot == expected("expected_procedure.json")["the fewest keys"]


@pytest.mark.parametrize("case", REFUSALS["settings"], ids=lambda case: case["id"])
def test_settings_are_refused_in_the_same_words(home: Path, case: dict[str, Any]) -> None:
    folders = folders_in(home)
    if "named" in case:
        assert find_folders({"VIGICLE_CONFIG": case["named"]}).config_named
        folders = replace(folders, config_file=Path(case["named"]), config_named=True)
        folders.policy_file.unlink()  # it names a procedure that lies beside the usual file
    _write_refused_file(home / case["file"], case)
    message = _message(_refusal(folders))
    assert _with_longer_lists(case["message"], message) == message


def _refusal(folders: Folders) -> SettingsError:
    """Return what is refused: a user's whole file, or a policy's value."""
    try:
        return next(iter(load_settings(folders).refused))
    except SettingsError as problem:
        return problem


@pytest.mark.parametrize("case", REFUSALS["procedures"], ids=lambda case: case["id"])
def test_procedures_are_refused_in_the_same_words(case: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_procedure(Path(case["file"]), case["written"].encode())
    assert _with_longer_lists(case["message"], _message(caught.value)) == _message(caught.value)


def test_a_refused_procedure_file_leaves_the_others(home: Path) -> None:
    (home / "config" / "procedures" / "broken.toml").write_text(REFUSALS["procedures"][0]["written"], encoding="utf-8")
    loaded = load_settings(folders_in(home))
    loaded_ids = {procedure.id for procedure in loaded.settings.procedures}
    assert (loaded_ids >= {"opalexe", "garage"}, "broken" in loaded_ids) == (True, False)
    assert [problem.file.name for problem in loaded.problems] == ["broken.toml"]


def test_the_files_that_two_versions_share_keep_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIGICLE_CONFIG", "XDG_RUNTIME_DIR", "XDG_CONFIG_DIRS"):
        monkeypatch.delenv(name, raising=False)
    assert (STORE_NAME, CHOICES) == ("vigicle.sqlite3", "choices.toml")
    assert (LOCK, WHEREABOUTS) == ("vigicle.lock", "runtime")
    named = find_folders({"VIGICLE_CONFIG": "/opt/mine.toml"})
    assert (named.config_file, named.config_named) == (Path("/opt/mine.toml"), True)


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_the_folders_of_linux_stay_where_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIGICLE_CONFIG", "XDG_RUNTIME_DIR", "XDG_CONFIG_DIRS"):
        monkeypatch.delenv(name, raising=False)
    found = find_folders({"XDG_CONFIG_HOME": "/opt/c", "XDG_STATE_HOME": "/opt/s"})
    assert found.config_file == Path("/opt/c/vigicle/config.toml")
    assert found.policy_file == Path("/etc/xdg/vigicle/policy.toml")
    assert (found.policy_procedures, found.own_procedures) == (
        Path("/etc/xdg/vigicle/procedures"),
        Path("/opt/c/vigicle/procedures"),
    )
    assert (found.state, found.config_named) == (Path("/opt/s/vigicle"), False)


def _of_known_procedures(snapshot: dict[str, Any], name: str) -> dict[str, Any]:
    """Leave out procedures that a later version ships."""
    known = {procedure["id"] for procedure in expected("expected_settings.json")[name]["procedures"]}
    return {**snapshot, "procedures": [each for each in snapshot["procedures"] if each["id"] in known]}


def _write_refused_file(file: Path, case: dict[str, Any]) -> None:
    match case.get("is"):
        case "a folder":
            file.unlink()
            file.mkdir()
        case None if "written" in case:
            file.write_bytes(case["written"].encode(case.get("encoding", "utf-8")))


def _with_longer_lists(earlier: dict[str, str], message: dict[str, str]) -> dict[str, str]:
    """Return the earlier words with what is accepted since then.

    Nothing that was accepted may be missing.
    """
    longer = dict(earlier)
    for language in ("en", "fr"):
        head, accepted, listed = earlier[language].rpartition(":")
        before, now = _listed(listed), _listed(message[language].rpartition(":")[2])
        if set(before) <= set(now):
            longer[language] = f"{head}{accepted}{message[language].rpartition(':')[2]}"
    return longer


def _listed(words: str) -> list[str]:
    return [word.strip(" .\xa0") for word in words.split(",")]


def _message(problem: SettingsError) -> dict[str, str]:
    """Return the problem as a record, with `{file}` for the path."""
    sentences = {language: Translator(language).render(problem.text) for language in ("en", "fr")}
    return {
        "key": problem.key,
        "value": problem.value,
        "nearest": problem.nearest,
        **{language: sentence.replace(str(problem.file), "{file}") for language, sentence in sentences.items()},
    }
