"""Programs that record how they were started: browser and vendor's tool."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from support.process import PATIENCE_S, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# One write() of one line: starts at the same time do not mix.
RECORDER = """#!{python} -IS
import json, os, sys
line = json.dumps(sys.argv[1:]) + "\\n"
out = os.open({record!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.write(out, line.encode())
"""
SCHEMES = ("x-scheme-handler/http", "x-scheme-handler/https", "x-scheme-handler/mailto", "text/html")


class Recorder:
    """An executable that appends its arguments to a file.

    One JSON line for each start.
    """

    def __init__(self, program: Path) -> None:
        self.program = program
        self._record = program.with_name(f"{program.name}.jsonl")
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(RECORDER.format(python=sys.executable, record=str(self._record)))
        program.chmod(0o755)

    @property
    def starts(self) -> list[list[str]]:
        """The arguments of each start so far."""
        if not self._record.exists():
            return []
        return [json.loads(line) for line in self._record.read_text().splitlines()]

    def wait(self, count: int = 1, timeout_s: float = PATIENCE_S) -> list[list[str]]:
        """Return each start's arguments once there are `count` of them."""
        wait_until(lambda: len(self.starts) >= count, f"{self.program.name} started {count} times", timeout_s)
        return self.starts


class RecordingBrowser(Recorder):
    """The default browser and mail program of a desktop.

    `gio open`, `xdg-open` and webbrowser reach it.

    It is registered in the machine-wide folders of `environment`, so that it does not disturb a
    program's own XDG_DATA_HOME and XDG_CONFIG_HOME.
    """

    def __init__(self, folder: Path, kinds: Sequence[str] = SCHEMES) -> None:
        """Register it for these kinds of addresses and files."""
        require_tool("gio", "libglib2.0-bin")
        super().__init__(folder / "recording-browser")
        data, config = folder / "data", folder / "config"
        (data / "applications").mkdir(parents=True)
        (data / "mime").symlink_to("/usr/share/mime")  # the kinds of files, without this computer's programs
        config.mkdir()
        entry = _desktop_entry("Recording browser", self.program, "%u", f"MimeType={';'.join(kinds)};\n")
        (data / "applications/recording-browser.desktop").write_text(entry)
        defaults = "".join(f"{scheme}=recording-browser.desktop\n" for scheme in kinds)
        (config / "mimeapps.list").write_text(f"[Default Applications]\n{defaults}")
        self.environment = {
            "XDG_DATA_DIRS": str(data),
            "XDG_CONFIG_DIRS": f"{config}:/etc/xdg",
            "XDG_CURRENT_DESKTOP": "X-Generic",
            "BROWSER": str(self.program),
        }


class RecordingTool(Recorder):
    """A stand-in for the vendor's Trusted Key Manager."""

    def __init__(self, folder: Path, name: str = "Trusted Key Manager") -> None:
        super().__init__(folder / "trusted-key-manager")
        self.name = name

    def add_desktop_entry(self, data_home: Path) -> Path:
        """Write the tool's entry below XDG_DATA_HOME and return its path."""
        path = data_home / "applications/trusted-key-manager.desktop"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_desktop_entry(self.name, self.program, ""))
        return path


def _desktop_entry(name: str, program: Path, arguments: str, more: str = "") -> str:
    start = f'"{program}" {arguments}'.strip()
    return f"[Desktop Entry]\nType=Application\nName={name}\nExec={start}\nTerminal=false\n{more}"
