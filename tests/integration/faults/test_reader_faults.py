"""A real daemon with a failing reader service and failing cards."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from daemon.core.model import Occupancy
from daemon.core.troubles import Trouble
from integration.faults.running_daemon import InProcessDaemon, names
from support.card import PivCard, pin_commands
from support.in_process import use_service
from support.pki import make_certificate
from support.process import PATIENCE_S, PROMPT_S, wait_until
from support.reader import ReaderService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from daemon.core.views.report import Report

SLOW_S = 0.2


@pytest.fixture
def service(reader_service: ReaderService) -> ReaderService:
    use_service(reader_service)
    return reader_service


@pytest.fixture
def daemon(service: ReaderService, tmp_path: Path) -> Iterator[InProcessDaemon]:  # noqa: ARG001 - it is there first
    with InProcessDaemon(tmp_path / "state") as daemon:
        daemon.until(lambda report: len(report.readers) == 2, "the readers are seen")
        yield daemon


def card(name: str) -> PivCard:
    """Make a key of the common model for this holder."""
    return PivCard({"9A": make_certificate(cn=name, given_name=None, surname=None)}, guid=name.encode().ljust(16))


def in_reader(*wanted: str) -> tuple[Callable[[Report], bool], str]:
    """Return the condition that exactly these keys are present, and its name."""
    return lambda report: names(report, present=True) == sorted(wanted), f"{wanted} are in"


@contextmanager
def silent_service(real: ReaderService) -> Iterator[None]:
    """Replace the service by a socket that accepts and never answers."""
    real.stop()
    place = real.folder / "run/pcscd.comm"
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen(64)
        connections: list[socket.socket] = []

        def welcome() -> None:
            while True:
                try:
                    connections.append(listener.accept()[0])
                except OSError:
                    return

        welcoming = threading.Thread(target=welcome, daemon=True)
        welcoming.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
        welcoming.join()
    for connection in connections:
        connection.close()
    place.unlink()


# --- the service --------------------------------------------------------------------------------


def test_a_service_that_never_answers_is_reported_and_found_again(service: ReaderService, tmp_path: Path) -> None:
    with silent_service(service):
        daemon = InProcessDaemon(tmp_path / "state")
        daemon.start()
        daemon.until(
            lambda _: daemon.loop.state.service_trouble is Trouble.SERVICE_ABSENT,
            "the lost service is in the state",
        )
        assert daemon.loop.state.readers is not None, "what is due of keys in drawers is told meanwhile"
    service.start()
    service.insert(card("Anne"))
    daemon.until(*in_reader("Anne"))
    daemon.stop()


def test_a_service_killed_during_a_read_loses_nothing(service: ReaderService, daemon: InProcessDaemon) -> None:
    key = card("Anne")
    key.delay_s = SLOW_S
    service.insert(key)
    wait_until(lambda: len(key.apdus) > 3, "it is being read")
    service.kill()
    daemon.until(lambda report: {r.state for r in report.readers} == {Occupancy.UNKNOWN}, "unknown is not empty")
    key.delay_s = 0.0
    service.start()
    daemon.until(*in_reader("Anne"))


def test_a_key_swapped_while_the_service_was_away_is_recognised(service: ReaderService, tmp_path: Path) -> None:
    """The event counter is 0 for both keys, inserted before the start."""
    service.stop()
    service.insert(card("Anne"))
    service.start()
    with InProcessDaemon(tmp_path / "state") as daemon:
        daemon.until(*in_reader("Anne"))
        service.kill()
        service.swap(card("Bruno"))
        service.start()
        daemon.until(*in_reader("Bruno"))


def test_the_daemon_quits_while_the_service_hangs(service: ReaderService, tmp_path: Path) -> None:
    with InProcessDaemon(tmp_path / "state") as daemon:
        daemon.until(lambda report: len(report.readers) == 2, "the readers are seen")
        os.kill(service.pid, signal.SIGSTOP)
        began = time.monotonic()
    assert time.monotonic() - began < PROMPT_S
    os.kill(service.pid, signal.SIGCONT)


@pytest.mark.full
def test_a_service_that_hangs_during_a_read_does_not_block_the_daemon(service: ReaderService, tmp_path: Path) -> None:
    with InProcessDaemon(tmp_path / "state", child_limit_s=5.0) as daemon:
        key = card("Anne")
        key.delay_s = SLOW_S
        service.insert(key)
        wait_until(lambda: len(key.apdus) > 3, "it is being read")
        os.kill(service.pid, signal.SIGSTOP)
        wait_until(lambda: not daemon.loop.state.reads, "the read is given up")
        key.delay_s = 0.0
        os.kill(service.pid, signal.SIGCONT)
        daemon.until(*in_reader("Anne"))


# --- readers ------------------------------------------------------------------------------------


def test_the_keys_in_ten_readers_are_read(tmp_path: Path) -> None:
    """By itself OpenSC has 16 slots for four readers."""
    with ten_keys(tmp_path, read=10) as report:
        assert [r.state for r in report.readers] == [Occupancy.HOLDING] * 10
        assert names(report, present=True) == [f"Holder {n}" for n in range(10)]


def test_a_key_beyond_the_slots_of_an_administrator_is_reported_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = tmp_path / "opensc.conf"
    configuration.write_text("app default { pkcs11 { max_virtual_slots = 16; } }", encoding="utf-8")
    monkeypatch.setenv("OPENSC_CONF", str(configuration))
    with ten_keys(tmp_path, read=4) as report:
        assert names(report) == [f"Holder {n}" for n, r in enumerate(report.readers) if r.trouble is None]


@contextmanager
def ten_keys(tmp_path: Path, *, read: int) -> Iterator[Report]:
    """Put a key into each of ten readers.

    So many are then read, and the others are reported unread.
    """
    with ReaderService(readers=10) as service:
        use_service(service)
        with InProcessDaemon(tmp_path / "state") as daemon:
            for number in range(10):
                service.insert(card(f"Holder {number}"), reader=number)
            yield daemon.until(
                lambda report: (
                    (len(names(report, present=True)), sum(bool(r.trouble) for r in report.readers))
                    == (read, 10 - read)
                ),
                f"{read} are read, and the others said to be unread",
            )


def test_a_reader_replugged_with_its_key_several_times_is_read(service: ReaderService, daemon: InProcessDaemon) -> None:
    for _ in range(5):
        service.unplug()
        service.plug(card=card("Anne"))
    daemon.until(*in_reader("Anne"))
    service.unplug()
    # Until the last two changes are told, a key found earlier may be out of a reader that is still there.
    daemon.until(lambda report: len(report.readers) == 1 and not names(report, present=True), "one reader is left")


# --- cards --------------------------------------------------------------------------------------


def apdus_of_a_read(service: ReaderService, daemon: InProcessDaemon) -> int:
    """Return how many commands one read takes."""
    whole = card("Whole")
    service.insert(whole)
    daemon.until(*in_reader("Whole"))
    wait_until(lambda: not daemon.loop.state.reads, "it has been read")
    service.remove()
    assert pin_commands(whole.apdus) == []
    return len(whole.apdus)


@pytest.mark.parametrize("every", [pytest.param(9, id="every ninth"), pytest.param(1, marks=pytest.mark.full)])
def test_a_card_torn_out_at_any_command_is_read_when_it_comes_back(
    service: ReaderService, daemon: InProcessDaemon, every: int
) -> None:
    commands = apdus_of_a_read(service, daemon)
    assert commands >= 20
    for number in range(1, commands + 1, every):
        torn = card(f"Torn {number}")
        torn.tear_at = number
        service.insert(torn)
        wait_until(lambda torn=torn, number=number: len(torn.apdus) >= number, "it is torn out")  # type: ignore[misc]
        service.remove()
        report = daemon.until(*in_reader())
        assert set(names(report)) <= {"Whole", *(f"Torn {n}" for n in range(1, number + 1))}, "nothing is made up"
        torn.tear_at = None
        service.insert(torn)
        daemon.until(*in_reader(f"Torn {number}"))
        service.remove()


def test_a_slow_card_is_read(service: ReaderService, daemon: InProcessDaemon) -> None:
    slow = card("Anne")
    slow.delay_s = SLOW_S
    service.insert(slow)
    daemon.until(*in_reader("Anne"))
    assert pin_commands(slow.apdus) == []


@pytest.mark.parametrize(
    ("swaps", "pace_s"), [(10, 0.0), pytest.param(50, 0.4, marks=pytest.mark.full), pytest.param(50, 0.02)]
)
def test_after_many_swaps_the_last_key_is_present(
    service: ReaderService, daemon: InProcessDaemon, swaps: int, pace_s: float
) -> None:
    service.insert(card("Key 0"))
    pace = threading.Event()
    for number in range(1, swaps + 1):
        pace.wait(pace_s)
        service.swap(card(f"Key {number}"))
    is_in, what = in_reader(f"Key {swaps}")
    # A read that was ordered for an earlier key may find the last one before the swap itself is told.
    report = daemon.until(lambda report: is_in(report) and not daemon.loop.state.reads, f"{what}, no read goes on")
    assert set(names(report)) <= {f"Key {n}" for n in range(swaps + 1)}


def test_two_keys_of_one_model_in_two_readers_stay_two(service: ReaderService, daemon: InProcessDaemon) -> None:
    service.insert(card("Anne"), reader=0)
    service.insert(card("Bruno"), reader=1)
    daemon.until(*in_reader("Anne", "Bruno"))
    service.remove(reader=0)
    daemon.until(*in_reader("Bruno"))


def test_a_late_read_of_the_old_key_is_not_taken_for_the_new_one(
    service: ReaderService, daemon: InProcessDaemon
) -> None:
    old, new = card("Old"), card("New")
    old.delay_s = SLOW_S
    service.insert(old)
    wait_until(lambda: len(old.apdus) > 10, "the old one is being read")
    old.delay_s = PATIENCE_S  # so that this read does not end before the swap
    service.swap(new)
    seen: list[Report] = []

    def only_the_new(report: Report) -> bool:
        seen.append(report)
        return names(report, present=True) == ["New"]

    daemon.until(only_the_new, "the new key is in")
    assert {name for report in seen for name in names(report, present=True)} == {"New"}
