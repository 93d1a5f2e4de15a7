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
from support.core.simulator import Simulator, world_with

OLD = ending(DAY * 200, "old")
NEW = certificate("new", not_before=OLD.not_after - DAY * 199, not_after=OLD.not_after + DAY * 800)  # type: ignore[operator]


def label_id(item: MenuItem) -> str:
    assert isinstance(item.label, Text)
    return item.label.id


def tray(world: Simulator) -> TrayView:
    assert world.state.tray is not None
    return world.state.tray


def labels(world: Simulator) -> list[str]:
    return [label_id(item) for item in tray(world).items]


def in_reader(left: timedelta) -> Simulator:
    world = Simulator()
    world.look()
    world.plug(ending(left))
    return world


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
    world = in_reader(left)
    assert tray(world).icon_state is icon_state
    assert tray(world).days_left == left // DAY
    world.remove()
    assert tray(world).icon_state is icon_state, "in the drawer as well"


def test_the_icon_says_at_once_that_a_key_is_read() -> None:
    world = Simulator(answering=False)
    world.look()
    world.plug(OLD)
    assert tray(world).icon_state is IconState.READING
    assert tray(world).tooltip.id == "face.reading"


def test_no_reader_is_shown_only_while_no_key_is_known() -> None:
    world = Simulator(names=())
    world.look()
    assert tray(world).icon_state is IconState.NO_READER
    world = world_with(OLD)
    world.names = ()
    world.look()
    assert tray(world).icon_state is IconState.WELL


def test_a_lost_service_is_shown_once_it_has_lasted() -> None:
    world = Simulator()
    world.look()
    world.post(ServiceLost(at=world.now, trouble=Trouble.SERVICE_STOPPED))
    assert tray(world).icon_state is IconState.WELL
    world.wait(timedelta(minutes=1))
    assert tray(world).icon_state is IconState.TROUBLE


@pytest.mark.parametrize(
    ("beside", "icon_state"), [(True, IconState.WELL), (False, IconState.TROUBLE)], ids=["beside a key", "alone"]
)
def test_a_bank_card_is_a_trouble_only_where_no_key_is_in(beside: bool, icon_state: IconState) -> None:
    world = Simulator()
    if beside:
        world.plug(OLD, reader="Reader 01")
    world.insert()
    world.wait(DAY)
    assert tray(world).icon_state is icon_state


def test_an_expired_key_is_shown_before_a_trouble() -> None:
    world = world_with(ending(-DAY))
    world.insert(token())
    assert tray(world).icon_state is IconState.EXPIRED


def test_the_action_of_the_moment_comes_first_in_the_menu() -> None:
    world = world_with(OLD, NEW)
    first = tray(world).items[0]
    assert label_id(first) == "menu.activate"
    (key,) = [k for k in world.state.memory.keys.values() if OLD.fingerprint in k.fingerprints]
    assert first.command == AnswerNotice(tag=NoticeId(NoticeKind.KEY, key.id), choice=NoticeChoice.OPEN)
    commands = [item.command for item in tray(world).items if isinstance(item.command, ProgramCommand)]
    assert commands == [RaiseGuide(), CheckKeys(), RunDoctor(), QuitDaemon()]


def test_the_menu_offers_what_only_the_person_can_tell() -> None:
    claims = {item.command.claim for item in tray(world_with(OLD, NEW)).items if isinstance(item.command, StateClaim)}
    assert claims == {Claim.WORKS, Claim.ACTIVATED, Claim.OLD_LOST}
    claims = {item.command.claim for item in tray(world_with(OLD)).items if isinstance(item.command, StateClaim)}
    assert claims == {Claim.REPLACES}


def test_the_menu_tells_of_each_key_and_where_it_is() -> None:
    world = in_reader(200 * DAY)
    assert labels(world).count("menu.key") == 1
    (line,) = [item for item in tray(world).items if label_id(item) == "menu.key"]
    assert line.command is None
    assert dict(line.label.args)["place"].id == "menu.present"  # type: ignore[union-attr]
    world.remove()
    (line,) = [item for item in tray(world).items if label_id(item) == "menu.key"]
    assert dict(line.label.args)["place"].id == "menu.away"  # type: ignore[union-attr]


def test_the_menu_offers_the_other_language_and_the_start_at_login() -> None:
    world = world_with(OLD)
    world.state = replace(world.state, settings=replace(world.state.settings, language="fr"))
    world.post(LoginStartKnown(at=world.now, on=False))
    assert {"menu.language.en", "menu.login_on"} <= set(labels(world))
    assert UseLanguage(language="en") in world.command(SwitchLanguage())
    assert StartAtLogin(on=True) in world.command(ToggleAutostart())
    world.post(LoginStartKnown(at=world.now, on=True))
    assert "menu.login_off" in labels(world)
    assert StartAtLogin(on=False) in world.command(ToggleAutostart())


def test_the_first_start_ever_is_greeted_once_and_offers_to_start_at_login() -> None:
    world = Simulator()
    world.state = replace(world.state, greeting=True, login_start=False)
    world.look()
    assert world.titles() == ["welcome.title"]
    assert StartAtLogin(on=True) in world.answer("welcome")
    world.wait(DAY)
    assert world.titles() == ["welcome.title"]
