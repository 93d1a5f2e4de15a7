"""What a wrong clock noted does no lasting harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.instants import instant
from config.workflows import WorkflowKind
from daemon.core.clock_changes import without_future
from daemon.core.commands import MergeMemory
from daemon.core.events import ServiceLost, Tick
from daemon.core.memory_transfer import part_of
from daemon.core.notice import NoticeChoice
from daemon.core.troubles import Trouble
from support.core.factories import DAY, NOW, SECOND, certificate, ending, memory, owned, token
from support.core.simulator import Simulator, simulator_with
from support.core.story import finished

if TYPE_CHECKING:
    from config.instants import Instant

YEARS = 3653 * DAY
MINUTE = timedelta(minutes=1)
CORRECTIONS = ["while it runs", "while it is off"]
OLD, NEW = ending(200 * DAY, "old"), certificate("new", not_before=NOW - 5 * DAY, not_after=NOW + 1090 * DAY)
RESET = instant(datetime(1971, 1, 1, tzinfo=UTC))


def set_clock(simulator: Simulator, now: Instant, when: str = CORRECTIONS[0]) -> None:
    """Set the clock, and show it to the daemon."""
    simulator.now = now
    if when == CORRECTIONS[0]:
        simulator.post(Tick(at=simulator.now))
    else:
        simulator.restart()


@pytest.mark.parametrize("when", CORRECTIONS)
def test_a_new_key_first_seen_by_a_clock_ahead_still_has_to_be_registered(when: str) -> None:
    """By the right clock it is not in use."""
    simulator = simulator_with(NEW, now=NOW + 90 * DAY)
    simulator.now += MINUTE
    simulator.plug(OLD)
    set_clock(simulator, NOW, when)
    simulator.look()
    report = simulator.check()
    assert report is not None
    assert [path.kind for path in report.paths] == [WorkflowKind.ACTIVATE]


@pytest.mark.parametrize("when", CORRECTIONS)
def test_nothing_was_seen_in_the_future_once_the_clock_is_right(when: str) -> None:
    simulator = simulator_with(OLD, now=NOW + YEARS)
    simulator.now += DAY
    simulator.plug(NEW)
    set_clock(simulator, NOW, when)
    kept = simulator.kept
    moments = [moment for seen in kept.certificates.values() for moment in (seen.first_seen, seen.last_seen)]
    moments += [moment for key in kept.keys.values() for moment in (key.first_seen, key.last_seen)]
    assert all(NOW - SECOND < moment <= NOW for moment in moments)
    old, new = kept.certificates[OLD.fingerprint], kept.certificates[NEW.fingerprint]
    assert old.first_seen == old.last_seen < new.first_seen == new.last_seen, "in their order"


def test_a_clock_that_is_behind_moves_nothing() -> None:
    kept = memory(owned(OLD, first_seen=NOW))
    assert without_future(kept, RESET) is kept
    begun = memory(owned(NEW, first_seen=NOW))
    before = instant(NEW.not_before or NOW) - DAY
    assert without_future(begun, before).certificates == begun.certificates
    assert without_future(begun, NOW - DAY) is begun, "a day is no wrong clock"


def test_a_key_that_a_clock_behind_reads_again_keeps_its_first_moment() -> None:
    simulator = simulator_with(OLD)
    simulator.now = RESET
    simulator.plug(OLD)
    assert [key.first_seen for key in simulator.kept.keys.values()] == [NOW]


def test_a_memory_from_a_computer_whose_clock_is_ahead_comes_from_now() -> None:
    simulator = simulator_with(OLD)
    simulator.command(MergeMemory(part=part_of(memory(owned(NEW, first_seen=NOW + YEARS)))))
    assert simulator.kept.certificates[NEW.fingerprint].first_seen == NOW


def test_a_service_that_is_away_is_told_though_the_clock_was_set_back() -> None:
    simulator = simulator_with(ending(400 * DAY))
    simulator.post(ServiceLost(at=simulator.now, trouble=Trouble.SERVICE_STOPPED))
    set_clock(simulator, NOW - 90 * DAY)
    simulator.wait(MINUTE + SECOND)
    assert simulator.titles()[-1] == "trouble.service_stopped.short"


def test_a_busy_card_is_read_again_though_the_clock_was_set_back() -> None:
    simulator = Simulator(now=NOW)
    simulator.look()
    simulator.insert(trouble=Trouble.CARD_UNREAD)
    set_clock(simulator, NOW - 90 * DAY)
    orders = len(simulator.orders())
    simulator.cards["Reader 00"].tokens = (token(OLD),)
    simulator.cards["Reader 00"].trouble = None
    simulator.wait(timedelta(minutes=16))
    assert len(simulator.orders()) > orders


@pytest.mark.parametrize("span", [timedelta(hours=1), 2 * DAY, 90 * DAY], ids=str)
def test_a_rest_is_as_long_as_it_was_though_the_clock_was_set_back(span: timedelta) -> None:
    simulator = simulator_with(ending(20 * DAY), now=NOW)
    key = simulator.delivered[-1][1].notice_id
    simulator.answer(key, NoticeChoice.LATER)
    told = len(simulator.delivered)
    set_clock(simulator, NOW - span)
    simulator.wait(DAY - SECOND)
    told_by_date = 1 if span > DAY else 0  # what is due by the earlier date is told once
    assert len(simulator.delivered) <= told + told_by_date


@pytest.mark.parametrize("when", CORRECTIONS)
def test_the_old_certificate_is_tidied_up_though_the_clock_was_ahead(when: str) -> None:
    simulator = finished()
    simulator.choose("finish")
    assert any(progress.finished for progress in simulator.kept.progress.values())
    set_clock(simulator, simulator.now - 100 * DAY, when)
    simulator.wait(8 * DAY)
    assert "notice.clean_up.title" in simulator.titles()
