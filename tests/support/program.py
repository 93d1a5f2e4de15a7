"""The real `vigicle` command, at home in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Self

from support.process import PATIENCE_S, MissingToolError, Process

if TYPE_CHECKING:
    from collections.abc import Mapping

# No other variable of the user who runs the tests reaches the program.
KEPT = ("PATH", "TZ", "TMPDIR", "COVERAGE_PROCESS_START")


class Program:
    """Runs `vigicle` in a private home.

    A context manager that kills all that it started. Add the environment of the tests' services to `environment`.
    `home` stays. The runtime folder, whose path must be short, is removed.
    """

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self._runtime = Path(tempfile.mkdtemp(prefix="vigicle-run-"))  # mode 0700, as the desktop makes it
        self._processes: list[Process] = []
        self._command = Path(sys.executable).with_name("vigicle")
        if not self._command.exists():
            raise MissingToolError(f"{self._command} is not installed: pip install -e .")
        self.config_folder, self.state_folder = home / ".config/vigicle", home / ".local/state/vigicle"
        self.config_folder.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        folders = {
            "HOME": home,
            "XDG_CONFIG_HOME": home / ".config",
            "XDG_STATE_HOME": home / ".local/state",
            "XDG_DATA_HOME": home / ".local/share",
            "XDG_CACHE_HOME": home / ".cache",
            "XDG_RUNTIME_DIR": self._runtime,
        }
        nowhere = {
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._runtime}/no-session-bus",
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._runtime}/no-system-bus",
            "PCSCLITE_CSOCK_NAME": f"{self._runtime}/no-pcscd",
        }
        private = {name: str(folder) for name, folder in folders.items()} | nowhere | {"LANG": "C.UTF-8"}
        self.environment = kept | private | dict(environment or {})

    def configure(self, toml: str) -> Path:
        """Write config.toml and return its path."""
        path = self.config_folder / "config.toml"
        path.write_text(toml, encoding="utf-8")
        return path

    def run(
        self,
        *arguments: str,
        timeout_s: float = PATIENCE_S,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. Raises subprocess.TimeoutExpired."""
        return subprocess.run(
            [str(self._command), *arguments],
            env=self.environment | dict(environment or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Process:
        """Start a command that keeps running."""
        process = Process(
            [str(self._command), *arguments],
            environment=self.environment | dict(environment or {}),
            log=self.home / f"vigicle-{len(self._processes)}.log",
        )
        self._processes.append(process)
        return process

    def close(self) -> None:
        """Kill what still runs, children included."""
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.close()
        rmtree(self._runtime, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
