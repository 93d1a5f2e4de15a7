"""The promises of every run: no PIN, no network, no traces."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.proc import children, descriptors
from support.card import pin_commands
from support.process import PATIENCE_S, Process, require_tool, wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.browser import RecordingBrowser
    from support.card import PivCard
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService

ORDER_URL = "https://order.example/keys"
HOSTILE = '--help $(id) ;id "&" %s <b>'
HOLDER = f"Zebulon {HOSTILE}"
EXEC = re.compile(r'exec\w+\("([^"]+)"')
NETWORK = re.compile(r"\b(?:socket|socketpair)\((\w+)")


class Job:
    """The main job, from due key to order page, under a wrapper."""

    def __init__(
        self, workstation: Program, service: ReaderService, server: NotificationServer, browser: RecordingBrowser
    ) -> None:
        self.workstation, self._service, self._server, self._browser = workstation, service, server, browser
        self.temporary = workstation.home / "tmp"
        self.temporary.mkdir()
        workstation.environment |= browser.environment | {"TMPDIR": str(self.temporary)}
        workstation.configure(f'[procedures.opalexe]\norder_url = "{ORDER_URL}"\n')
        self.daemon: Process | None = None

    def run(self, *wrapper: str) -> PivCard:
        """Run the whole job and return the card."""
        vigicle = str(Path(sys.executable).with_name("vigicle"))
        self.daemon = Process(
            [*wrapper, vigicle, "run", "--headless"],
            environment=self.workstation.environment,
            log=self.workstation.home / "job.log",
        )
        self.daemon.wait_for_log("vigicle is running")
        card = key(timedelta(days=20), HOLDER)
        self._service.insert(card)
        notice = self._server.next_notice()
        self._server.action_invoked(notice.id, "default")
        assert self._browser.wait(1) == [[ORDER_URL]], "nothing but the address from the settings"
        assert status(self.workstation, "check")["certificates"]
        self._service.remove()
        self.workstation.run("quit")
        assert self.daemon.wait() == 0
        return card


@pytest.fixture
def job(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    browser: RecordingBrowser,
) -> Iterator[Job]:
    job = Job(workstation, reader_service, notification_server, browser)
    yield job
    if job.daemon is not None:
        job.daemon.close()


def test_a_whole_run_opens_no_network_socket(job: Job, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job.run(require_tool("strace", "strace"), "-f", "-qq", "-e", "trace=%network", "-o", str(trace))
    families = set(NETWORK.findall(trace.read_text()))
    assert families == {"AF_UNIX"}


def test_a_whole_run_starts_no_program_with_text_from_the_card(job: Job, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    strace = require_tool("strace", "strace")
    job.run(strace, "-f", "-qq", "-s", "4096", "-e", "trace=execve,execveat", "-o", str(trace))
    started = [line for line in trace.read_text().splitlines() if "exec" in line]
    assert sum(ORDER_URL in line for line in started) >= 1
    assert [line for line in started if "Zebulon" in line or "$(id)" in line] == []
    programs = {Path(found[1]).name for line in started if (found := EXEC.search(line))}
    assert programs <= {
        "vigicle",
        Path(sys.executable).name,
        "gio",
        "gio-launch-desktop",
        "xdg-open",
        "recording-browser",
    }


def test_keys_that_come_and_go_leave_no_descriptor_and_no_child(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    daemon = start_daemon(workstation)

    def round_of(name: str) -> None:
        reader_service.insert(key(timedelta(days=20), name))
        notification_server.next_notice()
        status(workstation, "check")
        reader_service.remove()

    round_of("Anne")
    wait_until(lambda: children(daemon.pid) == set(), "the children of the first reading have gone")
    files = descriptors(daemon.pid)
    for name in ("Bruno", "Chloe", "David"):
        round_of(name)
    wait_until(lambda: descriptors(daemon.pid) <= files and children(daemon.pid) == set(), "nothing is left open")


def test_the_main_job_works_whole_without_a_network(job: Job) -> None:
    job.run(require_tool("unshare", "util-linux"), "--net")


def alive_at(home: Path) -> list[str]:
    """Return the commands of all processes started for this home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_a_whole_run_sends_no_pin_logs_no_name_and_leaves_nothing(job: Job) -> None:
    card = job.run()
    assert card.apdus
    assert pin_commands(card.apdus) == []
    assert job.daemon is not None
    log = job.daemon.text
    assert "INFO" in log
    line = status(job.workstation)["certificates"][0]
    for private in ("Zebulon", line["serial_hex"], line["fingerprint_sha256"]):
        assert private not in log
    assert "Traceback" not in log
    wait_until(lambda: alive_at(job.workstation.home) == [], "no process is left")
    assert list(job.temporary.iterdir()) == []
    assert {
        file.name for file in Path(job.workstation.environment["XDG_RUNTIME_DIR"]).rglob("*") if file.is_file()
    } <= {"vigicle.lock"}
    assert {file.name for file in job.workstation.state_folder.iterdir()} == {"vigicle.sqlite3"}


def test_a_verbose_run_prints_no_traceback(workstation: Program) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("vigicle")), "--verbose", "check"],
        env=workstation.environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
