"""A setting that the user changes in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.i18n.text import Sentence, text
from config.settings import Office, SettingId
from config.values import replace
from daemon.core.commands import ChangeSetting, RaiseGuide
from daemon.core.effects import Effect, WriteSetting
from daemon.core.events import SettingAnswered
from support.core.simulator import Simulator

if TYPE_CHECKING:
    from daemon.core.views.guide import SettingField

REFUSAL = text("set.refused.days", value="soon")
CHANGE = ChangeSetting(setting=SettingId.DAYS, written="90, 7")


def field(simulator: Simulator, setting: SettingId = SettingId.DAYS) -> SettingField[Sentence]:
    (found,) = [each for each in simulator.page.fields if each.id == setting]
    return found


def written(effects: tuple[Effect, ...]) -> list[WriteSetting]:
    return [effect for effect in effects if isinstance(effect, WriteSetting)]


def answer(simulator: Simulator, setting: SettingId, *, refused: bool) -> None:
    refusal = REFUSAL if refused else None
    simulator.post(SettingAnswered(at=simulator.now, setting=setting, refusal=refusal))


def test_a_change_is_written() -> None:
    assert written(Simulator().command(CHANGE)) == [WriteSetting(setting=SettingId.DAYS, written="90, 7")]


def test_what_an_administrator_has_set_is_shown_as_fixed_and_not_written() -> None:
    simulator = Simulator()
    mandatory = frozenset({SettingId.DAYS.value})
    simulator.state = replace(simulator.state, settings=replace(simulator.state.settings, mandatory=mandatory))
    assert written(simulator.command(CHANGE)) == []
    assert field(simulator).fixed
    assert not field(simulator, SettingId.QUIET_HOURS).fixed


def test_a_start_at_login_that_an_administrator_has_set_is_no_switch() -> None:
    simulator = Simulator()
    settings = replace(simulator.state.settings, office=Office(autostart=True))
    simulator.state = replace(simulator.state, settings=settings, login_start=True)
    simulator.command(RaiseGuide())
    assert "autostart" not in {action.id.kind for action in simulator.page.settings}
    assert text("guide.about.autostart_fixed") in simulator.page.about


def test_a_refusal_stands_beside_its_field_until_the_next_answer() -> None:
    simulator = Simulator()
    answer(simulator, SettingId.DAYS, refused=True)
    answer(simulator, SettingId.LANGUAGE, refused=False)
    assert field(simulator).refusal == REFUSAL
    assert field(simulator, SettingId.LANGUAGE).refusal is None
    answer(simulator, SettingId.DAYS, refused=False)
    assert field(simulator).refusal is None


def test_a_window_that_is_opened_again_shows_no_refusal() -> None:
    simulator = Simulator()
    answer(simulator, SettingId.DAYS, refused=True)
    simulator.command(RaiseGuide())
    assert field(simulator).refusal is None
