"""Of hundreds of keys, the most urgent are shown, the rest counted."""

from datetime import UTC, timedelta

import pytest

from config.i18n.text import Text, text
from config.settings import NoticeSettings
from config.values import replace
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import assess
from daemon.core.commands import ChooseAction
from daemon.core.due_notices import moments
from daemon.core.expiry import milestones
from daemon.core.guide import actions, certificates
from daemon.core.repeats import Presence
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


def test_the_menu_stays_short_and_speaks_of_the_key_that_ends_first() -> None:
    simulator = remembered(MANY)
    assert simulator.state.tray is not None
    _state, until, *rest = simulator.state.tray.items
    assert until.label == text("menu.named", holder="Holder 000", what=text("menu.until", date=NOW + 300 * DAY))
    assert [item.label.id for item in rest if isinstance(item.label, Text)] == [
        *("menu.guide", "menu.doctor", "menu.settings", "menu.quit")
    ]


@pytest.mark.slow
def test_the_list_of_a_whole_office_is_complete() -> None:
    page = remembered(certificates.AT_MOST).page
    assert [card.holder for card in page.certificates] == [f"Holder {n:03}" for n in range(certificates.AT_MOST)]
    assert page.more_certificates == 0


def test_beyond_its_limit_the_most_urgent_are_listed_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "AT_MOST", 100)
    page = remembered(MANY).page
    assert [card.holder for card in page.certificates] == [f"Holder {n:03}" for n in range(100)]
    assert page.more_certificates == MANY - 100


def test_only_cards_that_changed_are_made_again() -> None:
    simulator = remembered(3)
    simulator.now += timedelta(hours=1)
    simulator.look()
    before = simulator.page.certificates
    simulator.now += timedelta(hours=1)
    simulator.look()
    assert all(new is old for new, old in zip(simulator.page.certificates, before, strict=True))
    simulator.now += DAY
    simulator.look()
    assert [card.left for card in simulator.page.certificates] == [text("days.left", count=298 + n) for n in range(3)]


def test_the_guide_offers_a_limited_number_of_other_holders() -> None:
    assert len(remembered(MANY).page.cases) == actions.MAX_SELECTIONS
    assert len(remembered(3).page.cases) == 2


def test_each_line_leads_to_its_guide_beyond_those_offered() -> None:
    simulator = remembered(MANY)
    last = simulator.page.certificates[-1]
    assert last.guide is not None
    simulator.command(ChooseAction(action=last.guide))
    assert simulator.page.holder == last.holder


def test_a_guide_of_an_unknown_key_changes_nothing() -> None:
    simulator = remembered(3)
    before = simulator.page
    simulator.command(ChooseAction(action=ActionId(ActionKind.SELECT, "gone")))
    assert simulator.page == before


@pytest.mark.parametrize("days", [(), (1,), (90, 60, 45, 30, 15, 7, 3, 1)], ids=str)
@pytest.mark.parametrize("urgent_days", [1, 30])
def test_the_next_wake_up_is_at_the_next_milestone_of_any_key(days: tuple[int, ...], urgent_days: int) -> None:
    settings = replace(SETTINGS, notices=NoticeSettings(days=days, urgent_days=urgent_days))
    lives = [n * DAY + n * MICROSECOND for n in (-1, 0, 1, 2, 7, 30, 31, 44, 90, 91, 400)]
    known = memory(*(owned(ending(life, str(life), subject_cn=f"Holder {life}", surname="")) for life in lives))
    assessment = assess(known, settings, {}, NOW)
    presence = Presence(zone=UTC)
    yielded = {*moments(assessment, known, settings, presence, NOW)} - {presence.next_morning(NOW)}
    ahead = [moment for moment in yielded if moment > NOW]
    looks = [at for life in lives for _, at in milestones(NOW + life, settings.notices)]
    looks += [NOW + life - urgent_days * DAY for life in lives]
    assert min(ahead) == min(moment for moment in looks if moment > NOW)
