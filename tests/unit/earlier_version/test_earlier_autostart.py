"""Autostart entries of the earlier version are recognised and removed."""

from __future__ import annotations

import json
import plistlib
import sys
from pathlib import Path

import pytest

from daemon.adapters.autostart.macos import LaunchAgent
from daemon.adapters.autostart.windows import RunKey
from daemon.adapters.autostart.xdg import XdgEntry
from unit.earlier_version.snapshots import HOME, PROGRAM

STATES = {"on.desktop": "on", "hidden.desktop": "off_by_person", "switched_off.desktop": "off_by_person"}
NEW_COMMAND = ["/opt/later/bin/vigicle", "run"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the paths in the files are those of Linux")


class FakeRegistry:
    """The user's part of the Windows registry, by key and value name."""

    def __init__(self, values: dict[str, dict[str, str]]) -> None:
        self.values: dict[str, dict[str, str | bytes]] = {key: dict(named) for key, named in values.items()}

    def get_of_machine(self, _key: str, _name: str) -> str | bytes | None:
        return None

    def get(self, key: str, name: str) -> str | bytes | None:
        return self.values.get(key, {}).get(name)

    def set(self, key: str, name: str, value: str) -> None:
        self.values.setdefault(key, {})[name] = value

    def delete(self, key: str, name: str) -> None:
        self.values.get(key, {}).pop(name, None)


@pytest.mark.parametrize(("name", "state"), STATES.items(), ids=STATES)
def test_the_entry_of_linux_is_recognised(tmp_path: Path, name: str, state: str) -> None:
    entry = tmp_path / "autostart" / "vigicle.desktop"
    entry.parent.mkdir()
    entry.write_text(_with_existing_program(name), encoding="utf-8")
    starter = XdgEntry(NEW_COMMAND, {"XDG_CONFIG_HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "none")})
    assert (starter.status().state.value, starter.status().place) == (state, str(entry))
    assert starter.disable().state.value == "off"
    assert not entry.exists()


def test_the_launch_agent_of_macos_is_recognised(tmp_path: Path) -> None:
    agent = tmp_path / "Library" / "LaunchAgents" / "vigicle.plist"
    agent.parent.mkdir(parents=True)
    agent.write_text(_with_existing_program("vigicle.plist"), encoding="utf-8")
    written = (HOME / "login" / "vigicle.plist").read_bytes()
    assert plistlib.loads(written)["ProgramArguments"] == [PROGRAM, "run"]
    disabled = 'disabled services = {\n\t"vigicle" => disabled\n}\n'
    assert LaunchAgent(NEW_COMMAND, tmp_path, lambda _arguments: "").status().state.value == "on"
    assert LaunchAgent(NEW_COMMAND, tmp_path, lambda _arguments: disabled).status().state.value == "off_by_person"
    assert LaunchAgent(NEW_COMMAND, tmp_path, lambda _arguments: "").status().place == str(agent)
    assert LaunchAgent(NEW_COMMAND, tmp_path, lambda _arguments: "").disable().state.value == "off"
    assert not agent.exists()


def test_a_new_launch_agent_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    """Else macOS would start vigicle twice."""
    earlier = tmp_path / "Library" / "LaunchAgents" / "vigicle.plist"
    earlier.parent.mkdir(parents=True)
    earlier.write_text(_with_existing_program("vigicle.plist"), encoding="utf-8")
    status = LaunchAgent([sys.executable, "run"], tmp_path, lambda _arguments: "").enable()
    assert (status.state.value, [file.name for file in earlier.parent.iterdir()]) == ("on", [Path(status.place).name])


def test_the_registry_value_of_windows_is_recognised() -> None:
    registry = FakeRegistry(json.loads(_with_existing_program("registry.json")))
    assert RunKey(NEW_COMMAND, registry).status().state.value == "on"
    assert RunKey(NEW_COMMAND, registry).disable().state.value == "off"
    assert not any(registry.values.values())


def _with_existing_program(name: str) -> str:
    """Return the entry with an existing file as its program."""
    written = (HOME / "login" / name).read_text(encoding="utf-8")
    assert PROGRAM in written
    return written.replace(PROGRAM, sys.executable)
