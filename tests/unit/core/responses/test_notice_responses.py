"""A click on a notice acts on the state at the click."""

from datetime import timedelta

import pytest

from config.workflows import Destination
from daemon.core.effects import Launch, SaveMemory, ShowNotice
from daemon.core.model import Claim, KeyId
from daemon.core.notice import Choice, NoticeChoice
from daemon.core.responses.notice import KEY_PATIENCE
from support.core.factories import DAY, MICROSECOND, UNACTIVATED, ending, token
from support.core.simulator import Simulator, world_with

OLD, NEW = ending(200 * DAY, "old"), ending(1000 * DAY, "new")
OLD_ID, NEW_ID = OLD.fingerprint[:16], NEW.fingerprint[:16]
ORDER = Launch(procedure="opalexe", destination=Destination.ORDER_PAGE)
TOOL = Launch(procedure="opalexe", destination=Destination.TOOL)
PLATFORM = Launch(procedure="opalexe", destination=Destination.PLATFORM)


def activated_world() -> Simulator:
    """Make a simulator with both keys absent and the new one activated."""
    world = world_with(OLD, NEW)
    world.tell(NEW_ID, Claim.ACTIVATED)
    return world


def said_now(world: Simulator, tag: str) -> list[str]:
    return [effect.notice.title.id for effect in world.answer(tag) if isinstance(effect, ShowNotice)]


def test_an_order_opens_the_order_page() -> None:
    world = world_with(ending(20 * DAY))
    world.answer(world.delivered[0][1].tag)
    assert world.launches() == [ORDER]


def test_an_activation_starts_the_tool() -> None:
    world = world_with(OLD, NEW)
    world.answer(world.delivered[0][1].tag)
    assert world.launches() == [TOOL]


def test_step_2a_opens_the_platform_with_the_old_key_in() -> None:
    world = activated_world()
    world.plug(OLD)
    world.answer(OLD_ID)
    assert world.launches() == [PLATFORM]


def test_step_2b_opens_the_platform_with_the_new_key_in() -> None:
    world = activated_world()
    world.wait(200 * DAY)
    world.plug(OLD)
    assert said_now(world, OLD_ID) == ["notice.put_in.associate_new.title"]
    assert world.launches() == []
    world.plug(NEW)
    assert world.launches() == [PLATFORM]


def test_a_click_without_the_right_key_says_which_one_to_put_in() -> None:
    world = activated_world()
    world.plug(NEW)
    assert said_now(world, OLD_ID) == ["notice.put_in.add_with_old.title"]
    assert world.launches() == []


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
    world = activated_world()
    world.answer(OLD_ID)
    world.wait(after)
    world.plug(OLD)
    assert world.launches() == ([PLATFORM] if opens else [])
    assert world.withdrawn() == ["await:opalexe"]
    world.remove()
    world.plug(OLD)
    assert len(world.launches()) == (1 if opens else 0), "once"


def test_another_key_does_not_open_the_platform_and_is_told_so_once() -> None:
    world = activated_world()
    world.answer(OLD_ID)
    anne = ending(DAY * 300, "anne", given_name="Anne", subject_cn="Anne")
    world.plug(anne)
    world.remove()
    world.plug(anne)
    assert world.launches() == []
    assert world.titles().count("notice.wrong_key.title") == 1
    world.plug(OLD)
    assert world.launches() == [PLATFORM]


def test_a_key_awaited_by_a_clock_that_went_back_is_forgotten() -> None:
    world = activated_world()
    world.answer(OLD_ID)
    world.now -= 300 * DAY
    world.plug(OLD)
    assert world.launches() == []


def test_a_key_that_is_awaited_no_longer_opens_nothing() -> None:
    world = activated_world()
    world.answer(OLD_ID)
    world.tell(NEW_ID, Claim.WORKS)
    world.plug(OLD)
    assert world.launches() == []


def test_a_click_hours_later_follows_what_is_right_now() -> None:
    world = world_with(OLD, NEW)
    tag = world.delivered[0][1].tag
    world.tell(NEW_ID, Claim.ACTIVATED)
    world.plug(OLD)
    world.now += timedelta(hours=5)
    world.answer(tag)
    assert world.launches() == [PLATFORM]


def test_a_click_when_nothing_is_left_to_do_says_so() -> None:
    world = world_with(OLD, NEW)
    world.tell(NEW_ID, Claim.WORKS)
    assert said_now(world, OLD_ID) == ["notice.nothing.title"]
    assert world.launches() == []


@pytest.mark.parametrize("tag", ["", "ask:", "unknown", "await:opalexe", "trouble|Reader 00", "nothing:opalexe"])
@pytest.mark.parametrize("choice", [*NoticeChoice, *Claim])
def test_a_click_on_what_is_unknown_does_nothing(tag: str, choice: Choice) -> None:
    world = world_with(OLD)
    assert world.answer(tag, choice) == ()


def test_a_notice_that_is_closed_does_nothing() -> None:
    world = world_with(ending(20 * DAY))
    before = world.state
    world.answer(world.delivered[0][1].tag, NoticeChoice.DISMISSED)
    assert world.state == before


@pytest.mark.parametrize(("choice", "claim"), [(Claim.ACTIVATED, Claim.ACTIVATED), (Claim.WORKS, Claim.WORKS)], ids=str)
def test_a_word_by_a_button_is_of_the_new_key(choice: Choice, claim: Claim) -> None:
    world = world_with(OLD, NEW)
    world.answer(OLD_ID, choice)
    assert world.kept.keys[KeyId(NEW_ID)].claims == {claim}
    assert world.kept.keys[KeyId(OLD_ID)].claims == frozenset()


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
def test_a_word_takes_back_its_opposite(before: list[Claim], word: Claim, after: set[Claim]) -> None:
    world = world_with(OLD)
    for claim in [*before, word]:
        world.tell(OLD_ID, claim)
    assert world.kept.keys[KeyId(OLD_ID)].claims == after


def test_a_word_of_an_unknown_key_does_nothing() -> None:
    world = world_with(OLD)
    assert world.tell("nobody", Claim.WORKS) == ()


def test_a_word_is_written_before_anything_else() -> None:
    world = world_with(OLD, NEW)
    effects = world.tell(NEW_ID, Claim.ACTIVATED)
    assert [type(effect) for effect in effects[:2]] == [SaveMemory, ShowNotice]
    assert isinstance(effects[0], SaveMemory)
    assert [h.what for h in effects[0].history] == ["told_activated", "guide_course_add_with_old"]


def test_a_word_that_settles_all_takes_the_notice_off_the_screen() -> None:
    world = world_with(OLD, NEW)
    world.tell(NEW_ID, Claim.WORKS)
    assert world.withdrawn() == [OLD_ID]


def test_an_activation_that_its_signs_show_leads_on_by_itself() -> None:
    world = world_with(OLD)
    world.plug(NEW, flags=UNACTIVATED)
    world.answer(OLD_ID)
    assert world.launches() == [TOOL]
    world.cards["Reader 00"].tokens = (token(NEW),)
    world.wait(timedelta(minutes=1))
    assert world.titles()[-1] == "notice.add_with_old.title"
