"""What the icon, the tooltip and the menu show."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.i18n.text import Text
from daemon.core.commands import (
    AnswerNotice,
    CheckKeys,
    ProgramCommand,
    QuitDaemon,
    RaiseGuide,
    RunDoctor,
    StateClaim,
    SwitchLanguage,
    ToggleAutostart,
)
from daemon.core.effects import StartAtLogin, UseLanguage
from daemon.core.events import LoginStartKnown, ServiceLost
from daemon.core.model import Claim
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind
from daemon.core.troubles import Trouble
from daemon.core.views.tray import IconState, MenuItem, TrayView
from support.core.factories import DAY, certificate, ending, token
from support.core.simulator import Simulator, simulator_with

OLD = ending(DAY * 200, "old")
NEW = certificate("new", not_before=OLD.not_after - DAY * 199, not_after=OLD.not_after + DAY * 800)  # type: ignore[operator]


def label_id(item: MenuItem) -> str:
    assert isinstance(item.label, Text)
    return item.label.id


def tray(simulator: Simulator) -> TrayView:
    assert simulator.state.tray is not None
    return simulator.state.tray


def labels(simulator: Simulator) -> list[str]:
    return [label_id(item) for item in tray(simulator).items]


def in_reader(left: timedelta) -> Simulator:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(left))
    return simulator


@pytest.mark.parametrize(
    ("left", "icon_state"),
    [
        pytest.param(91 * DAY, IconState.WELL, id="valid"),
        pytest.param(90 * DAY, IconState.SOON, id="due"),
        pytest.param(31 * DAY, IconState.SOON, id="not yet urgent"),
        pytest.param(30 * DAY, IconState.URGENT, id="urgent"),
        pytest.param(timedelta(), IconState.URGENT, id="the last instant"),
        pytest.param(-DAY, IconState.EXPIRED, id="expired"),
    ],
)
def test_the_icon_shows_how_near_the_end_is(left: timedelta, icon_state: IconState) -> None:
    simulator = in_reader(left)
    assert tray(simulator).icon_state is icon_state
    assert tray(simulator).days_left == left // DAY
    simulator.remove()
    assert tray(simulator).icon_state is icon_state, "in the drawer as well"


def test_the_icon_shows_at_once_that_a_key_is_read() -> None:
    simulator = Simulator(answering=False)
    simulator.look()
    simulator.plug(OLD)
    assert tray(simulator).icon_state is IconState.READING
    assert tray(simulator).tooltip.id == "face.reading"


def test_no_reader_is_shown_only_while_no_key_is_known() -> None:
    simulator = Simulator(names=())
    simulator.look()
    assert tray(simulator).icon_state is IconState.NO_READER
    simulator = simulator_with(OLD)
    simulator.names = ()
    simulator.look()
    assert tray(simulator).icon_state is IconState.WELL


def test_a_lost_service_is_shown_once_it_has_lasted() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.post(ServiceLost(at=simulator.now, trouble=Trouble.SERVICE_STOPPED))
    assert tray(simulator).icon_state is IconState.WELL
    simulator.wait(timedelta(minutes=1))
    assert tray(simulator).icon_state is IconState.TROUBLE


@pytest.mark.parametrize(
    ("beside", "icon_state"), [(True, IconState.WELL), (False, IconState.TROUBLE)], ids=["beside a key", "alone"]
)
def test_a_bank_card_is_a_trouble_only_where_no_key_is_in(beside: bool, icon_state: IconState) -> None:
    simulator = Simulator()
    if beside:
        simulator.plug(OLD, reader="Reader 01")
    simulator.insert()
    simulator.wait(DAY)
    assert tray(simulator).icon_state is icon_state


def test_an_expired_key_is_shown_before_a_trouble() -> None:
    simulator = simulator_with(ending(-DAY))
    simulator.insert(token())
    assert tray(simulator).icon_state is IconState.EXPIRED


def test_the_current_action_comes_first_in_the_menu() -> None:
    simulator = simulator_with(OLD, NEW)
    first = tray(simulator).items[0]
    assert label_id(first) == "menu.activate"
    (key,) = [k for k in simulator.state.memory.keys.values() if OLD.fingerprint in k.fingerprints]
    assert first.command == AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, key.id), choice=NoticeChoice.OPEN)
    commands = [item.command for item in tray(simulator).items if isinstance(item.command, ProgramCommand)]
    assert commands == [RaiseGuide(), CheckKeys(), RunDoctor(), QuitDaemon()]


def test_the_menu_offers_the_claims_that_only_the_user_can_make() -> None:
    claims = {
        item.command.claim for item in tray(simulator_with(OLD, NEW)).items if isinstance(item.command, StateClaim)
    }
    assert claims == {Claim.WORKS, Claim.ACTIVATED, Claim.OLD_LOST}
    claims = {item.command.claim for item in tray(simulator_with(OLD)).items if isinstance(item.command, StateClaim)}
    assert claims == {Claim.REPLACES}


def test_the_menu_shows_each_key_and_its_place() -> None:
    simulator = in_reader(200 * DAY)
    assert labels(simulator).count("menu.key") == 1
    (line,) = [item for item in tray(simulator).items if label_id(item) == "menu.key"]
    assert line.command is None
    assert dict(line.label.args)["place"].id == "menu.present"  # type: ignore[union-attr]
    simulator.remove()
    (line,) = [item for item in tray(simulator).items if label_id(item) == "menu.key"]
    assert dict(line.label.args)["place"].id == "menu.away"  # type: ignore[union-attr]


def test_the_menu_offers_the_other_language_and_the_start_at_login() -> None:
    simulator = simulator_with(OLD)
    simulator.state = replace(simulator.state, settings=replace(simulator.state.settings, language="fr"))
    simulator.post(LoginStartKnown(at=simulator.now, on=False))
    assert {"menu.language.en", "menu.login_on"} <= set(labels(simulator))
    assert UseLanguage(language="en") in simulator.command(SwitchLanguage())
    assert StartAtLogin(on=True) in simulator.command(ToggleAutostart())
    simulator.post(LoginStartKnown(at=simulator.now, on=True))
    assert "menu.login_off" in labels(simulator)
    assert StartAtLogin(on=False) in simulator.command(ToggleAutostart())


def test_the_first_start_is_welcomed_once_with_an_offer_to_start_at_login() -> None:
    simulator = Simulator()
    simulator.state = replace(simulator.state, greeting=True, login_start=False)
    simulator.look()
    assert simulator.titles() == ["welcome.title"]
    assert StartAtLogin(on=True) in simulator.answer("welcome")
    simulator.wait(DAY)
    assert simulator.titles() == ["welcome.title"]
