"""In the background, vigicle reads no key of another user."""

from datetime import timedelta

import pytest

from daemon.core.events import ReadersSeen, ReadFinished, ServiceLost, SessionMoved, TokensRead
from daemon.core.model import Ticket
from daemon.core.notice import NoticeKind
from daemon.core.troubles import Trouble
from support.core.factories import DAY, certificate, empty, ending, holding, token
from support.core.simulator import Simulator

ONE, OTHER = certificate("one"), certificate("other", given_name="Anne", subject_cn="Anne MARTIN")


def move(simulator: Simulator, *, to_front: bool) -> None:
    simulator.post(SessionMoved(at=simulator.now, in_front=to_front))


def known(simulator: Simulator) -> set[str]:
    return set(simulator.state.memory.certificates)


def troubles(simulator: Simulator, request: int) -> tuple[Trouble, ...]:
    report = simulator.check(request)
    assert report is not None
    return report.troubles


def test_a_key_that_comes_in_the_background_is_neither_read_nor_remembered() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    move(simulator, to_front=False)
    simulator.plug(OTHER)
    simulator.wait(timedelta(hours=2))
    assert troubles(simulator, 1) == (Trouble.SESSION_INACTIVE,), "check looks no more than the watch"
    assert len(simulator.orders()) == 1
    assert known(simulator) == {ONE.fingerprint}


@pytest.mark.parametrize("changed", [True, False], ids=["another key", "the same key"])
def test_what_is_in_is_read_at_once_in_front_again(changed: bool) -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    move(simulator, to_front=False)
    if changed:
        simulator.plug(OTHER)
    move(simulator, to_front=True)
    assert len(simulator.orders()) == 2
    assert (OTHER.fingerprint in known(simulator)) is changed
    assert troubles(simulator, 1) == ()


def test_an_answer_about_a_key_that_was_being_read_is_dropped() -> None:
    simulator = Simulator(answering=False)
    simulator.look()
    simulator.plug(ONE)
    move(simulator, to_front=False)
    simulator.post(TokensRead(at=simulator.now, ticket=Ticket(1), module="m", tokens=(token(ONE),)))
    simulator.post(ReadFinished(at=simulator.now, ticket=Ticket(1)))
    assert known(simulator) == set()


def test_a_service_that_was_lost_meanwhile_is_lost_in_front_again() -> None:
    simulator = Simulator()
    move(simulator, to_front=False)
    simulator.post(ServiceLost(at=simulator.now, trouble=Trouble.SERVICE_STOPPED))
    assert troubles(simulator, 1) == (Trouble.SESSION_INACTIVE,)
    move(simulator, to_front=True)
    assert troubles(simulator, 2) == (Trouble.SERVICE_STOPPED,)


def test_a_session_that_begins_in_the_background_waits_for_its_readers() -> None:
    simulator = Simulator()
    move(simulator, to_front=False)
    move(simulator, to_front=False)
    move(simulator, to_front=True)
    move(simulator, to_front=True)
    assert simulator.state.readers is None
    simulator.post(ReadersSeen(at=simulator.now, readers=(holding("Reader 00", 1), empty("Reader 01"))))
    assert len(simulator.orders()) == 1


def test_the_background_is_no_trouble_to_be_told() -> None:
    simulator = Simulator()
    simulator.look()
    move(simulator, to_front=False)
    simulator.wait(timedelta(days=2))
    assert [notice for _, notice in simulator.delivered if notice.notice_id.kind is NoticeKind.TROUBLE] == []


def test_a_notice_waits_as_while_the_session_is_locked() -> None:
    simulator = Simulator()
    simulator.plug(ending(20 * DAY))
    first = len(simulator.delivered)
    move(simulator, to_front=False)
    simulator.wait(timedelta(days=3))
    in_background = len(simulator.delivered)
    move(simulator, to_front=True)
    assert (first, in_background) == (1, 1)
    assert len(simulator.delivered) == 2


def test_to_come_to_the_front_from_there_changes_nothing() -> None:
    simulator = Simulator()
    simulator.plug(ONE)
    before = simulator.state
    move(simulator, to_front=True)
    assert simulator.state == before
