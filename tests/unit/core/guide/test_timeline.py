"""The timeline of a page, at the moments where it changes."""

from datetime import datetime, timedelta

import pytest

from daemon.core.views.guide import BarRole
from support.core.factories import NOW, SECOND, changed
from support.core.simulator import Simulator, simulator_with
from support.core.story import LAST_CHANCE, NEW, OLD, two_keys


@pytest.mark.parametrize(
    ("begins", "stretch"),
    [
        pytest.param(LAST_CHANCE - SECOND, (LAST_CHANCE - SECOND, LAST_CHANCE), id="a second"),
        pytest.param(LAST_CHANCE, None, id="none left"),
        pytest.param(LAST_CHANCE + SECOND, None, id="too late"),
    ],
)
def test_the_stretch_ends_with_the_margin(begins: datetime, stretch: tuple[datetime, datetime] | None) -> None:
    line = simulator_with(OLD, changed(NEW, not_before=begins)).page.timeline
    assert line is not None
    assert line.stretch == stretch


def test_the_present_is_shown_to_the_hour() -> None:
    line = two_keys(NOW + timedelta(minutes=59, seconds=59)).page.timeline
    assert line is not None
    assert line.now == NOW


def test_a_key_alone_is_neither_the_old_nor_the_new_one() -> None:
    simulator = Simulator()
    simulator.plug(NEW)
    line = simulator.page.timeline
    assert line is not None
    assert [bar.role for bar in line.bars] == [BarRole.OTHER]
    assert line.stretch is None
