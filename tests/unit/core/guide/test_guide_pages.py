"""The guide's pages without a workflow, and the holder that they show."""

from collections.abc import Callable

import pytest

from config.i18n.text import Text, text
from config.workflows import WorkflowKind
from daemon.core.commands import ChooseAction, NameKey, RaiseGuide
from daemon.core.effects import Launch
from daemon.core.events import ServiceLost
from daemon.core.model import Claim, KeyId
from daemon.core.troubles import Trouble
from daemon.core.views.guide import ReaderStatus
from daemon.core.views.tray import MenuItem
from support.core.factories import DAY, NOW, UNACTIVATED, certificate, ending, token
from support.core.simulator import Simulator, world_with
from support.guide_actions import action_id

NEW = ending(1000 * DAY, "new")
OLD, NEW_ID = ending(200 * DAY, "old"), NEW.fingerprint[:16]
ANNE = {"given_name": "Anne", "surname": "DURAND", "subject_cn": "Anne DURAND"}
HERS = ending(20 * DAY, "hers", **ANNE)
IN_USE = certificate("in use", not_before=NOW - 61 * DAY, not_after=NOW + 900 * DAY)


def headline(world: Simulator) -> str:
    assert isinstance(world.page.headline, Text)
    return world.page.headline.id


def answers(world: Simulator) -> list[str]:
    return [str(action.id) for action in world.page.answers]


def nothing_known() -> Simulator:
    world = Simulator()
    world.look()
    return world


def no_reader() -> Simulator:
    world = Simulator(names=())
    world.look()
    return world


def no_service() -> Simulator:
    world = Simulator()
    world.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_ABSENT))
    return world


def bank_card() -> Simulator:
    world = Simulator()
    world.insert()
    return world


def plain_key() -> Simulator:
    return world_with(ending(9 * DAY, "plain", issuer_o="Other"))


@pytest.mark.parametrize(
    ("make", "headline_id", "alert", "picture"),
    [
        pytest.param(nothing_known, "guide.empty", None, ReaderStatus.EMPTY, id="nothing known"),
        pytest.param(no_reader, "guide.empty", None, ReaderStatus.NO_READER, id="no reader"),
        pytest.param(no_service, "guide.empty", "trouble.service_absent", ReaderStatus.AWAY, id="no service"),
        pytest.param(bank_card, "guide.empty", "trouble.card_unread", ReaderStatus.UNREAD, id="a bank card"),
        pytest.param(plain_key, "guide.plain", None, ReaderStatus.EMPTY, id="a key without procedure"),
    ],
)
def test_without_a_key_it_says_to_put_one_in_and_what_is_wrong(
    make: Callable[[], Simulator], headline_id: str, alert: str | None, picture: ReaderStatus
) -> None:
    world = make()
    assert headline(world) == headline_id
    assert (world.page.alert.id if isinstance(world.page.alert, Text) else None) == alert
    assert world.page.reader is picture
    assert "check" in world.actions()
    world.choose("check")


def test_the_only_key_known_is_asked_about_and_nothing_is_told() -> None:
    world = Simulator()
    world.plug(NEW)
    assert headline(world) == "guide.ask.one_key"
    assert answers(world) == ["state:works", "state:replaces", "state:old_lost"]
    assert world.titles() == []


def test_a_key_that_already_works_is_left_in_peace() -> None:
    world = Simulator()
    world.plug(NEW)
    world.choose("state:works")
    assert headline(world) == "guide.well"
    world.choose("state:replaces")
    assert headline(world) == "guide.ask.old_key", "the person may think again"


def test_a_key_that_replaces_one_at_hand_waits_for_it() -> None:
    world = Simulator()
    world.plug(NEW)
    world.choose("state:replaces")
    assert answers(world) == ["state:old_lost", "state:works"]
    world.remove()
    world.plug(OLD)
    assert world.page.workflow is WorkflowKind.ACTIVATE


def test_a_key_that_replaces_a_lost_one_is_activated_and_linked() -> None:
    world = Simulator()
    world.plug(NEW)
    world.choose("state:old_lost")
    assert world.page.workflow is WorkflowKind.ACTIVATE
    world.choose("state:activated")
    assert [world.page.workflow, world.step()] == [WorkflowKind.ASSOCIATE_NEW, "log_in"]
    assert world.state.memory.keys[KeyId(NEW_ID)].claims == {Claim.REPLACES, Claim.OLD_LOST, Claim.ACTIVATED}


@pytest.mark.parametrize("first", [OLD, NEW], ids=["the old one first", "the new one first"])
def test_either_key_may_come_first(first: object) -> None:
    world = world_with(*([OLD, NEW] if first is OLD else [NEW, OLD]))
    assert world.page.workflow is WorkflowKind.ACTIVATE
    assert world.page.why is not None


def test_a_newer_key_in_use_for_long_is_asked_about() -> None:
    world = Simulator()
    world.plug(IN_USE)
    world.now += DAY
    world.plug(ending(100 * DAY, "drawer"))
    assert headline(world) == "guide.ask.in_use"
    assert answers(world) == ["state:works", "state:new"]
    world.choose("state:new")
    assert world.page.workflow is WorkflowKind.ACTIVATE


def test_two_holders_are_never_mixed_and_each_can_be_chosen() -> None:
    world = world_with(NEW, HERS)
    assert world.page.holder == "Anne DURAND", "the most pressing one"
    (other,) = world.page.cases
    world.choose(other.id)
    assert world.page.holder == "Jean MARTIN"
    world.choose(world.page.cases[0].id)
    assert (world.page.holder, world.page.workflow) == ("Anne DURAND", WorkflowKind.ORDER)


def test_the_line_on_show_stays_whatever_key_is_put_in() -> None:
    world = world_with(NEW, HERS)
    world.command(RaiseGuide(), request=1)
    world.plug(NEW)
    assert world.page.holder == "Anne DURAND"
    assert world.page.reader is ReaderStatus.OTHER


def test_a_line_that_is_at_its_end_gives_way_when_the_guide_is_opened_again() -> None:
    world = world_with(NEW, HERS)
    world.choose(world.page.cases[0].id)
    world.plug(HERS)
    assert world.page.holder == "Jean MARTIN"
    world.command(RaiseGuide(), request=1)
    assert world.page.holder == "Anne DURAND"


def test_the_menu_offers_what_the_page_does() -> None:
    world = Simulator()
    world.plug(HERS)
    assert world.state.tray is not None
    (workflow,) = [item for item in world.state.tray.items if item.items]
    assert workflow.items[0] == MenuItem(label=world.page.headline)
    chosen = [item.command for item in workflow.items[1:]]
    assert chosen == [ChooseAction(action=action_id("open:order_page")), ChooseAction(action=action_id("end:open"))]
    effects = world.command(ChooseAction(action=action_id("open:order_page")))
    assert [e for e in effects if isinstance(e, Launch)]


def test_an_unactivated_key_alone_is_activated() -> None:
    world = Simulator()
    world.plug(NEW, flags=UNACTIVATED)
    assert (world.page.workflow, world.step()) == (WorkflowKind.ACTIVATE, "start")


def test_a_locked_pin_is_said_beside_the_step() -> None:
    world = Simulator()
    world.insert(token(HERS, flags=UNACTIVATED.__class__(pin_locked=True)))
    assert isinstance(world.page.alert, Text)
    assert world.page.alert.id == "trouble.pin_locked"
    assert world.page.primary is not None


def test_a_name_of_the_persons_own_is_used_for_the_key() -> None:
    world = Simulator()
    world.plug(HERS)
    assert dict(world.page.body.args)["old_key"] == text("key.old")
    world.command(NameKey(fingerprint=HERS.fingerprint, name="the blue one"))
    assert dict(world.page.body.args)["old_key"] == text("key.old_named", name="the blue one")


def test_put_off_rests_until_tomorrow() -> None:
    world = Simulator()
    world.plug(HERS)
    world.choose("put_off")
    assert "put_off" not in world.actions()
    world.wait(DAY)
    assert "put_off" in world.actions()
    assert len(world.delivered) == 2
