"""The metrics of the accounts of a Windows computer reach one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.windows import Windows

pytestmark = pytest.mark.full

OWNED = """
import sys
from config.private_windows import owner_of, _own_sid
from daemon.adapters.metrics.profiles_windows import profiles
(profile,) = profiles()
with open(sys.argv[1], "rb") as file:
    print(profile.sid == owner_of(file.fileno()) == _own_sid(), profile.folder)
"""
# Wine gives every file to the user who runs it, never to administrators
COLLECT = """
import sys
from daemon.adapters.metrics import exporter_file
exporter_file.open_to_others = lambda folder, writers: None
from tray.cli.main import main
sys.exit(main(["metrics", "--collect", sys.argv[1]]))
"""


def test_what_an_account_saves_is_gathered_under_an_id_of_the_collectors(windows: Windows, tmp_path: Path) -> None:
    windows.configure()
    saved = windows.run("metrics", "--save")
    assert saved.code == 0, saved.text
    own = (windows.data / "metrics.prom").read_text()
    assert own.startswith("# HELP vigicle_build_info")
    owned = windows.python(OWNED, windows.in_windows(windows.data / "metrics.prom"))
    assert owned.text.startswith("True C:\\users\\"), owned.text
    collected = windows.python(COLLECT, windows.in_windows(tmp_path))
    assert collected.code == 0, collected.text
    text = (tmp_path / "vigicle.prom").read_bytes().decode()
    assert "\r" not in text
    assert (text == own, text.count("vigicle_build_info{account=")) == (False, 1)
    (tmp_path / "vigicle.prom").unlink()
    windows.python(COLLECT, windows.in_windows(tmp_path))
    assert (tmp_path / "vigicle.prom").read_text() == text, "the id is kept"


def test_a_folder_that_is_not_of_administrators_is_refused(windows: Windows, tmp_path: Path) -> None:
    refused = windows.run("metrics", "--collect", windows.in_windows(tmp_path))
    assert refused.code == 1
    assert "other accounts may write there" in refused.text
    assert list(tmp_path.iterdir()) == []
