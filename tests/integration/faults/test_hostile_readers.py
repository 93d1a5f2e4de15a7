"""A reader's own name controls neither terminal nor log.

pcsc-lite adds a USB device's serial string to the name (hotplug_libudev.c), whatever it holds.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.process import wait_until
from support.reader import ReaderService
from support.terminal import Terminal
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from support.program import Program

COMMAND = str(Path(sys.executable).with_name("vigicle"))
NAMES = {
    "escapes": "EVIL\x1b]0;pwned\x07\x1b[2J",
    "markup": "Reader [bold]x[/] :skull: [link=https://x.example]y",
    "backslashes": "Reader \\\\\\",
}
SHOWN = {
    "escapes": "EVIL]0;pwned[2J",
    "markup": "Reader [bold]x[/] :skull:",
    "backslashes": "Reader \\\\\\",
}
CONTROLS = set(map(chr, range(32))) - set("\n\t") | {"\x7f"}


@pytest.mark.parametrize("name", NAMES)
def test_a_readers_name_is_shown_as_it_is_but_for_controls(workstation: Program, name: str) -> None:
    with ReaderService(names=[NAMES[name]]) as service:
        workstation.environment |= service.environment
        workstation.environment["COLUMNS"] = "200"
        daemon = start_daemon(workstation)
        service.insert(key(timedelta(days=200)))
        wait_until(lambda: bool(status(workstation)["certificates"]), "the key is known")
        for command in (["status"], ["check"], ["doctor"]):
            done = workstation.run(*command)
            assert not CONTROLS & set(done.stdout + done.stderr), command
            assert SHOWN[name] in done.stdout, command
        with Terminal([COMMAND, "guide", "--text"], environment=workstation.environment) as guide:
            guide.read("q Quit")
            assert not CONTROLS - {"\r"} & set(guide.text)
        daemon.close()
        assert not CONTROLS & set(daemon.text)
