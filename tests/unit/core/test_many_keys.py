"""Of hundreds of keys, the most urgent are shown, the rest counted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.i18n.text import Text
from config.settings import NoticeSettings
from daemon.core import tray_view
from daemon.core.assessment import assess
from daemon.core.commands import RaiseGuide
from daemon.core.due_notices import moments
from daemon.core.expiry import milestones
from daemon.core.guide import actions, certificates
from daemon.core.views.tray import MenuItem
from support.core.factories import DAY, MICROSECOND, NOW, SETTINGS, Owned, ending, memory, owned
from support.core.simulator import Simulator

MANY = 150


def key(number: int) -> Owned:
    name = f"Holder {number:03}"
    life = timedelta(days=300 + number)
    return owned(ending(life, name, subject_cn=name, given_name="Holder", surname=f"{number:03}"))


def remembered(count: int) -> Simulator:
    simulator = Simulator()
    simulator.state = replace(simulator.state, memory=memory(*map(key, range(count)[::-1])))
    simulator.look()
    return simulator


def told_of(simulator: Simulator) -> list[object]:
    """Whose keys the menu tells of, in its order."""
    assert simulator.state.tray is not None
    return [dict(i.label.args)["holder"] for i in simulator.state.tray.items if is_text(i, "menu.key")]


def is_text(item: MenuItem, id_: str) -> bool:
    return isinstance(item.label, Text) and item.label.id == id_


def more(simulator: Simulator) -> list[tuple[object, object]]:
    assert simulator.state.tray is not None
    return [(dict(i.label.args)["count"], i.command) for i in simulator.state.tray.items if is_text(i, "menu.more")]


def test_the_menu_shows_the_keys_that_end_first_and_counts_the_others() -> None:
    simulator = remembered(MANY)
    assert told_of(simulator) == [f"Holder {number:03}" for number in range(tray_view.MENU_LIMIT)]
    assert more(simulator) == [(MANY - tray_view.MENU_LIMIT, RaiseGuide())]
    assert simulator.state.tray is not None
    assert len(simulator.state.tray.items) < 3 * tray_view.MENU_LIMIT


def test_a_menu_that_shows_all_keys_counts_no_others() -> None:
    simulator = remembered(tray_view.MENU_LIMIT)
    assert len(told_of(simulator)) == tray_view.MENU_LIMIT
    assert more(simulator) == []


def test_the_key_in_the_reader_comes_first_in_the_menu() -> None:
    simulator = remembered(MANY)
    simulator.plug(key(MANY - 1).seen[0].certificate)
    assert told_of(simulator)[0] == f"Holder {MANY - 1:03}"


def test_the_guide_lists_the_most_urgent_certificates_and_counts_the_others() -> None:
    page = remembered(MANY).page
    assert [card.holder for card in page.certificates] == [f"Holder {n:03}" for n in range(certificates.AT_MOST)]
    assert page.more_certificates == MANY - certificates.AT_MOST
    assert remembered(certificates.AT_MOST).page.more_certificates == 0


def test_the_guide_offers_a_limited_number_of_other_holders() -> None:
    assert len(remembered(MANY).page.cases) == actions.MAX_SELECTIONS
    assert len(remembered(3).page.cases) == 2


@pytest.mark.parametrize("days", [(), (1,), (90, 60, 45, 30, 15, 7, 3, 1)], ids=str)
@pytest.mark.parametrize("urgent_days", [1, 30])
def test_the_next_wake_up_is_at_the_next_milestone_of_any_key(days: tuple[int, ...], urgent_days: int) -> None:
    settings = replace(SETTINGS, notices=NoticeSettings(days=days, urgent_days=urgent_days))
    lives = [n * DAY + n * MICROSECOND for n in (-1, 0, 1, 2, 7, 30, 31, 44, 90, 91, 400)]
    known = memory(*(owned(ending(life, str(life), subject_cn=f"Holder {life}", surname="")) for life in lives))
    assessment = assess(known, settings, {}, NOW)
    ahead = [moment for moment in moments(assessment, known, settings, NOW) if moment > NOW]
    looks = [at for life in lives for _, at in milestones(NOW + life, settings.notices)]
    looks += [NOW + life - urgent_days * DAY for life in lives]
    assert min(ahead) == min(moment for moment in looks if moment > NOW)
