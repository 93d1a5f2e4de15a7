"""Dates at the ends of the calendar stop no command.

A certificate without end holds 99991231235959Z (RFC 5280 §4.1.2.5), which no zone east of UTC can show.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.store.sqlite import STORE_NAME, SqliteStore
from support.card import PivCard
from support.core.factories import certificate, memory, owned
from support.pki import make_certificate
from support.process import wait_until
from support.terminal import Terminal
from support.workstation import key, start_daemon, status
from tray.cli.main import COMMAND_HELP

if TYPE_CHECKING:
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService

NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
FIRST = datetime(1, 1, 1, tzinfo=UTC)
COMMAND = str(Path(sys.executable).with_name("vigicle"))
ZONES = ["Europe/Paris", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"]
WORDS = {"en": "no end date", "fr": "sans date de fin"}
ENDLESS = certificate("endless").fingerprint
EVERY_COMMAND: dict[str, list[str]] = {
    "answer": ["vigicle:answer/" + "0" * 32],
    "assign": ["none", ENDLESS],
    "autostart": ["status"],
    "check": ["--json"],
    "completion": ["bash"],
    "doctor": ["--json"],
    "export": ["--csv", "-"],
    "forget": [certificate("first").fingerprint, "--yes"],
    "guide": ["--text"],
    "issuer": [ENDLESS],
    "memory": ["export", "-"],
    "metrics": [],
    "name": [ENDLESS, "blue"],
    "note": [ENDLESS, "drawer"],
    "policy": ["--json"],
    "procedure": ["check", "none.toml"],
    "quit": [],
    "run": ["--headless", "--unknown"],
    "self-test": [],
    "status": [],
    "tell": ["works", ENDLESS],
}
COMMANDS = [["status"], ["status", "--json"], ["check"], ["guide", "--text"], ["export", "--ics", "-"], ["doctor"]]


@pytest.fixture(params=ZONES)
def abroad(workstation: Program, request: pytest.FixtureRequest) -> Program:
    """The workstation in one of the zones."""
    workstation.environment["TZ"] = request.param
    return workstation


def remember_odd_dates(workstation: Program) -> None:
    """Fill the store with certificates of either end of the calendar."""
    with closing(SqliteStore(workstation.state_folder)) as store:
        store.load()
        ends = {"endless": NO_END, "first": FIRST, "odd": FIRST}
        found = [certificate(name, not_before=FIRST, not_after=end) for name, end in ends.items()]
        store.save(memory(*(owned(each) for each in found)), ())
    odd = certificate("odd").fingerprint
    with closing(sqlite3.connect(workstation.state_folder / STORE_NAME)) as database, database:
        swap = "UPDATE certificates SET body = replace(body, ?, ?) WHERE id = ?"
        database.execute(swap, ('"not_after":"0001-01-01T00:00:00Z"', '"not_after":"0001-01-01T00:00:00+23:59"', odd))


def test_remembered_dates_stop_no_command(abroad: Program) -> None:
    remember_odd_dates(abroad)
    for command in COMMANDS:
        done = abroad.run(*command)
        assert "Traceback" not in done.stderr
        assert done.returncode in {0, 1, 2, 3}, command
        assert done.stdout, command
    ends = {line["not_after"]: line["days_left"] for line in status(abroad)["certificates"]}
    assert set(ends) == {"9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"}
    assert all(isinstance(left, int) for left in ends.values())


def test_every_command_ends_in_0_1_2_or_3(workstation: Program) -> None:
    assert set(EVERY_COMMAND) == set(COMMAND_HELP) | {"answer"}
    workstation.environment["TZ"] = "Pacific/Kiritimati"
    remember_odd_dates(workstation)
    ended = {name: workstation.run(name, *arguments) for name, arguments in EVERY_COMMAND.items()}
    assert {name: done.returncode for name, done in ended.items() if done.returncode not in {0, 1, 2, 3}} == {}
    assert [name for name, done in ended.items() if "Traceback" in done.stdout + done.stderr] == []


@pytest.mark.parametrize("language", WORDS)
def test_a_card_without_end_is_shown_in_words_and_never_told_of(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer, language: str
) -> None:
    workstation.environment |= {"TZ": "Europe/Paris"}
    workstation.configure(f'language = "{language}"\n')
    daemon = start_daemon(workstation)
    reader_service.insert(PivCard({"9A": make_certificate(not_after=NO_END)}))
    wait_until(lambda: bool(status(workstation)["certificates"]), "the key is known")
    assert workstation.run("check").returncode == 0
    assert WORDS[language] in workstation.run("status").stdout
    with Terminal([COMMAND, "guide", "--text"], environment=workstation.environment) as guide:
        guide.read(WORDS[language])
    assert notification_server.notices == []
    reader_service.swap(key(timedelta(days=3), "Anne AUTRE"))
    notification_server.next_notice()
    assert workstation.run("check").returncode == 1
    assert WORDS[language] in workstation.run("status").stdout
    daemon.close()
    assert "Traceback" not in daemon.text
    again = start_daemon(workstation)
    assert status(workstation)["certificates"][1]["not_after"] == "9999-12-31T23:59:59Z"
    again.close()
    assert "Traceback" not in again.text
