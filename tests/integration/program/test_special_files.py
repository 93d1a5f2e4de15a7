"""A pipe, device or folder in a file's place stops nothing.

They wait for a writer, or have no end.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.workstation import start_daemon

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.program import Program

ANSWER_LIMIT_S = 20.0


def put_pipe(place: Path) -> None:
    os.mkfifo(place)


def put_device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def put_folder(place: Path) -> None:
    place.mkdir()


PLACES = {
    "the store": "vigicle.sqlite3",
    "the store's log": "vigicle.sqlite3-wal",
    "the language chosen": "choices.toml",
    "the note of the runtime folder": "runtime",
}


@pytest.mark.parametrize("put", [put_pipe, put_device, put_folder], ids=["pipe", "device", "folder"])
@pytest.mark.parametrize("name", PLACES.values(), ids=PLACES)
def test_status_answers_whatever_lies_in_the_place_of_a_file(
    workstation: Program, name: str, put: Callable[[Path], None]
) -> None:
    workstation.state_folder.mkdir(parents=True, exist_ok=True)
    workstation.state_folder.chmod(0o700)
    if name.endswith("-wal"):
        start_daemon(workstation)
        workstation.run("quit")
        (workstation.state_folder / name).unlink(missing_ok=True)
    put(workstation.state_folder / name)
    assert workstation.run("status", timeout_s=ANSWER_LIMIT_S).returncode in {0, 3}


@pytest.mark.parametrize("put", [put_pipe, put_device], ids=["pipe", "device"])
def test_the_daemon_starts_whatever_lies_in_the_place_of_its_control_file(
    workstation: Program, put: Callable[[Path], None]
) -> None:
    start_daemon(workstation)
    workstation.run("quit")
    (folder,) = Path(workstation.environment["XDG_RUNTIME_DIR"]).glob("vigicle*")
    put(folder / "control.json")
    daemon = start_daemon(workstation)
    assert workstation.run("quit", timeout_s=ANSWER_LIMIT_S).returncode == 0
    daemon.close()
