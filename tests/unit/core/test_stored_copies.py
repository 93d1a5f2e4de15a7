"""A stored copy only says what an old key was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.workflows import WorkflowKind
from daemon.core.commands import CheckKeys
from daemon.core.events import CommandReceived, ReadFinished, TokensRead
from daemon.core.model import SYSTEM_STORE
from support.core.factories import NOW, certificate, ending
from support.core.simulator import Simulator

if TYPE_CHECKING:
    from daemon.core.model import Certificate
    from daemon.core.views.report import Report

OLD = ending(timedelta(days=40), "old")
NEW = certificate("new", not_before=NOW - timedelta(days=2))
OF_ANOTHER = ending(timedelta(days=40), "colleague", subject_cn="Anne DUPONT", given_name="Anne", surname="DUPONT")


def check(user: Simulator, *copies: Certificate) -> Report:
    """Read the cards, and let the system show its copies."""
    user.answering = False
    user.post(CommandReceived(at=user.now, command=CheckKeys(), request=1))
    order = user.orders()[-1]
    for card in user.cards.values():
        user.post(TokensRead(at=user.now, ticket=order.ticket, module="m", tokens=card.tokens))
    user.post(TokensRead(at=user.now, ticket=order.ticket, module=SYSTEM_STORE, copies=copies))
    user.post(ReadFinished(at=user.now, ticket=order.ticket))
    report = user.answered(1)
    assert report is not None
    return report


@pytest.fixture
def user() -> Simulator:
    """A user whose new key is in. The old one is unknown."""
    user = Simulator()
    user.plug(NEW)
    assert user.page.steps == ()
    return user


def test_the_old_key_is_known_by_its_copy_while_the_new_one_is_in(user: Simulator) -> None:
    (path,) = check(user, OLD).paths
    assert (path.kind, path.then) == (WorkflowKind.ACTIVATE, WorkflowKind.ADD_WITH_OLD)
    assert (path.old_fingerprint, path.new_fingerprint) == (OLD.fingerprint, NEW.fingerprint)


def test_a_notice_of_the_new_key_comes(user: Simulator) -> None:
    before = len(user.titles())
    check(user, OLD)
    assert len(user.titles()) == before + 1


def test_a_copy_is_neither_remembered_nor_listed(user: Simulator) -> None:
    report = check(user, OLD)
    assert [line.fingerprint_sha256 for line in report.certificates] == [NEW.fingerprint]
    assert user.kept.certificates.keys() == {NEW.fingerprint}
    assert len(user.kept.keys) == 1


@pytest.mark.parametrize(
    "copies",
    [
        pytest.param((), id="none"),
        pytest.param((OF_ANOTHER,), id="a colleague's"),
        pytest.param((certificate("later", not_before=NOW - timedelta(days=1)),), id="a later one"),
        pytest.param((NEW,), id="of the key itself"),
        pytest.param((certificate("undated", not_before=None),), id="without a date"),
    ],
)
def test_no_other_copy_counts(user: Simulator, copies: tuple[Certificate, ...]) -> None:
    assert check(user, *copies).paths == ()


def test_without_a_newer_key_in_a_copy_counts_nothing(user: Simulator) -> None:
    user.remove()
    report = check(user, OLD)
    assert report.paths == ()
    empty = Simulator()
    empty.look()
    assert check(empty, OLD).certificates == ()


def test_the_last_key_before_is_the_old_one(user: Simulator) -> None:
    (path,) = check(user, ending(timedelta(days=-900), "older"), OLD).paths
    assert path.old_fingerprint == OLD.fingerprint


def test_a_remembered_predecessor_needs_no_copy() -> None:
    remembered = certificate("remembered", not_before=NOW - timedelta(days=500))
    user = Simulator()
    user.plug(remembered)
    user.remove()
    user.plug(NEW)
    (path,) = check(user, OLD).paths
    assert path.old_fingerprint == remembered.fingerprint


def test_the_old_key_itself_takes_the_place_of_its_copy(user: Simulator) -> None:
    check(user, OLD)
    user.answering = True
    user.plug(OLD, reader="Reader 01")
    report = user.check(2)
    assert report is not None
    assert {line.fingerprint_sha256 for line in report.certificates} == {OLD.fingerprint, NEW.fingerprint}
    assert [path.old_fingerprint for path in report.paths] == [OLD.fingerprint]


def test_a_key_keeps_its_number_when_the_system_reads_it(user: Simulator) -> None:
    """PKCS#11 has told it before."""
    user.plug(NEW, serial="4711", model="IDPrime", label="new key")
    user.plug(NEW, manufacturer="", model="Windows' own name")
    (key,) = user.kept.keys.values()
    assert (key.serial, key.manufacturer, key.model, key.label) == ("4711", "Thales", "IDPrime", "new key")
