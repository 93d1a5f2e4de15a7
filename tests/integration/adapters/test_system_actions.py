"""Settings that the window changes are written in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.folders import Folders
from config.settings import SettingId
from daemon.adapters.autostart import make_login_starter
from daemon.adapters.system_actions import DesktopSystemActions
from daemon.core.effects import WriteSetting
from daemon.core.events import SettingAnswered
from support.posted_events import PostedEvents

if TYPE_CHECKING:
    from pathlib import Path

    from config.i18n.text import Text


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
