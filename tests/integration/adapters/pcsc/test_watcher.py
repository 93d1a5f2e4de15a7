from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest

from bench.proc import work_of
from daemon.adapters.pcsc import library
from daemon.adapters.pcsc import watcher as watcher_module
from daemon.adapters.pcsc.service import FOREVER_MS, PLUG_AND_PLAY, States, reader_names, wait_for_change
from daemon.adapters.pcsc.watcher import PcscWatcher, free_look_ms, read_snapshot
from daemon.core.events import FaultMet, ReadersSeen, ServiceLost
from daemon.core.model import Occupancy
from daemon.core.troubles import Trouble
from support.card import BankCard, PivCard
from support.in_process import use_service
from support.posted_events import PostedEvents
from support.process import PATIENCE_S, PROMPT_S, wait_until
from support.reader import MAX_READERS, ReaderService

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534


@pytest.fixture
def service(reader_service: ReaderService) -> ReaderService:
    use_service(reader_service)
    return reader_service


@pytest.fixture
def watcher(posted: PostedEvents) -> Iterator[PcscWatcher]:
    watcher = PcscWatcher(posted)
    yield watcher
    watcher.stop()


@pytest.fixture
def posted() -> PostedEvents:
    return PostedEvents()


def holding(posted: PostedEvents) -> list[int]:
    """Return the insertion number of each reader, 0 where it is empty."""
    return [reader.insertion for reader in posted.next(ReadersSeen).readers]


def wait_for_card(posted: PostedEvents, reader: int = 0, before: int = 0) -> int:
    """Return the number of the next card in a reader."""
    while (number := holding(posted)[reader]) in {0, before}:
        pass
    return number


def test_the_first_post_is_the_whole_state(service: ReaderService, watcher: PcscWatcher, posted: PostedEvents) -> None:
    service.insert(PivCard(), reader=1)
    watcher.start()
    seen = posted.next(ReadersSeen)
    assert [reader.name for reader in seen.readers] == service.reader_names
    assert [reader.occupancy for reader in seen.readers] == [Occupancy.EMPTY, Occupancy.HOLDING]


def test_each_card_put_in_has_a_number_of_its_own(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents
) -> None:
    watcher.start()
    assert holding(posted) == [0, 0]
    service.insert(PivCard(), reader=0)
    assert holding(posted) == [1, 0]
    service.insert(BankCard(), reader=1)
    assert holding(posted) == [1, 2]
    service.remove(reader=0)
    assert holding(posted) == [0, 2]
    service.insert(PivCard(), reader=0)
    assert holding(posted) == [3, 2]


def test_no_swap_of_two_cards_with_the_same_atr_is_missed(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents
) -> None:
    service.insert(PivCard())
    watcher.start()
    number = wait_for_card(posted)
    for _ in range(50):
        service.swap(PivCard())
        after = wait_for_card(posted, before=number)
        assert after > number
        number = after


@pytest.mark.parametrize("how", ["SCARD_RESET_CARD", "SCARD_LEAVE_CARD"])
def test_the_end_of_an_exclusive_use_is_seen(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents, how: str
) -> None:
    from smartcard import scard

    service.insert(PivCard())
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, card, _ = scard.SCardConnect(context, service.reader_names[0], scard.SCARD_SHARE_EXCLUSIVE, 3)
    watcher.start()
    assert posted.next(ReadersSeen).readers[0].trouble is Trouble.CARD_BUSY
    scard.SCardDisconnect(card, getattr(scard, how))
    assert posted.next(ReadersSeen).readers[0].trouble is None
    scard.SCardReleaseContext(context)
    service.insert(BankCard(), reader=1)
    assert holding(posted) == [1, 2]


@pytest.mark.parametrize(
    ("held_for_s", "wanted_ms"), [(0, 1500), (600, 1500), (800, 2000), (12_000, 30_000), (36_000, 30_000)]
)
def test_a_card_is_looked_at_less_often_the_longer_it_is_held(held_for_s: float, wanted_ms: int) -> None:
    assert free_look_ms(held_for_s) == wanted_ms


@pytest.mark.parametrize("code", [0x8010006A, 0x8010001D, 0x80100013])
def test_a_refusal_is_no_absence_and_its_end_is_soon_seen(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """What polkit refuses has one of three codes.

    It depends on who was quicker (pcsc-lite, winscard_msg.c).
    """
    assert service.reader_names
    with monkeypatch.context() as refused:
        refused.setattr(library, "establish_context", lambda: (code, 0))
        watcher.start()
        assert posted.next(ServiceLost).trouble is Trouble.SERVICE_REFUSED
        found = read_snapshot()
        assert isinstance(found, ServiceLost)
        assert found.trouble is Trouble.SERVICE_REFUSED
    began = time.monotonic()
    assert len(posted.next(ReadersSeen).readers) == 2
    assert time.monotonic() - began < PROMPT_S


def test_a_service_that_hangs_up_on_everyone_refuses(service: ReaderService, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pcscd does (winscard_svc.c, ContextThread), at whatever moment."""
    address = service.environment["PCSCLITE_CSOCK_NAME"]
    service.stop()
    monkeypatch.setattr("daemon.adapters.pcsc.service.REFUSAL_PAUSE_S", 0.0)
    Path(address).unlink(missing_ok=True)
    with socket.create_server(address, family=socket.AF_UNIX) as hanging_up:
        ending = threading.Thread(target=hang_up, args=(hanging_up,))
        ending.start()
        found = [read_snapshot() for _ in range(30)]
        hanging_up.shutdown(socket.SHUT_RDWR)
        ending.join()
    assert {event.trouble for event in found if isinstance(event, ServiceLost)} == {Trouble.SERVICE_REFUSED}
    assert read_snapshot() == ServiceLost(at=ANY, trouble=Trouble.SERVICE_ABSENT)


def test_a_service_whose_socket_may_not_be_opened_refuses(service: ReaderService) -> None:
    address = Path(service.environment["PCSCLITE_CSOCK_NAME"])
    address.chmod(0)
    with as_nobody():
        assert read_snapshot() == ServiceLost(at=ANY, trouble=Trouble.SERVICE_REFUSED)
    address.chmod(0o777)
    assert isinstance(read_snapshot(), ReadersSeen)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up what only root may do."""
    user = os.geteuid()
    os.seteuid(user or NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def hang_up(server: socket.socket) -> None:
    """Close connections: at once, after a byte, after all bytes, in turn."""
    for words in itertools.cycle((0, 1, 1000)):
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(words)


@pytest.mark.parametrize("call", ["establish_context", "list_readers", "get_status_change"])
@pytest.mark.parametrize("error", [UnicodeEncodeError("ascii", "à", 0, 1, "no"), MemoryError(), KeyError("reader")])
def test_no_error_of_a_call_ends_the_watch(
    service: ReaderService,
    watcher: PcscWatcher,
    posted: PostedEvents,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    error: Exception,
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    service.insert(PivCard())
    with monkeypatch.context() as failing:
        failing.setattr(library, call, fail)
        watcher.start()
        assert posted.next(ServiceLost).trouble is Trouble.WATCH_FAILED
        posted.next(FaultMet)
    *_, seen = posted.until(ReadersSeen)
    assert isinstance(seen, ReadersSeen)
    assert seen.readers[0].insertion > 0


def test_a_killed_service_is_lost_once_and_its_cards_come_back_as_new_ones(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents
) -> None:
    service.insert(PivCard())
    watcher.start()
    number = wait_for_card(posted)
    service.kill()
    assert posted.next(ServiceLost).trouble is Trouble.SERVICE_STOPPED
    service.start()
    began = time.monotonic()
    assert wait_for_card(posted) > number
    assert time.monotonic() - began < PROMPT_S


def test_a_card_swapped_while_the_service_was_away_has_another_number_though_both_were_counted_alike(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents
) -> None:
    """The old card's answer must not count for the new one."""
    service.insert(PivCard())
    service.restart()
    watcher.start()
    number = wait_for_card(posted)
    service.kill()
    posted.next(ServiceLost)
    service.swap(PivCard())
    service.start()
    assert wait_for_card(posted) > number


def test_a_service_absent_at_the_start_is_seen_when_it_comes(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents
) -> None:
    service.stop()
    watcher.start()
    assert posted.next(ServiceLost).trouble is Trouble.SERVICE_ABSENT
    service.start()
    began = time.monotonic()
    assert len(posted.next(ReadersSeen).readers) == 2
    assert time.monotonic() - began < PROMPT_S


def test_a_service_without_readers_gives_an_empty_state(watcher: PcscWatcher, posted: PostedEvents) -> None:
    with ReaderService(readers=0) as bare:
        use_service(bare)
        watcher.start()
        *_, seen = posted.until(ReadersSeen)  # without a reader nothing tells when the service is up
        assert isinstance(seen, ReadersSeen)
        assert seen.readers == ()
        watcher.stop()


def test_readers_that_come_and_go_are_seen_with_their_cards(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents
) -> None:
    watcher.start()
    assert holding(posted) == [0, 0]
    service.unplug(reader=1)
    assert holding(posted) == [0]
    service.plug(reader=1, card=PivCard())
    while len(numbers := holding(posted)) < 2 or not numbers[1]:
        pass
    assert numbers == [0, 1]


def test_all_readers_of_a_full_service_are_watched_and_one_pulled_out_can_come_back(
    watcher: PcscWatcher, posted: PostedEvents
) -> None:
    with ReaderService(readers=MAX_READERS) as service:
        use_service(service)
        watcher.start()
        while len(holding(posted)) < MAX_READERS:
            pass
        time.sleep(2 * watcher_module.SETTLE_MS / 1000)  # from here on it waits without end
        service.insert(PivCard(), reader=MAX_READERS - 1)
        assert holding(posted) == [*[0] * (MAX_READERS - 1), 1]
        service.unplug(reader=3)
        while len(numbers := holding(posted)) == MAX_READERS:
            pass
        assert numbers == [*[0] * (MAX_READERS - 2), 1]
        service.plug(reader=3, card=PivCard())
        while sorted(holding(posted)) != [*[0] * (MAX_READERS - 2), 1, 2]:
            pass
        watcher.stop()


def test_a_reader_that_comes_back_before_the_wait_for_it_is_seen(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, gone, back = wait_for_change, threading.Event(), threading.Event()

    def wait_late(context: int, limit_ms: int, states: States) -> States | None:
        if len(states.keys() - {PLUG_AND_PLAY}) == 1 and not back.is_set():
            back.set()
            gone.wait(PATIENCE_S)
            service.plug(reader=1)
            wait_until(lambda: len(reader_names(context)) == 2, "the reader is back")
        return wait(context, limit_ms, states)

    watcher.start()
    while len(holding(posted)) < 2:
        pass
    time.sleep(2 * watcher_module.SETTLE_MS / 1000)  # from here on it waits without end
    monkeypatch.setattr(watcher_module, "wait_for_change", wait_late)
    service.unplug(reader=1)
    gone.set()
    while len(holding(posted)) == 2:
        pass
    assert len(holding(posted)) == 2


def test_a_card_that_was_in_before_the_service_started_is_not_swapped_by_hand_unseen(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents
) -> None:
    service.insert(PivCard())
    service.restart()  # its event counter is 0 then, which pcsc-lite does not compare
    watcher.start()
    number = wait_for_card(posted)
    service.remove()
    while holding(posted)[0]:  # without a counter, both events at once would look like none
        pass
    service.insert(PivCard())
    assert wait_for_card(posted, before=number) > number


@pytest.mark.parametrize("delay_s", [0.0, 0.001, 0.01, 0.4])
def test_stopping_ends_the_thread_at_once_whenever_it_comes(
    service: ReaderService,
    watcher: PcscWatcher,
    posted: PostedEvents,
    monkeypatch: pytest.MonkeyPatch,
    delay_s: float,
) -> None:
    monkeypatch.setattr(watcher_module, "STOP_LIMIT_S", PATIENCE_S)  # a busy machine is not left behind
    watcher.start()
    if delay_s:
        posted.next(ReadersSeen)
        time.sleep(delay_s)  # the moment of the stop is what is tested
    began = time.monotonic()
    watcher.stop()
    assert time.monotonic() - began < PROMPT_S
    assert "pcsc" not in thread_names()
    assert service.pid


def test_stopping_while_the_service_is_away_is_quick_too(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "STOP_LIMIT_S", PATIENCE_S)
    service.stop()
    watcher.start()
    posted.next(ServiceLost)
    began = time.monotonic()
    watcher.stop()
    assert time.monotonic() - began < PROMPT_S
    assert "pcsc" not in thread_names()


def test_the_thread_never_wakes_while_nothing_happens(
    service: ReaderService, watcher: PcscWatcher, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits_ms: list[int] = []

    def note_wait(context: int, limit_ms: int, states: States) -> States | None:
        limits_ms.append(limit_ms)
        return wait_for_change(context, limit_ms, states)

    def sleeps() -> bool:
        before = wake_ups("pcsc")
        time.sleep(1.0)
        return limits_ms[-1] == FOREVER_MS and wake_ups("pcsc") == before

    monkeypatch.setattr(watcher_module, "wait_for_change", note_wait)
    service.insert(PivCard())
    watcher.start()
    wait_for_card(posted)
    wait_until(sleeps, "it waits without end")  # after the one short wait after readers came
    before = wake_ups("pcsc")
    time.sleep(2.0)
    assert wake_ups("pcsc") == before
    assert posted.rest() == []


def test_a_snapshot_shows_the_readers_once(service: ReaderService) -> None:
    service.insert(BankCard())
    seen = read_snapshot()
    assert isinstance(seen, ReadersSeen)
    assert [reader.occupancy for reader in seen.readers] == [Occupancy.HOLDING, Occupancy.EMPTY]
    service.kill()
    lost = read_snapshot()
    assert isinstance(lost, ServiceLost)
    assert lost.trouble is Trouble.SERVICE_ABSENT


def thread_names() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def wake_ups(thread_name: str) -> int:
    (thread,) = [thread for thread in threading.enumerate() if thread.name == thread_name]
    return work_of(os.getpid()).threads[str(thread.native_id)][0]


# --- the pauses alone ---------------------------------------------------------------------------


@pytest.mark.parametrize(("lost_for_s", "pause_s"), [(0, 1.5), (59.9, 1.5), (60, 15), (599, 15), (600, 60), (1e6, 60)])
def test_an_absent_service_is_tried_less_and_less_often(lost_for_s: float, pause_s: float) -> None:
    assert watcher_module.pause_after(lost_for_s) == pause_s


@pytest.mark.parametrize(("quick_returns", "at_least_s"), [(0, 0), (2, 0), (3, 0.05), (9, 5), (100_000, 5)])
def test_waits_that_end_with_nothing_new_are_slowed_down(quick_returns: int, at_least_s: float) -> None:
    assert at_least_s <= watcher_module.slow_down(quick_returns) <= 6
