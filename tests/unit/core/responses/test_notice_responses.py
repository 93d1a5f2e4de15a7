"""A click on a notice acts on the state at the click."""

from datetime import timedelta

import pytest

from config.workflows import Destination
from daemon.core.commands import ClaimByFingerprint, ForgetCertificate
from daemon.core.effects import Launch, OpenGuide, SaveMemory, ShowNotice
from daemon.core.model import Certificate, Claim, Fingerprint, KeyId, Role
from daemon.core.notice import NoticeChoice
from daemon.core.responses.notice import KEY_PATIENCE
from support.core.factories import DAY, MICROSECOND, UNACTIVATED, ending, token
from support.core.simulator import Simulator, simulator_with

OLD, NEW = ending(200 * DAY, "old"), ending(1000 * DAY, "new")
OLD_ID, NEW_ID = OLD.fingerprint[:16], NEW.fingerprint[:16]
ORDER = Launch(procedure="opalexe", destination=Destination.ORDER_PAGE)
TOOL = Launch(procedure="opalexe", destination=Destination.TOOL)
PLATFORM = Launch(procedure="opalexe", destination=Destination.PLATFORM)


def activated_simulator() -> Simulator:
    """Make a simulator with both keys absent and the new one activated."""
    simulator = simulator_with(OLD, NEW)
    simulator.tell(NEW_ID, Claim.ACTIVATED)
    return simulator


def shown_now(simulator: Simulator, notice_id: str) -> list[str]:
    return [effect.notice.title.id for effect in simulator.answer(notice_id) if isinstance(effect, ShowNotice)]


def test_an_order_opens_the_order_page() -> None:
    simulator = simulator_with(ending(20 * DAY))
    simulator.answer(simulator.delivered[0][1].notice_id)
    assert simulator.launches() == [ORDER]


def test_an_activation_starts_the_tool() -> None:
    simulator = simulator_with(OLD, NEW)
    simulator.answer(simulator.delivered[0][1].notice_id)
    assert simulator.launches() == [TOOL]


def test_step_2a_opens_the_platform_with_the_old_key_in() -> None:
    simulator = activated_simulator()
    simulator.plug(OLD)
    simulator.answer(OLD_ID)
    assert simulator.launches() == [PLATFORM]


def test_step_2b_opens_the_platform_with_the_new_key_in() -> None:
    simulator = activated_simulator()
    simulator.wait(200 * DAY)
    simulator.plug(OLD)
    assert shown_now(simulator, OLD_ID) == ["notice.put_in.associate_new.title"]
    assert simulator.launches() == []
    simulator.plug(NEW)
    assert simulator.launches() == [PLATFORM]


def test_a_click_without_the_right_key_shows_which_one_to_put_in() -> None:
    simulator = activated_simulator()
    simulator.plug(NEW)
    assert shown_now(simulator, OLD_ID) == ["notice.put_in.add_with_old.title"]
    assert simulator.launches() == []


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        pytest.param(MICROSECOND, True, id="at once"),
        pytest.param(KEY_PATIENCE, True, id="at ten minutes"),
        pytest.param(KEY_PATIENCE + MICROSECOND, False, id="just after ten minutes"),
        pytest.param(DAY, False, id="tomorrow"),
    ],
)
def test_the_awaited_key_opens_the_platform_within_ten_minutes(after: timedelta, opens: bool) -> None:
    simulator = activated_simulator()
    simulator.answer(OLD_ID)
    simulator.wait(after)
    simulator.plug(OLD)
    assert simulator.launches() == ([PLATFORM] if opens else [])
    assert simulator.withdrawn() == ["await:opalexe"]
    simulator.remove()
    simulator.plug(OLD)
    assert len(simulator.launches()) == (1 if opens else 0), "once"


def test_another_key_does_not_open_the_platform_and_is_reported_once() -> None:
    simulator = activated_simulator()
    simulator.answer(OLD_ID)
    anne = ending(DAY * 300, "anne", given_name="Anne", subject_cn="Anne")
    simulator.plug(anne)
    simulator.remove()
    simulator.plug(anne)
    assert simulator.launches() == []
    assert simulator.titles().count("notice.wrong_key.title") == 1
    simulator.plug(OLD)
    assert simulator.launches() == [PLATFORM]


def test_a_key_awaited_by_a_clock_that_went_back_is_forgotten() -> None:
    simulator = activated_simulator()
    simulator.answer(OLD_ID)
    simulator.now -= 300 * DAY
    simulator.plug(OLD)
    assert simulator.launches() == []


def test_a_key_that_is_awaited_no_longer_opens_nothing() -> None:
    simulator = activated_simulator()
    simulator.answer(OLD_ID)
    simulator.tell(NEW_ID, Claim.WORKS)
    simulator.plug(OLD)
    assert simulator.launches() == []


def test_a_click_hours_later_acts_on_the_current_state() -> None:
    simulator = simulator_with(OLD, NEW)
    notice_id = simulator.delivered[0][1].notice_id
    simulator.tell(NEW_ID, Claim.ACTIVATED)
    simulator.plug(OLD)
    simulator.now += timedelta(hours=5)
    simulator.answer(notice_id)
    assert simulator.launches() == [PLATFORM]


def test_a_click_when_nothing_is_left_to_do_shows_that() -> None:
    simulator = simulator_with(OLD, NEW)
    simulator.tell(NEW_ID, Claim.WORKS)
    assert shown_now(simulator, OLD_ID) == ["notice.nothing.title"]
    assert simulator.launches() == []


OF_NO_KEY = ["await:opalexe", "trouble|Reader 00", "nothing:opalexe"]
OF_UNKNOWN_KEYS = ["", "unknown", "ask:", "ask:unknown", "link:unknown", "clean_up:unknown"]


@pytest.mark.parametrize("notice_id", OF_NO_KEY + OF_UNKNOWN_KEYS)
@pytest.mark.parametrize("choice", NoticeChoice)
def test_a_click_on_what_is_unknown_changes_nothing(notice_id: str, choice: NoticeChoice) -> None:
    simulator = simulator_with(OLD)
    opens = choice is NoticeChoice.OPEN and notice_id in OF_UNKNOWN_KEYS
    assert simulator.answer(notice_id, choice) == ((OpenGuide(),) if opens else ())


MARRIED = ending(1000 * DAY, "married", surname="DURAND", subject_cn="Jean DURAND")


@pytest.mark.parametrize("gone", [OLD, MARRIED], ids=["the old key", "the new key"])
def test_what_asks_about_a_forgotten_key_leaves_the_screen_and_a_click_opens_the_guide(gone: Certificate) -> None:
    simulator = simulator_with(OLD, MARRIED)
    asked = next(notice for _, notice in simulator.delivered if notice.title.id == "guide.ask.holder")
    simulator.command(ForgetCertificate(fingerprint=gone.fingerprint))
    assert simulator.answer(asked.notice_id)[-1] == OpenGuide()
    assert (str(asked.notice_id) in simulator.withdrawn()) is (gone is MARRIED)


def test_what_is_told_of_two_keys_that_are_one_is_told_of_one_from_then_on() -> None:
    login, sign = ending(20 * DAY, "login"), ending(20 * DAY, "sign", role=Role.SIGNATURE)
    simulator = simulator_with(login, sign)
    told = {str(notice.notice_id) for _, notice in simulator.delivered}
    simulator.plug(login, sign)
    assert set(simulator.withdrawn()) & told == told - simulator.state.memory.keys.keys()
    assert len(told) > len(simulator.state.memory.keys) == 1


def test_a_notice_that_is_closed_does_nothing() -> None:
    simulator = simulator_with(ending(20 * DAY))
    before = simulator.state
    simulator.answer(simulator.delivered[0][1].notice_id, NoticeChoice.DISMISSED)
    assert simulator.state == before


def test_an_order_that_is_already_made_is_noted_with_one_click_and_can_be_taken_back() -> None:
    simulator = simulator_with(ending(20 * DAY))
    shown = simulator.delivered[0][1]
    assert shown.more == (NoticeChoice.ORDERED,)
    simulator.answer(shown.notice_id, NoticeChoice.ORDERED)
    assert simulator.step() == "wait"
    assert simulator.launches() == []
    simulator.choose("back:ordered")
    assert simulator.step() == "ordered"


def test_an_order_is_noted_only_where_one_is_wanted() -> None:
    simulator = simulator_with(OLD, NEW)
    before = simulator.state.memory.progress
    simulator.answer(OLD_ID, NoticeChoice.ORDERED)
    assert simulator.state.memory.progress == before


def test_no_notice_makes_a_claim() -> None:
    simulator = activated_simulator()
    simulator.plug(OLD)
    for _, notice in simulator.delivered:
        for choice in (NoticeChoice.OPEN, *notice.more):
            simulator.answer(notice.notice_id, choice)
    assert {claim for key in simulator.kept.keys.values() for claim in key.claims} == {Claim.ACTIVATED}


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        pytest.param([Claim.NEW], Claim.WORKS, {Claim.WORKS}, id="new, then works"),
        pytest.param([Claim.WORKS], Claim.NEW, {Claim.NEW}, id="works, then new"),
        pytest.param([Claim.REPLACES, Claim.OLD_LOST], Claim.WORKS, {Claim.WORKS}, id="it works at last"),
        pytest.param([Claim.WORKS], Claim.REPLACES, {Claim.REPLACES}, id="works, then replaces"),
        pytest.param([Claim.ACTIVATED], Claim.WORKS, {Claim.ACTIVATED, Claim.WORKS}, id="both hold"),
        pytest.param([Claim.WORKS], Claim.WORKS, {Claim.WORKS}, id="said twice"),
    ],
)
def test_a_claim_withdraws_its_opposite(before: list[Claim], word: Claim, after: set[Claim]) -> None:
    simulator = simulator_with(OLD)
    for claim in [*before, word]:
        simulator.tell(OLD_ID, claim)
    assert simulator.kept.keys[KeyId(OLD_ID)].claims == after


def test_a_claim_about_an_unknown_key_does_nothing() -> None:
    simulator = simulator_with(OLD)
    claimed = ClaimByFingerprint(fingerprint=Fingerprint("nobody"), claim=Claim.WORKS)
    assert simulator.command(claimed) == ()


def test_a_claim_is_stored_before_anything_else() -> None:
    simulator = simulator_with(OLD, NEW)
    effects = simulator.tell(NEW_ID, Claim.ACTIVATED)
    assert [type(effect) for effect in effects[:2]] == [SaveMemory, ShowNotice]
    assert isinstance(effects[0], SaveMemory)
    assert [h.what for h in effects[0].history] == ["told_activated", "guide_course_add_with_old"]


def test_a_claim_that_completes_everything_withdraws_the_notice() -> None:
    simulator = simulator_with(OLD, NEW)
    simulator.tell(NEW_ID, Claim.WORKS)
    assert simulator.withdrawn() == [OLD_ID]


def test_an_activation_shown_by_changed_flags_leads_to_the_next_step() -> None:
    simulator = simulator_with(OLD)
    simulator.plug(NEW, flags=UNACTIVATED)
    simulator.answer(OLD_ID)
    assert simulator.launches() == [TOOL]
    simulator.cards["Reader 00"].tokens = (token(NEW),)
    simulator.wait(timedelta(minutes=1))
    assert simulator.titles()[-1] == "notice.add_with_old.title"
