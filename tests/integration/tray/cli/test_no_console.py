"""vigicle without standard streams, as at a Windows login, logs instead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.folders import find_folders
from tray.cli.no_console import ENOUGH, LOG, print_to_log

if TYPE_CHECKING:
    from support.program import Program

VIGICLE = str(Path(sys.executable).with_name("vigicle"))


def run_without_streams(program: Program, *arguments: str) -> int:
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", VIGICLE, *arguments]
    return subprocess.run(command, env=program.environment, timeout=30, check=False).returncode


def test_what_is_printed_goes_to_the_log(program: Program) -> None:
    assert run_without_streams(program, "quit") == 0
    assert (program.state_folder / LOG).read_text(encoding="utf-8").strip()


def test_a_refused_configuration_is_in_the_log(program: Program) -> None:
    program.configure("gibberish = 1\n")
    assert run_without_streams(program, "status") == 3
    assert "gibberish" in (program.state_folder / LOG).read_text(encoding="utf-8")


def test_a_link_in_place_of_the_log_is_not_followed(program: Program, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    program.state_folder.mkdir(parents=True, mode=0o700)
    (program.state_folder / LOG).symlink_to(precious)
    assert run_without_streams(program, "quit") == 0
    assert precious.read_text() == "precious"
    assert (program.state_folder / LOG).read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(("size", "begins_anew"), [(ENOUGH, False), (ENOUGH + 1, True)])
def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, begins_anew: bool) -> None:
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(sys, stream, None)  # put back afterwards
    state = tmp_path / "vigicle"
    state.mkdir()
    (state / LOG).write_bytes(b"x" * size)
    print_to_log(find_folders({"XDG_STATE_HOME": str(tmp_path)}))
    sys.stderr.close()
    assert ((state / LOG).stat().st_size == 0) is begins_anew
    assert (state / "vigicle.old.log").exists() is begins_anew
