"""`vigicle policy` prints who set each value, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.cli_command import carry_out, folders_in
from tray.cli.policy import add_policy_command

if TYPE_CHECKING:
    from pathlib import Path

    from config.folders import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return folders_in(tmp_path)


def policy(folders: Folders, *arguments: str, language: str = "en") -> int:
    return carry_out(add_policy_command, folders, *arguments, language=language)


def test_the_lines_name_the_value_its_place_and_what_it_overrides(
    folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    folders.policy_file.write_text('[mandatory]\nUrgentDays = 9\nSupportLine = "Poste 4321"')
    folders.config_file.write_text("notices.urgent_days = 8")
    assert policy(folders) == 0
    lines = capsys.readouterr().out.splitlines()
    begin = lines.index("UrgentDays = 9")
    assert lines[begin + 1 : begin + 4] == [
        f"  set by your administrator ({folders.policy_file})",
        f"  overrides 8: chosen by you ({folders.config_file})",
        "  overrides 30: the default",
    ]
    assert 'SupportLine = "Poste 4321"' in lines
    assert "Autostart = —" in lines


def test_a_refused_value_is_told_and_ends_with_1(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    folders.policy_file.write_text("[mandatory]\nUrgentDay = 9")
    assert policy(folders, language="fr") == 1
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith(f"! {folders.policy_file}\xa0: mandatory.UrgentDay = 9 est refusé")
    assert "mandatory.UrgentDays" in last


def test_programs_get_the_same_facts(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    folders.policy_file.write_text("[mandatory]\nNoticeDays = [60]\nModules = 3")
    folders.config_file.write_text("notices.days = [50]")
    assert policy(folders, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["version"] == 1
    (days,) = [each for each in answer["settings"] if each["key"] == "NoticeDays"]
    assert (days["setting"], days["value"], days["level"]) == ("notices.days", [60], "mandatory")
    assert days["source"] == str(folders.policy_file)
    assert [each["level"] for each in days["overrides"]] == ["user", "default"]
    (refused,) = answer["refused"]
    assert (refused["source"], refused["key"]) == (str(folders.policy_file), "mandatory.Modules")
