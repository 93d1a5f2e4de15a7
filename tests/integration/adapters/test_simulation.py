"""The demonstration's stand-ins keep to the time of the story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.instants import instant
from config.values import replace
from daemon.adapters.simulation import SimulatedClock, StoryGuide
from support.core.simulator import Simulator

if TYPE_CHECKING:
    from config.i18n.text import Sentence
    from daemon.core.model import ActivationToken
    from daemon.core.views.guide import GuideView


class Shown:
    """A display that keeps the last view."""

    view: GuideView[Sentence] | None = None

    def open(self, activation: ActivationToken | None = None) -> None: ...

    def show(self, view: GuideView[Sentence]) -> None:
        self.view = view

    def stop(self) -> None: ...


def test_a_limit_is_as_far_ahead_on_the_computers_clock_as_in_the_story() -> None:
    story = instant(datetime(2040, 1, 1, tzinfo=UTC))
    simulator, display = Simulator(), Shown()
    simulator.look()
    StoryGuide(display, SimulatedClock(story)).show(replace(simulator.page, deadline=story + timedelta(hours=24)))
    assert display.view is not None
    assert display.view.deadline is not None
    ahead = display.view.deadline - instant(datetime.now(UTC))
    assert timedelta(hours=23) < ahead <= timedelta(hours=24)
