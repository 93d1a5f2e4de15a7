"""The guide's pages without a workflow, and the holder that they show."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from config.i18n.text import Text, text
from config.settings import Settings
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.commands import NameKey, RaiseGuide
from daemon.core.effects import OpenCalendar
from daemon.core.events import ServiceLost
from daemon.core.model import Claim, KeyId, Role, TokenFlags
from daemon.core.state import State
from daemon.core.troubles import Trouble
from daemon.core.views.guide import ReaderStatus
from support.core.factories import DAY, NOW, OPALEXE, SIV, UNACTIVATED, certificate, ending, token
from support.core.simulator import Simulator, simulator_with

NEW = ending(1000 * DAY, "new")
OLD, NEW_ID = ending(200 * DAY, "old"), NEW.fingerprint[:16]
ANNE = {"given_name": "Anne", "surname": "DURAND", "subject_cn": "Anne DURAND"}
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
HERS = ending(20 * DAY, "hers", **ANNE)
IN_USE = certificate("in use", not_before=NOW - 61 * DAY, not_after=NOW + 900 * DAY)


def headline(simulator: Simulator) -> str:
    assert isinstance(simulator.page.headline, Text)
    return simulator.page.headline.id


def answers(simulator: Simulator) -> list[str]:
    return [str(action.id) for action in simulator.page.answers]


def nothing_known() -> Simulator:
    simulator = Simulator()
    simulator.look()
    return simulator


def no_reader() -> Simulator:
    simulator = Simulator(names=())
    simulator.look()
    return simulator


def no_service() -> Simulator:
    simulator = Simulator()
    simulator.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_ABSENT))
    return simulator


def bank_card() -> Simulator:
    simulator = Simulator()
    simulator.insert()
    return simulator


def plain_key() -> Simulator:
    return simulator_with(ending(9 * DAY, "plain", issuer_o="Other"))


@pytest.mark.parametrize(
    ("make", "headline_id", "alert", "picture"),
    [
        pytest.param(nothing_known, "guide.empty.unsure", None, ReaderStatus.EMPTY, id="nothing known"),
        pytest.param(no_reader, "guide.empty.unsure", None, ReaderStatus.NO_READER, id="no reader"),
        pytest.param(no_service, "guide.empty.unsure", "trouble.service_absent", ReaderStatus.AWAY, id="no service"),
        pytest.param(bank_card, "guide.empty.unsure", "trouble.card_unread", ReaderStatus.UNREAD, id="a bank card"),
        pytest.param(plain_key, "guide.plain", None, ReaderStatus.EMPTY, id="a key without procedure"),
    ],
)
def test_without_a_key_it_says_to_put_one_in_and_what_is_wrong(
    make: Callable[[], Simulator], headline_id: str, alert: str | None, picture: ReaderStatus
) -> None:
    simulator = make()
    assert headline(simulator) == headline_id
    assert (simulator.page.alert.id if isinstance(simulator.page.alert, Text) else None) == alert
    assert simulator.page.reader is picture
    assert "check" in simulator.actions()
    simulator.choose("check")


@pytest.mark.parametrize(
    ("roles", "body"),
    [
        pytest.param((Role.OTHER,), "guide.plain.other", id="it only decrypts, or stamps the time"),
        pytest.param((Role.OTHER, Role.AUTHENTICATION), "guide.plain.body", id="it logs in as well"),
        pytest.param((Role.SIGNATURE,), "guide.plain.body", id="it signs"),
    ],
)
def test_the_page_tells_what_a_certificate_does_not_serve_for(roles: tuple[Role, ...], body: str) -> None:
    simulator = Simulator()
    simulator.plug(*(certificate(role, role=role, issuer_o="Unknown") for role in roles))
    assert headline(simulator) == "guide.plain"
    assert isinstance(simulator.page.body, Text)
    assert simulator.page.body.id == body


def test_the_only_known_key_is_asked_about_only_once_the_user_says_that_it_is_new() -> None:
    simulator = Simulator()
    simulator.plug(NEW)
    assert headline(simulator) == "guide.well"
    simulator.choose("ask:replaces")
    assert headline(simulator) == "guide.ask.one_key"
    assert answers(simulator) == ["state:works", "state:replaces", "state:old_lost", "dismiss"]
    simulator.choose("dismiss")
    assert headline(simulator) == "guide.well"
    assert simulator.titles() == []


def test_a_key_that_already_works_needs_nothing() -> None:
    simulator = Simulator()
    simulator.plug(NEW)
    simulator.choose("ask:replaces", "state:works")
    assert headline(simulator) == "guide.well"
    simulator.choose("ask:replaces", "state:replaces")
    assert headline(simulator) == "guide.ask.old_key", "the person may think again"


def test_a_key_that_replaces_one_at_hand_waits_for_it() -> None:
    simulator = Simulator()
    simulator.plug(NEW)
    simulator.choose("ask:replaces", "state:replaces")
    assert answers(simulator) == ["state:old_lost", "state:works"]
    simulator.remove()
    simulator.plug(OLD)
    assert simulator.page.workflow is WorkflowKind.ACTIVATE


def test_a_key_that_replaces_a_lost_one_is_activated_and_linked() -> None:
    simulator = Simulator()
    simulator.plug(NEW)
    simulator.choose("ask:replaces", "state:old_lost")
    assert simulator.page.workflow is WorkflowKind.ACTIVATE
    simulator.choose("ask:activated", "state:activated", "end:prepared")
    assert [simulator.page.workflow, simulator.step()] == [WorkflowKind.ASSOCIATE_NEW, "log_in"]
    assert simulator.state.memory.keys[KeyId(NEW_ID)].claims == {Claim.REPLACES, Claim.OLD_LOST, Claim.ACTIVATED}


@pytest.mark.parametrize("first", [OLD, NEW], ids=["the old one first", "the new one first"])
def test_either_key_may_come_first(first: object) -> None:
    simulator = simulator_with(*([OLD, NEW] if first is OLD else [NEW, OLD]))
    assert simulator.page.workflow is WorkflowKind.ACTIVATE
    assert simulator.page.why is not None


def test_a_newer_key_in_use_for_long_is_asked_about() -> None:
    simulator = Simulator()
    simulator.plug(IN_USE)
    simulator.now += DAY
    simulator.plug(ending(100 * DAY, "drawer"))
    assert headline(simulator) == "guide.ask.in_use"
    assert answers(simulator) == ["state:works", "state:new"]
    simulator.choose("state:new")
    assert simulator.page.workflow is WorkflowKind.ACTIVATE


def test_two_holders_are_never_mixed_and_each_can_be_chosen() -> None:
    simulator = simulator_with(NEW, HERS)
    assert simulator.page.holder == "Anne DURAND", "the most pressing one"
    (other,) = simulator.page.cases
    simulator.choose(other.id)
    assert simulator.page.holder == "Jean MARTIN"
    simulator.choose(simulator.page.cases[0].id)
    assert (simulator.page.holder, simulator.page.workflow) == ("Anne DURAND", WorkflowKind.ORDER)


def test_the_shown_lineage_stays_for_any_key_inserted() -> None:
    simulator = simulator_with(NEW, HERS)
    simulator.command(RaiseGuide(), request=1)
    simulator.plug(NEW)
    assert simulator.page.holder == "Anne DURAND"
    assert simulator.page.reader is ReaderStatus.OTHER


def test_a_finished_lineage_is_replaced_when_the_guide_is_opened_again() -> None:
    simulator = simulator_with(NEW, HERS)
    simulator.choose(simulator.page.cases[0].id)
    simulator.plug(HERS)
    assert simulator.page.holder == "Jean MARTIN"
    simulator.command(RaiseGuide(), request=1)
    assert simulator.page.holder == "Anne DURAND"


def test_an_unactivated_key_alone_is_activated() -> None:
    simulator = Simulator()
    simulator.plug(NEW, flags=UNACTIVATED)
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.ACTIVATE, "start")


def test_a_locked_pin_is_shown_beside_the_step() -> None:
    simulator = Simulator()
    simulator.insert(token(HERS, flags=UNACTIVATED.__class__(pin_locked=True)))
    assert isinstance(simulator.page.alert, Text)
    assert simulator.page.alert.id == "trouble.pin_locked"
    assert simulator.page.primary is not None


def test_a_name_given_by_the_user_is_used_for_the_key() -> None:
    simulator = Simulator()
    simulator.plug(HERS)
    assert dict(simulator.page.body.args)["old_key"] == text("key.only")
    simulator.command(NameKey(fingerprint=HERS.fingerprint, name="the blue one"))
    assert dict(simulator.page.body.args)["old_key"] == text("key.only_named", name="the blue one")


def test_put_off_rests_until_tomorrow() -> None:
    simulator = Simulator()
    simulator.plug(HERS)
    simulator.choose("put_off")
    assert "put_off" not in simulator.actions()
    simulator.wait(DAY)
    assert "put_off" in simulator.actions()
    assert len(simulator.delivered) == 2


@pytest.mark.parametrize("action", ["calendar", "calendar:settings"])
def test_the_dates_are_offered_to_the_calendar_once_a_key_is_known(action: str) -> None:
    simulator = simulator_with(ending(400 * DAY))
    assert OpenCalendar() in simulator.choose(action)
    assert not [each for each in nothing_known().actions() if each.startswith("calendar")]


@pytest.mark.parametrize(
    ("assume", "flags", "end", "body"),
    [
        pytest.param(True, TokenFlags(), NOW + 400 * DAY, "guide.well.body", id="calm"),
        pytest.param(False, TokenFlags(), NOW + 400 * DAY, "guide.well.asking", id="the use is a question"),
        pytest.param(True, TokenFlags(pin_locked=True), NOW + 400 * DAY, "guide.well.asking", id="the PIN is locked"),
        pytest.param(True, TokenFlags(), NO_END, "guide.well.no_end", id="calm, without end"),
        pytest.param(False, TokenFlags(), NO_END, "guide.well.no_end.asking", id="a question, without end"),
    ],
)
def test_a_page_that_asks_something_never_says_that_there_is_nothing_to_do(
    assume: bool, flags: TokenFlags, end: datetime, body: str
) -> None:
    rival = replace(SIV, issuers=OPALEXE.issuers, assume=False)
    procedures = (OPALEXE,) if assume else (OPALEXE, rival)
    simulator = Simulator(state=State(settings=Settings(procedures=procedures)))
    simulator.look()
    simulator.plug(certificate(not_after=end), flags=flags)
    assert isinstance(simulator.page.body, Text)
    assert simulator.page.body.id == body


def test_a_note_that_a_part_ends_is_not_above_nothing_to_do() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(400 * DAY), ending(20 * DAY, "part", role=Role.SIGNATURE))
    assert isinstance(simulator.page.body, Text)
    assert simulator.page.body.id == "guide.well.asking"
