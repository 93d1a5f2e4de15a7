"""A key in a reader becomes an alert of the office."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from daemon.adapters.metrics.exporter_file import write_for_exporter
from support.card import PivCard
from support.pki import make_certificate
from support.process import Process, require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.program import Program
    from support.reader import ReaderService

pytestmark = pytest.mark.full
FLEET = Path(__file__).parents[3] / "installers" / "fleet"
VIGICLE = str(Path(sys.executable).with_name("vigicle"))
LIMIT_S = 90
HOST = f"127.77.{os.getpid() // 250 % 256}.{os.getpid() % 250 + 1}"  # of this process alone, with its own ports
PORTS = 29100, 29090, 29093  # and not those of installed services


@contextmanager
def webhook(alerts: queue.SimpleQueue[dict[str, Any]]) -> Iterator[int]:
    """Serve a webhook on its own port, and queue alerts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for alert in told["alerts"]:
                alerts.put(alert)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gathered(home: Path) -> str:
    """Return what the collector writes for the account of this home."""
    from daemon.adapters.metrics.collector import Account, collect

    account = Account(user=os.geteuid(), group=os.getegid(), home=str(home))
    return collect([account], lambda _user: "0a1b2c", [VIGICLE, "metrics"], with_names=False)


def test_a_key_in_the_reader_becomes_an_alert(program: Program, reader_service: ReaderService, tmp_path: Path) -> None:
    end = datetime.now(UTC) + timedelta(days=20, hours=1)
    program.environment |= reader_service.environment
    reader_service.insert(PivCard({"9A": make_certificate(not_before=end - timedelta(days=1095), not_after=end)}))
    assert program.run("check").returncode in {0, 1}
    textfiles = tmp_path / "textfiles"
    textfiles.mkdir()
    write_for_exporter(textfiles, gathered(program.home))
    alerts: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    with ExitStack() as stack:
        hook = stack.enter_context(webhook(alerts))
        for command in _monitoring(tmp_path, textfiles, hook):
            log = tmp_path / f"{Path(command[0]).name}.log"
            stack.callback(Process(command, environment=dict(os.environ), log=log).close)
        alert = alerts.get(timeout=LIMIT_S)
    labels = alert["labels"]
    assert (labels["alertname"], labels["severity"], labels["state"]) == (
        "VigicleCertificateEndsSoon",
        "warning",
        "in_use",
    )
    assert (labels["account"], "subject_CN" in labels) == ("0a1b2c", False)
    assert "ends in 20 days" in alert["annotations"]["summary"]


def _monitoring(folder: Path, textfiles: Path, hook: int) -> list[list[str]]:
    """Return the commands of Debian's three programs, on loopback alone."""
    exporter, prometheus, manager = (f"{HOST}:{port}" for port in PORTS)
    rules = folder / "vigicle.rules.yml"
    rules.write_text((FLEET / "vigicle.rules.yml").read_text().replace("for: 5m", "for: 0s"))
    route = (FLEET / "alertmanager.yml").read_text().replace("http://127.0.0.1:9095/", f"http://127.0.0.1:{hook}/")
    (folder / "alertmanager.yml").write_text(route.replace("group_wait: 30s", "group_wait: 1s"))
    (folder / "prometheus.yml").write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": [str(rules)],
                "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [exporter]}]}],
                "alerting": {"alertmanagers": [{"static_configs": [{"targets": [manager]}]}]},
            }
        )
    )
    return [
        [
            require_tool("prometheus-node-exporter", "prometheus-node-exporter"),
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={textfiles}",
            f"--web.listen-address={exporter}",
        ],
        [
            require_tool("prometheus-alertmanager", "prometheus-alertmanager"),
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'alerts'}",
            f"--web.listen-address={manager}",
            "--cluster.listen-address=",
        ],
        [
            require_tool("prometheus", "prometheus"),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={prometheus}",
        ],
    ]
