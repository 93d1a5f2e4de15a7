"""What an administrator set of the start at login is kept."""

from __future__ import annotations

import pytest

from config.settings import Office
from config.values import replace
from daemon.assembly.daemon import keep_login_start
from daemon.core.commands import SwitchLanguage, ToggleAutostart
from daemon.core.login_start import AutostartState, AutostartStatus
from daemon.core.state import State
from support.core.factories import SETTINGS
from support.core.simulator import Simulator


class SwitchedStarter:
    """Remembers how it was switched."""

    def __init__(self, state: AutostartState, *, refuses: bool = False) -> None:
        self.state = state
        self.calls = 0
        self._refuses = refuses

    def status(self) -> AutostartStatus:
        return AutostartStatus(state=self.state, place="here")

    def enable(self) -> AutostartStatus:
        return self._switch(AutostartState.ON)

    def disable(self) -> AutostartStatus:
        return self._switch(AutostartState.OFF)

    def _switch(self, state: AutostartState) -> AutostartStatus:
        self.calls += 1
        if self._refuses:
            raise PermissionError
        self.state = state
        return self.status()


ON, OFF, BY_USER = AutostartState.ON, AutostartState.OFF, AutostartState.OFF_BY_PERSON


@pytest.mark.parametrize(
    ("state", "wanted", "after", "calls"),
    [
        (ON, None, ON, 0),
        (OFF, None, OFF, 0),
        (ON, True, ON, 0),
        (OFF, True, ON, 1),
        (BY_USER, True, ON, 1),
        (ON, False, OFF, 1),
        (BY_USER, False, BY_USER, 0),
    ],
)
def test_the_policy_is_kept(state: AutostartState, wanted: bool | None, after: AutostartState, calls: int) -> None:
    starter = SwitchedStarter(state)
    keep_login_start(starter, wanted=wanted)
    assert (starter.state, starter.calls) == (after, calls)


def test_a_refusal_of_the_system_stops_nothing() -> None:
    keep_login_start(SwitchedStarter(OFF, refuses=True), wanted=True)


@pytest.mark.parametrize("fixed", [False, True])
def test_the_menu_offers_only_what_can_be_changed(*, fixed: bool) -> None:
    settings = replace(SETTINGS, language="en")
    if fixed:
        settings = replace(settings, office=Office(autostart=True), mandatory=frozenset({"language"}))
    simulator = Simulator(state=State(settings=settings, login_start=True))
    simulator.look()
    assert simulator.state.tray is not None
    commands = {type(each.command) for item in simulator.state.tray.items for each in (item, *item.items)}
    assert (ToggleAutostart in commands, SwitchLanguage in commands) == (not fixed, not fixed)
