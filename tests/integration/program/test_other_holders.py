"""A key that another program holds is read at its end.

The whole program, on a real pcscd, beside a real client.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from support.process import Process, wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.program import Program
    from support.reader import ReaderService

# Connects as soon as a card is in.
HOLDER = """
import sys, time
from smartcard import scard
_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
share = scard.SCARD_SHARE_EXCLUSIVE if sys.argv[2] == "exclusive" else scard.SCARD_SHARE_SHARED
code = -1
while code:
    code, card, _ = scard.SCardConnect(context, sys.argv[1], share, 3)
    time.sleep(0.002)
if sys.argv[2] == "transaction":
    scard.SCardBeginTransaction(card)
print("held", flush=True)
time.sleep(3600)
"""
NEAR = timedelta(days=20)

Hold = Callable[[str], Process]


@pytest.fixture
def hold(reader_service: ReaderService, tmp_path: Path) -> Iterator[Hold]:
    """Start a program that takes the next card for itself."""
    holders: list[Process] = []

    def start(how: str) -> Process:
        command = [sys.executable, "-c", HOLDER, reader_service.reader_names[0], how]
        log = tmp_path / f"holder{len(holders)}.log"
        holders.append(Process(command, environment=os.environ | reader_service.environment, log=log))
        return holders[-1]

    yield start
    for holder in holders:
        holder.close()


def is_busy(workstation: Program) -> bool:
    return "card_busy" in [reader["trouble"] for reader in status(workstation)["readers"]]


def look_again(workstation: Program) -> bool:
    """Have vigicle look again at a key that another program took."""
    workstation.run("check")
    return is_busy(workstation)


def wait_for_key(workstation: Program, holder: str) -> None:
    """Wait until this holder's key alone is in and read."""

    def is_read() -> bool:
        return [each["subject_cn"] for each in status(workstation)["certificates"] if each["present"]] == [holder]

    wait_until(is_read, f"the key of {holder} is read")


@contextmanager
def frozen(daemon: Process) -> Iterator[None]:
    """Let another program be quicker than the daemon."""
    os.kill(daemon.pid, signal.SIGSTOP)
    yield
    os.kill(daemon.pid, signal.SIGCONT)


@pytest.mark.parametrize("how", ["exclusive", "transaction"])
def test_a_frozen_program_holds_up_no_command_and_its_key_is_read_at_its_end(
    workstation: Program, reader_service: ReaderService, hold: Hold, how: str
) -> None:
    daemon = start_daemon(workstation)
    holder = hold(how)
    with frozen(daemon):
        reader_service.insert(key(NEAR, "Anne"))
        holder.wait_for_log("held")
    os.kill(holder.pid, signal.SIGSTOP)
    wait_until(lambda: is_busy(workstation), "it is told")
    workstation.run("check")
    holder.kill()
    wait_for_key(workstation, "Anne")


def test_a_key_that_a_program_takes_for_itself_after_it_was_read_is_read_again_at_its_end(
    workstation: Program, reader_service: ReaderService, hold: Hold
) -> None:
    """pcsc-lite tells no one that waits."""
    start_daemon(workstation)
    reader_service.insert(key(NEAR, "Anne"))
    wait_for_key(workstation, "Anne")
    holder = hold("exclusive")
    holder.wait_for_log("held")
    for _ in range(8):  # so often that it is told
        workstation.run("check")
    assert is_busy(workstation)
    holder.kill()
    wait_until(lambda: not is_busy(workstation), "it is read again")


def test_a_key_that_one_program_hands_to_the_next_is_read_after_the_last(
    workstation: Program, reader_service: ReaderService, hold: Hold
) -> None:
    daemon = start_daemon(workstation)
    first, second = holders = [hold("exclusive"), hold("exclusive")]
    with frozen(daemon):
        reader_service.insert(key(NEAR, "Anne"))
        wait_until(lambda: any("held" in holder.text for holder in holders), "one has it")
    if "held" in second.text:
        first, second = second, first
    wait_until(lambda: is_busy(workstation), "it is told")
    first.kill()
    second.wait_for_log("held")
    wait_until(lambda: is_busy(workstation) or look_again(workstation), "it is told")
    second.kill()
    wait_for_key(workstation, "Anne")


def test_a_key_put_in_while_the_reader_is_held_for_the_one_before_is_read_at_the_end(
    workstation: Program, reader_service: ReaderService, hold: Hold
) -> None:
    """pcsc-lite keeps the exclusive use of a reader beyond its card."""
    daemon = start_daemon(workstation)
    holder = hold("exclusive")
    with frozen(daemon):
        reader_service.insert(key(NEAR, "Anne"))
        holder.wait_for_log("held")
    wait_until(lambda: is_busy(workstation), "it is told")
    reader_service.swap(key(NEAR, "Bruno"))
    wait_until(lambda: is_busy(workstation), "it is told of the next one")
    holder.kill()
    wait_for_key(workstation, "Bruno")
