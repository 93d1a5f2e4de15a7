"""`vigicle metrics` names what it cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cli_command import carry_out, folders_in
from tray.cli.metrics import add_metrics_command

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_an_empty_folder_is_not_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert carry_out(add_metrics_command, folders_in(tmp_path), "--collect", "") == 1
    assert "no folder is named" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
