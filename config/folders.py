"""Finds vigicle's folders on this system, and keeps its own folders private."""

import getpass
import os
import stat
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from config.i18n.text import Text, text
from config.i18n.translator import UserError
from config.identity import APPLICATION, MACOS_ID
from config.private_windows import keep_private
from config.system_errors import reason_of
from config.trust import Writers
from config.values import dataclass

if sys.platform != "win32":
    from config.trust import others_may_write

if sys.platform == "linux":
    MACHINE = Path("/etc/xdg") / APPLICATION  # whatever XDG_CONFIG_DIRS says: a session must not hide the policy
else:
    MACHINE = platformdirs.site_config_path(APPLICATION, appauthor=False)
MANAGED = Path("/Library/Managed Preferences")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The files and folders of one installation for one user."""

    config_file: Path
    """The user's settings."""
    policy_file: Path
    """The administrator's settings."""
    state: Path
    """The folder of the store and of the choices made in the menu."""
    runtime: Path
    """The folder of the lock and the control channel."""
    config_named: bool = False
    """Whether the user named the settings file in VIGICLE_CONFIG. It must then exist."""
    policy_writers: Writers = Writers.ADMINISTRATORS
    """Who alone may write the administrator's settings and procedures."""
    managed_preferences: tuple[Path, ...] = ()
    """The preferences that macOS manages: those of the computer, then those of the account."""

    @property
    def policy_procedures(self) -> Path:
        """Return the folder of the administrator's procedure files."""
        return self.policy_file.parent / "procedures"

    @property
    def own_procedures(self) -> Path:
        """Return the folder of the user's procedure files."""
        return self.config_file.parent / "procedures"


class FolderError(UserError):
    """A folder of vigicle cannot be trusted or used."""

    def __init__(self, what: Text, path: Path, remedy: Text) -> None:
        """`what` is wrong with the folder, and `remedy` is what to do."""
        super().__init__(text("folder.problem", what=what, path=str(path), remedy=remedy))
        self.what = what
        self.path = path
        self.remedy = remedy


def find_folders(environ: Mapping[str, str] = os.environ) -> Folders:
    """Return the folders of this user, without making or checking them."""
    places = platformdirs.PlatformDirs(APPLICATION, appauthor=False)
    named = environ.get("VIGICLE_CONFIG", "")
    state = _xdg(environ, "XDG_STATE_HOME") or places.user_state_path
    config = _xdg(environ, "XDG_CONFIG_HOME") or places.user_config_path
    return Folders(
        config_file=Path(named or config / "config.toml"),
        policy_file=MACHINE / "policy.toml",
        state=state,
        runtime=_runtime(environ, state),
        config_named=bool(named),
        managed_preferences=_managed_preferences(),
    )


def _managed_preferences() -> tuple[Path, ...]:
    """Return where macOS puts the preferences of a profile.

    Root alone can write there.
    Source: the payload com.apple.ManagedClient.preferences (developer.apple.com, Device Management).
    """
    files: tuple[Path, ...] = ()
    if sys.platform == "darwin":
        name = f"{MACOS_ID}.plist"
        files = MANAGED / name, MANAGED / getpass.getuser() / name
    return files


def private_folder(path: Path) -> Path:
    """Make the folder and its missing parents, for this user alone (0700).

    Raises FolderError when it is a link, belongs to another account, or holds files while others may write into it.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_private(path)
    except (FileExistsError, NotADirectoryError) as error:
        place = next(each for each in (path, *path.parents) if os.path.lexists(each))
        what = text("folder.no_folder", place=str(place))
        raise FolderError(what, path, text("folder.no_folder.remedy")) from error
    except OSError as error:
        raise FolderError(
            text("folder.unusable", reason=reason_of(error)), path, text("folder.unusable.remedy")
        ) from error
    return path


def check_private(path: Path) -> None:
    """Raise FolderError where another account could have written into the folder.

    One that is missing passes. On Windows all pass, because `private_folder` has set the rights.
    """
    if sys.platform != "win32":
        try:
            facts = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return
        if stat.S_ISLNK(facts.st_mode):
            raise FolderError(text("folder.link"), path, text("folder.link.remedy"))
        if facts.st_uid != os.geteuid():
            raise FolderError(text("folder.foreign"), path, text("folder.foreign.remedy"))
        if others_may_write(path, facts, Writers.USER) and any(path.iterdir()):
            raise FolderError(text("folder.open"), path, text("folder.open.remedy"))


def _keep_private(path: Path) -> None:
    if sys.platform == "win32":
        keep_private(path)
    else:
        check_private(path)
        if stat.S_IMODE(path.lstat().st_mode) != stat.S_IRWXU:
            path.chmod(stat.S_IRWXU)


def _xdg(environ: Mapping[str, str], name: str) -> Path | None:
    """Return the folder that a variable names.

    A relative path is ignored (XDG Base Directory Specification 0.8).
    """
    named = environ.get(name, "")
    if not named or not Path(named).is_absolute():
        return None
    return Path(named) / APPLICATION


def _runtime(environ: Mapping[str, str], state: Path) -> Path:
    """Return the runtime folder that belongs to a state folder.

    Two state folders are two installations, which must not share a lock.
    """
    if sys.platform != "win32":
        name = APPLICATION
        if state != Path.home() / ".local" / "state" / APPLICATION:
            name = f"{APPLICATION}-{_short_hash(state)}"
        owner = os.geteuid()
        for folder in (environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{owner}"):
            if folder and is_private(Path(folder), owner):
                return Path(folder) / name
    return state / "run"


def is_private(folder: Path, owner: int) -> bool:
    """Return whether only this account can write into the folder.

    The path must be absolute. Not for Windows.
    """
    try:
        facts = folder.stat()
    except (OSError, ValueError):
        return False
    private = not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return folder.is_absolute() and stat.S_ISDIR(facts.st_mode) and facts.st_uid == owner and private


def _short_hash(path: Path) -> str:
    return f"{zlib.crc32(os.fsencode(path)):08x}"
