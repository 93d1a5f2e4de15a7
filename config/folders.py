"""Where vigicle keeps its files on this system, and how its own folders stay private."""

import os
import stat
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from config.i18n.text import Text, text
from config.i18n.translator import UserError
from config.identity import APPLICATION
from config.private_windows import keep_private


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The places of one installation for one person.

    `config_named` is true when the person named the configuration file themselves: it must then exist.
    `runtime` holds the lock and the control channel.
    """

    config_file: Path
    policy_file: Path
    state: Path
    runtime: Path
    config_named: bool = False

    @property
    def procedures(self) -> tuple[Path, ...]:
        """Folders of further procedure files, the machine's before the person's."""
        return self.policy_file.parent / "procedures", self.config_file.parent / "procedures"


class FolderError(UserError):
    """A folder of ours that cannot be trusted or used."""

    def __init__(self, what: Text, path: Path, remedy: Text) -> None:
        super().__init__(text("folder.problem", what=what, path=str(path), remedy=remedy))
        self.what = what
        self.path = path
        self.remedy = remedy


def find_folders(environ: Mapping[str, str] = os.environ) -> Folders:
    """Find the folders of this person; nothing is made or checked."""
    places = platformdirs.PlatformDirs(APPLICATION, appauthor=False)
    named = environ.get("VIGICLE_CONFIG", "")
    state = _xdg(environ, "XDG_STATE_HOME") or places.user_state_path
    config = _xdg(environ, "XDG_CONFIG_HOME") or places.user_config_path
    return Folders(
        config_file=Path(named) if named else config / "config.toml",
        policy_file=places.site_config_path / "policy.toml",
        state=state,
        runtime=_runtime(environ, state),
        config_named=bool(named),
    )


def private_folder(path: Path) -> Path:
    """Make the folder and its parents where they are missing, for this person alone (0700).

    Raises FolderError when it is a link, another account's, or has lain open for others to write into.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_private(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FolderError(text("folder.unusable", reason=reason), path, text("folder.unusable.remedy")) from error
    return path


def _keep_private(path: Path) -> None:
    if sys.platform == "win32":
        keep_private(path)
    else:
        facts = path.lstat()
        if stat.S_ISLNK(facts.st_mode):
            raise FolderError(text("folder.link"), path, text("folder.link.remedy"))
        if facts.st_uid != os.geteuid():
            raise FolderError(text("folder.foreign"), path, text("folder.foreign.remedy"))
        if facts.st_mode & stat.S_IWOTH and any(path.iterdir()):
            raise FolderError(text("folder.open"), path, text("folder.open.remedy"))
        if stat.S_IMODE(facts.st_mode) != stat.S_IRWXU:
            path.chmod(stat.S_IRWXU)


def _xdg(environ: Mapping[str, str], name: str) -> Path | None:
    """A relative path there is ignored (XDG Base Directory Specification 0.8)."""
    named = environ.get(name, "")
    return Path(named) / APPLICATION if named and Path(named).is_absolute() else None


def _runtime(environ: Mapping[str, str], state: Path) -> Path:
    """One runtime folder for each state folder: two states are two installations that must not meet."""
    if sys.platform != "win32":
        usual = Path.home() / ".local" / "state" / APPLICATION
        name = APPLICATION if state == usual else f"{APPLICATION}-{_short_hash(state)}"
        owner = os.geteuid()
        for candidate in (environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{owner}"):
            if candidate and is_private(Path(candidate), owner):
                return Path(candidate) / name
    return state / "run"


def is_private(folder: Path, owner: int) -> bool:
    """Tell whether an absolute path is a folder of this account that no other can write into (not for Windows)."""
    try:
        facts = folder.stat()
    except (OSError, ValueError):
        return False
    private = not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return folder.is_absolute() and stat.S_ISDIR(facts.st_mode) and facts.st_uid == owner and private


def _short_hash(path: Path) -> str:
    return f"{zlib.crc32(os.fsencode(path)):08x}"
