"""Settings that the window writes into the file."""

from __future__ import annotations

import os
import tomllib
from datetime import time
from typing import TYPE_CHECKING, Any

import pytest

from config.folders import Folders
from config.i18n.translator import UserError
from config.schema.load_settings import load_settings
from config.settings import QuietHours, SettingId
from config.settings_file import RefusedSettingError, parse_setting, write_setting

if TYPE_CHECKING:
    from pathlib import Path

DAYS, QUIET, LANGUAGE = SettingId.DAYS, SettingId.QUIET_HOURS, SettingId.LANGUAGE
WRITTEN = """\
# my own settings
language = "en"  # as at work

[notices]
days = [60, 30]   # two are enough
urgent_days = 20

[procedures.opalexe]
margin_hours = 48
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Folders whose settings file does not exist yet."""
    state = tmp_path / "state"
    config = tmp_path / "config" / "config.toml"
    return Folders(config_file=config, policy_file=tmp_path / "policy.toml", state=state, runtime=state)


@pytest.fixture
def written(folders: Folders) -> Path:
    """A settings file with comments."""
    folders.config_file.parent.mkdir()
    folders.config_file.write_text(WRITTEN, encoding="utf-8")
    return folders.config_file


def test_a_setting_makes_a_file_that_counts(folders: Folders) -> None:
    write_setting(folders, QUIET, "22 h – 7 h 30")
    write_setting(folders, LANGUAGE, "fr")
    settings = load_settings(folders).settings
    assert settings.language == "fr"
    assert settings.notices.quiet_hours == QuietHours(start=time(22), end=time(7, 30))


def test_only_one_value_changes(folders: Folders, written: Path) -> None:
    write_setting(folders, DAYS, "90, 7")
    assert written.read_text(encoding="utf-8") == WRITTEN.replace("[60, 30] ", "[90, 7] ")


def test_an_empty_value_takes_the_key_out(folders: Folders, written: Path) -> None:
    write_setting(folders, DAYS, " ")
    after = written.read_text(encoding="utf-8")
    assert tomllib.loads(after)["notices"] == {"urgent_days": 20}
    assert "# my own settings" in after


@pytest.mark.parametrize(
    ("before", "setting", "value"),
    [
        pytest.param("notices = {days = [1]}\n", QUIET, "22:00-08:00", id="an inline table"),
        pytest.param("notices.days = [1]\n", QUIET, "22:00-08:00", id="a dotted key"),
        pytest.param("[notices]\r\ndays = [1]\r\n", LANGUAGE, "fr", id="lines of Windows"),
        pytest.param("\ufefflanguage = 'en'\n", LANGUAGE, "fr", id="a byte-order mark"),
        pytest.param("[procedures.own_one]\nmargin_hours = 1\n", LANGUAGE, "fr", id="a procedure of the user's own"),
    ],
)
def test_every_form_of_a_file_is_kept(folders: Folders, before: str, setting: SettingId, value: str) -> None:
    folders.config_file.parent.mkdir()
    folders.config_file.write_bytes(before.encode())
    write_setting(folders, setting, value)
    after = folders.config_file.read_bytes().decode()
    content = tomllib.loads(after.removeprefix("\ufeff"))
    assert value_of(content, setting) == value
    assert after.startswith("\ufeff") is before.startswith("\ufeff")
    assert before.count("\r\n") <= after.count("\r\n")


def value_of(content: dict[str, Any], setting: SettingId) -> object:
    found: Any = content
    for key in setting.split("."):
        found = found[key]
    return found


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("language = \n", id="no TOML"),
        pytest.param("langage = 'fr'\n", id="an unknown key"),
        pytest.param("notices = 3\n", id="a wrong type"),
    ],
)
def test_a_file_that_is_refused_stays_as_it_is(folders: Folders, before: str) -> None:
    folders.config_file.parent.mkdir()
    folders.config_file.write_text(before, encoding="utf-8")
    with pytest.raises(UserError, match=r"config\.toml"):
        write_setting(folders, DAYS, "30")
    assert folders.config_file.read_text(encoding="utf-8") == before


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_a_file_that_others_may_change_stays_as_it_is(folders: Folders, written: Path) -> None:
    written.chmod(0o666)
    with pytest.raises(UserError):
        write_setting(folders, DAYS, "30")
    assert written.read_text(encoding="utf-8") == WRITTEN


@pytest.mark.parametrize(
    ("setting", "value", "read"),
    [
        (DAYS, "90,30;7 1", [90, 30, 7, 1]),
        (DAYS, "[60, 30]", [60, 30]),
        (DAYS, "0", [0]),
        (DAYS, "", None),
        (QUIET, "22:00-08:00", "22:00-08:00"),
        (QUIET, "22h – 8h", "22:00-08:00"),
        (QUIET, "22 h 15 à 7 h", "22:15-07:00"),
        (QUIET, "9 to 17", "09:00-17:00"),
        (LANGUAGE, "fr", "fr"),
    ],
)
def test_a_value_is_read_as_people_write_it(setting: SettingId, value: str, read: object) -> None:
    assert parse_setting(setting, value) == read


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (DAYS, "soon"),
        (DAYS, "-1"),
        (DAYS, "3651"),
        (DAYS, "1.5"),
        (QUIET, "25:00-08:00"),
        (QUIET, "22:60-08:00"),
        (QUIET, "22:00-22:00"),
        (QUIET, "22:00"),
        (LANGUAGE, "de"),
    ],
)
def test_what_is_no_value_is_refused_by_its_own_words(setting: SettingId, value: str) -> None:
    with pytest.raises(RefusedSettingError, match=r"“" + value):
        parse_setting(setting, value)
