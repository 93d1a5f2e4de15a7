"""The page of a key that is ordered and not here yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from support.core.factories import DAY, ending
from support.core.simulator import Simulator, simulator_with

if TYPE_CHECKING:
    from config.i18n.text import Sentence

WEEK = timedelta(weeks=1)
LONGEST = 6 * WEEK


def ids(simulator: Simulator) -> list[str]:
    """Return the notes about the order."""
    found = (str(getattr(note, "id", "")) for note in simulator.page.notes)
    return [id_ for id_ in found if id_.startswith("guide.ordered")]


def ordered(left: timedelta) -> Simulator:
    simulator = simulator_with(ending(left))
    while simulator.step() != "wait":
        simulator.choose(f"end:{simulator.step()}")
    return simulator


def argument(sentence: Sentence, name: str) -> object:
    return dict(sentence.args)[name]


def test_it_says_until_when_to_wait_and_how_long_the_old_key_helps() -> None:
    simulator = ordered(60 * DAY)
    assert ids(simulator) == ["guide.ordered.until", "guide.ordered.keep"]
    assert argument(about_order(simulator), "expected") == simulator.now + LONGEST


def test_a_key_that_is_late_is_asked_for() -> None:
    simulator = ordered(60 * DAY)
    simulator.wait(LONGEST)
    assert ids(simulator) == ["guide.ordered.late", "guide.ordered.keep"]


def test_an_old_key_that_no_longer_helps_is_not_to_be_kept_for_that() -> None:
    assert ids(ordered(DAY)) == ["guide.ordered.until"]


def about_order(simulator: Simulator) -> Sentence:
    return next(note for note in simulator.page.notes if getattr(note, "id", "") == "guide.ordered.until")
