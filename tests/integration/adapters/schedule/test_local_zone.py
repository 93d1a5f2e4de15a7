"""The computer's own time zone, whatever the environment says of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from daemon.adapters.schedule.local_zone import LocalZone
from support.process import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ZONE = LocalZone()
HOURS = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(2 * 24 * 366)]


@pytest.fixture
def use() -> Iterator[Callable[[str], None]]:
    """Set TZ for the C library."""
    with pytest.MonkeyPatch.context() as patch:

        def set_zone(name: str) -> None:
            patch.setenv("TZ", name)
            time.tzset()

        yield set_zone
    time.tzset()


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Paris"),
        ("Asia/Kathmandu", "Asia/Kathmandu"),
        ("Australia/Lord_Howe", "Australia/Lord_Howe"),
        ("<+05>-5", "Etc/GMT-5"),
    ],
)
def test_each_half_hour_of_a_year_is_what_the_zone_database_says(
    use: Callable[[str], None], name: str, same_as: str
) -> None:
    use(name)
    known = ZoneInfo(same_as)
    for moment in HOURS:
        here, there = moment.astimezone(ZONE), moment.astimezone(known)
        assert (here.replace(tzinfo=None), here.fold) == (there.replace(tzinfo=None), there.fold)
        assert here.utcoffset() == there.utcoffset()
        assert here.astimezone(UTC) == moment, "and back"


@pytest.mark.parametrize("name", ["Bogus/Zone", ":/etc/passwd", "", "UTC-5", "\u00e9"])
def test_whatever_is_set_gives_some_time(use: Callable[[str], None], name: str) -> None:
    use(name)
    moment = HOURS[0].astimezone(ZONE)
    assert moment == HOURS[0]
    assert moment.utcoffset() is not None


def test_a_new_time_zone_counts_at_once(use: Callable[[str], None]) -> None:
    moment = HOURS[0]
    use("Europe/Paris")
    assert moment.astimezone(ZONE).hour == 1
    use("Asia/Tokyo")
    assert moment.astimezone(ZONE).hour == 9


# Run with a copy of its own in the place of /etc, so that no other process travels.
TRAVELLER = """
from datetime import UTC, datetime
from pathlib import Path
from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.schedule.local_zone import LocalZone, follow_zone

place, zones = Path("/etc/localtime"), Path("/usr/share/zoneinfo")
noon = datetime(2027, 1, 15, 12, tzinfo=UTC)

def show():
    follow_zone()
    print(noon.astimezone(LocalZone()).hour, Translator("en").render(text("certificate.until", date=noon)))

show()
place.unlink()
place.symlink_to(zones / "Asia/Tokyo")
show()
place.unlink()
place.write_bytes((zones / "Europe/Paris").read_bytes())
show()
"""


def test_a_change_of_the_computers_zone_is_followed_in_all_that_is_shown(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    shutil.copytree("/etc", etc, symlinks=True, ignore_dangling_symlinks=True)
    (etc / "localtime").unlink()
    (etc / "localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    own = f'mount --bind {etc} /etc && exec {sys.executable} -c "$TRAVELLER"'
    environment = {name: value for name, value in os.environ.items() if name != "TZ"} | {"TRAVELLER": TRAVELLER}
    command = [require_tool("unshare", "util-linux"), "--mount", "sh", "-c", own]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "12 valid until Friday 15 January 2027 at 12:00",
        "21 valid until Friday 15 January 2027 at 21:00",
        "13 valid until Friday 15 January 2027 at 13:00",
    ], done.stderr
