"""The reader on Windows, where the service runs only with a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.pki import make_certificate

if TYPE_CHECKING:
    from support.windows import Windows

pytestmark = pytest.mark.full

WAIT = """
from daemon.adapters.pcsc.backoff import make_backoff
pause = make_backoff()
print(type(pause).__name__, flush=True)
print("started:", pause.wait(150), flush=True)
print("by time:", pause.wait(0.1), flush=True)
"""


def test_every_insertion_and_removal_is_seen(windows: Windows, key: bytes) -> None:
    daemon = windows.start("-v", "run", "--headless")
    daemon.wait_for("vigicle is running")
    windows.plug_in()
    windows.insert(key)
    daemon.wait_for("cards ['1 in Test Reader 0']")
    windows.insert(make_certificate(cn="Another HOLDER"))  # the same ATR, so only the event counter differs
    daemon.wait_for("cards ['2 in Test Reader 0']")
    windows.remove()
    daemon.wait_for("cards []")
    windows.insert(key)
    daemon.wait_for("cards ['3 in Test Reader 0']")
    for number in (4, 5):
        windows.unplug()
        daemon.wait_for("the PC/SC service is lost")
        windows.plug_in(key)
        daemon.wait_for(f"cards ['{number} in Test Reader 0']")


def test_a_stopped_service_counts_as_no_reader(windows: Windows) -> None:
    assert windows.answer("check")["readers"] == []
    checks = {check["topic"]: check for check in windows.answer("doctor")["checks"]}
    assert checks["service"]["state"] == "ok"
    assert checks["readers"]["trouble"] == "no_reader"


def test_the_start_of_the_service_ends_the_wait_for_it_once(windows: Windows) -> None:
    waiting = windows.start_python(WAIT)
    waiting.wait_for("ServiceBackoff")
    windows.plug_in()
    waiting.wait_for("started: True")
    waiting.wait_for("by time: False")
