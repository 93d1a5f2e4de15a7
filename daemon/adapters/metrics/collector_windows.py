"""Reads the metrics that accounts have saved, on Windows.

There no program becomes another account without its password. So a task of each account saves its metrics in its own
state folder, and a task of SYSTEM reads them there. It believes a file of the account it looks for alone.
"""

import queue
import stat
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from config.values import dataclass
from daemon.adapters.metrics.untrusted import OUTPUT_LIMIT, samples_of
from daemon.core.metrics import Sample, exposition

LIMIT_S = 5.0  # of one account
WAY = ("AppData", "Local", "vigicle", "metrics.prom")
"""From the folder of a profile to what it has saved."""
SAVED = WAY[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Where one account keeps its files."""

    sid: str
    folder: Path


def collect(
    profiles: Iterable[Profile],
    id_of: Callable[[str], str],
    owner_of: Callable[[int], str],
    *,
    with_names: bool,
) -> str:
    """Return the text of all accounts.

    `owner_of` returns the SID of who owns an open file. An account that is silent costs at most `LIMIT_S`.
    """
    found: list[Sample] = []
    for profile in profiles:
        found += samples_of(_in_time(profile, owner_of), id_of(profile.sid), with_names=with_names)
    return exposition(found)


def _in_time(profile: Profile, owner_of: Callable[[int], str]) -> bytes:
    """Return what the account has saved, nothing where that takes too long."""
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(saved(profile, owner_of)), daemon=True).start()
    try:
        return answers.get(timeout=LIMIT_S)
    except queue.Empty:
        return b""


def saved(profile: Profile, owner_of: Callable[[int], str]) -> bytes:
    """Return what the account has saved, nothing where another one owns it.

    No link is followed: SYSTEM would follow it to other computers as well.
    """
    file = profile.folder.joinpath(*WAY)
    try:
        if any(map(_is_link, (file, *file.parents[: len(WAY)]))) or not stat.S_ISREG(file.lstat().st_mode):
            return b""
        with file.open("rb") as stream:
            return stream.read(OUTPUT_LIMIT) if owner_of(stream.fileno()) == profile.sid else b""
    except OSError:
        return b""


def _is_link(place: Path) -> bool:
    """Return whether the way goes on elsewhere."""
    facts = place.lstat()
    return stat.S_ISLNK(facts.st_mode) or bool(getattr(facts, "st_reparse_tag", 0))
