"""Judges whether another account could have written a file.

Settings and procedures name code to load and programs to start. So a file counts only where no other account can
change it, nor a folder on its way.
"""

import contextlib
import enum
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path


class Writers(enum.Enum):
    """Who alone may write a file."""

    ADMINISTRATORS = enum.auto()
    USER = enum.auto()
    """The user of this process, besides the administrators."""


def changeable_by_others(file: Path, writers: Writers) -> Path | None:
    """Return the place that an account besides `writers` may change.

    That is the file, a folder on its way, or None. A place that cannot be examined is returned.
    """
    for place in _way(file):
        try:
            changeable = _changeable(place, writers)
        except OSError:
            changeable = True
        if changeable:
            return place
    return None


def open_to_others(file: Path, writers: Writers) -> Path | None:
    """Return the place where others than `writers` may change or add files.

    That is one that `changeable_by_others` returns, or the folder that holds the file.

    A missing file is judged by the nearest folder that there is. So a link that leads nowhere is returned: others may
    make what it names. Raises OSError where the path is none.
    """
    nearest = _nearest(file)
    place = changeable_by_others(nearest, writers)
    if place is None:
        holders = dict.fromkeys(each if each.is_dir() else each.parent for each in (nearest, _real(nearest)))
        place = next((each for each in holders if _lets_others_add(each, writers)), None)
    return place


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest folder that there is. Raises OSError."""
    for place in (path, *path.parents):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            place.lstat()
            return place
    return Path(path.anchor)


def _way(file: Path) -> Iterator[Path]:
    """Yield the file and its folders, as named and after links."""
    named, real = file.absolute(), _real(file)
    yield from dict.fromkeys((named, *named.parents, real, *real.parents))


def _real(path: Path) -> Path:
    """Return the path after links.

    Links in a circle stay. `Path.resolve` raises RuntimeError for them, before Python 3.13.
    """
    return Path(os.path.realpath(path))


if sys.platform == "win32":
    from config import private_windows

    def _changeable(place: Path, writers: Writers) -> bool:
        return private_windows.changeable_by_others(place, user_may=writers is Writers.USER)

    def _lets_others_add(folder: Path, writers: Writers) -> bool:
        return private_windows.lets_others_add(folder, user_may=writers is Writers.USER)

else:
    import grp
    import pwd

    ROOT = 0
    ADMINISTRATORS = {ROOT, 80} if sys.platform == "darwin" else {ROOT}  # root's group, and the admin group of macOS

    def others_may_write(place: Path, facts: os.stat_result, writers: Writers) -> bool:
        """Return whether the mode lets an account besides `writers` write.

        A group counts where it has another member: Debian and Fedora give each user a group of their own.
        """
        if facts.st_mode & stat.S_IWOTH:
            return True
        if not facts.st_mode & stat.S_IWGRP:
            return False
        return _has_acl(place) or _has_other_members(facts.st_gid, _owners(writers))

    def _changeable(place: Path, writers: Writers) -> bool:
        facts = place.lstat()
        if facts.st_uid not in _owners(writers):
            return True
        if stat.S_ISLNK(facts.st_mode):
            return False
        if stat.S_ISDIR(facts.st_mode) and facts.st_mode & stat.S_ISVTX:
            return False  # others add to a sticky folder, and change nothing that is not theirs
        return others_may_write(place, facts, writers)

    def _lets_others_add(folder: Path, writers: Writers) -> bool:
        return others_may_write(folder, folder.stat(), writers)

    def _owners(writers: Writers) -> set[int]:
        return {ROOT, os.geteuid()} if writers is Writers.USER else {ROOT}

    def _has_acl(place: Path) -> bool:
        """Return whether single accounts have rights.

        The mode's bits for the group are then the most that any of them may have (acl(5)).
        """
        return sys.platform == "linux" and "system.posix_acl_access" in os.listxattr(place)

    def _has_other_members(group: int, owners: set[int]) -> bool:
        if group in ADMINISTRATORS:
            return False
        try:
            members = set(grp.getgrgid(group).gr_mem)
        except KeyError:
            return True
        accounts = pwd.getpwall()
        members |= {account.pw_name for account in accounts if account.pw_gid == group}
        return not members <= {account.pw_name for account in accounts if account.pw_uid in owners}
