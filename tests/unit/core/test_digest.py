"""Many notices at once become one digest, and nothing is repeated."""

from datetime import timedelta

import pytest

from daemon.core.digest import AT_ONCE, FLOOD
from daemon.core.effects import OpenGuide
from daemon.core.notice import NoticeChoice, Urgency
from support.core.factories import DAY, ending, memory, owned
from support.core.simulator import Simulator


def simulator_of(count: int, left: timedelta = 50 * DAY) -> Simulator:
    """Make a simulator with this many due keys of different holders."""
    keys = [owned(ending(left, f"key {n}", subject_cn=f"Holder {n}", surname=f"Holder {n}")) for n in range(count)]
    simulator = Simulator()
    simulator.state = type(simulator.state)(settings=simulator.state.settings, memory=memory(*keys))
    simulator.look()
    return simulator


def test_up_to_the_limit_each_notice_is_shown_by_itself() -> None:
    assert len(simulator_of(AT_ONCE).delivered) == AT_ONCE


@pytest.mark.parametrize("count", [AT_ONCE + 1, pytest.param(1000, marks=pytest.mark.slow)])
def test_beyond_the_limit_one_notice_replaces_all(count: int) -> None:
    simulator = simulator_of(count)
    ((_, notice),) = simulator.delivered
    assert (notice.notice_id, dict(notice.title.args)["number"]) == (FLOOD, count)
    simulator.restart()
    simulator.wait(DAY)
    assert len(simulator.delivered) == 1, "each is remembered as said"
    simulator.wait(5 * DAY)
    assert len(simulator.delivered) == 2, "the next day that is worth a notice"


def test_the_digest_is_urgent_when_one_notice_is() -> None:
    assert simulator_of(6).delivered[0][1].urgency is Urgency.NORMAL
    assert simulator_of(6, 5 * DAY).delivered[0][1].urgency is Urgency.CRITICAL


@pytest.mark.parametrize("choice", NoticeChoice)
def test_a_click_on_the_digest_opens_the_window_at_most(choice: NoticeChoice) -> None:
    simulator = simulator_of(6)
    assert simulator.answer(FLOOD, choice) == ((OpenGuide(),) if choice is NoticeChoice.OPEN else ())
