"""When a card is read, and how late or incomplete answers count."""

from datetime import timedelta

import pytest

from config.i18n.text import text
from config.settings import Settings
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.effects import ReadTokens
from daemon.core.events import CardFreed, ReadersSeen, ReadFinished, ServiceLost, SettingsLoaded, Tick, TokensRead
from daemon.core.model import Certificate, Occupancy, ProgramName, ReaderName, ReaderState, Role, Ticket
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


def slow_simulator() -> Simulator:
    simulator = Simulator(answering=False)
    simulator.look()
    return simulator


def tokens_read(simulator: Simulator, ticket: int, *certificates: Certificate, reader: str = "Reader 00") -> None:
    tokens = (token(*certificates, reader=reader),)
    simulator.post(TokensRead(at=simulator.now, ticket=Ticket(ticket), module="m", tokens=tokens))


def finish(simulator: Simulator, ticket: int) -> None:
    simulator.post(ReadFinished(at=simulator.now, ticket=Ticket(ticket)))


def known(simulator: Simulator) -> set[str]:
    return set(simulator.state.memory.certificates)


def used_by(simulator: Simulator, request: int) -> tuple[ProgramName, ...]:
    report = simulator.check(request)
    assert report is not None
    return report.readers[0].used_by


def present(simulator: Simulator) -> set[str]:
    return {f for content in simulator.state.contents.values() for f in content.fingerprints}


def test_a_card_is_read_once_for_each_insertion() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    for _ in range(3):
        simulator.look()
        simulator.post(Tick(at=simulator.now))
    assert [order.readers for order in simulator.orders()] == [("Reader 00",)]
    simulator.remove()
    simulator.plug(ONE)
    assert len(simulator.orders()) == 2


def test_a_card_is_not_read_again_while_it_is_being_read() -> None:
    simulator = slow_simulator()
    simulator.plug(ONE)
    simulator.look()
    simulator.post(Tick(at=simulator.now))
    assert len(simulator.orders()) == 1


def test_a_second_reader_is_read_without_the_first() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    simulator.plug(OTHER, reader="Reader 01")
    assert simulator.orders()[-1] == ReadTokens(
        ticket=Ticket(2), readers=(ReaderName("Reader 01"),), others=(ReaderName("Reader 00"),)
    )
    assert present(simulator) == {ONE.fingerprint, OTHER.fingerprint}


def test_a_quick_swap_is_read_again_and_the_old_answer_is_dropped() -> None:
    simulator = slow_simulator()
    simulator.plug(ONE)
    simulator.plug(OTHER)
    assert [order.ticket for order in simulator.orders()] == [1, 2]
    tokens_read(simulator, 1, ONE)
    finish(simulator, 1)
    assert known(simulator) == set()
    tokens_read(simulator, 2, OTHER)
    finish(simulator, 2)
    assert known(simulator) == present(simulator) == {OTHER.fingerprint}


def test_an_answer_after_its_read_is_dropped() -> None:
    simulator = slow_simulator()
    simulator.plug(ONE)
    finish(simulator, 1)
    tokens_read(simulator, 1, ONE)
    finish(simulator, 1)
    tokens_read(simulator, 99, ONE)
    finish(simulator, 99)
    assert known(simulator) == set()


@pytest.mark.parametrize("slot", ["Reader 00", "Slot 1"], ids=["a named slot", "an unnamed slot"])
def test_a_card_torn_out_while_it_is_read_is_not_there(slot: str) -> None:
    simulator = slow_simulator()
    simulator.plug(ONE)
    tokens_read(simulator, 1, ONE, reader=slot)
    simulator.remove()
    finish(simulator, 1)
    assert present(simulator) == set()
    assert known(simulator) == set()


@pytest.mark.parametrize("slot", ["Reader 00", "Slot 1"], ids=["a named slot", "an unnamed slot"])
def test_the_card_that_stays_is_not_taken_for_the_one_that_left(slot: str) -> None:
    simulator = Simulator(answering=False)
    simulator.cards = {}
    both = (holding("Reader 00", 1), holding("Reader 01", 2))
    simulator.post(ReadersSeen(at=NOW, readers=both))
    tokens_read(simulator, 1, ONE, reader=slot)
    simulator.post(ReadersSeen(at=NOW, readers=(empty("Reader 00"), both[1])))
    finish(simulator, 1)
    assert present(simulator) == set()
    assert simulator.orders()[-1].readers == ("Reader 01",)


def test_an_unnamed_token_beside_one_card_is_in_that_reader() -> None:
    simulator = Simulator()
    simulator.insert(token(ONE, reader="Slot 1"))
    assert simulator.state.contents[ReaderName("Reader 00")].keys == (ONE.fingerprint[:16],)


def test_unnamed_tokens_beside_two_cards_are_present_somewhere() -> None:
    simulator = Simulator()
    simulator.insert(token(ONE, reader="Slot 1", serial="1"))
    simulator.insert(token(OTHER, reader="Slot 2", serial="2"), reader="Reader 01")
    assert present(simulator) == {ONE.fingerprint, OTHER.fingerprint}
    assert all(content.trouble is None for content in simulator.state.contents.values())
    simulator.remove("Reader 01")
    assert present(simulator) == {ONE.fingerprint}


def test_two_keys_with_the_same_issuer_on_them_stay_two_keys() -> None:
    simulator = Simulator()
    simulator.insert(token(ONE, CHAIN, reader="Slot 1"))
    simulator.insert(token(OTHER, CHAIN, reader="Slot 2"), reader="Reader 01")
    assert len(simulator.state.memory.keys) == 2
    assert CHAIN.fingerprint not in known(simulator)


def test_a_key_with_only_its_issuer_on_it_is_blank() -> None:
    simulator = Simulator()
    simulator.insert(token(CHAIN, serial="7"))
    content = simulator.state.contents[ReaderName("Reader 00")]
    assert content.blank
    assert content.trouble is Trouble.NO_LOGIN_CERTIFICATE
    for _ in range(2):
        simulator.wait(DAY)
        simulator.restart()
    assert [notice.body.id for _, notice in simulator.delivered].count("trouble.no_login_certificate") == 1


def test_a_known_key_whose_certificates_do_not_show_is_not_a_new_one() -> None:
    ends = ending(20 * DAY)
    simulator = Simulator(state=State(settings=Simulator().state.settings, memory=memory(owned(ends, serial="7"))))
    simulator.look()
    simulator.insert(token(serial="7"))
    report = simulator.check()
    assert report is not None
    assert [path.kind for path in report.paths] == [WorkflowKind.ORDER]


def test_unknown_is_not_empty() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    unknown = ReaderState(name=ReaderName("Reader 00"), occupancy=Occupancy.UNKNOWN)
    simulator.post(ReadersSeen(at=NOW, readers=(unknown,)))
    assert known(simulator) == {ONE.fingerprint}
    assert len(simulator.orders()) == 1
    simulator.look()
    assert present(simulator) == {ONE.fingerprint}


def test_after_the_service_came_back_the_cards_are_read_again() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    simulator.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_STOPPED))
    assert present(simulator) == set()
    assert [r.occupancy for r in simulator.state.readers or ()] == [Occupancy.UNKNOWN] * 2
    simulator.look()
    assert present(simulator) == {ONE.fingerprint}
    assert len(simulator.orders()) == 2


@pytest.mark.parametrize("trouble", [Trouble.MODULE_HUNG, Trouble.MODULE_CRASHED])
def test_a_module_that_failed_thrice_is_asked_again_each_quarter_of_an_hour(trouble: Trouble) -> None:
    simulator = Simulator()
    simulator.insert(trouble=trouble)
    simulator.wait(timedelta(seconds=18))
    assert len(simulator.orders()) == 3
    simulator.wait(timedelta(minutes=15) - timedelta(microseconds=1))
    assert len(simulator.orders()) == 3
    simulator.wait(timedelta(microseconds=1))
    assert len(simulator.orders()) == 4


@pytest.mark.parametrize(
    ("trouble", "looks"), [(Trouble.CARD_BUSY, 7 + 1), (Trouble.CARD_REFUSED, 1 + 120 // 3)], ids=str
)
def test_a_card_is_looked_at_often_until_it_is_told_and_a_refused_one_for_good(trouble: Trouble, looks: int) -> None:
    simulator = Simulator()
    simulator.insert(trouble=trouble)
    simulator.wait(timedelta(seconds=3) - timedelta(microseconds=1))
    assert len(simulator.orders()) == 1
    simulator.wait(timedelta(seconds=15, microseconds=1))
    assert len(simulator.orders()) == 7
    simulator.wait(timedelta(seconds=102))
    assert len(simulator.orders()) == looks


def test_a_busy_card_is_read_at_once_when_its_use_has_ended() -> None:
    simulator = Simulator()
    simulator.insert(trouble=Trouble.CARD_BUSY)
    simulator.wait(timedelta(minutes=5))
    before = len(simulator.orders())
    simulator.cards["Reader 00"].tokens = (token(ONE),)
    simulator.cards["Reader 00"].trouble = None
    simulator.post(CardFreed(at=simulator.now, reader=ReaderName("Reader 00")))
    assert len(simulator.orders()) == before + 1
    assert present(simulator) == {ONE.fingerprint}
    simulator.post(CardFreed(at=simulator.now, reader=ReaderName("Reader 00")))
    assert len(simulator.orders()) == before + 1


def test_a_card_that_is_let_go_while_it_is_found_busy_is_read_again_at_once() -> None:
    simulator = Simulator()
    simulator.insert(trouble=Trouble.CARD_BUSY)
    simulator.answering = False
    simulator.wait(timedelta(minutes=5))
    order = simulator.orders()[-1]
    busy = TokensRead(at=simulator.now, ticket=order.ticket, module="m", tokens=(), trouble=Trouble.CARD_BUSY)
    simulator.post(busy)
    simulator.answering = True
    simulator.cards["Reader 00"] = Card(tokens=(token(ONE),), insertion=1)
    simulator.post(CardFreed(at=simulator.now, reader=ReaderName("Reader 00")))
    simulator.post(ReadFinished(at=simulator.now, ticket=order.ticket))
    assert simulator.orders()[-1].ticket > order.ticket
    assert present(simulator) == {ONE.fingerprint}


def test_the_programs_that_may_hold_a_card_are_named_while_they_do() -> None:
    simulator = Simulator()
    simulator.insert(trouble=Trouble.CARD_BUSY)
    simulator.cards["Reader 00"].programs = (ProgramName("scdaemon"), ProgramName("firefox"))
    simulator.wait(timedelta(seconds=18))
    assert used_by(simulator, 1) == ("scdaemon", "firefox")
    notice = simulator.delivered[-1][1]
    assert notice.body == text("trouble.card_busy.by", programs="scdaemon, firefox")
    simulator.cards["Reader 00"] = Card(tokens=(token(ONE),), insertion=1)
    simulator.wait(timedelta(minutes=1))
    assert used_by(simulator, 2) == ()


def test_a_busy_card_is_read_as_soon_as_the_service_reports_it_free() -> None:
    simulator = Simulator()
    simulator.insert(trouble=Trouble.CARD_BUSY)
    (reader, other) = simulator.state.readers or ()
    busy = replace(reader, trouble=Trouble.CARD_BUSY)
    simulator.post(ReadersSeen(at=simulator.now, readers=(busy, other)))
    simulator.wait(timedelta(minutes=14))
    assert len(simulator.orders()) == 3
    simulator.cards["Reader 00"].tokens = (token(ONE),)
    simulator.cards["Reader 00"].trouble = None
    simulator.post(ReadersSeen(at=simulator.now, readers=(reader, other)))
    assert len(simulator.orders()) == 4
    assert present(simulator) == {ONE.fingerprint}
    simulator.post(ReadersSeen(at=simulator.now, readers=(busy, other)))
    simulator.post(ReadersSeen(at=simulator.now, readers=(reader, other)))
    assert len(simulator.orders()) == 4


@pytest.mark.parametrize("trouble", [None], ids=["unread"])
def test_a_card_that_failed_is_read_three_times_and_then_left_alone(trouble: Trouble | None) -> None:
    simulator = Simulator()
    simulator.insert(trouble=trouble)
    simulator.wait(timedelta(seconds=3) - timedelta(microseconds=1))
    assert len(simulator.orders()) == 1
    simulator.wait(timedelta(seconds=1))
    assert len(simulator.orders()) == 2
    simulator.wait(timedelta(days=3))
    assert len(simulator.orders()) == 3


def test_a_card_that_is_read_at_the_second_try_is_left_alone() -> None:
    simulator = Simulator()
    simulator.insert(trouble=Trouble.CARD_BUSY)
    simulator.cards["Reader 00"].tokens = (token(ONE),)
    simulator.cards["Reader 00"].trouble = None
    simulator.wait(DAY)
    assert present(simulator) == {ONE.fingerprint}
    assert len(simulator.orders()) == 2


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
    simulator = Simulator()
    if first:
        simulator.plug(*first)
        simulator.remove()
    before = len(simulator.orders())
    simulator.plug(*then)
    simulator.cards["Reader 00"].tokens = (token(ONE, SIGNATURE),)
    simulator.wait(DAY)
    assert len(simulator.orders()) - before == looks
    assert (
        present(simulator) == {ONE.fingerprint, SIGNATURE.fingerprint} if looks == 2 else {c.fingerprint for c in then}
    )


def test_a_second_look_that_fails_takes_nothing_back() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    simulator.cards["Reader 00"].tokens = ()
    simulator.check()
    assert present(simulator) == {ONE.fingerprint}


def test_a_key_under_activation_is_looked_at_until_it_is_done() -> None:
    simulator = Simulator()
    id_ = simulator.plug(ONE, flags=UNACTIVATED)
    simulator.wait(timedelta(minutes=20))
    assert len(simulator.orders()) == 1, "nobody is activating it"
    simulator.answer(id_, NoticeChoice.OPEN)
    simulator.wait(timedelta(minutes=2))
    assert len(simulator.orders()) == 6, "at once, and each half minute"
    simulator.cards["Reader 00"].tokens = (token(ONE),)
    simulator.wait(31 * SECOND)
    simulator.wait(DAY)
    assert len(simulator.orders()) == 7
    report = simulator.check()
    assert report is not None
    assert report.paths == ()


def test_a_token_in_no_reader_is_looked_at_too_while_it_is_activated() -> None:
    simulator = Simulator()
    simulator.state = State(settings=with_module(simulator.state.settings))
    soft = Card(tokens=(token(ONE, reader="Soft token", flags=UNACTIVATED),), insertion=0)
    simulator.cards["soft"] = soft
    simulator.look()
    (key,) = simulator.state.memory.keys
    simulator.wait(timedelta(minutes=20))
    assert len(simulator.orders()) == 1, "nobody is activating it"
    simulator.answer(key, NoticeChoice.OPEN)
    soft.tokens = (token(ONE, reader="Soft token"),)
    simulator.wait(31 * SECOND)
    assert not simulator.state.memory.keys[key].flags.unactivated
    simulator.wait(DAY)
    assert len(simulator.orders()) == 3, "at once, and after half a minute"


def test_an_activation_that_never_ends_is_not_watched_for_ever() -> None:
    simulator = Simulator()
    simulator.answer(simulator.plug(ONE, flags=UNACTIVATED), NoticeChoice.OPEN)
    simulator.wait(DAY)
    assert len(simulator.orders()) <= 2 + 15 * 2


def test_other_modules_read_the_cards_again() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    simulator.post(SettingsLoaded(at=NOW, settings=simulator.state.settings))
    assert len(simulator.orders()) == 1
    simulator.post(SettingsLoaded(at=NOW, settings=with_module(simulator.state.settings)))
    assert len(simulator.orders()) == 2


def test_tokens_outside_readers_are_read_at_the_start_where_a_module_is_named() -> None:
    simulator = Simulator()
    simulator.state = State(settings=with_module(simulator.state.settings))
    simulator.look()
    simulator.look()
    assert simulator.orders() == [ReadTokens(ticket=Ticket(1), readers=())]


def with_module(settings: Settings) -> Settings:
    return Settings(procedures=settings.procedures, modules=("/usr/lib/own.so",))
