"""Lists the accounts of people on Windows, and where their files are."""

import contextlib
import re
import sys
import winreg
from collections.abc import Iterator
from pathlib import Path

from daemon.adapters.metrics.collector_windows import Profile

assert sys.platform == "win32"  # noqa: S101 - as mypy understands it; nothing else imports this elsewhere

PROFILES = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
FOLDER = "ProfileImagePath"
PERSON = re.compile(r"S-1-(5-21|12-1)(-[0-9]+)+")
"""The SID of a person.

The account is of the computer, its domain, or Entra ID (learn.microsoft.com, Well-known SIDs).
"""


def profiles() -> Iterator[Profile]:
    """Yield the profile of each person. Raises OSError."""
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PROFILES) as key:
        for number in range(winreg.QueryInfoKey(key)[0]):
            sid = winreg.EnumKey(key, number)
            if PERSON.fullmatch(sid):
                with contextlib.suppress(OSError), winreg.OpenKey(key, sid) as profile:
                    folder = winreg.ExpandEnvironmentStrings(str(winreg.QueryValueEx(profile, FOLDER)[0]))
                    yield Profile(sid=sid, folder=Path(folder))
