"""What the guide shows and keeps from first key to last step."""

from datetime import timedelta

import pytest

from config.workflows import Destination, WorkflowKind
from daemon.core.commands import ChooseAction, RaiseGuide
from daemon.core.effects import Launch, OpenGuide, SaveMemory, ShowGuide
from daemon.core.events import Launched, ServiceLost
from daemon.core.model import Claim, KeyId
from daemon.core.troubles import Trouble
from daemon.core.views.guide import BarRole, ReaderStatus
from support.core.factories import DAY, NOW, UNACTIVATED, ending, token
from support.core.simulator import Simulator, world_with
from support.core.story import ANNE, LAST_CHANCE, NEW, NEW_ID, OLD, OLD_ENDS, OLD_ID, delivered, mailed, two_keys
from support.guide_actions import action_id

NOT_OFFERED = action_id("select:nothing")
LETTER = Launch(
    procedure="opalexe", destination=Destination.SUPPORT_MAIL, holder="Jean MARTIN", serial_hex=NEW.serial_hex
)


def workflow(world: Simulator) -> WorkflowKind | None:
    return world.page.workflow


def test_the_order_is_led_to_the_new_key() -> None:
    world = Simulator()
    world.plug(OLD)
    assert world.page.workflow == WorkflowKind.ORDER
    assert world.step() == "open"
    world.choose("open:order_page")
    assert world.step() == "ordered"
    world.choose("end:ordered")
    assert (world.step(), world.page.primary) == ("wait", None)
    world.remove()
    world.plug(NEW)
    assert (world.page.workflow, world.step()) == (WorkflowKind.ACTIVATE, "start")


def test_an_ordered_key_is_awaited_by_notices_too() -> None:
    world = Simulator()
    world.plug(OLD)
    world.choose("open:order_page", "end:ordered")
    world.wait(6 * DAY)
    notice = world.delivered[-1][1]
    assert notice.body.id == "notice.ordered.ends"
    assert notice.button is not None
    assert notice.button.id == "button.guide"
    launches = len(world.launches())
    assert OpenGuide() in world.answer(notice.tag)
    assert len(world.launches()) == launches


def test_a_page_that_did_not_open_ends_no_step_and_may_be_ended_by_hand() -> None:
    world = Simulator(opening=False)
    world.plug(OLD)
    world.choose("open:order_page")
    failed = Trouble.LAUNCH_FAILED
    world.post(Launched(at=NOW, procedure="opalexe", destination=Destination.ORDER_PAGE, trouble=failed))
    assert world.step() == "open"
    world.choose("end:open")
    assert world.step() == "ordered"


def test_a_click_on_the_notice_ends_the_step_that_it_opens() -> None:
    world = Simulator()
    world.plug(OLD)
    assert OpenGuide() in world.answer(OLD_ID)
    assert world.step() == "ordered"


def test_activation_is_ended_by_the_persons_word() -> None:
    world = world_with(OLD, NEW)
    world.plug(NEW)
    world.choose("open:tool", "end:start", "state:activated")
    assert world.page.workflow is WorkflowKind.ADD_WITH_OLD
    assert world.state.memory.keys[KeyId(NEW_ID)].claims == {Claim.ACTIVATED}


def test_a_token_without_certificate_is_the_new_key_while_it_is_activated() -> None:
    world = world_with(OLD)
    world.plug(serial="9")
    assert (workflow(world), world.step(), world.page.reader) == (WorkflowKind.ACTIVATE, "start", ReaderStatus.NEW)
    world.choose("open:tool", "end:start")
    world.remove()
    assert workflow(world) is WorkflowKind.ORDER
    world.plug(serial="9")
    assert world.step() == "activate", "what was done is kept"
    world.insert(token(NEW, serial="9"))
    assert workflow(world) is WorkflowKind.ADD_WITH_OLD


def test_the_whole_way_with_the_old_key() -> None:
    world = two_keys()
    world.plug(OLD)
    assert world.step() == "log_in"
    world.choose("open:platform")
    assert world.page.primary is not None
    assert str(world.page.primary.id) == "end:log_in", "it is open; now it is to be done"
    world.choose("end:log_in", "end:ask", "end:close")
    assert world.step() == "old_out"
    world.remove()
    assert (world.step(), world.page.deadline) == ("new_in", NOW + DAY)
    world.plug(NEW)
    world.choose("end:click", "end:check")
    assert delivered(world.page.headline) == "guide.finished"
    assert world.withdrawn() == [OLD_ID]
    assert world.state.memory.keys[KeyId(NEW_ID)].claims == {Claim.ACTIVATED, Claim.WORKS}
    world.choose("finish")
    assert delivered(world.page.headline) == "guide.well"


def test_the_whole_way_by_the_support() -> None:
    world = two_keys(OLD_ENDS + DAY)
    world.plug(NEW)
    world.choose("open:platform", "end:log_in")
    assert world.actions()["copy:serial"].copy == NEW.serial_hex.upper()
    world.choose("open:support_mail")
    assert world.launches()[-1] == LETTER
    world.choose("end:opens")
    assert delivered(world.page.headline) == "guide.finished"


@pytest.mark.parametrize(
    ("cards", "alert", "picture"),
    [
        pytest.param([OLD], None, ReaderStatus.OLD, id="the right one"),
        pytest.param([NEW], "guide.wrong.new", ReaderStatus.NEW, id="the new one"),
        pytest.param([OLD, NEW], "guide.wrong.both.old", ReaderStatus.BOTH, id="both"),
        pytest.param([ANNE], "guide.wrong.other.old", ReaderStatus.OTHER, id="someone else's"),
        pytest.param([OLD, ANNE], "guide.wrong.beside", ReaderStatus.OTHER, id="someone else's beside"),
        pytest.param([ending(9 * DAY, "plain", issuer_o="Other"), OLD], None, ReaderStatus.OLD, id="no procedure"),
        pytest.param([ending(-300 * DAY, "past")], "guide.wrong.past.old", ReaderStatus.OTHER, id="one of the past"),
        pytest.param([None], "trouble.card_unread", ReaderStatus.UNREAD, id="a bank card"),
        pytest.param([None, OLD], None, ReaderStatus.OLD, id="a bank card beside"),
        pytest.param([], None, ReaderStatus.EMPTY, id="none"),
    ],
)
def test_a_wrong_card_is_said_at_once_and_no_browser_step_offered(
    cards: list[object], alert: str | None, picture: ReaderStatus
) -> None:
    world = two_keys()
    world.choose("put_off")  # the person looks at this line, whatever comes
    for number, card in enumerate(cards):
        tokens = () if card is None else (token(card, reader=f"Reader 0{number}"),)  # type: ignore[arg-type]
        world.insert(*tokens, reader=f"Reader 0{number}")
    assert world.page.reader is picture
    assert (delivered(world.page.alert) if world.page.alert else None) == alert
    right = picture is ReaderStatus.OLD
    assert ({"open:platform", "end:log_in"} <= world.actions().keys()) is right
    assert ({"open:platform", "end:log_in"} & world.actions().keys() != set()) is right


def test_nothing_is_decided_while_a_card_is_read_or_the_service_is_away() -> None:
    world = mailed()
    world.choose("back:close", "back:ask")
    assert world.step() == "ask"
    world.answering = False
    world.insert(token(NEW, reader="Reader 01"), reader="Reader 01")
    assert (world.step(), world.page.reader) == ("ask", ReaderStatus.READING)
    assert "end:ask" not in world.actions()
    world.read(world.orders()[-1])
    assert (world.step(), world.page.reader) == ("old_in", ReaderStatus.BOTH)
    world.answering = True
    world.remove("Reader 01")
    world.post(ServiceLost(at=world.now, trouble=Trouble.SERVICE_STOPPED))
    assert (world.step(), world.page.reader) == ("ask", ReaderStatus.AWAY)
    assert delivered(world.page.alert) == "trouble.service_stopped"
    assert "end:ask" not in world.actions()
    world.look()
    assert "end:ask" in world.actions()


def test_a_refusal_leads_back_to_the_right_step() -> None:
    world = mailed()
    known_problems = {help_.id: help_.action for help_ in world.page.known_problems}
    assert known_problems["suspended"] is None
    world.choose("help:too_old")
    assert world.step() == "log_in", "the old key is in"
    assert {help_.id: help_.action for help_ in world.page.known_problems}["too_old"] is None, "nothing is to be undone"


def test_a_refusal_that_is_final_offers_to_give_up() -> None:
    world = two_keys(OLD_ENDS + DAY)
    world.plug(NEW)
    world.choose("help:first_time")
    assert delivered(world.page.headline) == "guide.abandoned"
    world.choose("restart")
    assert world.step() == "log_in"


def test_what_was_given_up_is_still_told_by_its_dates() -> None:
    world = Simulator()
    world.plug(OLD)
    world.choose("abandon")
    told = len(world.delivered)
    world.wait(6 * DAY)
    assert len(world.delivered) == told + 1


def test_a_stale_choice_does_nothing() -> None:
    world = two_keys()
    world.plug(NEW)
    before = world.state
    assert world.command(ChooseAction(action=action_id("end:log_in"))) == ()
    assert world.state == before


def test_a_crash_leads_to_the_same_page() -> None:
    world = mailed()
    before = world.page
    world.restart()
    assert world.page.steps == before.steps
    assert (world.page.deadline, world.page.primary) == (before.deadline, before.primary)


def test_steps_leave_lines_in_the_history() -> None:
    world = two_keys()
    world.plug(OLD)
    (remembered,) = [e for e in world.choose("end:log_in") if isinstance(e, SaveMemory)]
    assert [(h.what, h.subject) for h in remembered.history] == [("guide_ended_log_in", NEW_ID)]


def test_the_page_is_shown_only_when_it_changes() -> None:
    world = two_keys()
    world.wait(timedelta(minutes=1))
    world.command(ChooseAction(action=NOT_OFFERED))
    shown = [e for e in world.command(ChooseAction(action=NOT_OFFERED)) if isinstance(e, ShowGuide)]
    assert shown == []
    world.now += timedelta(minutes=1)
    assert not [e for e in world.command(ChooseAction(action=NOT_OFFERED)) if isinstance(e, ShowGuide)]


def test_the_time_line_shows_how_long_the_easy_way_is_open() -> None:
    line = two_keys().page.timeline
    assert line is not None
    assert [bar.role for bar in line.bars] == [BarRole.OLD, BarRole.NEW]
    assert line.stretch == (NEW.not_before, LAST_CHANCE)


def test_the_guide_opens_when_it_is_asked_for() -> None:
    world = two_keys()
    effects = world.command(RaiseGuide(), request=3)
    assert OpenGuide() in effects
    assert world.answered(3) is not None


def test_a_key_that_looks_unactivated_waits_for_its_activation() -> None:
    world = world_with(OLD)
    world.plug(NEW, flags=UNACTIVATED)
    world.choose("open:tool", "end:start")
    assert world.step() == "activate"
    world.cards["Reader 00"].tokens = (token(NEW),)
    world.wait(timedelta(minutes=1))
    assert world.page.workflow is WorkflowKind.ADD_WITH_OLD
