"""What a click on a Windows notice starts, on the installed program."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from support.process import wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from support.browser import RecordingBrowser
    from support.program import Program
    from support.reader import ReaderService

ORDER_URL = "https://order.example/"
WORD = "0123456789abcdef" * 2
ADDRESS = f"vigicle:answer/{WORD}"
JUNK = [
    (),
    ("",),
    ("vigicle:",),
    (f"vigicle:answer/{'f' * 32}",),
    (f"{ADDRESS}/",),
    (f" {ADDRESS}",),
    (f"{ADDRESS}\n",),
    (ADDRESS.upper(),),
    (f"https://x.example/{ADDRESS}",),
    ("vigicle:quit",),
    (f"vigicle:answer/{WORD}?x=1#y",),
    (ADDRESS, "quit"),
    (ADDRESS, "-v"),
    ("--help",),
    ("-v", ADDRESS),
    ("--", ADDRESS, "--"),
    ("vigicle:answer/" + 100_000 * "a",),
    ("vigicle:answer/\udcff\u202eé鍵",),
]


@pytest.fixture
def workstation(workstation: Program, browser: RecordingBrowser) -> Program:
    workstation.environment |= browser.environment
    workstation.configure(f'[procedures.opalexe]\norder_url = "{ORDER_URL}"\n')
    return workstation


@pytest.fixture
def remembered(workstation: Program, reader_service: ReaderService) -> Program:
    """A key that is due, and a notice of an earlier daemon."""
    reader_service.insert(key(timedelta(days=20)))
    assert status(workstation, "check")["certificates"]
    issue(workstation)
    return workstation


def issue(workstation: Program) -> None:
    with closing(sqlite3.connect(workstation.state_folder / "vigicle.sqlite3")) as store, store:
        (subject,) = store.execute("SELECT id FROM keys").fetchone()
        body = json.dumps({"kind": "key", "subject": subject, "choice": "open"})
        store.execute("INSERT INTO answer_words VALUES (?, ?)", (WORD, body))


def test_a_click_reaches_the_running_daemon(remembered: Program, browser: RecordingBrowser) -> None:
    start_daemon(remembered)
    done = remembered.run("answer", ADDRESS)
    assert (done.returncode, done.stdout) == (0, "")
    assert browser.wait(1) == [[ORDER_URL]]


def test_a_click_starts_the_daemon_and_answers_then(remembered: Program, browser: RecordingBrowser) -> None:
    daemon = remembered.start("answer", ADDRESS)
    daemon.wait_for_log("vigicle is running")
    assert browser.wait(1) == [[ORDER_URL]]
    assert remembered.run("quit").returncode == 0


def test_two_clicks_on_a_daemon_that_starts_are_both_answered(remembered: Program, browser: RecordingBrowser) -> None:
    daemons = [remembered.start("answer", ADDRESS) for _ in range(2)]
    assert browser.wait(1)[0] == [ORDER_URL]
    wait_until(lambda: any(daemon.returncode is not None for daemon in daemons), "one hands its click to the other")
    assert remembered.run("quit").returncode == 0
    assert [daemon.wait() for daemon in daemons] == [0, 0]


def test_junk_starts_no_daemon_and_says_nothing(remembered: Program) -> None:
    for arguments in JUNK:
        done = remembered.run("answer", *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), arguments


def test_junk_changes_nothing_in_a_running_daemon(remembered: Program, browser: RecordingBrowser) -> None:
    daemon = start_daemon(remembered)
    wait_until(lambda: all(line["present"] for line in status(remembered)["certificates"]), "the key is read")
    before = status(remembered)
    for arguments in JUNK:
        assert remembered.run("answer", *arguments).returncode == 0
    assert status(remembered) == before
    assert daemon.returncode is None
    remembered.run("answer", ADDRESS)
    assert browser.wait(1) == [[ORDER_URL]]
