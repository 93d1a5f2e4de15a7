"""No renewal is finished by accident, and claims are taken back."""

from datetime import timedelta

import pytest

from config.i18n.text import Sentence
from config.i18n.translator import Translator
from config.workflows import Destination, WorkflowKind
from daemon.core.commands import RaiseGuide
from daemon.core.effects import Effect, Examine, OpenCalendar, OpenMessage
from daemon.core.events import Launched
from daemon.core.model import Claim, KeyId
from daemon.core.troubles import Trouble
from daemon.core.views.guide import GuideView
from support.core.factories import DAY, ending
from support.core.simulator import INSTANT, Simulator
from support.core.story import NEW, NEW_ID, OLD, OLD_ENDS, OLD_ID, delivered, finished, mailed, two_keys

FIVE_SECONDS = timedelta(seconds=5)


def claims(simulator: Simulator) -> frozenset[Claim]:
    return simulator.state.memory.keys[KeyId(NEW_ID)].claims


def buttons(page: GuideView[Sentence]) -> tuple[object, ...]:
    return page.openings, page.primary, page.answers


@pytest.mark.parametrize(
    ("after", "launches"),
    [
        pytest.param(timedelta(0), 1, id="at once"),
        pytest.param(FIVE_SECONDS - INSTANT, 1, id="just before five seconds"),
        pytest.param(FIVE_SECONDS, 2, id="at five seconds"),
        pytest.param(-FIVE_SECONDS + INSTANT, 1, id="events out of order"),
        pytest.param(-FIVE_SECONDS, 2, id="the clock was set back"),
    ],
)
def test_the_same_launch_within_five_seconds_is_one(after: timedelta, launches: int) -> None:
    simulator = two_keys()
    simulator.plug(OLD)
    simulator.choose("open:platform")
    simulator.now += after
    simulator.choose("open:platform")
    assert len(simulator.launches()) == launches


def test_a_notice_and_the_guide_launch_the_same_once() -> None:
    simulator = two_keys()
    simulator.plug(OLD)
    simulator.answer(OLD_ID)
    simulator.choose("open:platform")
    simulator.answer(OLD_ID)
    assert [order.destination for order in simulator.launches()] == [Destination.PLATFORM]


def test_a_launch_that_failed_may_be_tried_again_at_once() -> None:
    simulator = Simulator(opening=False)
    simulator.plug(OLD)
    simulator.choose("open:order_page")
    failed = Trouble.LAUNCH_FAILED
    simulator.post(Launched(at=simulator.now, procedure="opalexe", destination=Destination.ORDER_PAGE, trouble=failed))
    simulator.choose("open:order_page")
    assert len(simulator.launches()) == 2


def test_opening_something_changes_no_button() -> None:
    simulator = two_keys()
    simulator.plug(OLD)
    before = simulator.page
    simulator.choose("open:platform")
    assert buttons(simulator.page) == buttons(before)


def test_the_end_of_step_2a_asks_and_not_yet_leads_back() -> None:
    simulator = mailed()
    simulator.remove()
    simulator.plug(NEW)
    simulator.choose("end:click", "end:check")
    assert delivered(simulator.page.headline) == "guide.sure.works"
    assert [str(answer.id) for answer in simulator.page.answers] == ["state:works", "back:check"]
    assert simulator.page.primary is None
    assert claims(simulator) == {Claim.ACTIVATED}
    simulator.restart()
    assert delivered(simulator.page.headline) == "guide.sure.works", "the question waits"
    simulator.choose("back:check")
    assert simulator.step() == "check"


def test_the_question_at_the_end_of_step_2a_is_left_by_giving_up() -> None:
    simulator = mailed()
    simulator.remove()
    simulator.plug(NEW)
    simulator.choose("end:click", "end:check", "abandon")
    assert delivered(simulator.page.headline) == "guide.abandoned"
    assert simulator.page.answers == ()


@pytest.mark.parametrize(("claim", "question"), [("works", "guide.sure.works"), ("old_lost", "guide.sure.lost")])
def test_a_claim_in_the_guide_is_asked_about_first(claim: str, question: str) -> None:
    simulator = two_keys()
    simulator.choose("end:prepared", f"ask:{claim}")
    assert delivered(simulator.page.headline) == question
    assert claims(simulator) == {Claim.ACTIVATED}
    simulator.choose("dismiss")
    assert simulator.step() == "old_in"
    simulator.choose(f"ask:{claim}", f"state:{claim}")
    assert claims(simulator) == {Claim.ACTIVATED, Claim(claim)}


def test_the_certificate_of_a_lost_or_stolen_key_is_revoked_first() -> None:
    simulator = two_keys()
    simulator.choose("end:prepared", "ask:old_lost")
    assert [str(answer.id) for answer in simulator.page.answers] == ["revoke:old_lost", "state:old_lost", "dismiss"]
    simulator.choose("revoke:old_lost")
    assert delivered(simulator.page.headline) == "guide.revoke"
    assert Translator("en").render(simulator.page.body).startswith("Until then, anyone who finds the old key")
    assert claims(simulator) == {Claim.ACTIVATED}
    simulator.choose("dismiss")
    assert simulator.step() == "old_in"
    simulator.choose("ask:old_lost", "revoke:old_lost", "state:old_lost")
    assert claims(simulator) == {Claim.ACTIVATED, Claim.OLD_LOST}
    assert simulator.page.workflow is WorkflowKind.ASSOCIATE_NEW
    assert "guide.revoke.reminder" in map(delivered, simulator.page.notes)


def test_a_question_that_was_left_open_is_not_asked_again() -> None:
    simulator = two_keys()
    simulator.choose("ask:works")
    simulator.command(RaiseGuide(), request=1)
    assert delivered(simulator.page.headline) == "guide.prepare.add_with_old"


@pytest.mark.parametrize("closed", [False, True], ids=["on its page", "after its page was closed"])
def test_a_finished_path_can_be_taken_back(closed: bool) -> None:
    simulator = finished()
    if closed:
        simulator.choose("finish")
    simulator.choose("take_back:works")
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.ADD_WITH_OLD, "check")
    assert claims(simulator) == {Claim.ACTIVATED}
    simulator.choose("end:check", "state:works")
    assert delivered(simulator.page.headline) == "guide.finished"


def test_a_path_is_taken_back_by_words_that_say_what_is_not_true() -> None:
    simulator = finished()
    assert delivered(simulator.actions()["take_back:works"].label) == "guide.take_back"
    simulator.choose("finish")
    assert delivered(simulator.page.headline) == "guide.well"
    assert delivered(simulator.actions()["take_back:works"].label) == "guide.take_back.later"


def test_the_tidying_up_is_taken_back_to_itself() -> None:
    simulator = finished()
    simulator.choose("clean_up", "end:remove")
    assert delivered(simulator.page.headline) == "guide.tidied"
    assert delivered(simulator.actions()["clean_up"].label) == "guide.take_back"
    simulator.choose("clean_up")
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.CLEAN_UP, "remove")
    simulator.choose("end:remove")
    assert delivered(simulator.page.headline) == "guide.tidied"


@pytest.mark.parametrize(
    ("after", "offered"),
    [pytest.param(-INSTANT, True, id="just before"), pytest.param(timedelta(0), False, id="at its end")],
)
def test_it_can_be_taken_back_until_the_old_key_has_expired(after: timedelta, offered: bool) -> None:
    simulator = finished()
    simulator.choose("finish")
    simulator.wait(OLD_ENDS + after - simulator.now)
    simulator.command(RaiseGuide(), request=1)
    assert ("take_back:works" in simulator.actions()) is offered


def test_a_path_by_the_support_is_taken_back_to_its_last_step() -> None:
    simulator = two_keys(OLD_ENDS + DAY)
    simulator.plug(NEW)
    simulator.choose("end:prepared", "end:log_in", "end:write", "end:opens", "state:works", "take_back:works")
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.ASSOCIATE_NEW, "opens")


def test_a_lost_key_stays_lost_when_the_end_is_taken_back() -> None:
    simulator = Simulator()
    simulator.plug(ending(1000 * DAY, "new"))
    simulator.choose("ask:replaces", "state:old_lost", "ask:activated", "state:activated")
    simulator.choose("end:prepared", "end:log_in", "end:write", "end:opens", "state:works", "take_back:works")
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.ASSOCIATE_NEW, "opens")
    assert claims(simulator) >= {Claim.REPLACES, Claim.OLD_LOST}


def test_an_activation_is_taken_back_to_its_last_step() -> None:
    simulator = two_keys()
    simulator.plug(NEW)
    assert delivered(simulator.page.headline) == "guide.prepare.add_with_old"
    simulator.choose("take_back:activated")
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.ACTIVATE, "activate")


def test_the_way_back_leads_to_the_page_before_the_first_step() -> None:
    simulator = two_keys()
    simulator.choose("end:prepared")
    assert simulator.step() == "old_in"
    simulator.choose("back:prepared")
    assert delivered(simulator.page.headline) == "guide.prepare.add_with_old"


@pytest.mark.parametrize(
    ("action", "effect"),
    [("calendar:settings", OpenCalendar), ("diagnose", Examine), ("message", OpenMessage)],
)
@pytest.mark.parametrize(("after", "times"), [(FIVE_SECONDS - INSTANT, 1), (FIVE_SECONDS, 2)], ids=["before", "at"])
def test_a_double_click_opens_a_program_once(action: str, effect: type[Effect], after: timedelta, times: int) -> None:
    simulator = Simulator()
    simulator.plug(ending(39 * DAY))
    simulator.choose(action)
    simulator.now += after
    simulator.choose(action)
    assert sum(isinstance(each, effect) for each in simulator.effects) == times
