"""The audit finds known holes in each system's libraries."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit import (
    HOLES,
    LOCKS,
    NOT_LOOKED_UP,
    NOTHING_KNOWN,
    SHIPPED,
    Findings,
    for_every_system,
    judge,
    locked,
    one_version_each,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DEV = Path(__file__).resolve().parents[2] / "installers/dev.py"
HOLE = {"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": [], "description": "bad"}
WHOLE = {"name": "whole", "version": "1.0", "vulns": []}
HOLED = {"name": "holed", "version": "2.0", "vulns": [HOLE]}
SKIPPED = {"name": "skipped", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def judged(*told: object) -> Findings:
    return judge(json.dumps({"dependencies": told, "fixes": []}), {"whole", "holed", "skipped"})


def test_a_hole_is_named_with_the_version_that_mends_it() -> None:
    findings = judged(WHOLE, HOLED, SKIPPED)
    assert findings.code == HOLES
    assert findings.holes == ("holed 2.0: PYSEC-1, mended in 2.1",)
    assert findings.words.startswith("holed 2.0: PYSEC-1, mended in 2.1\n")


@pytest.mark.parametrize("told", [(WHOLE, SKIPPED), (WHOLE,)], ids=["skipped", "left out"])
def test_what_was_skipped_was_not_looked_up(told: tuple[object, ...]) -> None:
    findings = judged(*told)
    assert findings.code == NOT_LOOKED_UP
    assert {"holed", "skipped"} == set(findings.unheard)
    assert "holed, skipped" in findings.words


@pytest.mark.parametrize("answer", ["", "Traceback", "[]", '{"dependencies": [1]}'])
def test_an_answer_that_is_none_is_no_word_of_health(answer: str) -> None:
    assert judge(answer, {"whole"}).code == NOT_LOOKED_UP


def test_all_that_is_known_to_be_whole_is_well() -> None:
    assert judge(json.dumps({"dependencies": [WHOLE]}), {"whole"}) == Findings(looked_up=1)
    assert Findings().code == NOTHING_KNOWN


@pytest.mark.parametrize("name", SHIPPED)
def test_libraries_of_each_system_are_looked_up_from_any(name: str) -> None:
    lock = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    bare = for_every_system(lock)
    assert " ;" not in bare
    assert locked(bare) == locked(lock)
    assert bare.count("--hash=") == lock.count("--hash=")


class Service(BaseHTTPRequestHandler):
    """Knows of one hole, in rich."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        affected = [{"package": asked["package"], "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "99"}]}]}]
        hole = {"vulns": [{"id": "PYSEC-2", "summary": "bad", "affected": affected}]}
        body = json.dumps(hole if asked["package"]["name"] == "rich" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Keep silent."""


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def audited(service: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DEV), "audit", "--vulnerability-service", "osv", "--osv-url", service]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.full
def test_the_locked_auditor_finds_what_its_service_knows(service: str) -> None:
    done = audited(service)
    assert done.returncode == HOLES
    assert done.stdout.startswith("rich ")
    assert "PYSEC-2, mended in 99" in done.stdout
    assert "said nothing" not in done.stdout


@pytest.mark.full
def test_a_service_that_cannot_be_reached_is_reported_and_fails() -> None:
    done = audited("http://127.0.0.1:9/")
    assert done.returncode == NOT_LOOKED_UP
    assert "cryptography" in done.stdout


def test_two_versions_of_one_library_are_looked_up_apart() -> None:
    lock = "# head\na==1 ; x \\\n    --hash=sha256:aa\na==2 ; y \\\n    --hash=sha256:bb\nb==1 \\\n    --hash=sha256:cc"
    first, second = one_version_each(lock)
    assert [first.count("a=="), first.count("b=="), second.count("a==")] == [1, 1, 1]
    assert {line for part in (first, second) for line in part.splitlines()} == set(lock.splitlines())
