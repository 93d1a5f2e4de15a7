"""The report and its exit code, which outsiders rely on."""

from datetime import timedelta

import pytest

from config.workflows import WorkflowKind
from daemon.core.commands import (
    ClaimByFingerprint,
    Command,
    ForgetCertificate,
    GetStatus,
    NameKey,
    QuitDaemon,
    RaiseGuide,
)
from daemon.core.events import ReadersSeen, ServiceLost
from daemon.core.model import Claim, Fingerprint, Memory, Occupancy, ReaderName, ReaderState
from daemon.core.state import State
from daemon.core.troubles import Trouble
from daemon.core.views.report import Report, Stage
from support.core.factories import (
    DAY,
    MICROSECOND,
    NOW,
    SETTINGS,
    UNACTIVATED,
    Owned,
    certificate,
    changed,
    ending,
    memory,
    owned,
    token,
)
from support.core.simulator import Card, Simulator

FAR, NEXT = ending(400 * DAY, "far"), ending(1000 * DAY, "next")
WORKS = frozenset({Claim.WORKS})


def report_of(*keys: Owned, simulator: Simulator | None = None) -> Report:
    simulator = simulator or Simulator()
    simulator.state = State(settings=SETTINGS, memory=memory(*keys), notifies=False)
    simulator.look()
    report = simulator.check()
    assert report is not None
    return report


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        pytest.param([], 0, id="nothing known, readers empty"),
        pytest.param([owned(FAR)], 0, id="all is well"),
        pytest.param([owned(ending(90 * DAY + MICROSECOND))], 0, id="just before it is due"),
        pytest.param([owned(ending(90 * DAY))], 1, id="due"),
        pytest.param([owned(ending(30 * DAY))], 1, id="urgent"),
        pytest.param([owned(ending(timedelta()))], 1, id="at its last instant"),
        pytest.param([owned(ending(-MICROSECOND))], 2, id="expired"),
        pytest.param([owned(FAR), owned(NEXT)], 1, id="a path stands"),
        pytest.param([owned(FAR, flags=UNACTIVATED)], 1, id="an activation stands"),
        pytest.param([owned(ending(-DAY)), owned(NEXT)], 2, id="the current one expired, its successor waits"),
        pytest.param([owned(ending(-DAY)), owned(NEXT, claims=WORKS)], 0, id="superseded ones never count"),
        pytest.param([owned(ending(20 * DAY)), owned(NEXT, claims=WORKS)], 0, id="superseded and due"),
        pytest.param([owned(ending(20 * DAY, issuer_o="Other"))], 1, id="due without a procedure"),
        pytest.param([owned(ending(-DAY, issuer_o="Other"))], 2, id="expired without a procedure"),
        pytest.param([owned(certificate(not_after=None))], 3, id="no date"),
        pytest.param([owned(certificate("undated", not_after=None)), owned(FAR)], 0, id="no date beside a good one"),
        pytest.param([owned(certificate(not_before=NOW + DAY))], 0, id="not yet valid"),
        pytest.param([owned(ending(-DAY, "a", given_name="Anne")), owned(ending(DAY))], 2, id="the worst counts"),
    ],
)
def test_the_exit_code_follows_what_is_known(keys: list[Owned], code: int) -> None:
    assert report_of(*keys).exit_code == code


BANK = Card(tokens=(), insertion=9)
BUSY = Card(tokens=(), insertion=9, trouble=Trouble.CARD_BUSY)
BARE = Card(tokens=(token(serial="7"),), insertion=8)
KEY = Card(tokens=(token(FAR),), insertion=8)


@pytest.mark.parametrize(
    ("cards", "keys", "code"),
    [
        pytest.param({"Reader 00": BANK}, [], 3, id="nothing but a bank card"),
        pytest.param({"Reader 00": BUSY}, [], 3, id="nothing but a card that another program holds"),
        pytest.param({"Reader 00": KEY, "Reader 01": BANK}, [], 0, id="a bank card beside a key"),
        pytest.param({"Reader 00": BARE, "Reader 01": BANK}, [], 0, id="a bank card beside a key without certificate"),
        pytest.param({"Reader 00": BARE}, [], 0, id="a key without certificate"),
        pytest.param({"Reader 00": BANK}, [owned(FAR)], 0, id="a bank card while a key is remembered"),
        pytest.param({"Reader 00": BANK}, [owned(ending(-DAY))], 2, id="a bank card and an expired key"),
    ],
)
def test_only_when_nothing_could_be_read_it_is_three(cards: dict[str, Card], keys: list[Owned], code: int) -> None:
    assert report_of(*keys, simulator=Simulator(cards=dict(cards))).exit_code == code


@pytest.mark.parametrize(("kept", "code"), [(Memory(), 3), (memory(owned(FAR)), 0), (memory(owned(ending(-DAY))), 2)])
def test_without_a_service_the_report_is_of_the_memory(kept: Memory, code: int) -> None:
    simulator = Simulator(state=State(settings=SETTINGS, memory=kept, notifies=False))
    simulator.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_ABSENT))
    report = simulator.check()
    assert report is not None
    assert report.exit_code == code
    assert report.troubles[0] is Trouble.SERVICE_ABSENT


def test_a_missing_reader_is_reported() -> None:
    simulator = Simulator(names=())
    simulator.look()
    report = simulator.check()
    assert report is not None
    assert report.troubles == (Trouble.NO_READER,)


def test_a_holder_without_a_common_name_is_named_in_the_report_too() -> None:
    simulator = Simulator()
    simulator.plug(changed(FAR, subject_cn=""))
    report = simulator.check()
    assert report is not None
    (line,) = report.certificates
    assert (line.subject_cn, line.holder) == ("", "Jean MARTIN")


def test_every_certificate_is_in_the_report_with_its_facts() -> None:
    simulator = Simulator()
    simulator.plug(FAR)
    report = simulator.check()
    assert report is not None
    (line,) = report.certificates
    assert (line.fingerprint_sha256, line.subject_cn, line.issuer_o) == (FAR.fingerprint, "Jean MARTIN", "CertEurope")
    assert (line.not_before, line.not_after, line.days_left) == (FAR.not_before, FAR.not_after, 400)
    assert (line.stage, line.present, line.procedure) == (Stage.VALID, True, "opalexe")
    assert [(r.name, r.state) for r in report.readers] == [
        ("Reader 00", Occupancy.HOLDING),
        ("Reader 01", Occupancy.EMPTY),
    ]


def test_the_path_of_the_key_in_the_reader_comes_first() -> None:
    anne = ending(80 * DAY, "anne", given_name="Anne", subject_cn="Anne")
    simulator = Simulator(state=State(settings=SETTINGS, memory=memory(owned(ending(DAY)), owned(anne))))
    simulator.look()
    away = simulator.check(1)
    simulator.plug(anne)
    here = simulator.check(2)
    assert away is not None
    assert here is not None
    assert [path.holder for path in away.paths] == ["Jean MARTIN", "Anne"]
    assert [path.holder for path in here.paths] == ["Anne", "Jean MARTIN"]


def test_a_blank_key_is_offered_only_to_the_most_urgent_holder() -> None:
    anne = ending(80 * DAY, "anne", given_name="Anne", subject_cn="Anne")
    report = report_of(owned(anne), owned(ending(DAY)), simulator=Simulator(cards={"Reader 00": BARE}))
    assert [(path.holder, path.kind) for path in report.paths] == [
        ("Jean MARTIN", WorkflowKind.ACTIVATE),
        ("Anne", WorkflowKind.ORDER),
    ]


@pytest.mark.parametrize("command", [GetStatus(), RaiseGuide(), QuitDaemon()])
def test_other_questions_are_answered_at_once(command: Command) -> None:
    simulator = Simulator(answering=False)
    simulator.plug(FAR)
    simulator.command(command, request=5)
    assert simulator.answered(5) is not None
    assert len(simulator.orders()) == 1


@pytest.mark.parametrize(
    ("fingerprint", "claim", "paths"),
    [
        pytest.param(NEXT.fingerprint, Claim.WORKS, 0, id="a word on a key"),
        pytest.param("0" * 64, Claim.WORKS, 1, id="no such key"),
        pytest.param("", Claim.WORKS, 1, id="no key"),
    ],
)
def test_the_command_line_can_claim_something_of_a_key(fingerprint: str, claim: Claim, paths: int) -> None:
    simulator = Simulator(state=State(settings=SETTINGS, memory=memory(owned(FAR), owned(NEXT)), notifies=False))
    simulator.command(ClaimByFingerprint(fingerprint=Fingerprint(fingerprint), claim=claim), request=5)
    report = simulator.answered(5)
    assert report is not None
    assert len(report.paths) == paths


def test_the_command_line_can_name_a_key_and_forget_it() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, memory=memory(owned(FAR), owned(NEXT)), notifies=False))
    simulator.command(NameKey(fingerprint=FAR.fingerprint, name="la bleue"), request=1)
    simulator.command(ForgetCertificate(fingerprint=NEXT.fingerprint), request=2)
    named, forgotten = simulator.answered(1), simulator.answered(2)
    assert named is not None
    assert forgotten is not None
    assert {(c.fingerprint_sha256, c.key_name) for c in named.certificates} == {
        (FAR.fingerprint, "la bleue"),
        (NEXT.fingerprint, ""),
    }
    assert [(c.fingerprint_sha256, c.last_seen) for c in forgotten.certificates] == [(FAR.fingerprint, NOW - DAY)]


def test_a_stale_reader_is_unknown_and_named_so() -> None:
    simulator = Simulator()
    stale = ReaderState(name=ReaderName("Reader 00"), occupancy=Occupancy.UNKNOWN, trouble=Trouble.READER_STALE)
    simulator.post(ReadersSeen(at=NOW, readers=(stale,)))
    report = simulator.check()
    assert report is not None
    assert [(r.state, r.trouble) for r in report.readers] == [(Occupancy.UNKNOWN, Trouble.READER_STALE)]
    assert report.exit_code == 3
