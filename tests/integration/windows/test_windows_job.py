"""What a module starts on Windows ends with its read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.windows import Windows

pytestmark = pytest.mark.full

LEAVE_ONE = """
import subprocess, sys
from daemon.adapters.pkcs11.job_windows import hold
STARTER = '''
import subprocess, sys, time
input()
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("started", flush=True)
time.sleep(600)
'''
child = subprocess.Popen([sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
job = hold(child.pid)
child.stdin.write(b"go\\n")
child.stdin.flush()
print(child.stdout.readline().decode().strip(), flush=True)
job.kill()
job.kill()
child.stdout.read()  # ends when nobody holds the other end
print("all ended", flush=True)
"""


def test_a_killed_job_ends_the_child_and_what_it_started(windows: Windows) -> None:
    program = windows.start_python(LEAVE_ONE)
    program.wait_for("started")
    program.wait_for("all ended")
