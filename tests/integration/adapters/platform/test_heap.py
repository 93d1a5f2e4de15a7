"""The C library's heap shrinks after rare work."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLAY = """
from pathlib import Path
from daemon.adapters.platform.heap import give_back, use_one_arena

def heap():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if "Private_Dirty" in line).split()[1])

use_one_arena()
kept = [bytes(2000) for _ in range(40_000)]
pins = kept[::400]
kept.clear()
before = heap()
give_back()
print(before - heap())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_what_is_free_goes_back_to_the_system_though_the_rest_pins_the_heap() -> None:
    done = subprocess.run([sys.executable, "-c", PLAY], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 10_000, "KiB"
