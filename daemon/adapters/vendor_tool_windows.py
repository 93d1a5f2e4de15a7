"""Where Windows knows programs from: shortcuts of the Start menu and the desktop, and the uninstall registry."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
MENU = r"Microsoft\Windows\Start Menu\Programs"


def shortcuts(environ: Mapping[str, str] = os.environ) -> Iterator[tuple[str, Path]]:
    """Yield the names and files of the shortcuts, of this person and of all."""
    folders = [
        Path(environ[variable]) / below
        for variable, below in (
            ("APPDATA", MENU),
            ("PROGRAMDATA", MENU),
            ("USERPROFILE", "Desktop"),
            ("PUBLIC", "Desktop"),
        )
        if environ.get(variable)
    ]
    moved = _value_of_user(SHELL_FOLDERS, "Desktop")  # OneDrive moves it
    if moved:
        folders.append(Path(os.path.expandvars(moved)))
    for folder in folders:
        yield from ((file.stem, file) for file in sorted(folder.rglob("*.lnk")))


def installed_programs() -> Iterator[tuple[str, Path]]:
    """Yield the names and programs that the uninstall registry knows, in both views, of this person and of all."""
    for display_name, icon, location in _uninstall_entries():
        program = program_of(icon, location)
        if program is not None:
            yield display_name, program


def program_of(icon: str, location: str) -> Path | None:
    """Tell the program from an entry's DisplayIcon ("C:\\x\\y.exe",0), else from the one program in its folder."""
    named = Path(icon.rsplit(",", 1)[0].strip().strip('"')) if icon else None
    if named is not None and _is_program(named):
        return named
    folder = location.strip().strip('"')
    found = [file for file in sorted(Path(folder).glob("*.exe")) if _is_program(file)] if folder else []
    return found[0] if len(found) == 1 else None


def _is_program(file: Path) -> bool:
    return file.suffix.casefold() == ".exe" and not file.stem.casefold().startswith("unins") and file.is_file()


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
        with contextlib.suppress(OSError), winreg.OpenKey(programs, winreg.EnumKey(programs, index), 0, rights) as one:
            yield _text(one, "DisplayName"), _text(one, "DisplayIcon"), _text(one, "InstallLocation")

    def _text(key: winreg.HKEYType, value: str) -> str:
        try:
            return str(winreg.QueryValueEx(key, value)[0])
        except OSError:
            return ""

else:

    def _value_of_user(key: str, value: str) -> str:  # noqa: ARG001 - Windows alone has it
        return ""

    def _uninstall_entries() -> Iterator[tuple[str, str, str]]:
        return iter(())
