"""The collector of Windows believes an account of its own keys alone."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.metrics import collector_windows
from daemon.adapters.metrics.collector_windows import WAY, Profile, collect
from daemon.core.metrics import LINE_LIMIT, SERIES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="owners are told by /proc")
OWN, OTHER = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
LINE = 'vigicle_build_info{account="forged",version="1"} 1\n'


def profile(folder: Path, sid: str, content: str = LINE) -> Profile:
    """Return a profile in which an account has saved its metrics."""
    file = folder.joinpath(sid, *WAY)
    file.parent.mkdir(parents=True)
    file.write_text(content)
    return Profile(sid=sid, folder=folder / sid)


def owner_of(number: int) -> str:
    """Return the account in whose profile an open file was made."""
    return next(part for part in Path(f"/proc/self/fd/{number}").readlink().parts if part in {OWN, OTHER})


def gathered(*profiles: Profile) -> list[str]:
    text = collect(profiles, {OWN: "own", OTHER: "other"}.__getitem__, owner_of, with_names=False)
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_each_account_speaks_of_itself(tmp_path: Path) -> None:
    assert gathered(profile(tmp_path, OWN), profile(tmp_path, OTHER)) == [
        'vigicle_build_info{account="other",version="1"} 1',
        'vigicle_build_info{account="own",version="1"} 1',
    ]


def link_file(mine: Profile, other: Profile) -> None:
    mine.folder.joinpath(*WAY).unlink()
    mine.folder.joinpath(*WAY).symlink_to(other.folder.joinpath(*WAY))


def link_folder(mine: Profile, other: Profile) -> None:
    place = mine.folder / WAY[0]
    place.rename(place.with_name("away"))
    place.symlink_to(other.folder / WAY[0])


def pipe(mine: Profile, _other: Profile) -> None:
    file = mine.folder.joinpath(*WAY)
    file.unlink()
    os.mkfifo(file)


def folder(mine: Profile, _other: Profile) -> None:
    file = mine.folder.joinpath(*WAY)
    file.unlink()
    file.mkdir()


def nothing(mine: Profile, _other: Profile) -> None:
    mine.folder.joinpath(*WAY).unlink()


@pytest.mark.parametrize("plant", [link_file, link_folder, pipe, folder, nothing])
def test_what_is_no_file_of_the_account_says_nothing(tmp_path: Path, plant: Callable[[Profile, Profile], None]) -> None:
    mine, other = profile(tmp_path, OWN), profile(tmp_path, OTHER)
    plant(mine, other)
    assert gathered(mine, other) == ['vigicle_build_info{account="other",version="1"} 1']


def test_a_file_that_another_account_owns_says_nothing(tmp_path: Path) -> None:
    mine = profile(tmp_path, OWN)
    assert collect([mine], lambda _sid: "own", lambda _number: OTHER, with_names=False) == ""


def test_an_account_whose_file_does_not_open_delays_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector_windows, "LIMIT_S", 1.0)
    released = threading.Event()
    mine, other = profile(tmp_path, OWN), profile(tmp_path, OTHER)

    def slow_owner(number: int) -> str:
        if owner_of(number) == OWN:
            released.wait()
        return owner_of(number)

    text = collect([mine, other], {OWN: "own", OTHER: "other"}.__getitem__, slow_owner, with_names=False)
    released.set()
    assert ('account="other"' in text, 'account="own"' in text) == (True, False)


@pytest.mark.parametrize(
    "content",
    ["up 0\n", "\0" * 1000, "x" * LINE_LIMIT * 2, 'up{account="other"} 0\n'],
    ids=["another metric", "zeros", "a long line", "another's"],
)
def test_what_is_not_understood_is_not_written(tmp_path: Path, content: str) -> None:
    assert gathered(profile(tmp_path, OWN, content)) == []


def test_one_account_has_a_limit(tmp_path: Path) -> None:
    many = "".join(f'vigicle_build_info{{version="{number}"}} 1\n' for number in range(SERIES_LIMIT + 9))
    assert len(gathered(profile(tmp_path, OWN, many))) == SERIES_LIMIT
