"""The current step of a workflow, and what ends and undoes steps."""

from datetime import timedelta

import pytest

from config.values import dataclass, replace
from config.workflows import Ends, Needs, WorkflowKind
from daemon.core.model import KeyId, Memory, Progress, ProgressId
from daemon.core.workflows.cards import CardPositions
from daemon.core.workflows.progress import deadline, end_step, expire_steps, link_stands, set_back, undo_steps
from daemon.core.workflows.workflow import current_step
from support.core.factories import MICROSECOND, NOW
from support.core.workflows import ADD_WITH_OLD, LINK_LIFE, ORDER, a_step, a_workflow

NONE = CardPositions(old=False, new=False, rivals=frozenset(), sure=True)
OLD, NEW = replace(NONE, old=True), replace(NONE, new=True)
BOTH = replace(OLD, new=True)
OLD_AND_OTHER, NEW_AND_OTHER = (replace(place, rivals=frozenset({KeyId("other")})) for place in (OLD, NEW))
ALL = ["log_in", "ask", "close", "click", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A state of a workflow, and its current step."""

    done: int
    """How many steps are done."""
    place: CardPositions
    step: str | None


ROWS = {
    "nothing in": Row(done=0, place=NONE, step="old_in"),
    "the new one in": Row(done=0, place=NEW, step="old_in"),
    "both in": Row(done=0, place=BOTH, step="old_in"),
    "the old one beside another": Row(done=0, place=OLD_AND_OTHER, step="old_in"),
    "the old one in": Row(done=0, place=OLD, step="log_in"),
    "logged in": Row(done=1, place=OLD, step="ask"),
    "logged in, pulled out too early": Row(done=1, place=NONE, step="old_in"),
    "logged in, the new one put in too early": Row(done=1, place=BOTH, step="old_in"),
    "asked, the old one in": Row(done=2, place=OLD, step="close"),
    "asked, never skipped what only the person knows": Row(done=2, place=NEW, step="close"),
    "closed, the old one in": Row(done=3, place=OLD, step="old_out"),
    "closed, both in": Row(done=3, place=BOTH, step="old_out"),
    "closed, none in": Row(done=3, place=NONE, step="new_in"),
    "closed, the new one beside another": Row(done=3, place=NEW_AND_OTHER, step="new_in"),
    "closed, the new one in": Row(done=3, place=NEW, step="click"),
    "clicked, the new one in": Row(done=4, place=NEW, step="check"),
    "clicked, pulled out too early": Row(done=4, place=NONE, step="new_in"),
    "all done": Row(done=5, place=NEW, step=None),
    "all done, put away": Row(done=5, place=NONE, step=None),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_current_step_follows_the_cards(row: Row) -> None:
    step = current_step(ADD_WITH_OLD, ALL[: row.done], row.place.holds)
    assert (step.id if step else None) == row.step


def test_a_need_that_no_step_puts_in_stays_at_its_step() -> None:
    workflow = a_workflow(WorkflowKind.CLEAN_UP, a_step("remove", Ends.CONFIRMED, Needs.NEW))
    step = current_step(workflow, (), NONE.holds)
    assert step is not None
    assert step.id == "remove"


def test_what_is_known_ends_its_step() -> None:
    assert current_step(ORDER, ["open", "ordered"], lambda ends: ends is Ends.CERTIFICATE_SEEN) is None


@pytest.mark.parametrize(
    ("place", "needs", "ready"),
    [
        pytest.param(OLD, Needs.OLD, True, id="the old one alone"),
        pytest.param(replace(OLD, sure=False), Needs.OLD, False, id="the old one, it was"),
        pytest.param(BOTH, Needs.OLD, False, id="both"),
        pytest.param(OLD_AND_OTHER, Needs.OLD, False, id="another beside"),
        pytest.param(NEW, Needs.OLD, False, id="the new one"),
        pytest.param(NEW, Needs.NEW, True, id="the new one alone"),
        pytest.param(replace(NEW, sure=False), Needs.NEW, False, id="the new one, it was"),
        pytest.param(replace(NONE, sure=False), Needs.NOTHING, True, id="no card is needed"),
    ],
)
def test_a_step_of_the_browser_needs_the_right_key_alone_and_surely(
    place: CardPositions, needs: Needs, ready: bool
) -> None:
    assert place.ready(needs) is ready


def asked(*more: str) -> Progress:
    done = dict.fromkeys(["log_in", "ask", *more], NOW)
    return Progress(workflow=WorkflowKind.ADD_WITH_OLD, begun=NOW, done=done)


@pytest.mark.parametrize(
    ("after", "status"),
    [
        pytest.param(timedelta(), True, id="at once"),
        pytest.param(LINK_LIFE - MICROSECOND, True, id="one microsecond before"),
        pytest.param(LINK_LIFE, False, id="at its end"),
        pytest.param(LINK_LIFE + MICROSECOND, False, id="one microsecond after"),
    ],
)
def test_a_link_is_valid_for_its_validity_period(after: timedelta, status: bool) -> None:
    assert link_stands(ADD_WITH_OLD, asked(), NOW + after) is status
    kept = expire_steps(asked("close"), ADD_WITH_OLD, NOW + after)
    assert kept.lapsed is not status
    assert kept.done.keys() == ({"log_in", "ask", "close"} if status else set())


def test_a_used_link_stays_valid_and_is_no_longer_counted_down() -> None:
    used = asked("close", "click")
    assert link_stands(ADD_WITH_OLD, used, NOW + 9 * LINK_LIFE)
    assert expire_steps(used, ADD_WITH_OLD, NOW + 9 * LINK_LIFE) == used
    assert deadline(ADD_WITH_OLD, used) is None


def test_steps_in_between_do_not_stop_the_countdown() -> None:
    running = deadline(ADD_WITH_OLD, asked("close"))
    assert running is not None
    assert running[1] == NOW + LINK_LIFE


def test_a_link_that_was_not_requested_is_not_valid() -> None:
    assert not link_stands(ADD_WITH_OLD, replace(asked(), done={"log_in": NOW}), NOW)


def test_going_back_undoes_a_step_and_all_after_it() -> None:
    assert undo_steps(asked("close", "click"), ADD_WITH_OLD, "close").done.keys() == {"log_in", "ask"}
    assert undo_steps(asked("close"), ADD_WITH_OLD, "old_in").done == {}
    assert undo_steps(asked("close"), ADD_WITH_OLD, "nowhere") == asked("close")


def test_the_next_step_clears_the_reports_of_changes() -> None:
    told = replace(asked(), left=WorkflowKind.ADD_WITH_OLD, link_until=NOW, lapsed=True, opened="ask")
    assert end_step(told, "close", NOW) == asked("close")


def test_a_moment_that_a_wrong_clock_made_is_never_ahead() -> None:
    assert expire_steps(asked(), ADD_WITH_OLD, NOW - LINK_LIFE).done == dict.fromkeys(
        ["log_in", "ask"], NOW - LINK_LIFE
    )


def test_a_clock_that_was_set_back_leaves_the_time_as_long_as_it_was() -> None:
    span = timedelta(hours=5)
    kept = set_back(Memory(progress={ProgressId("key"): replace(asked(), link_until=NOW)}), span).progress[
        ProgressId("key")
    ]
    assert kept.done == dict.fromkeys(["log_in", "ask"], NOW - span)
    assert kept.link_until == NOW - span
