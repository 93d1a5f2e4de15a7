"""Start at login on Windows, by the user's Run key.

The user's choice in the Task Manager counts.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from config.identity import APPLICATION
from daemon.core.login_start import AutostartState, AutostartStatus

VALUE = APPLICATION
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
SWITCHED_OFF = 0x01  # the first byte is odd once the user has switched the entry off
LENGTH_LIMIT = 260  # characters of a Run value ("Run and RunOnce Registry Keys")


class Registry(Protocol):
    """The values below HKEY_CURRENT_USER that are needed here. Each may raise OSError."""

    def get(self, key: str, name: str) -> str | bytes | None:
        """Return a value, None where there is none."""

    def set(self, key: str, name: str, value: str) -> None:
        """Write a text."""

    def delete(self, key: str, name: str) -> None:
        """Remove a value, if it is there."""


class RunKey:
    """The value in the user's Run key."""

    def __init__(self, command: Sequence[str], registry: Registry) -> None:
        self._command = command
        self._registry = registry

    def status(self) -> AutostartStatus:
        """Return whether the value is there and not switched off."""
        return AutostartStatus(state=self._state(), place=rf"HKEY_CURRENT_USER\{RUN}\{VALUE}")

    def enable(self) -> AutostartStatus:
        """Write the value, and forget that it was switched off."""
        line = subprocess.list2cmdline(self._command)
        if len(line) > LENGTH_LIMIT:
            raise OSError(f"the command is longer than {LENGTH_LIMIT} characters: {line}")
        with _named(RUN):
            self._registry.set(RUN, VALUE, line)
        self._delete(APPROVED)
        return self.status()

    def disable(self) -> AutostartStatus:
        """Remove the value."""
        self._delete(RUN)
        self._delete(APPROVED)
        return self.status()

    def _value(self, key: str) -> str | bytes | None:
        with _named(key):
            return self._registry.get(key, VALUE)

    def _delete(self, key: str) -> None:
        with _named(key):
            self._registry.delete(key, VALUE)

    def _state(self) -> AutostartState:
        line = self._value(RUN)
        if not isinstance(line, str):
            return AutostartState.OFF
        approved = self._value(APPROVED)
        if isinstance(approved, bytes) and approved[:1] and approved[0] & SWITCHED_OFF:
            return AutostartState.OFF_BY_PERSON
        if Path(program_of(line)).exists():
            return AutostartState.ON
        return AutostartState.BROKEN


@contextlib.contextmanager
def _named(key: str) -> Iterator[None]:
    """Let an error name its key: those of the registry name nothing."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), rf"HKEY_CURRENT_USER\{key}") from error


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
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as handle:
                    value, _ = winreg.QueryValueEx(handle, name)
            except FileNotFoundError:
                return None
            if isinstance(value, str | bytes):
                return value
            return None

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
