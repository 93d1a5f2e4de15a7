"""What the libraries write into the log."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.bus import SessionBus

CALL = """
import asyncio, gc, sys
from dbus_fast.aio import MessageBus
from config.message_bus import call_of_bus
from tray.cli.main import _log_to_stderr

async def call() -> None:
    bus = await MessageBus().connect()
    print(flush=True)
    sys.stdin.readline()  # the bus goes, and the loop learns of it after the call
    try:
        await bus.call(call_of_bus("GetId"))
    except OSError:
        print("heard")

async def fail() -> None:
    asyncio.get_running_loop().create_future().set_exception(ValueError("a mistake"))

_log_to_stderr(verbose=len(sys.argv) > 1)
asyncio.run(call())
asyncio.run(fail())
gc.collect()  # what was never heard is told then
"""


@pytest.mark.parametrize("verbose", [False, True])
def test_a_bus_that_goes_during_a_call_leaves_no_traceback(session_bus: SessionBus, verbose: bool) -> None:
    command = [sys.executable, "-c", CALL, *(["--verbose"] if verbose else [])]
    environment = os.environ | session_bus.environment
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        session_bus.stop()
        heard, log = process.communicate("\n")
    assert heard == "heard\n"
    assert ("Broken pipe" in log) is verbose
    assert "ValueError: a mistake" in log, "other mistakes are told"
