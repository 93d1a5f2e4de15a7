"""The step function: checks, wake-ups, a single check, and order."""

from datetime import timedelta

import pytest

from config.i18n.text import text
from config.settings import Office
from config.values import replace
from daemon.core.assessment import assess
from daemon.core.commands import CheckKeys, GetStatus, QuitDaemon
from daemon.core.effects import (
    Effect,
    Launch,
    Quit,
    ReadTokens,
    Reply,
    SaveMemory,
    ShowNotice,
    UpdateTray,
    WakeAt,
    Withdraw,
)
from daemon.core.events import (
    CommandReceived,
    Event,
    ProblemMet,
    ReadersSeen,
    ReadFinished,
    ServiceLost,
    SettingsLoaded,
    Tick,
    TokensRead,
)
from daemon.core.model import Claim, Memory, Ticket
from daemon.core.notice import NoticeId, NoticeKind
from daemon.core.state import State
from daemon.core.step import DELIVERY_LIMIT
from daemon.core.troubles import Trouble
from daemon.core.views.tray import IconState
from support.core.factories import (
    DAY,
    NOW,
    SECOND,
    SETTINGS,
    UNACTIVATED,
    ending,
    memory,
    notice_settings,
    owned,
    token,
)
from support.core.simulator import Simulator, simulator_with

ONE = ending(400 * DAY + 3600 * SECOND, "one")
DUE = ending(20 * DAY, "due")


def finish(simulator: Simulator) -> None:
    simulator.post(ReadFinished(at=simulator.now, ticket=simulator.orders()[-1].ticket))


def test_a_check_reads_what_is_in_and_is_answered_when_the_read_ends() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    simulator.answering = False
    assert simulator.check(7) is None
    assert simulator.orders()[-1].readers == ("Reader 00",)
    assert simulator.answered(7) is None
    finish(simulator)
    assert simulator.answered(7) is not None
    finish(simulator)
    simulator.post(Tick(at=simulator.now))
    assert simulator.answered(7) is not None


def test_a_check_waits_for_a_card_that_came_while_it_looked() -> None:
    simulator = Simulator(answering=False)
    simulator.look()
    simulator.check()
    simulator.plug(ONE)
    simulator.post(ReadFinished(at=simulator.now, ticket=simulator.orders()[0].ticket))
    assert simulator.answered() is None
    simulator.read(simulator.orders()[-1])
    report = simulator.answered()
    assert report is not None
    assert [line.present for line in report.certificates] == [True]


def test_a_check_joins_the_read_that_is_under_way() -> None:
    simulator = Simulator(answering=False)
    simulator.plug(ONE)
    simulator.check(1)
    simulator.check(2)
    assert len(simulator.orders()) == 1
    finish(simulator)
    assert simulator.answered(1) is not None
    assert simulator.answered(1) == simulator.answered(2)


def test_a_check_without_a_card_asks_the_modules_all_the_same() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.answering = False
    simulator.check()
    assert simulator.orders() == [ReadTokens(ticket=Ticket(1), readers=())]
    tokens = (token(ONE, reader="Soft token"),)
    simulator.post(TokensRead(at=NOW, ticket=Ticket(1), module="m", tokens=tokens))
    finish(simulator)
    report = simulator.answered()
    assert report is not None
    assert [c.present for c in report.certificates] == [True]


def test_a_check_is_answered_when_the_service_goes_meanwhile() -> None:
    simulator = Simulator(answering=False)
    simulator.plug(ONE)
    simulator.check()
    simulator.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_STOPPED))
    assert simulator.answered() is None
    finish(simulator)
    report = simulator.answered()
    assert report is not None
    assert report.exit_code == 3


def test_a_check_is_answered_before_any_reader_state_came() -> None:
    simulator = Simulator()
    assert simulator.check() is not None


def test_a_check_is_answered_when_the_card_is_torn_out() -> None:
    simulator = Simulator(answering=False)
    simulator.plug(ONE)
    simulator.check()
    simulator.remove()
    finish(simulator)
    assert simulator.answered() is not None


LOOKING_ONCE: list[Event] = [
    ReadersSeen(at=NOW, readers=()),
    CommandReceived(at=NOW, request=1, command=CheckKeys()),
    Tick(at=NOW + 30 * DAY),
    ServiceLost(at=NOW, trouble=Trouble.SERVICE_ABSENT),
    ProblemMet(at=NOW, topic="settings", title=text("a"), body=text("b")),
    SettingsLoaded(at=NOW, settings=SETTINGS),
    CommandReceived(at=NOW, request=2, command=GetStatus()),
]


def test_a_single_check_shows_opens_and_records_nothing() -> None:
    kept = memory(owned(DUE), owned(ending(-DAY, "anne", given_name="Anne")))
    simulator = Simulator(state=State(settings=SETTINGS, memory=kept, notifies=False))
    for event in LOOKING_ONCE:
        simulator.post(event)
    simulator.plug(ending(900 * DAY, "new"))
    assert not [e for e in simulator.effects if isinstance(e, ShowNotice | WakeAt | UpdateTray | Launch)]
    assert simulator.state.memory.delivered == {}
    assert len(simulator.kept.keys) == 3


def kinds(effects: tuple[Effect, ...]) -> list[type]:
    return [type(effect) for effect in effects]


def test_what_is_to_be_kept_is_written_before_it_is_acted_on() -> None:
    simulator = Simulator(answering=False)
    simulator.plug(DUE)
    simulator.check()
    tokens = simulator.cards["Reader 00"].tokens
    simulator.post(TokensRead(at=NOW, ticket=Ticket(1), module="m", tokens=tokens))
    effects = simulator.post(ReadFinished(at=NOW, ticket=Ticket(1)))
    assert kinds(effects)[0] is SaveMemory
    assert {Reply, ShowNotice, UpdateTray, WakeAt} <= set(kinds(effects))


def test_nothing_is_written_or_drawn_when_nothing_changed() -> None:
    simulator = simulator_with(ONE)
    assert simulator.post(Tick(at=simulator.now + SECOND)) == ()
    simulator.plug(ONE)
    assert simulator.post(Tick(at=simulator.now + SECOND)) == ()


def test_a_launch_is_in_the_history_without_a_name() -> None:
    simulator = simulator_with(DUE)
    (first, *_) = simulator.answer(DUE.fingerprint[:16])
    assert isinstance(first, SaveMemory)
    assert [(h.what, h.subject) for h in first.history] == [("launched_order_page", "opalexe")]


def test_quitting_answers_and_then_stops() -> None:
    simulator = simulator_with(ONE)
    effects = simulator.command(QuitDaemon(), request=1)
    assert kinds(effects)[:2] == [Reply, Quit]


def test_it_wakes_for_the_first_milestone_and_asks_only_when_that_changes() -> None:
    simulator = simulator_with(ending(400 * DAY))
    assert simulator.state.wake_at == NOW + 310 * DAY
    simulator.post(Tick(at=NOW + DAY))
    assert simulator.wakes() == [NOW + 310 * DAY]


def test_it_wakes_for_nothing_when_nothing_lies_ahead() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(-DAY, issuer_o="Other"))
    assert simulator.state.wake_at is None


def test_it_wakes_once_a_day_while_an_answer_is_wanted() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(-DAY))
    assert simulator.state.wake_at == NOW.replace(hour=9) + DAY


def test_the_same_memory_gives_the_same_views() -> None:
    simulator = simulator_with(DUE, ending(900 * DAY, "new"))
    simulator.tell(ending(900 * DAY, "new").fingerprint[:16], Claim.ACTIVATED)
    again = assess(simulator.kept, SETTINGS, {}, simulator.now)
    assert again == assess(simulator.state.memory, SETTINGS, simulator.state.contents, simulator.now)


def test_a_notice_without_confirmed_delivery_is_shown_again_in_time() -> None:
    simulator = simulator_with(DUE, delivering=False)
    simulator.wait(DELIVERY_LIMIT - SECOND)
    assert len(simulator.delivered) == 1
    simulator.wait(2 * SECOND)
    assert len(simulator.delivered) == 2


def test_a_notice_that_no_channel_takes_is_not_retried_for_ever() -> None:
    simulator = simulator_with(DUE, delivering=False)
    simulator.wait(DAY)
    assert len(simulator.delivered) <= 2 + 24


def test_nothing_is_shown_before_the_readers_are_known_or_during_a_read() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, memory=memory(owned(DUE))), answering=False)
    simulator.post(Tick(at=NOW))
    assert simulator.delivered == []
    simulator.plug(ONE)
    simulator.post(Tick(at=NOW))
    assert simulator.delivered == []
    finish(simulator)
    assert len(simulator.delivered) == 1


def test_a_problem_is_shown_at_once() -> None:
    simulator = Simulator()
    simulator.post(ProblemMet(at=NOW, topic="settings", title=text("a"), body=text("b")))
    assert [str(notice.notice_id) for _, notice in simulator.delivered] == ["problem:settings"]


@pytest.mark.parametrize("topic", ["settings", "policy:mandatory.Modules"])
def test_a_notice_ends_with_whom_to_ask_in_the_office(topic: str) -> None:
    settings = replace(SETTINGS, office=Office(support_line="Poste 4321"))
    simulator = Simulator(state=State(settings=settings))
    simulator.post(ProblemMet(at=NOW, topic=topic, title=text("a"), body=text("b")))
    ((_, notice),) = simulator.delivered
    assert notice.body == text("notice.support", body=text("b"), support="Poste 4321")


def test_the_welcome_names_nobody_to_ask() -> None:
    settings = replace(SETTINGS, office=Office(support_line="Poste 4321"))
    simulator = Simulator(state=State(settings=settings, greeting=True))
    simulator.look()
    assert [notice.body.id for _, notice in simulator.delivered if notice.notice_id.kind is NoticeKind.WELCOME]
    assert all(notice.body.id != "notice.support" for _, notice in simulator.delivered)


def test_the_welcome_leaves_the_screen_once_a_key_is_told() -> None:
    """It asks for a key."""
    simulator = Simulator(state=State(settings=SETTINGS, greeting=True))
    simulator.look()
    simulator.plug(ending(20 * DAY))
    told = [effect for effect in simulator.effects if isinstance(effect, ShowNotice | Withdraw)]
    kinds = [e.notice.notice_id.kind if isinstance(e, ShowNotice) else e for e in told]
    assert kinds == [NoticeKind.WELCOME, Withdraw(notice_id=NoticeId(NoticeKind.WELCOME)), NoticeKind.KEY]


def test_new_notice_days_count_at_once() -> None:
    simulator = simulator_with(ending(100 * DAY))
    simulator.post(SettingsLoaded(at=NOW, settings=notice_settings(days=(120,))))
    assert len(simulator.delivered) == 1


@pytest.mark.parametrize(
    ("life", "icon_state"),
    [
        (91 * DAY, IconState.WELL),
        (90 * DAY, IconState.SOON),
        (30 * DAY, IconState.URGENT),
        (-SECOND, IconState.EXPIRED),
    ],
    ids=str,
)
def test_the_icon_shows_the_stage(life: timedelta, icon_state: IconState) -> None:
    simulator = simulator_with(ending(life))
    assert simulator.state.tray is not None
    assert simulator.state.tray.icon_state is icon_state


def test_the_icon_turns_at_each_stage_by_itself() -> None:
    simulator = simulator_with(ending(400 * DAY), state=State(settings=notice_settings(days=(90,), urgent_days=40)))
    simulator.wait(500 * DAY)
    looks = [
        e.tray.icon_state
        for e in simulator.effects
        if isinstance(e, UpdateTray) and e.tray.icon_state is not IconState.READING
    ]
    assert list(dict.fromkeys(looks)) == [IconState.WELL, IconState.SOON, IconState.URGENT, IconState.EXPIRED]


def test_the_icon_shows_a_read_a_trouble_and_a_missing_reader() -> None:
    simulator = Simulator(names=())
    simulator.look()
    assert look_of(simulator) is IconState.NO_READER
    simulator.names = ("Reader 00",)
    simulator.answering = False
    simulator.plug(ONE)
    assert look_of(simulator) is IconState.READING
    finish(simulator)
    assert look_of(simulator) is IconState.TROUBLE


def look_of(simulator: Simulator) -> IconState:
    assert simulator.state.tray is not None
    return simulator.state.tray.icon_state


def test_a_path_turns_the_icon_before_the_first_notice_day() -> None:
    simulator = simulator_with(ending(400 * DAY))
    simulator.plug(ending(900 * DAY, "new"), flags=UNACTIVATED)
    assert look_of(simulator) is IconState.SOON


def test_an_empty_memory_is_a_good_start() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, memory=Memory()))
    simulator.look()
    assert simulator.delivered == []
    assert look_of(simulator) is IconState.WELL
