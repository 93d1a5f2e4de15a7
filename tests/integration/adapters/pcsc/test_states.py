from __future__ import annotations

import pytest

from daemon.adapters.pcsc.states import EMPTY, MUTE, PRESENT, UNAVAILABLE, UNKNOWN, Insertions, Tally, tally
from daemon.core.model import Occupancy, ReaderName, ReaderState
from daemon.core.troubles import Trouble

COUNTER = 0x10000


@pytest.mark.parametrize(
    ("before", "after", "is_new"),
    [
        pytest.param(PRESENT | 1 * COUNTER, PRESENT | 1 * COUNTER, False, id="the same card"),
        pytest.param(PRESENT | 1 * COUNTER, PRESENT | 3 * COUNTER, True, id="a swap between two looks"),
        pytest.param(PRESENT | 0xFFFF * COUNTER, PRESENT | 1 * COUNTER, True, id="a swap where the counter wraps"),
        pytest.param(PRESENT | MUTE | COUNTER, PRESENT | COUNTER, True, id="a mute card that answers at last"),
        pytest.param(PRESENT | 0x100 | COUNTER, PRESENT | COUNTER, False, id="no longer in use"),
    ],
)
def test_a_card_is_new_when_its_change_key_changed(before: int, after: int, is_new: bool) -> None:
    insertions = Insertions()
    (first,) = insertions.to_reader_states({"A": before})
    (second,) = insertions.to_reader_states({"A": after})
    assert (second.insertion != first.insertion) is is_new


@pytest.mark.parametrize(
    ("states", "cards"),
    [
        pytest.param([PRESENT | 7 * COUNTER], 1, id="in from the first"),
        pytest.param([EMPTY, PRESENT | 1 * COUNTER, EMPTY | 2 * COUNTER], 1, id="each event seen"),
        pytest.param([EMPTY, EMPTY | 2 * COUNTER], 1, id="one came and went"),
        pytest.param([EMPTY, PRESENT | 5 * COUNTER], 3, id="two came and went, the third is in"),
        pytest.param([PRESENT | COUNTER, EMPTY | 4 * COUNTER], 2, id="another came and went"),
        pytest.param([PRESENT | COUNTER, PRESENT | 5 * COUNTER], 3, id="two more"),
        pytest.param([PRESENT | 0xFFFF * COUNTER, PRESENT | 1 * COUNTER], 2, id="the counter wraps"),
        pytest.param([EMPTY, PRESENT, PRESENT | 1 * COUNTER], 1, id="present before it is counted"),
        pytest.param([PRESENT | COUNTER, PRESENT | 2 * COUNTER, PRESENT | 3 * COUNTER], 2, id="either half"),
        pytest.param([PRESENT | COUNTER, EMPTY | COUNTER, EMPTY | 2 * COUNTER], 1, id="gone before it is counted"),
        pytest.param([PRESENT | 9 * COUNTER, PRESENT], 2, id="plugged in anew between two looks"),
        pytest.param([PRESENT | 9 * COUNTER, EMPTY, PRESENT | COUNTER], 2, id="plugged in anew, and a card put in"),
        pytest.param([PRESENT | MUTE | COUNTER, PRESENT | COUNTER], 1, id="a mute card that answers at last"),
        pytest.param([EMPTY, PRESENT, EMPTY], 0, id="a system that does not count tells nothing"),
    ],
)
def test_the_counter_tells_how_many_cards_were_put_in(states: list[int], cards: int) -> None:
    told: Tally | None = None
    counts = []
    for state in states:
        told = tally(told, state)
        counts.append(told.cards)
    assert counts[-1] == cards
    assert counts == sorted(counts)


def test_a_card_that_came_and_went_between_two_looks_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "daemon.adapters.pcsc.states")
    insertions = Insertions()
    for state in (
        EMPTY | 8 * COUNTER,
        PRESENT | 11 * COUNTER,
        PRESENT | 11 * COUNTER,
        UNAVAILABLE,
        EMPTY | 14 * COUNTER,
    ):
        insertions.to_reader_states({"A": state})
    assert [record.getMessage() for record in caplog.records] == [
        "cards put into A: 2, out again before a look: 1",
        "cards put into A: 1, out again before a look: 1",
    ]


@pytest.mark.parametrize("between", [{}, {"A": EMPTY | 2 * COUNTER}, {"A": UNAVAILABLE}], ids=str)
def test_a_card_is_new_when_its_reader_did_not_hold_it_in_between(between: dict[str, int]) -> None:
    insertions = Insertions()
    (first,) = insertions.to_reader_states({"A": PRESENT | COUNTER})
    insertions.to_reader_states(between)
    (second,) = insertions.to_reader_states({"A": PRESENT | COUNTER})
    assert second.insertion == first.insertion + 1


@pytest.mark.parametrize("state", [0, UNKNOWN, UNAVAILABLE, UNKNOWN | UNAVAILABLE], ids=hex)
def test_a_reader_that_does_not_answer_is_unknown_not_empty(state: int) -> None:
    assert Insertions().to_reader_states({"A": state}) == (
        ReaderState(name=ReaderName("A"), occupancy=Occupancy.UNKNOWN, trouble=Trouble.READER_STALE),
    )


def test_a_mute_card_is_held_and_in_trouble() -> None:
    (reader,) = Insertions().to_reader_states({"A": PRESENT | MUTE})
    assert (reader.occupancy, reader.trouble) == (Occupancy.HOLDING, Trouble.CARD_MUTE)
