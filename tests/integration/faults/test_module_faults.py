"""Modules that fail in any way hide no key and may recover.

`adapters/pkcs11/test_reader.py` has files that are no library or cannot be loaded.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from functools import reduce
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.proc import children
from daemon.adapters.pkcs11.limits import MORE_TASKS
from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.core.effects import ReadTokens
from daemon.core.events import Event, ReadFinished, TokensRead
from daemon.core.model import ReaderName, Ticket
from daemon.core.troubles import Trouble
from integration.faults.token_module import WHOLE, TokenModule
from support.pki import make_certificate
from support.posted_events import PostedEvents
from support.process import PATIENCE_S, PROMPT_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.core.model import TokenReading

CALLS = (
    "load",
    "C_GetFunctionList",
    "C_Initialize",
    "C_GetSlotList",
    "C_GetSlotInfo",
    "C_GetTokenInfo",
    "C_OpenSession",
    "C_FindObjectsInit",
    "C_FindObjects",
    "C_GetAttributeValue",
)
LIMIT_S, HASTY_LIMIT_S = 10.0, 1.0
FLAGS = {"initialised": 0x400, "user_pin_set": 0x8, "pin_to_be_changed": 0x80000, "pin_locked": 0x40000}


class Reads:
    """A token reader over these modules."""

    def __init__(self, *modules: TokenModule | Path, limit_s: float = LIMIT_S) -> None:
        self.posted = PostedEvents()
        self.limit_s = limit_s
        paths = (module.path if isinstance(module, TokenModule) else module for module in modules)
        self.reader = ChildTokenReader(self.posted, modules=tuple(map(str, paths)), child_limit_s=limit_s)
        self.reader.start()
        self._ticket = 0

    def read(self, *readers: str) -> list[Event]:
        self._ticket += 1
        self.reader.read(ReadTokens(ticket=Ticket(self._ticket), readers=tuple(map(ReaderName, readers))))
        return self.posted.until(ReadFinished)


@pytest.fixture
def module(tmp_path: Path) -> TokenModule:
    return TokenModule(tmp_path)


@pytest.fixture
def reads(module: TokenModule) -> Iterator[Reads]:
    reads = Reads(module)
    yield reads
    reads.reader.stop()


@pytest.fixture
def hasty(module: TokenModule, reads: Reads) -> Iterator[Reads]:
    """A reader with a short limit for modules that hang.

    On a slow machine too it is enough for those that do not.
    """
    began = time.monotonic()
    reads.read()
    hasty = Reads(module, limit_s=HASTY_LIMIT_S + 5 * (time.monotonic() - began))
    yield hasty
    hasty.reader.stop()


def tokens(events: list[Event]) -> list[TokenReading]:
    return [token for event in events if isinstance(event, TokensRead) for token in event.tokens]


def troubles(events: list[Event]) -> list[Trouble]:
    return [event.trouble for event in events if isinstance(event, TokensRead) and event.trouble]


def labels(events: list[Event]) -> list[str]:
    return [token.label for token in tokens(events)]


# --- faults at each call ------------------------------------------------------------------------


@pytest.mark.parametrize("where", CALLS)
@pytest.mark.parametrize("how", ["crash", pytest.param("exit", marks=pytest.mark.full)])
def test_a_module_that_dies_at_any_call_is_reported_and_recovers(
    module: TokenModule, reads: Reads, how: str, where: str
) -> None:
    module.show([make_certificate()])
    module.fail(how, where)
    assert troubles(reads.read()) == [Trouble.MODULE_CRASHED]
    module.recover()
    events = reads.read()
    assert (labels(events), troubles(events)) == (["a key"], [])


@pytest.mark.parametrize(
    "where", [pytest.param(call, marks=() if call == "C_FindObjects" else pytest.mark.full) for call in CALLS]
)
def test_a_module_that_hangs_at_any_call_is_killed_at_its_limit_and_recovers(
    module: TokenModule, hasty: Reads, where: str
) -> None:
    module.show([make_certificate()])
    module.fail("hang", where)
    began = time.monotonic()
    assert troubles(hasty.read()) == [Trouble.MODULE_HUNG]
    assert time.monotonic() - began < hasty.limit_s + PROMPT_S
    module.recover()
    assert labels(hasty.read()) == ["a key"]


@pytest.mark.parametrize("where", CALLS[1:])
def test_a_module_that_errs_at_any_call_invents_nothing(module: TokenModule, reads: Reads, where: str) -> None:
    der = make_certificate()
    module.show([der])
    module.fail("error", where)
    certificates = [c for token in tokens(reads.read()) for c in token.certificates]
    assert [c.flaw != "" for c in certificates] in ([], [True]), "none, or one that is said to be unreadable"
    module.recover()
    assert [c.flaw for token in tokens(reads.read()) for c in token.certificates] == [""]


@pytest.mark.parametrize("where", ["load", pytest.param("C_GetAttributeValue", marks=pytest.mark.full)])
def test_a_module_that_prints_without_end_is_stopped(module: TokenModule, hasty: Reads, where: str) -> None:
    module.show([make_certificate()])
    module.fail("chatter", where)
    events = hasty.read()
    assert (tokens(events), troubles(events)) == ([], [Trouble.MODULE_HUNG])


@pytest.mark.parametrize("where", ["load", "C_GetAttributeValue"])
def test_a_process_that_a_module_leaves_ends_with_its_read(module: TokenModule, reads: Reads, where: str) -> None:
    module.show([make_certificate()])
    module.fail("fork", where)
    assert labels(reads.read()) == ["a key"]
    wait_until(lambda: module.forked != 0, "it has forked")
    wait_until(lambda: not Path(f"/proc/{module.forked}").exists(), "what was forked has ended")


@pytest.mark.skipif(sys.platform != "linux", reason="a supervisor of Linux")
@pytest.mark.parametrize(
    ("how", "trouble"),
    [("escape", []), ("escape-crash", [Trouble.MODULE_CRASHED]), ("escape-hang", [Trouble.MODULE_HUNG])],
)
def test_a_process_in_another_session_ends_with_the_read(
    module: TokenModule, hasty: Reads, how: str, trouble: list[Trouble]
) -> None:
    module.show([make_certificate()])
    module.fail(how, "C_Initialize")
    assert troubles(hasty.read()) == trouble
    assert module.forked != 0
    wait_until(lambda: not Path(f"/proc/{module.forked}").exists(), "it has ended")


@pytest.mark.skipif(sys.platform != "linux", reason="a supervisor of Linux")
def test_a_stopped_supervisor_is_killed(module: TokenModule, reads: Reads) -> None:
    others = children(os.getpid())  # of earlier tests
    module.fail("hang", "C_Initialize")
    stopper = threading.Thread(target=_stop_supervisor, args=(module, others))
    stopper.start()
    assert troubles(reads.read()) == [Trouble.MODULE_HUNG]
    stopper.join()
    wait_until(lambda: children(os.getpid()) <= others, "nothing of the read is left")


def _stop_supervisor(module: TokenModule, others: set[int]) -> None:
    wait_until(lambda: "C_Initialize" in module.calls, "the module hangs")
    (supervisor,) = children(os.getpid()) - others
    os.kill(supervisor, signal.SIGSTOP)


FORK_OFTEN = """
import os, signal
from daemon.adapters.pkcs11.limits import restrain
os.setsid()
restrain()
try:
    for number in range(1000):
        if os.fork() == 0:
            signal.pause()
except BlockingIOError:
    pass
print(number, flush=True)
os.killpg(0, signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_module_cannot_start_processes_without_end() -> None:
    user = 20_000 + os.getpid() % 40_000  # of this run alone: the kernel counts all processes of one
    command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", sys.executable, "-c", FORK_OFTEN]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert ended.stdout.strip(), ended.stderr
    assert MORE_TASKS / 2 < int(ended.stdout) <= MORE_TASKS


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_module_runs_within_limits(module: TokenModule, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    module.show([make_certificate()])
    module.fail("report", "C_Initialize")
    assert labels(reads.read()) == ["a key"]
    assert re.search(r"^NoNewPrivs:\s*1$", module.reported("status"), re.MULTILINE)
    for limit, value in (
        ("core file size", 1),
        ("open files", 256),
        ("file size", 64 << 20),
        ("address space", 4 << 30),
    ):
        assert re.search(rf"^Max {limit}\s+{value}\s+{value}\s", module.reported("limits"), re.MULTILINE)
    assert 4 < int(module.reported("pieces")) < 16
    assert "secret" not in module.reported("environ")
    assert "HOME=" in module.reported("environ")


# --- one beside another -------------------------------------------------------------------------


def test_a_hanging_module_is_asked_last_until_it_answers_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = TokenModule(tmp_path, "bad"), TokenModule(tmp_path, "good")
    good.show([make_certificate()], label=b"good", slot=b"Reader 00")
    bad.show([make_certificate(cn="Anne")], label=b"bad", slot=b"Reader 00", serial=b"0002")
    reads = Reads(bad, good)
    bad.fail("hang", "C_GetSlotList")
    assert labels(reads.read("Reader 00")) == ["good"]
    monkeypatch.setattr("daemon.adapters.pkcs11.reader.PATIENCE_S", 3600.0)  # a sound one may be slow on a busy machine
    asked = bad.calls
    began = time.monotonic()
    assert labels(reads.read("Reader 00")) == ["good"]
    assert time.monotonic() - began < LIMIT_S, "nobody waits for it any more"
    assert bad.calls == asked, "it is not even asked while another one answers"
    bad.recover()
    good.show([], slot=b"Other")
    assert "bad" in labels(reads.read("Reader 00")), "it is asked where no other one answers"
    good.show([make_certificate()], label=b"good", slot=b"Reader 00")
    assert labels(reads.read("Reader 00"))[0] == "bad", "and is in its old place again"
    reads.reader.stop()


def test_the_same_library_by_two_paths_is_loaded_once(module: TokenModule, tmp_path: Path) -> None:
    module.show([make_certificate()])
    (tmp_path / "link.so").symlink_to(module.path)
    (tmp_path / "folder").symlink_to(tmp_path)
    paths = (module.path, tmp_path / "link.so", tmp_path / "folder/token.so", tmp_path / "folder/../token.so")
    reads = Reads(*paths)
    assert labels(reads.read()) == ["a key"]
    assert module.calls.count("load") == 1
    reads.reader.stop()


# --- odd tokens ---------------------------------------------------------------------------------


def test_forty_certificates_are_read(module: TokenModule, reads: Reads) -> None:
    module.show([make_certificate(cn=f"Holder {number}") for number in range(40)])
    (token,) = tokens(reads.read())
    assert {c.subject_cn for c in token.certificates} == {f"Holder {number}" for number in range(40)}


def test_a_thousand_certificates_are_cut_to_the_limit(module: TokenModule, reads: Reads) -> None:
    module.show([b"\x30\x04\x04\x02" + number.to_bytes(2) for number in range(1000)])
    (token,) = tokens(reads.read())
    assert len(token.certificates) == 200


def test_an_object_of_a_megabyte_is_named_unreadable_and_hides_nothing(module: TokenModule, reads: Reads) -> None:
    module.show([b"\x30\x84\x00\x10\x00\x00" + bytes(1 << 20), make_certificate()])
    (token,) = tokens(reads.read())
    assert sorted(c.flaw for c in token.certificates) == ["", f"{(1 << 20) + 6} bytes long"]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        (b"\xff\xfe\x00broken", "broken"),
        ("é".encode() * 16, "é" * 16),
        (b"\xc3" * 32, ""),
        (b"\x1b[2J\x07\r\n<b>key</b>", "[2J <b>key</b>"),
        (b"\x00" * 32, ""),
    ],
    ids=["no UTF-8", "32 bytes of UTF-8", "halves of letters", "escape sequences", "zeroes"],
)
def test_a_label_in_any_bytes_is_shown_clean_and_hides_nothing(
    module: TokenModule, reads: Reads, label: bytes, shown: str
) -> None:
    module.show([make_certificate()], label=label)
    events = reads.read()
    (token,) = tokens(events)
    assert troubles(events) == []
    assert token.label.replace("\N{REPLACEMENT CHARACTER}", "") == shown
    assert len(token.certificates) == 1


def test_a_serial_and_a_slot_in_any_bytes_hide_nothing(module: TokenModule, reads: Reads) -> None:
    module.show([make_certificate()], serial=bytes(range(240, 256)), slot=bytes(range(128, 192)))
    (token,) = tokens(reads.read())
    assert len(token.certificates) == 1


COMBINATIONS = [chosen for size in range(5) for chosen in combinations(FLAGS, size)]


@pytest.mark.parametrize("chosen", COMBINATIONS, ids=lambda chosen: "+".join(chosen) or "none")
def test_every_combination_of_flags_is_read_as_it_is(
    module: TokenModule, reads: Reads, chosen: tuple[str, ...]
) -> None:
    flags = reduce(lambda flags, flag: flags | FLAGS[flag], chosen, WHOLE & ~0x408)
    module.show([make_certificate()], flags=flags)
    (token,) = tokens(reads.read())
    assert {flag for flag in FLAGS if getattr(token.flags, flag)} == set(chosen)


OTHERS = [1 << bit for bit in range(25) if 1 << bit not in FLAGS.values()]  # the rest of CKF_* of tokens, known or not


@pytest.mark.full
@pytest.mark.parametrize("other", [*OTHERS, sum(OTHERS)], ids=hex)
@pytest.mark.parametrize("chosen", [(), tuple(FLAGS)], ids=["no sign", "each sign"])
def test_unknown_flags_do_not_change_the_known_ones(
    module: TokenModule, reads: Reads, chosen: tuple[str, ...], other: int
) -> None:
    module.show([make_certificate()], flags=reduce(lambda flags, flag: flags | FLAGS[flag], chosen, other))
    (token,) = tokens(reads.read())
    assert {flag for flag in FLAGS if getattr(token.flags, flag)} == set(chosen)


@pytest.mark.parametrize("flags", [0xFFFFFFFF, 0x80000000, 0xFFFFFFFFFFFFFFFF], ids=hex)
def test_flags_outside_the_standard_hide_nothing(module: TokenModule, reads: Reads, flags: int) -> None:
    module.show([make_certificate()], flags=flags)
    (token,) = tokens(reads.read())
    assert len(token.certificates) == 1


def test_no_login_ever_happens(module: TokenModule, reads: Reads) -> None:
    module.show([make_certificate()])
    reads.read()
    assert "C_OpenSession" in module.calls
    assert "C_Login" not in module.calls
