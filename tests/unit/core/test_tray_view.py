"""What the icon, the tooltip and the menu show."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from config.i18n.text import Text, text
from config.settings import SettingId
from config.values import replace
from daemon.core.commands import (
    AnswerNotice,
    CheckKeys,
    QuitDaemon,
    RaiseGuide,
    RunDoctor,
    SwitchLanguage,
    ToggleAutostart,
)
from daemon.core.effects import OpenGuide, StartAtLogin, WriteSetting
from daemon.core.events import LoginStartKnown, ServiceLost, Tick
from daemon.core.expiry import earlier
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind, Urgency
from daemon.core.trouble_notices import RELEASED
from daemon.core.troubles import Trouble
from daemon.core.views.tray import IconState, MenuItem, TrayView
from support.core.factories import DAY, MICROSECOND, NOW, certificate, ending, token
from support.core.simulator import Simulator, simulator_with
from support.core.story import OLD as STORY_OLD
from support.core.story import two_keys

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


@pytest.mark.parametrize("left", [-DAY, 20 * DAY, 400 * DAY], ids=["expired", "due", "far"])
def test_by_a_wrong_clock_the_tray_judges_no_date(left: timedelta) -> None:
    simulator = in_reader(left)
    simulator.now = earlier(RELEASED, MICROSECOND)
    simulator.post(Tick(at=simulator.now))
    view = tray(simulator)
    assert (view.icon_state, view.days_left) == (IconState.TROUBLE, None)
    assert view.tooltip == text("trouble.clock_wrong.short")
    assert labels(simulator) == ["trouble.clock_wrong.short", "menu.guide", "menu.doctor", "menu.settings", "menu.quit"]
    simulator.now = NOW
    simulator.post(Tick(at=simulator.now))
    assert tray(simulator).icon_state is not IconState.TROUBLE


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


def test_the_menu_tells_the_state_then_the_one_action_then_six_lines_at_most() -> None:
    simulator = simulator_with(OLD, NEW)
    assert labels(simulator) == [
        *("face.well", "menu.until", "menu.activate", "menu.later"),
        *("menu.guide", "menu.doctor", "menu.settings", "menu.quit"),
    ]
    (key,) = [k for k in simulator.state.memory.keys.values() if OLD.fingerprint in k.fingerprints]
    commands = [item.command for item in tray(simulator).items]
    assert commands == [
        *(None, None, AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, key.id))),
        AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, key.id), choice=NoticeChoice.LATER),
        *(RaiseGuide(), RunDoctor(), None, QuitDaemon()),
    ]


def test_the_menu_makes_no_claim_and_ends_no_step() -> None:
    simulator = two_keys()
    simulator.plug(STORY_OLD)
    commands = [type(line.command) for line in all_lines(tray(simulator).items) if line.command is not None]
    assert set(commands) <= {AnswerNotice, RaiseGuide, RunDoctor, CheckKeys, QuitDaemon}


def test_an_ordered_key_is_waited_for_in_the_menu() -> None:
    simulator = simulator_with(ending(20 * DAY))
    assert "menu.order" in labels(simulator)
    simulator.answer(ending(20 * DAY).fingerprint[:16], NoticeChoice.ORDERED)
    assert "menu.ordered" in labels(simulator)
    assert "menu.order" not in labels(simulator)


def test_no_holder_is_named_where_only_one_is_known() -> None:
    simulator = in_reader(200 * DAY)
    state, until = tray(simulator).items[:2]
    assert state.label == tray(simulator).tooltip
    assert until.label == text("menu.until", date=NOW + 200 * DAY)


def test_the_holder_is_named_where_two_are_known_but_not_in_the_tooltip() -> None:
    simulator = simulator_with(OLD, ending(900 * DAY, "anne", given_name="Anne", subject_cn="Anne"))
    until = text("menu.until", date=NOW + 200 * DAY)
    assert tray(simulator).items[1].label == text("menu.named", holder="Jean MARTIN", what=until)
    assert "holder" not in dict(tray(simulator).tooltip.args)


def test_the_settings_tick_the_start_at_login_and_offer_the_other_language() -> None:
    simulator = simulator_with(OLD)
    simulator.state = replace(simulator.state, settings=replace(simulator.state.settings, language="fr"))
    simulator.post(LoginStartKnown(at=simulator.now, on=False))
    assert settings_lines(simulator) == {"menu.login": False, "menu.check": None, "menu.language.en": None}
    assert WriteSetting(setting=SettingId.LANGUAGE, written="en") in simulator.command(SwitchLanguage())
    assert StartAtLogin(on=True) in simulator.command(ToggleAutostart())
    simulator.post(LoginStartKnown(at=simulator.now, on=True))
    assert settings_lines(simulator)["menu.login"] is True
    assert StartAtLogin(on=False) in simulator.command(ToggleAutostart())


def settings_lines(simulator: Simulator) -> dict[str, bool | None]:
    (settings,) = [item for item in tray(simulator).items if item.items]
    return {label_id(item): item.checked for item in settings.items}


def all_lines(items: tuple[MenuItem, ...]) -> Iterator[MenuItem]:
    for item in items:
        yield item
        yield from all_lines(item.items)


def test_the_first_start_is_welcomed_once_and_the_welcome_opens_the_window() -> None:
    simulator = Simulator()
    simulator.state = replace(simulator.state, greeting=True, login_start=False)
    simulator.look()
    assert simulator.titles() == ["welcome.title"]
    assert simulator.delivered[0][1].urgency is Urgency.NORMAL
    assert simulator.answer("welcome") == (OpenGuide(),)
    simulator.wait(DAY)
    assert simulator.titles() == ["welcome.title"]
