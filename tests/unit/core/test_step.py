"""The step function: checks, wake-ups, a single check, and order."""

from datetime import timedelta

import pytest

from config.i18n.text import text
from daemon.core.assessment import assess
from daemon.core.commands import CheckKeys, GetStatus, QuitDaemon
from daemon.core.effects import Effect, Launch, Quit, ReadTokens, Reply, SaveMemory, ShowNotice, UpdateTray, WakeAt
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
from support.core.simulator import Simulator, world_with

ONE = ending(400 * DAY + 3600 * SECOND, "one")
DUE = ending(20 * DAY, "due")


def finish(world: Simulator) -> None:
    world.post(ReadFinished(at=world.now, ticket=world.orders()[-1].ticket))


def test_a_check_reads_what_is_in_and_is_answered_when_the_read_ends() -> None:
    world = Simulator()
    world.plug(ONE)
    world.answering = False
    assert world.check(7) is None
    assert world.orders()[-1].readers == ("Reader 00",)
    assert world.answered(7) is None
    finish(world)
    assert world.answered(7) is not None
    finish(world)
    world.post(Tick(at=world.now))
    assert world.answered(7) is not None


def test_a_check_waits_for_a_card_that_came_while_it_looked() -> None:
    world = Simulator(answering=False)
    world.look()
    world.check()
    world.plug(ONE)
    world.post(ReadFinished(at=world.now, ticket=world.orders()[0].ticket))
    assert world.answered() is None
    world.read(world.orders()[-1])
    report = world.answered()
    assert report is not None
    assert [line.present for line in report.certificates] == [True]


def test_a_check_joins_the_read_that_is_under_way() -> None:
    world = Simulator(answering=False)
    world.plug(ONE)
    world.check(1)
    world.check(2)
    assert len(world.orders()) == 1
    finish(world)
    assert world.answered(1) is not None
    assert world.answered(1) == world.answered(2)


def test_a_check_without_a_card_asks_the_modules_all_the_same() -> None:
    world = Simulator()
    world.look()
    world.answering = False
    world.check()
    assert world.orders() == [ReadTokens(ticket=Ticket(1), readers=())]
    tokens = (token(ONE, reader="Soft token"),)
    world.post(TokensRead(at=NOW, ticket=Ticket(1), module="m", tokens=tokens))
    finish(world)
    report = world.answered()
    assert report is not None
    assert [c.present for c in report.certificates] == [True]


def test_a_check_is_answered_when_the_service_goes_meanwhile() -> None:
    world = Simulator(answering=False)
    world.plug(ONE)
    world.check()
    world.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_STOPPED))
    assert world.answered() is None
    finish(world)
    report = world.answered()
    assert report is not None
    assert report.exit_code == 3


def test_a_check_is_answered_before_any_picture_came() -> None:
    world = Simulator()
    assert world.check() is not None


def test_a_check_is_answered_when_the_card_is_torn_out() -> None:
    world = Simulator(answering=False)
    world.plug(ONE)
    world.check()
    world.remove()
    finish(world)
    assert world.answered() is not None


LOOKING_ONCE: list[Event] = [
    ReadersSeen(at=NOW, readers=()),
    CommandReceived(at=NOW, request=1, command=CheckKeys()),
    Tick(at=NOW + 30 * DAY),
    ServiceLost(at=NOW, trouble=Trouble.SERVICE_ABSENT),
    ProblemMet(at=NOW, topic="settings", title=text("a"), body=text("b")),
    SettingsLoaded(at=NOW, settings=SETTINGS),
    CommandReceived(at=NOW, request=2, command=GetStatus()),
]


def test_looking_once_says_shows_and_opens_nothing_and_marks_nothing() -> None:
    kept = memory(owned(DUE), owned(ending(-DAY, "anne", given_name="Anne")))
    world = Simulator(state=State(settings=SETTINGS, memory=kept, notifies=False))
    for event in LOOKING_ONCE:
        world.post(event)
    world.plug(ending(900 * DAY, "new"))
    assert not [e for e in world.effects if isinstance(e, ShowNotice | WakeAt | UpdateTray | Launch)]
    assert world.state.memory.delivered == {}
    assert len(world.kept.keys) == 3


def kinds(effects: tuple[Effect, ...]) -> list[type]:
    return [type(effect) for effect in effects]


def test_what_is_to_be_kept_is_written_before_it_is_acted_on() -> None:
    world = Simulator(answering=False)
    world.plug(DUE)
    world.check()
    tokens = world.cards["Reader 00"].tokens
    world.post(TokensRead(at=NOW, ticket=Ticket(1), module="m", tokens=tokens))
    effects = world.post(ReadFinished(at=NOW, ticket=Ticket(1)))
    assert kinds(effects)[0] is SaveMemory
    assert {Reply, ShowNotice, UpdateTray, WakeAt} <= set(kinds(effects))


def test_nothing_is_written_or_drawn_when_nothing_changed() -> None:
    world = world_with(ONE)
    assert world.post(Tick(at=world.now + SECOND)) == ()
    world.plug(ONE)
    assert world.post(Tick(at=world.now + SECOND)) == ()


def test_a_launch_is_in_the_history_without_a_name() -> None:
    world = world_with(DUE)
    (first, *_) = world.answer(DUE.fingerprint[:16])
    assert isinstance(first, SaveMemory)
    assert [(h.what, h.subject) for h in first.history] == [("launched_order_page", "opalexe")]


def test_quitting_answers_and_then_stops() -> None:
    world = world_with(ONE)
    effects = world.command(QuitDaemon(), request=1)
    assert kinds(effects)[:2] == [Reply, Quit]


def test_it_wakes_for_the_first_milestone_and_asks_only_when_that_changes() -> None:
    world = world_with(ending(400 * DAY))
    assert world.state.wake_at == NOW + 310 * DAY
    world.post(Tick(at=NOW + DAY))
    assert world.wakes() == [NOW + 310 * DAY]


def test_it_wakes_for_nothing_when_nothing_lies_ahead() -> None:
    world = Simulator()
    world.look()
    world.plug(ending(-DAY))
    assert world.state.wake_at is None


def test_the_same_memory_gives_the_same_picture() -> None:
    world = world_with(DUE, ending(900 * DAY, "new"))
    world.tell(ending(900 * DAY, "new").fingerprint[:16], Claim.ACTIVATED)
    again = assess(world.kept, SETTINGS, {}, world.now)
    assert again == assess(world.state.memory, SETTINGS, world.state.contents, world.now)


def test_a_notice_without_word_of_its_delivery_is_handed_out_again_in_time() -> None:
    world = world_with(DUE, delivering=False)
    world.wait(DELIVERY_LIMIT - SECOND)
    assert len(world.delivered) == 1
    world.wait(2 * SECOND)
    assert len(world.delivered) == 2


def test_a_notice_that_no_channel_takes_is_not_handed_out_without_end() -> None:
    world = world_with(DUE, delivering=False)
    world.wait(DAY)
    assert len(world.delivered) <= 2 + 24


def test_nothing_is_said_before_the_readers_are_known_or_while_one_is_read() -> None:
    world = Simulator(state=State(settings=SETTINGS, memory=memory(owned(DUE))), answering=False)
    world.post(Tick(at=NOW))
    assert world.delivered == []
    world.plug(ONE)
    world.post(Tick(at=NOW))
    assert world.delivered == []
    finish(world)
    assert len(world.delivered) == 1


def test_a_problem_is_said_at_once() -> None:
    world = Simulator()
    world.post(ProblemMet(at=NOW, topic="settings", title=text("a"), body=text("b")))
    assert [str(notice.tag) for _, notice in world.delivered] == ["problem:settings"]


def test_new_notice_days_count_at_once() -> None:
    world = world_with(ending(100 * DAY))
    world.post(SettingsLoaded(at=NOW, settings=notice_settings(days=(120,))))
    assert len(world.delivered) == 1


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
    world = world_with(ending(life))
    assert world.state.tray is not None
    assert world.state.tray.icon_state is icon_state


def test_the_icon_turns_at_each_stage_by_itself() -> None:
    world = world_with(ending(400 * DAY), state=State(settings=notice_settings(days=(90,), urgent_days=40)))
    world.wait(500 * DAY)
    looks = [
        e.tray.icon_state
        for e in world.effects
        if isinstance(e, UpdateTray) and e.tray.icon_state is not IconState.READING
    ]
    assert list(dict.fromkeys(looks)) == [IconState.WELL, IconState.SOON, IconState.URGENT, IconState.EXPIRED]


def test_the_icon_shows_a_read_a_trouble_and_a_missing_reader() -> None:
    world = Simulator(names=())
    world.look()
    assert look_of(world) is IconState.NO_READER
    world.names = ("Reader 00",)
    world.answering = False
    world.plug(ONE)
    assert look_of(world) is IconState.READING
    finish(world)
    assert look_of(world) is IconState.TROUBLE


def look_of(world: Simulator) -> IconState:
    assert world.state.tray is not None
    return world.state.tray.icon_state


def test_a_path_turns_the_icon_before_the_first_notice_day() -> None:
    world = world_with(ending(400 * DAY))
    world.plug(ending(900 * DAY, "new"), flags=UNACTIVATED)
    assert look_of(world) is IconState.SOON


def test_an_empty_memory_is_a_good_start() -> None:
    world = Simulator(state=State(settings=SETTINGS, memory=Memory()))
    world.look()
    assert world.delivered == []
    assert look_of(world) is IconState.WELL
