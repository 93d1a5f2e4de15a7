"""When a card is read, and how late or incomplete answers count."""

from datetime import timedelta

import pytest

from config.settings import Settings
from config.workflows import WorkflowKind
from daemon.core.effects import ReadTokens
from daemon.core.events import ReadersSeen, ReadFinished, ServiceLost, SettingsLoaded, Tick, TokensRead
from daemon.core.model import Certificate, Occupancy, ReaderName, ReaderState, Role, Ticket
from daemon.core.notice import NoticeChoice
from daemon.core.state import State
from daemon.core.troubles import Trouble
from support.core.factories import (
    DAY,
    NOW,
    SECOND,
    UNACTIVATED,
    certificate,
    empty,
    ending,
    holding,
    memory,
    owned,
    token,
)
from support.core.simulator import Card, Simulator

ONE, OTHER = certificate("one"), certificate("other", given_name="Anne", subject_cn="Anne MARTIN")
CHAIN = certificate("issuer", authority=True, role=Role.OTHER)


def slow_world() -> Simulator:
    world = Simulator(answering=False)
    world.look()
    return world


def tokens_read(world: Simulator, ticket: int, *certificates: Certificate, reader: str = "Reader 00") -> None:
    tokens = (token(*certificates, reader=reader),)
    world.post(TokensRead(at=world.now, ticket=Ticket(ticket), module="m", tokens=tokens))


def finish(world: Simulator, ticket: int) -> None:
    world.post(ReadFinished(at=world.now, ticket=Ticket(ticket)))


def known(world: Simulator) -> set[str]:
    return set(world.state.memory.certificates)


def present(world: Simulator) -> set[str]:
    return {f for content in world.state.contents.values() for f in content.fingerprints}


def test_a_card_is_read_once_for_each_insertion() -> None:
    world = Simulator()
    world.plug(ONE)
    for _ in range(3):
        world.look()
        world.post(Tick(at=world.now))
    assert [order.readers for order in world.orders()] == [("Reader 00",)]
    world.remove()
    world.plug(ONE)
    assert len(world.orders()) == 2


def test_a_card_is_not_read_again_while_it_is_being_read() -> None:
    world = slow_world()
    world.plug(ONE)
    world.look()
    world.post(Tick(at=world.now))
    assert len(world.orders()) == 1


def test_a_second_reader_is_read_without_the_first() -> None:
    world = Simulator()
    world.plug(ONE)
    world.plug(OTHER, reader="Reader 01")
    assert world.orders()[-1] == ReadTokens(
        ticket=Ticket(2), readers=(ReaderName("Reader 01"),), others=(ReaderName("Reader 00"),)
    )
    assert present(world) == {ONE.fingerprint, OTHER.fingerprint}


def test_a_quick_swap_is_read_again_and_the_old_answer_is_dropped() -> None:
    world = slow_world()
    world.plug(ONE)
    world.plug(OTHER)
    assert [order.ticket for order in world.orders()] == [1, 2]
    tokens_read(world, 1, ONE)
    finish(world, 1)
    assert known(world) == set()
    tokens_read(world, 2, OTHER)
    finish(world, 2)
    assert known(world) == present(world) == {OTHER.fingerprint}


def test_an_answer_after_its_read_is_dropped() -> None:
    world = slow_world()
    world.plug(ONE)
    finish(world, 1)
    tokens_read(world, 1, ONE)
    finish(world, 1)
    tokens_read(world, 99, ONE)
    finish(world, 99)
    assert known(world) == set()


@pytest.mark.parametrize("slot", ["Reader 00", "Slot 1"], ids=["a named slot", "an unnamed slot"])
def test_a_card_torn_out_while_it_is_read_is_not_there(slot: str) -> None:
    world = slow_world()
    world.plug(ONE)
    tokens_read(world, 1, ONE, reader=slot)
    world.remove()
    finish(world, 1)
    assert present(world) == set()
    assert known(world) == set()


@pytest.mark.parametrize("slot", ["Reader 00", "Slot 1"], ids=["a named slot", "an unnamed slot"])
def test_the_card_that_stays_is_not_taken_for_the_one_that_left(slot: str) -> None:
    world = Simulator(answering=False)
    world.cards = {}
    both = (holding("Reader 00", 1), holding("Reader 01", 2))
    world.post(ReadersSeen(at=NOW, readers=both))
    tokens_read(world, 1, ONE, reader=slot)
    world.post(ReadersSeen(at=NOW, readers=(empty("Reader 00"), both[1])))
    finish(world, 1)
    assert present(world) == set()
    assert world.orders()[-1].readers == ("Reader 01",)


def test_an_unnamed_token_beside_one_card_is_in_that_reader() -> None:
    world = Simulator()
    world.insert(token(ONE, reader="Slot 1"))
    assert world.state.contents[ReaderName("Reader 00")].keys == (ONE.fingerprint[:16],)


def test_unnamed_tokens_beside_two_cards_are_present_somewhere() -> None:
    world = Simulator()
    world.insert(token(ONE, reader="Slot 1", serial="1"))
    world.insert(token(OTHER, reader="Slot 2", serial="2"), reader="Reader 01")
    assert present(world) == {ONE.fingerprint, OTHER.fingerprint}
    assert all(content.trouble is None for content in world.state.contents.values())
    world.remove("Reader 01")
    assert present(world) == {ONE.fingerprint}


def test_two_keys_with_the_same_issuer_on_them_stay_two_keys() -> None:
    world = Simulator()
    world.insert(token(ONE, CHAIN, reader="Slot 1"))
    world.insert(token(OTHER, CHAIN, reader="Slot 2"), reader="Reader 01")
    assert len(world.state.memory.keys) == 2
    assert CHAIN.fingerprint not in known(world)


def test_a_key_with_nothing_but_its_issuer_on_it_is_bare() -> None:
    world = Simulator()
    world.insert(token(CHAIN, serial="7"))
    content = world.state.contents[ReaderName("Reader 00")]
    assert content.blank
    assert content.trouble is Trouble.NO_CERTIFICATE


def test_a_known_key_whose_certificates_do_not_show_is_not_a_new_one() -> None:
    ends = ending(20 * DAY)
    world = Simulator(state=State(settings=Simulator().state.settings, memory=memory(owned(ends, serial="7"))))
    world.look()
    world.insert(token(serial="7"))
    report = world.check()
    assert report is not None
    assert [path.kind for path in report.paths] == [WorkflowKind.ORDER]


def test_unknown_is_not_empty() -> None:
    world = Simulator()
    world.plug(ONE)
    unknown = ReaderState(name=ReaderName("Reader 00"), occupancy=Occupancy.UNKNOWN)
    world.post(ReadersSeen(at=NOW, readers=(unknown,)))
    assert known(world) == {ONE.fingerprint}
    assert len(world.orders()) == 1
    world.look()
    assert present(world) == {ONE.fingerprint}


def test_after_the_service_came_back_the_cards_are_read_again() -> None:
    world = Simulator()
    world.plug(ONE)
    world.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_STOPPED))
    assert present(world) == set()
    assert [r.occupancy for r in world.state.readers or ()] == [Occupancy.UNKNOWN] * 2
    world.look()
    assert present(world) == {ONE.fingerprint}
    assert len(world.orders()) == 2


@pytest.mark.parametrize(
    "trouble", [None, Trouble.CARD_BUSY, Trouble.MODULE_HUNG, Trouble.MODULE_CRASHED], ids=lambda t: t or "unread"
)
def test_a_card_that_failed_is_read_three_times_and_then_left_alone(trouble: Trouble | None) -> None:
    world = Simulator()
    world.insert(trouble=trouble)
    world.wait(timedelta(seconds=3) - timedelta(microseconds=1))
    assert len(world.orders()) == 1
    world.wait(timedelta(seconds=1))
    assert len(world.orders()) == 2
    world.wait(timedelta(days=3))
    assert len(world.orders()) == 3


def test_a_card_that_is_read_at_the_second_try_is_left_alone() -> None:
    world = Simulator()
    world.insert(trouble=Trouble.CARD_BUSY)
    world.cards["Reader 00"].tokens = (token(ONE),)
    world.cards["Reader 00"].trouble = None
    world.wait(DAY)
    assert present(world) == {ONE.fingerprint}
    assert len(world.orders()) == 2


SIGNATURE = certificate("signature", role=Role.SIGNATURE)


@pytest.mark.parametrize(
    ("first", "then", "looks"),
    [
        pytest.param((ONE, SIGNATURE), (SIGNATURE,), 2, id="the login does not show"),
        pytest.param((ONE, SIGNATURE), (ONE,), 2, id="the signature does not show"),
        pytest.param((ONE, SIGNATURE), (ONE, SIGNATURE), 1, id="all show"),
        pytest.param((), (SIGNATURE,), 2, id="a new key without a login"),
        pytest.param((), (ONE,), 1, id="a new key with one"),
    ],
)
def test_a_key_that_shows_less_than_it_should_is_looked_at_once_more(
    first: tuple[Certificate, ...], then: tuple[Certificate, ...], looks: int
) -> None:
    world = Simulator()
    if first:
        world.plug(*first)
        world.remove()
    before = len(world.orders())
    world.plug(*then)
    world.cards["Reader 00"].tokens = (token(ONE, SIGNATURE),)
    world.wait(DAY)
    assert len(world.orders()) - before == looks
    assert present(world) == {ONE.fingerprint, SIGNATURE.fingerprint} if looks == 2 else {c.fingerprint for c in then}


def test_a_second_look_that_fails_takes_nothing_back() -> None:
    world = Simulator()
    world.plug(ONE)
    world.cards["Reader 00"].tokens = ()
    world.check()
    assert present(world) == {ONE.fingerprint}


def test_a_key_under_activation_is_looked_at_until_it_is_done() -> None:
    world = Simulator()
    id_ = world.plug(ONE, flags=UNACTIVATED)
    world.wait(timedelta(minutes=20))
    assert len(world.orders()) == 1, "nobody is activating it"
    world.answer(id_, NoticeChoice.OPEN)
    world.wait(timedelta(minutes=2))
    assert len(world.orders()) == 6, "at once, and each half minute"
    world.cards["Reader 00"].tokens = (token(ONE),)
    world.wait(31 * SECOND)
    world.wait(DAY)
    assert len(world.orders()) == 7
    report = world.check()
    assert report is not None
    assert report.paths == ()


def test_a_token_in_no_reader_is_looked_at_too_while_it_is_activated() -> None:
    world = Simulator()
    world.state = State(settings=with_module(world.state.settings))
    soft = Card(tokens=(token(ONE, reader="Soft token", flags=UNACTIVATED),), insertion=0)
    world.cards["soft"] = soft
    world.look()
    (key,) = world.state.memory.keys
    world.wait(timedelta(minutes=20))
    assert len(world.orders()) == 1, "nobody is activating it"
    world.answer(key, NoticeChoice.OPEN)
    soft.tokens = (token(ONE, reader="Soft token"),)
    world.wait(31 * SECOND)
    assert not world.state.memory.keys[key].flags.unactivated
    world.wait(DAY)
    assert len(world.orders()) == 3, "at once, and after half a minute"


def test_an_activation_that_never_ends_is_not_watched_for_ever() -> None:
    world = Simulator()
    world.answer(world.plug(ONE, flags=UNACTIVATED), NoticeChoice.OPEN)
    world.wait(DAY)
    assert len(world.orders()) <= 2 + 15 * 2


def test_other_modules_read_the_cards_again() -> None:
    world = Simulator()
    world.plug(ONE)
    world.post(SettingsLoaded(at=NOW, settings=world.state.settings))
    assert len(world.orders()) == 1
    world.post(SettingsLoaded(at=NOW, settings=with_module(world.state.settings)))
    assert len(world.orders()) == 2


def test_tokens_outside_readers_are_read_at_the_start_where_a_module_is_named() -> None:
    world = Simulator()
    world.state = State(settings=with_module(world.state.settings))
    world.look()
    world.look()
    assert world.orders() == [ReadTokens(ticket=Ticket(1), readers=())]


def with_module(settings: Settings) -> Settings:
    return Settings(procedures=settings.procedures, modules=("/usr/lib/own.so",))
