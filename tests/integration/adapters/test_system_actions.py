"""Settings that the window changes are written in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.folders import Folders
from config.i18n.text import text
from config.settings import SettingId
from daemon.adapters.autostart import make_login_starter
from daemon.adapters.autostart.xdg import XdgEntry
from daemon.adapters.system_actions import DesktopSystemActions
from daemon.core.diagnosis import Topic, doubtful
from daemon.core.effects import Examine, StartAtLogin, WriteSetting
from daemon.core.events import Diagnosed, LoginStartKnown, ProblemMet, SettingAnswered
from support.posted_events import PostedEvents

if TYPE_CHECKING:
    from pathlib import Path

    from config.i18n.text import Text
    from daemon.core.login_start import AutostartStatus


def written(folders: Folders, words: str) -> Text | None:
    """Write the days, and return why they were refused."""
    posted = PostedEvents()
    actions = DesktopSystemActions(posted, folders, make_login_starter(), tuple, lambda: None, lambda *_: None)
    actions.run(WriteSetting(setting=SettingId.DAYS, written=words))
    return posted.next(SettingAnswered).refusal


def test_a_setting_is_written_or_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    folders = Folders(config_file=file, policy_file=tmp_path / "policy.toml", state=tmp_path, runtime=tmp_path)
    assert written(folders, "90, 7") is None
    assert file.read_text(encoding="utf-8") == "[notices]\ndays = [90, 7]\n"
    refusal = written(folders, "soon")
    assert refusal is not None
    assert refusal.id == "set.refused.days"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    within = tmp_path / "file" / "config.toml"
    folders = Folders(config_file=within, policy_file=tmp_path / "policy.toml", state=tmp_path, runtime=tmp_path)
    assert written(folders, "90") is not None


class LockedStarter:
    """A start at login that an office keeps from being read."""

    def status(self) -> AutostartStatus:
        raise PermissionError(13, "Access is denied", "HKEY_CURRENT_USER")

    enable = disable = status


def test_a_start_at_login_that_cannot_be_read_sends_no_notice(tmp_path: Path) -> None:
    posted = PostedEvents()
    folders = Folders(config_file=tmp_path / "c", policy_file=tmp_path / "p", state=tmp_path, runtime=tmp_path)
    actions = DesktopSystemActions(posted, folders, LockedStarter(), tuple, lambda: None, lambda *_: None)
    actions.start()
    actions.run(WriteSetting(setting=SettingId.DAYS, written="90"))
    assert posted.next(SettingAnswered).refusal is None
    actions.run(StartAtLogin(on=True))
    assert posted.next(ProblemMet).topic == "system_action", "who asks is told"


def test_a_diagnosis_goes_to_the_window_and_into_a_notice(tmp_path: Path) -> None:
    posted = PostedEvents()
    folders = Folders(config_file=tmp_path / "c", policy_file=tmp_path / "p", state=tmp_path, runtime=tmp_path)
    check = doubtful(Topic.TRAY, text("doctor.service.ok"), text("doctor.failed.do"))
    nobodys = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path)}
    starter = XdgEntry(["/nowhere/vigicle", "run"], nobodys)
    actions = DesktopSystemActions(posted, folders, starter, lambda: (check,), lambda: None, lambda *_: None)
    actions.run(Examine())
    assert not posted.next(LoginStartKnown).on, "a terminal may have changed it"
    assert [each.topic for each in posted.next(Diagnosed).wrong] == [text("doctor.topic.tray")]
    assert posted.next(ProblemMet).title.id == "doctor.found"
