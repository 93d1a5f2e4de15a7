"""Start at login on Linux, by an autostart entry.

Desktop Application Autostart Specification 0.5.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.files import is_there, write_whole
from daemon.adapters.launch.vendor_tool import command_of, read_entry
from daemon.core.login_start import AutostartState, AutostartStatus

ENTRY = "vigicle.desktop"
FIELDS = (
    ("Type", "Application"),
    ("Version", "1.0"),
    ("Name", "vigicle"),
    ("Comment", "Tells you before the certificate of your key expires"),
    ("Comment[fr]", "Vous prévient avant que le certificat de votre clé n’expire"),
)
RESERVED = frozenset(" \t\n\"'\\><~|&;$*?#()`")  # Desktop Entry Specification 1.5, the Exec key
ESCAPED = frozenset('"`$\\')
HIDDEN, SWITCHED_ON = "Hidden", "X-GNOME-Autostart-enabled"


class XdgEntry:
    """The entry in the user's autostart folder.

    It takes precedence over the machine's entry.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] = os.environ) -> None:
        self._command = command
        self._own = _person_folder(environ) / "autostart" / ENTRY
        self._shared = [folder / "autostart" / ENTRY for folder in _machine_folders(environ)]

    def status(self) -> AutostartStatus:
        """Read the entry in force: the user's, else the machine's."""
        place = next((file for file in (self._own, *self._shared) if is_there(file)), None)
        if place is None:
            return AutostartStatus(state=AutostartState.OFF, place=str(self._own))
        return AutostartStatus(state=_state(read_entry(place)), place=str(place))

    def enable(self) -> AutostartStatus:
        """Use the machine's entry where it works, else write the user's."""
        shared = next((file for file in self._shared if is_there(file)), None)
        if shared is not None and _state(read_entry(shared)) is AutostartState.ON:
            self._own.unlink(missing_ok=True)
        else:
            self._write(("Terminal", "false"), ("StartupNotify", "false"))
        return self.status()

    def disable(self) -> AutostartStatus:
        """Remove the user's entry, or hide the machine's."""
        if any(is_there(file) for file in self._shared):
            self._write((HIDDEN, "true"))
        else:
            self._own.unlink(missing_ok=True)
        return self.status()

    def _write(self, *more: tuple[str, str]) -> None:
        self._own.parent.mkdir(parents=True, exist_ok=True)
        fields = (*FIELDS, ("Exec", exec_value(self._command)), *more)
        lines = ["[Desktop Entry]", *(f"{name}={value}" for name, value in fields)]
        write_whole(self._own, "".join(f"{line}\n" for line in lines).encode())


def exec_value(command: Sequence[str]) -> str:
    """Return a command as the value of an Exec key.

    Arguments are quoted, then escaped like every string of the file.
    """
    return " ".join(map(_quoted, command)).replace("\\", "\\\\")


def _quoted(argument: str) -> str:
    if not RESERVED & set(argument) and argument:
        return argument.replace("%", "%%")
    inner = "".join(f"\\{character}" if character in ESCAPED else character for character in argument)
    return f'"{inner}"'.replace("%", "%%")


def _state(fields: Mapping[str, str]) -> AutostartState:
    """Return whether a desktop has switched the entry off."""
    if fields.get(HIDDEN) == "true" or fields.get(SWITCHED_ON) == "false":
        return AutostartState.OFF_BY_PERSON
    program = next(iter(command_of(fields)), "")
    there = os.access(program, os.X_OK) if program.startswith("/") else bool(program)
    if there:
        return AutostartState.ON
    return AutostartState.BROKEN


def _person_folder(environ: Mapping[str, str]) -> Path:
    """Return the user's configuration folder.

    A relative path in the variable is ignored (XDG Base Directory Specification 0.8).
    """
    named = environ.get("XDG_CONFIG_HOME", "")
    if named.startswith("/"):
        return Path(named)
    return Path.home() / ".config"


def _machine_folders(environ: Mapping[str, str]) -> list[Path]:
    named = [folder for folder in environ.get("XDG_CONFIG_DIRS", "").split(":") if folder.startswith("/")]
    return [Path(folder) for folder in named or ["/etc/xdg"]]
