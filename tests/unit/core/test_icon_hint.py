"""Where Windows 11 hides the icon is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.values import replace
from daemon.core.effects import OpenSystemPage, SystemPage
from daemon.core.icon_hint import AFTER_START, ICON_HINT
from support.core.simulator import INSTANT, Simulator

TITLE = ICON_HINT.title.id


@pytest.fixture
def user() -> Simulator:
    """A user of Windows 11, at the start."""
    user = Simulator()
    user.state = replace(user.state, hides_new_icons=True)
    user.look()
    return user


def test_it_comes_ten_seconds_after_the_start(user: Simulator) -> None:
    user.wait(AFTER_START - INSTANT)
    assert user.titles() == []
    user.wait(INSTANT)
    assert user.titles() == [TITLE]


def test_it_comes_once(user: Simulator) -> None:
    user.wait(timedelta(days=1))
    user.restart()
    user.state = replace(user.state, hides_new_icons=True)
    user.look()
    user.wait(timedelta(days=1))
    assert user.titles() == [TITLE]


def test_other_taskbars_hide_nothing() -> None:
    user = Simulator()
    user.look()
    user.wait(timedelta(days=1))
    assert user.titles() == []


def test_a_click_opens_the_settings_of_the_taskbar(user: Simulator) -> None:
    user.wait(AFTER_START)
    assert user.answer(ICON_HINT.notice_id) == (OpenSystemPage(page=SystemPage.TASKBAR),)
