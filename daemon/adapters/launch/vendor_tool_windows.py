"""The programs that Windows lists: shortcuts and the uninstall registry."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PureWindowsPath

from config.files import is_file_there, is_there
from daemon.adapters.platform.shortcut_windows import read_target

log = logging.getLogger(__name__)

UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
BROWSERS = {"brave", "chrome", "chromium", "firefox", "firefoxpwa", "iexplore", "msedge", "opera", "vivaldi"}
MENU = r"Microsoft\Windows\Start Menu\Programs"


def shortcuts(environ: Mapping[str, str] = os.environ) -> Iterator[tuple[str, Path]]:
    """Yield the names and files of all shortcuts with a target.

    They are those of this user and of all users.
    """
    menus = [Path(environ[each]) / MENU for each in ("APPDATA", "PROGRAMDATA") if environ.get(each)]
    desktops = [Path(environ[each]) / "Desktop" for each in ("USERPROFILE", "PUBLIC") if environ.get(each)]
    moved = _value_of_user(SHELL_FOLDERS, "Desktop")  # OneDrive moves it
    if moved:
        desktops.append(Path(moved))
    files = [file for menu in menus for file in sorted(menu.rglob("*.lnk"))]
    files += [file for desktop in desktops for file in sorted(desktop.glob("*.lnk"))]  # below lies what people keep
    yield from ((file.stem, file) for file in files if _leads_somewhere(file))


def _leads_somewhere(shortcut: Path) -> bool:
    try:
        target = read_target(shortcut)
    except (OSError, ValueError) as error:
        log.info("Shortcut %s skipped: %s", shortcut, error)
        return False
    return target is None or (not _is_remote(target) and is_there(target) and not is_browser(target))


def _is_remote(target: Path) -> bool:
    """Return whether a path names another computer, or a device.

    A look there would open a connection, with the user's name.
    """
    return PureWindowsPath(str(target)).drive.startswith("\\\\")


def is_browser(program: Path) -> bool:
    """Return whether a program is a browser, or starts its web apps.

    A browser's "app" is a shortcut to it, under a name that a page chose.
    """
    stem = program.stem.casefold()
    return stem in BROWSERS or stem.endswith("_proxy")  # chrome_proxy.exe, msedge_proxy.exe, brave_proxy.exe …


def installed_programs() -> Iterator[tuple[str, Path]]:
    """Yield the names and programs of the uninstall registry.

    Both views are read, for this user and for all users.
    """
    for display_name, icon, location in _uninstall_entries():
        program = program_of(icon, location)
        if program is not None:
            yield display_name, program


def program_of(icon: str, location: str) -> Path | None:
    """Return an entry's program.

    It is named by DisplayIcon ("C:\\x\\y.exe",0), or is the only program in InstallLocation.
    """
    if icon:
        named = Path(icon.rsplit(",", 1)[0].strip().strip('"'))
        if _is_program(named):
            return named
    folder = Path(location.strip().strip('"'))
    if not folder.is_absolute() or _is_remote(folder):
        return None
    found = [file for file in sorted(folder.glob("*.exe")) if _is_program(file)]
    if len(found) == 1:
        return found[0]
    return None


def _is_program(file: Path) -> bool:
    return (
        file.is_absolute()
        and file.suffix.casefold() == ".exe"
        and not file.stem.casefold().startswith("unins")
        and not is_browser(file)
        and not _is_remote(file)
        and is_file_there(file)
    )


if sys.platform == "win32":
    import winreg

    def _value_of_user(key: str, value: str) -> str:
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                return _text(opened, value)
        except OSError:
            return ""

    def _uninstall_entries() -> Iterator[tuple[str, str, str]]:
        """Yield DisplayName, DisplayIcon and InstallLocation, "" where absent."""
        for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
                rights = winreg.KEY_READ | view
                with contextlib.suppress(OSError), winreg.OpenKey(root, UNINSTALL, 0, rights) as programs:
                    for index in range(winreg.QueryInfoKey(programs)[0]):
                        yield from _entry(programs, index, rights)

    def _entry(programs: winreg.HKEYType, index: int, rights: int) -> Iterator[tuple[str, str, str]]:
        try:
            with winreg.OpenKey(programs, winreg.EnumKey(programs, index), 0, rights) as one:
                yield _text(one, "DisplayName"), _text(one, "DisplayIcon"), _text(one, "InstallLocation")
        except OSError as error:
            log.info("Uninstall registry entry skipped: %s", error)

    def _text(key: winreg.HKEYType, value: str) -> str:
        """Return a text with its variables expanded, "" where it is missing."""
        try:
            found, kind = winreg.QueryValueEx(key, value)
        except FileNotFoundError:
            return ""
        except OSError as error:
            log.info("Registry value %s skipped: %s", value, error)
            return ""
        if not isinstance(found, str):
            log.info("Registry value %s skipped: not a text", value)
            return ""
        if kind == winreg.REG_EXPAND_SZ:
            return winreg.ExpandEnvironmentStrings(found)
        return found

else:

    def _value_of_user(key: str, value: str) -> str:  # noqa: ARG001 - Windows alone has it
        return ""

    def _uninstall_entries() -> Iterator[tuple[str, str, str]]:
        return iter(())
