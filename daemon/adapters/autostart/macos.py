"""Start at login on macOS, by a launch agent of the user."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from config.files import is_there, write_whole
from config.property_list import read_plist
from daemon.core.login_start import AutostartState, AutostartStatus

LABEL = "vigicle"
BUNDLE = "fr.vigicle.vigicle"  # the app's identifier: the System Settings show its name and icon at the entry
LIMIT_S = 5.0

Launchctl = Callable[[Sequence[str]], str]


def launchctl(arguments: Sequence[str]) -> str:
    """Return what launchctl prints, "" without an answer in time."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            ["/bin/launchctl", *arguments], capture_output=True, text=True, timeout=LIMIT_S, check=False
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
        self._file = (home or Path.home()) / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        self._ask = ask
        self._domain = f"gui/{getattr(os, 'getuid', int)()}"

    def status(self) -> AutostartStatus:
        """Return whether the property list is there and not switched off."""
        return AutostartStatus(state=self._state(), place=str(self._file))

    def enable(self) -> AutostartStatus:
        """Write the property list, and undo a switch-off in launchd."""
        agent = {
            "Label": LABEL,
            "ProgramArguments": self._command,
            "RunAtLoad": True,
            "LimitLoadToSessionType": "Aqua",
            "ProcessType": "Interactive",
            "AssociatedBundleIdentifiers": BUNDLE,
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        import plistlib

        write_whole(self._file, plistlib.dumps(agent))
        self._ask(["enable", f"{self._domain}/{LABEL}"])
        return self.status()

    def disable(self) -> AutostartStatus:
        """Remove the property list.

        A running vigicle goes on.
        """
        self._file.unlink(missing_ok=True)
        return self.status()

    def _state(self) -> AutostartState:
        try:
            agent = read_plist(self._file)
        except FileNotFoundError:
            return AutostartState.OFF
        except (OSError, ValueError):
            return AutostartState.BROKEN
        if agent.get("Disabled") is True or switched_off(self._ask(["print-disabled", self._domain])):
            return AutostartState.OFF_BY_PERSON
        arguments = agent.get("ProgramArguments")
        program = str(arguments[0]) if isinstance(arguments, list) and arguments else ""
        if program and is_there(Path(program)):
            return AutostartState.ON
        return AutostartState.BROKEN


def switched_off(answer: str) -> bool:
    """Read `launchctl print-disabled`: "label" => true before macOS 13, => disabled since."""
    lines = (line.strip() for line in answer.splitlines())
    return any(line in {f'"{LABEL}" => true', f'"{LABEL}" => disabled'} for line in lines)
