"""`vigicle metrics` names what it cannot do."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from config.folders import Folders
from config.i18n.translator import Translator
from config.schema.load_settings import load_settings
from config.trust import Writers
from tray.cli.metrics import add_metrics_command

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tray.cli.command import CommandHandler


def test_an_empty_folder_is_not_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    added: dict[str, CommandHandler] = {}
    parser = argparse.ArgumentParser()

    def command(name: str, action: CommandHandler) -> argparse.ArgumentParser:
        added[name] = action
        return parser

    add_metrics_command(command, str)
    folders = Folders(
        config_file=tmp_path / "config.toml",
        policy_file=tmp_path / "policy.toml",
        policy_writers=Writers.USER,
        state=tmp_path / "state",
        runtime=tmp_path / "run",
    )
    options = parser.parse_args(["--collect", ""])
    assert added["metrics"](options, folders, load_settings(folders), Translator("en")) == 1
    assert "no folder is named" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
