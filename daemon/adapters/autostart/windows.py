"""Start at login on Windows, by the user's Run key.

The setup for the whole computer writes the machine's Run key, which each user may switch off for themselves. The
choice in the Task Manager counts.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from config.files import is_there
from config.identity import APPLICATION
from daemon.core.login_start import AutostartState, AutostartStatus

VALUE = APPLICATION
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
OWN = rf"Software\{APPLICATION}"
HIDDEN, YES = "HideMachineStart", "1"  # the user's choice not to be started by the machine's Run key
SWITCHED_OFF = 0x01  # the first byte is odd once the user has switched the entry off
LENGTH_LIMIT = 260  # characters of a Run value ("Run and RunOnce Registry Keys")


class Registry(Protocol):
    """The values below HKEY_CURRENT_USER that are needed here. Each may raise OSError."""

    def get_of_machine(self, key: str, name: str) -> str | bytes | None:
        """Return a value below HKEY_LOCAL_MACHINE, None where there is none."""

    def get(self, key: str, name: str) -> str | bytes | None:
        """Return a value, None where there is none."""

    def set(self, key: str, name: str, value: str) -> None:
        """Write a text."""

    def delete(self, key: str, name: str) -> None:
        """Remove a value, if it is there."""


class RunKey:
    """The value in the user's Run key, or in the machine's."""

    def __init__(self, command: Sequence[str], registry: Registry) -> None:
        self._command = command
        self._registry = registry

    def status(self) -> AutostartStatus:
        """Read the value in force: the user's, else the machine's."""
        line = self._value(RUN)
        if not isinstance(line, str) and isinstance(self._of_machine(RUN), str):
            return AutostartStatus(state=self._machine_state(), place=rf"HKEY_LOCAL_MACHINE\{RUN}\{VALUE}")
        return AutostartStatus(state=_state(line, self._value(APPROVED)), place=rf"HKEY_CURRENT_USER\{RUN}\{VALUE}")

    def enable(self) -> AutostartStatus:
        """Use the machine's value where it works, else write the user's.

        That it was switched off is forgotten.
        """
        self._delete(OWN, HIDDEN)
        if self._machine_state() is AutostartState.ON:
            return self._remove_own()
        line = subprocess.list2cmdline(self._command)
        if len(line) > LENGTH_LIMIT:
            raise OSError(f"the command is longer than {LENGTH_LIMIT} characters: {line}")
        self._set(RUN, VALUE, line)
        self._delete(APPROVED)
        return self.status()

    def disable(self) -> AutostartStatus:
        """Remove the user's value, and hide the machine's."""
        if self._of_machine(RUN) is not None:
            self._set(OWN, HIDDEN, YES)
        return self._remove_own()

    def _remove_own(self) -> AutostartStatus:
        """Remove the user's value."""
        self._delete(RUN)
        self._delete(APPROVED)
        return self.status()

    def _machine_state(self) -> AutostartState:
        if self._value(OWN, HIDDEN) == YES:
            return AutostartState.OFF_BY_PERSON
        return _state(self._of_machine(RUN), self._of_machine(APPROVED))

    def _value(self, key: str, name: str = VALUE) -> str | bytes | None:
        with _named(key):
            return self._registry.get(key, name)

    def _of_machine(self, key: str) -> str | bytes | None:
        with _named(key, "HKEY_LOCAL_MACHINE"):
            return self._registry.get_of_machine(key, VALUE)

    def _set(self, key: str, name: str, value: str) -> None:
        with _named(key):
            self._registry.set(key, name, value)

    def _delete(self, key: str, name: str = VALUE) -> None:
        with _named(key):
            self._registry.delete(key, name)


def _state(line: str | bytes | None, approved: str | bytes | None) -> AutostartState:
    """Return the state of a Run key's value."""
    if not isinstance(line, str):
        return AutostartState.OFF
    if isinstance(approved, bytes) and approved[:1] and approved[0] & SWITCHED_OFF:
        return AutostartState.OFF_BY_PERSON
    if is_there(Path(program_of(line))):
        return AutostartState.ON
    return AutostartState.BROKEN


@contextlib.contextmanager
def _named(key: str, root: str = "HKEY_CURRENT_USER") -> Iterator[None]:
    """Let an error name its key: those of the registry name nothing."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), rf"{root}\{key}") from error


def program_of(line: str) -> str:
    """Return the program of a command line that `list2cmdline` made."""
    if line.startswith('"'):
        return line[1:].partition('"')[0]
    return line.partition(" ")[0]


if sys.platform == "win32":
    import winreg

    class WindowsRegistry:
        """The real registry."""

        def get(self, key: str, name: str) -> str | bytes | None:
            """Return a value.

            None where it is missing, or neither text nor bytes.
            """
            return _read(winreg.HKEY_CURRENT_USER, key, name)

        def get_of_machine(self, key: str, name: str) -> str | bytes | None:
            """Return a value of the machine in the same way."""
            return _read(winreg.HKEY_LOCAL_MACHINE, key, name)

        def set(self, key: str, name: str, value: str) -> None:
            """Write a text, and make its key where that is missing."""
            with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, key, access=winreg.KEY_SET_VALUE) as handle:
                winreg.SetValueEx(handle, name, 0, winreg.REG_SZ, value)

        def delete(self, key: str, name: str) -> None:
            """Remove a value, if it is there."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, access=winreg.KEY_SET_VALUE) as handle:
                    winreg.DeleteValue(handle, name)
            except FileNotFoundError:
                pass

    def _read(root: int, key: str, name: str) -> str | bytes | None:
        try:
            with winreg.OpenKey(root, key) as handle:
                value, _ = winreg.QueryValueEx(handle, name)
        except FileNotFoundError:
            return None
        if isinstance(value, str | bytes):
            return value
        return None
