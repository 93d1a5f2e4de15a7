"""What an office's monitoring and policy tools are given is right."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from daemon.core.metrics import FAMILIES
from support.process import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

FLEET = Path(__file__).parents[2] / "installers" / "fleet"
linux = pytest.mark.skipif(sys.platform != "linux", reason="Debian's tools")


def run(*command: str) -> str:
    ended = subprocess.run(command, cwd=FLEET, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.full
@linux
def test_the_rules_alert_on_the_right_day() -> None:
    promtool = require_tool("promtool", "prometheus")
    assert "8 rules found" in run(promtool, "check", "rules", "vigicle.rules.yml")
    assert "SUCCESS" in run(promtool, "test", "rules", "vigicle.rules.test.yml")


@pytest.mark.full
@linux
def test_the_route_is_one_of_alertmanager() -> None:
    assert "SUCCESS" in run(require_tool("amtool", "prometheus-alertmanager"), "check-config", "alertmanager.yml")


def expressions(found: Any) -> Iterator[str]:
    """Yield each query of the board."""
    match found:
        case dict():
            for name, value in found.items():
                if name == "expr":
                    yield value
                else:
                    yield from expressions(value)
        case list():
            for each in found:
                yield from expressions(each)


@pytest.mark.full
@linux
def test_each_query_of_the_board_can_be_asked(tmp_path: Path) -> None:
    queries = list(expressions(json.loads((FLEET / "grafana.json").read_text(encoding="utf-8"))))
    assert len(queries) >= 6
    rules = [{"record": f"board:{number}", "expr": query} for number, query in enumerate(queries)]
    file = tmp_path / "board.yml"
    file.write_text(json.dumps({"groups": [{"name": "board", "rules": rules}]}))
    assert f"{len(rules)} rules found" in run(require_tool("promtool", "prometheus"), "check", "rules", str(file))


@pytest.mark.parametrize("name", ["vigicle.rules.yml", "grafana.json", "zabbix.yaml"])
def test_only_metrics_that_exist_are_asked_for(name: str) -> None:
    text = (FLEET / name).read_text(encoding="utf-8")
    assert set(re.findall(r"\b(?:x509_cert|vigicle)_[a-z0-9_]+\b", text)) <= set(FAMILIES)


def test_the_timer_is_off_until_it_is_enabled_and_the_service_has_few_rights() -> None:
    service = configparser.ConfigParser(strict=False)
    service.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
    service.read(FLEET / "vigicle-metrics.service")
    assert "Install" not in service
    assert service["Service"]["ExecStart"].startswith("/usr/bin/vigicle metrics --collect ")
    assert service["Service"]["KillMode"] == "control-group"
    assert "CAP_SYS_ADMIN" not in service["Service"]["CapabilityBoundingSet"]


def test_the_package_has_the_units_and_the_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FLEET.parent))
    from deb.fleet import put_files

    put_files(tmp_path)
    units = {file.name for file in (tmp_path / "usr/lib/systemd/system").iterdir()}
    assert units == {"vigicle-metrics.service", "vigicle-metrics.timer"}
    examples = {file.name for file in (tmp_path / "usr/share/doc/vigicle/examples").iterdir()}
    assert {"vigicle.rules.yml", "alertmanager.yml", "grafana.json", "zabbix.yaml"} <= examples
    assert {"vigicle.mobileconfig", "PolicyDefinitions"} <= examples
    assert not list((tmp_path / "usr/lib/systemd").rglob("*.wants"))


@pytest.mark.full
@linux
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    for name in ("vigicle-metrics.service", "vigicle-metrics.timer"):
        text = (FLEET / name).read_text(encoding="utf-8").replace("/usr/bin/vigicle", "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    analyze = require_tool("systemd-analyze", "systemd")
    assert run(analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))) == ""
