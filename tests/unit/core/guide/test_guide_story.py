"""What the guide shows and keeps from first key to last step."""

from datetime import timedelta

import pytest

from config.i18n.text import Phrase
from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.settings import Settings
from config.values import replace
from config.workflows import Destination, Ends, Letter, Needs, WorkflowKind
from daemon.core.commands import ChooseAction, RaiseGuide
from daemon.core.effects import Launch, OpenGuide, SaveMemory, ShowGuide
from daemon.core.events import Launched, ServiceLost
from daemon.core.model import Claim, KeyId
from daemon.core.state import State
from daemon.core.troubles import Trouble
from daemon.core.views.guide import BarRole, ReaderStatus, SavedFile
from support.core.factories import DAY, NOW, SETTINGS, SIV, UNACTIVATED, changed, ending, token
from support.core.simulator import Simulator, simulator_with
from support.core.story import ANNE, LAST_CHANCE, NEW, NEW_ID, OLD, OLD_ENDS, OLD_ID, delivered, mailed, two_keys
from support.core.workflows import a_step, a_workflow
from support.guide_actions import action_id

NOT_OFFERED = action_id("select:nothing")
LETTER = Launch(
    procedure="opalexe", destination=Destination.SUPPORT_MAIL, holder="Jean MARTIN", serial_hex=NEW.serial_hex
)


def workflow(simulator: Simulator) -> WorkflowKind | None:
    return simulator.page.workflow


def test_the_guide_leads_the_order_to_the_new_key() -> None:
    simulator = Simulator()
    simulator.plug(OLD)
    assert simulator.page.workflow == WorkflowKind.ORDER
    assert simulator.step() == "open"
    simulator.choose("open:order_page")
    assert simulator.step() == "ordered"
    simulator.choose("end:ordered")
    assert (simulator.step(), simulator.page.primary) == ("wait", None)
    simulator.remove()
    simulator.plug(NEW)
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.ACTIVATE, "start")


def test_an_ordered_key_is_awaited_by_notices_too() -> None:
    simulator = Simulator()
    simulator.plug(OLD)
    told = len(simulator.delivered)
    simulator.choose("open:order_page", "end:ordered")
    simulator.wait(19 * DAY)
    assert len(simulator.delivered) == told, "the order is made: there is nothing to say"
    simulator.wait(2 * DAY)
    notice = simulator.delivered[-1][1]
    assert notice.body.id == "notice.ordered.expired"
    assert notice.button is not None
    assert notice.button.id == "button.guide"
    launches = len(simulator.launches())
    assert OpenGuide() in simulator.answer(notice.notice_id)
    assert len(simulator.launches()) == launches


def test_a_page_that_did_not_open_ends_no_step_and_may_be_ended_by_hand() -> None:
    simulator = Simulator(opening=False)
    simulator.plug(OLD)
    simulator.choose("open:order_page")
    failed = Trouble.LAUNCH_FAILED
    simulator.post(Launched(at=NOW, procedure="opalexe", destination=Destination.ORDER_PAGE, trouble=failed))
    assert simulator.step() == "open"
    simulator.choose("end:open")
    assert simulator.step() == "ordered"


def test_a_click_on_the_notice_ends_the_step_that_it_opens() -> None:
    simulator = Simulator()
    simulator.plug(OLD)
    assert OpenGuide() in simulator.answer(OLD_ID)
    assert simulator.step() == "ordered"


def test_activation_is_ended_by_a_claim_of_the_user() -> None:
    simulator = simulator_with(OLD, NEW)
    simulator.plug(NEW)
    simulator.choose("open:tool", "end:start", "state:activated")
    assert simulator.page.workflow is WorkflowKind.ADD_WITH_OLD
    assert simulator.state.memory.keys[KeyId(NEW_ID)].claims == {Claim.ACTIVATED}


def test_a_token_without_certificate_is_the_new_key_while_it_is_activated() -> None:
    simulator = simulator_with(OLD)
    simulator.plug(serial="9")
    assert (workflow(simulator), simulator.step(), simulator.page.reader) == (
        WorkflowKind.ACTIVATE,
        "start",
        ReaderStatus.NEW,
    )
    simulator.choose("open:tool", "end:start")
    simulator.remove()
    assert workflow(simulator) is WorkflowKind.ORDER
    simulator.plug(serial="9")
    assert simulator.step() == "activate", "what was done is kept"
    simulator.insert(token(NEW, serial="9"))
    assert workflow(simulator) is WorkflowKind.ADD_WITH_OLD


def test_the_whole_way_with_the_old_key() -> None:
    simulator = two_keys()
    simulator.plug(OLD)
    assert simulator.step() == "log_in"
    simulator.choose("open:platform")
    assert simulator.page.likely == action_id("end:log_in"), "it is open; now it is to be done"
    simulator.choose("end:log_in", "end:ask", "end:close")
    assert simulator.step() == "old_out"
    simulator.remove()
    assert (simulator.step(), simulator.page.deadline) == ("new_in", NOW + DAY)
    simulator.plug(NEW)
    simulator.choose("end:click", "end:check", "state:works")
    assert delivered(simulator.page.headline) == "guide.finished"
    assert simulator.withdrawn() == [OLD_ID]
    assert simulator.state.memory.keys[KeyId(NEW_ID)].claims == {Claim.ACTIVATED, Claim.WORKS}
    simulator.choose("finish")
    assert delivered(simulator.page.headline) == "guide.well"


def test_the_whole_way_by_the_support() -> None:
    simulator = two_keys(OLD_ENDS + DAY)
    simulator.plug(NEW)
    simulator.choose("end:prepared", "open:platform", "end:log_in")
    assert simulator.actions()["copy:serial"].copy == NEW.serial_hex.upper()
    simulator.choose("open:support_mail")
    assert simulator.launches()[-1] == LETTER
    simulator.choose("end:opens", "state:works")
    assert delivered(simulator.page.headline) == "guide.finished"


def test_the_certificate_is_saved_once_it_was_read() -> None:
    new, siv = changed(NEW, issuer_o="Autorité Exemple"), changed(OLD, issuer_o="Autorité Exemple")
    step = a_step("save", Ends.CONFIRMED, Needs.NOTHING, Destination.CERTIFICATE)
    workflows = {**SIV.workflows, WorkflowKind.ADD_WITH_OLD: a_workflow(WorkflowKind.ADD_WITH_OLD, step)}
    simulator = Simulator(state=State(settings=Settings(procedures=(replace(SIV, workflows=workflows),))))
    simulator.look()
    simulator.plug(siv)
    simulator.tell(simulator.plug(new), Claim.ACTIVATED)
    simulator.choose("end:prepared")
    assert "save:certificate" not in simulator.actions(), "an earlier version did not keep it"
    assert [delivered(note) for note in simulator.page.notes] == ["guide.save.plug_in"]
    simulator.plug(replace(new, der=b"0\x82"))
    file = simulator.actions()["save:certificate"].file
    assert file == SavedFile(name=f"siv-{new.fingerprint[:8]}.cer", content=b"0\x82")
    assert simulator.page.notes == ()
    before = simulator.state
    simulator.choose("save:certificate")
    assert simulator.state.memory == before.memory, "it is saved where the page is shown"


def test_the_text_of_the_letter_can_be_copied() -> None:
    letter = Letter(subject=Wording(en="Hello", fr="Bonjour"), body=Wording(en="{holder}, {serial}", fr="{serial}"))
    simulator = two_keys(OLD_ENDS + DAY)
    opalexe = replace(SETTINGS.procedures[0], letter=letter)
    simulator.state = replace(simulator.state, settings=replace(SETTINGS, procedures=(opalexe,)))
    simulator.plug(NEW)
    simulator.choose("end:prepared", "open:platform", "end:log_in")
    copied = simulator.actions()["open:support_mail"].copy
    assert isinstance(copied, Phrase)
    assert Translator("en").render(copied) == f"Jean MARTIN, {NEW.serial_hex}"


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
def test_a_wrong_card_is_shown_at_once_and_no_browser_step_offered(
    cards: list[object], alert: str | None, picture: ReaderStatus
) -> None:
    simulator = two_keys()
    simulator.choose("end:prepared")  # the guide keeps this lineage on show
    for number, card in enumerate(cards):
        tokens = () if card is None else (token(card, reader=f"Reader 0{number}"),)  # type: ignore[arg-type]
        simulator.insert(*tokens, reader=f"Reader 0{number}")
    assert simulator.page.reader is picture
    assert (delivered(simulator.page.alert) if simulator.page.alert else None) == alert
    right = picture is ReaderStatus.OLD
    assert ({"open:platform", "end:log_in"} <= simulator.actions().keys()) is right
    assert ({"open:platform", "end:log_in"} & simulator.actions().keys() != set()) is right


def test_nothing_is_decided_while_a_card_is_read_or_the_service_is_away() -> None:
    simulator = mailed()
    simulator.choose("back:close", "back:ask")
    assert simulator.step() == "ask"
    simulator.answering = False
    simulator.insert(token(NEW, reader="Reader 01"), reader="Reader 01")
    assert (simulator.step(), simulator.page.reader) == ("ask", ReaderStatus.READING)
    assert "end:ask" not in simulator.actions()
    simulator.read(simulator.orders()[-1])
    assert (simulator.step(), simulator.page.reader) == ("old_in", ReaderStatus.BOTH)
    simulator.answering = True
    simulator.remove("Reader 01")
    simulator.post(ServiceLost(at=simulator.now, trouble=Trouble.SERVICE_STOPPED))
    assert (simulator.step(), simulator.page.reader) == ("ask", ReaderStatus.AWAY)
    assert delivered(simulator.page.alert) == "trouble.service_stopped"
    assert "end:ask" not in simulator.actions()
    simulator.look()
    assert "end:ask" in simulator.actions()


def test_a_refusal_leads_back_to_the_right_step() -> None:
    simulator = mailed()
    known_problems = {help_.id: help_.action for help_ in simulator.page.known_problems}
    assert known_problems["suspended"] is None
    simulator.choose("help:too_old")
    assert simulator.step() == "log_in", "the old key is in"
    assert {help_.id: help_.action for help_ in simulator.page.known_problems}["too_old"] is None, (
        "nothing is to be undone"
    )


def test_a_refusal_that_is_final_offers_to_give_up() -> None:
    simulator = two_keys(OLD_ENDS + DAY)
    simulator.plug(NEW)
    simulator.choose("end:prepared", "help:first_time")
    assert delivered(simulator.page.headline) == "guide.abandoned"
    simulator.choose("restart", "end:prepared")
    assert simulator.step() == "log_in"


def test_an_abandoned_workflow_still_has_notices_for_its_dates() -> None:
    simulator = Simulator()
    simulator.plug(OLD)
    simulator.choose("abandon")
    told = len(simulator.delivered)
    simulator.wait(6 * DAY)
    assert len(simulator.delivered) == told + 1


def test_a_stale_choice_does_nothing() -> None:
    simulator = two_keys()
    simulator.plug(NEW)
    before = simulator.state
    assert simulator.command(ChooseAction(action=action_id("end:log_in"))) == ()
    assert simulator.state == before


def test_a_crash_leads_to_the_same_page() -> None:
    simulator = mailed()
    before = simulator.page
    simulator.restart()
    assert simulator.page.steps == before.steps
    assert (simulator.page.deadline, simulator.page.primary) == (before.deadline, before.primary)


def test_steps_leave_lines_in_the_history() -> None:
    simulator = two_keys()
    simulator.plug(OLD)
    (remembered,) = [e for e in simulator.choose("end:log_in") if isinstance(e, SaveMemory)]
    assert [(h.what, h.subject) for h in remembered.history] == [("guide_ended_log_in", NEW_ID)]


def test_the_page_is_shown_only_when_it_changes() -> None:
    simulator = two_keys()
    simulator.wait(timedelta(minutes=1))
    simulator.command(ChooseAction(action=NOT_OFFERED))
    shown = [e for e in simulator.command(ChooseAction(action=NOT_OFFERED)) if isinstance(e, ShowGuide)]
    assert shown == []
    simulator.now += timedelta(minutes=1)
    assert not [e for e in simulator.command(ChooseAction(action=NOT_OFFERED)) if isinstance(e, ShowGuide)]


def test_the_time_line_shows_how_long_the_easy_way_is_open() -> None:
    line = two_keys().page.timeline
    assert line is not None
    assert [bar.role for bar in line.bars] == [BarRole.OLD, BarRole.NEW]
    assert line.stretch == (NEW.not_before, LAST_CHANCE)


def test_the_guide_opens_when_it_is_asked_for() -> None:
    simulator = two_keys()
    effects = simulator.command(RaiseGuide(), request=3)
    assert OpenGuide() in effects
    assert simulator.answered(3) is not None


def test_a_key_that_looks_unactivated_waits_for_its_activation() -> None:
    simulator = simulator_with(OLD)
    simulator.plug(NEW, flags=UNACTIVATED)
    simulator.choose("open:tool", "end:start")
    assert simulator.step() == "activate"
    simulator.cards["Reader 00"].tokens = (token(NEW),)
    simulator.wait(timedelta(minutes=1))
    assert simulator.page.workflow is WorkflowKind.ADD_WITH_OLD
