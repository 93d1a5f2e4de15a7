"""Start at login on macOS, by a launch agent of the user."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from config.files import is_there, write_whole
from config.identity import MACOS_ID
from config.property_list import read_plist
from daemon.core.login_start import AutostartState, AutostartStatus

EARLIER_LABEL = "vigicle"
LAUNCHCTL = "/bin/launchctl"
LIMIT_S = 5.0

Launchctl = Callable[[Sequence[str]], str]


def launchctl(arguments: Sequence[str]) -> str:
    """Return what launchctl prints, "" without an answer in time."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [LAUNCHCTL, *arguments], capture_output=True, text=True, errors="replace", timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


class LaunchAgent:
    """The property list in ~/Library/LaunchAgents.

    Changes take effect at the next login.
    """

    def __init__(self, command: Sequence[str], home: Path | None = None, ask: Launchctl = launchctl) -> None:
        self._command = list(command)
        self._folder = (home or Path.home()) / "Library" / "LaunchAgents"
        self._ask = ask
        self._domain = f"gui/{getattr(os, 'getuid', int)()}"

    def status(self) -> AutostartStatus:
        """Return whether the property list is there and not switched off."""
        label = self._label()
        return AutostartStatus(state=self._state(label), place=str(self._file(label)))

    def enable(self) -> AutostartStatus:
        """Write the property list, and undo a switch-off in launchd.

        It takes the place of an earlier version's.
        """
        agent = {
            "Label": MACOS_ID,
            "ProgramArguments": self._command,
            "RunAtLoad": True,
            "LimitLoadToSessionType": "Aqua",
            "ProcessType": "Interactive",
            "AssociatedBundleIdentifiers": MACOS_ID,  # the System Settings show the app's name and icon at the entry
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        import plistlib

        write_whole(self._file(MACOS_ID), plistlib.dumps(agent))
        self._file(EARLIER_LABEL).unlink(missing_ok=True)
        self._ask(["enable", f"{self._domain}/{MACOS_ID}"])
        return self.status()

    def disable(self) -> AutostartStatus:
        """Remove the property list.

        A running vigicle goes on.
        """
        for label in (MACOS_ID, EARLIER_LABEL):
            self._file(label).unlink(missing_ok=True)
        return self.status()

    def _file(self, label: str) -> Path:
        return self._folder / f"{label}.plist"

    def _label(self) -> str:
        """Return the label in force."""
        if is_there(self._file(EARLIER_LABEL)) and not is_there(self._file(MACOS_ID)):
            return EARLIER_LABEL
        return MACOS_ID

    def _state(self, label: str) -> AutostartState:
        try:
            agent = read_plist(self._file(label))
        except FileNotFoundError:
            return AutostartState.OFF
        except (OSError, ValueError):
            return AutostartState.BROKEN
        if agent.get("Disabled") is True or switched_off(label, self._ask(["print-disabled", self._domain])):
            return AutostartState.OFF_BY_PERSON
        arguments = agent.get("ProgramArguments")
        program = str(arguments[0]) if isinstance(arguments, list) and arguments else ""
        if program and is_there(Path(program)):
            return AutostartState.ON
        return AutostartState.BROKEN


def switched_off(label: str, answer: str) -> bool:
    """Read `launchctl print-disabled`: "label" => true before macOS 13, => disabled since."""
    lines = (line.strip() for line in answer.splitlines())
    return any(line in {f'"{label}" => true', f'"{label}" => disabled'} for line in lines)
