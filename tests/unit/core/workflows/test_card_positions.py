"""Test which card positions end a step or let it begin."""

import pytest

from config.workflows import Ends, Needs
from daemon.core.model import KeyId
from daemon.core.workflows.cards import CardPositions


def positions(*cards: str, rival: bool = False, sure: bool = True) -> CardPositions:
    """Make the positions with these cards inserted."""
    rivals = frozenset({KeyId("rival")} if rival else ())
    return CardPositions(old="old" in cards, new="new" in cards, rivals=rivals, sure=sure)


@pytest.mark.parametrize(
    ("cards", "ended"),
    [
        pytest.param(positions(), {Ends.OLD_OUT, Ends.NEW_OUT}, id="no card"),
        pytest.param(positions("old"), {Ends.OLD_IN, Ends.NEW_OUT}, id="the old key"),
        pytest.param(positions("new"), {Ends.NEW_IN, Ends.OLD_OUT}, id="the new key"),
        pytest.param(positions("old", "new"), set(), id="both keys"),
        pytest.param(positions("old", rival=True), {Ends.NEW_OUT}, id="the old key and a rival"),
        pytest.param(positions("new", rival=True), {Ends.OLD_OUT}, id="the new key and a rival"),
        pytest.param(positions("old", sure=False), {Ends.OLD_IN, Ends.NEW_OUT}, id="the old key, last known"),
    ],
)
def test_the_cards_end_these_steps(cards: CardPositions, ended: set[Ends]) -> None:
    assert {ends for ends in Ends if cards.holds(ends)} == ended


@pytest.mark.parametrize(
    ("cards", "ready"),
    [
        pytest.param(positions(), {Needs.NOTHING}, id="no card"),
        pytest.param(positions("old"), {Needs.NOTHING, Needs.OLD}, id="the old key"),
        pytest.param(positions("new"), {Needs.NOTHING, Needs.NEW}, id="the new key"),
        pytest.param(positions("old", "new"), {Needs.NOTHING}, id="both keys"),
        pytest.param(positions("new", sure=False), {Needs.NOTHING}, id="the new key, last known"),
        pytest.param(positions("old", sure=False), {Needs.NOTHING}, id="the old key, last known"),
    ],
)
def test_the_cards_let_these_steps_begin(cards: CardPositions, ready: set[Needs]) -> None:
    assert {needs for needs in Needs if cards.ready(needs)} == ready
