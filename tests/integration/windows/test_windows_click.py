"""A click in the notification centre, by the address of the scheme."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from support.process import wait_until

if TYPE_CHECKING:
    from support.windows import Windows

pytestmark = pytest.mark.full

WORD = "0123456789abcdef" * 2
ADDRESS = f"vigicle:answer/{WORD}"
JUNK = ["vigicle:", f"vigicle:answer/{'f' * 32}", "vigicle:quit", f"{ADDRESS}0", "vigicle:answer/" + 1500 * "a"]
CLASS = r"Software\Classes\vigicle"
SCHEME = rf"{CLASS}\shell\open\command"
REGISTER = """
from daemon.adapters.autostart import own_command
from daemon.adapters.notify.toast_registry_windows import register_scheme
register_scheme(own_command("answer"))
"""


@pytest.fixture
def remembered(windows: Windows, key: bytes) -> Windows:
    """A key that is due, and a notice of an earlier daemon."""
    windows.plug_in(key)
    assert windows.answer_in_time("check")["certificates"]
    with closing(sqlite3.connect(windows.data / "vigicle.sqlite3")) as store, store:
        (subject,) = store.execute("SELECT id FROM keys").fetchone()
        body = json.dumps({"kind": "key", "subject": subject, "choice": "open"})
        store.execute("INSERT INTO answer_words VALUES (?, ?)", (WORD, body))
    assert windows.python(REGISTER).code == 0
    return windows


def log(windows: Windows) -> str:
    file = windows.data / "vigicle.log"
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def click(windows: Windows, address: str) -> None:
    """Run the registered command, as Windows does.

    Wine takes such an address for a file.
    """
    windows.start_windowless("answer", address)


def launches(text: str) -> int:
    return text.count("Launch of order_page for opalexe: ")


def test_the_scheme_starts_the_program_without_a_window(remembered: Windows) -> None:
    program = remembered.in_windows(remembered.program / "vigiclew.exe")
    (command,) = remembered.prefix.registry(SCHEME).values()
    assert command.removeprefix('"').replace('" answer', " answer") == f'{program} answer "%1"'


def test_junk_starts_nothing_and_a_click_starts_the_daemon(remembered: Windows) -> None:
    for junk in JUNK:
        click(remembered, junk)
    assert not (remembered.data / "run/control.json").exists()
    click(remembered, ADDRESS)
    wait_until(lambda: launches(log(remembered)) >= 1, "the launch", 120.0)


def test_what_the_setup_has_registered_for_all_is_not_written_for_the_user(windows: Windows) -> None:
    """It would stay when vigicle is removed for all."""
    registry = windows.prefix
    assert windows.python(REGISTER).code == 0
    assert registry.run("reg", "copy", f"HKCU\\{CLASS}", f"HKLM\\{CLASS}", "/s", "/f").code == 0
    registry.run("reg", "delete", f"HKCU\\{CLASS}", "/f")
    assert windows.python(REGISTER).code == 0
    registry.run("reg", "delete", f"HKLM\\{CLASS}", "/f")
    assert registry.registry(SCHEME) == {}
    assert windows.python(REGISTER).code == 0
    assert registry.registry(SCHEME) != {}
