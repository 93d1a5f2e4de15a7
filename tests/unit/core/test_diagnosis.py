"""How `doctor` reports each trouble and its overall result."""

import pytest

from config.i18n.text import Text, text
from config.settings import Office
from config.values import replace
from daemon.core.commands import RaiseGuide
from daemon.core.diagnosis import (
    BAD_TROUBLES,
    Check,
    Health,
    ReaderInspection,
    Topic,
    bad,
    doubtful,
    exit_code,
    fine,
    judge_clock,
    judge_inspection,
    troubled,
    wrong_things,
)
from daemon.core.effects import Examine, ReadTokens
from daemon.core.events import Diagnosed, FaultMet, LoginStartKnown, TokensRead
from daemon.core.model import SYSTEM_STORE, Occupancy, ReaderName, ReaderState, Ticket, TokenReading
from daemon.core.state import State
from daemon.core.troubles import Trouble
from daemon.core.views.report import ReaderReport, Report
from support.core.factories import DAY, NOW, SETTINGS, certificate, ending, token
from support.core.simulator import Simulator
from support.core.story import delivered

MODULE = "/usr/lib/libtoken.so"
WORDS, DO = text("doctor.service.ok"), text("doctor.failed.do")


def reader(number: int = 0, state: Occupancy = Occupancy.HOLDING, trouble: Trouble | None = None) -> ReaderReport:
    return ReaderReport(name=ReaderName(f"Reader 0{number}"), state=state, trouble=trouble)


def answer(*tokens: TokenReading, module: str = MODULE, trouble: Trouble | None = None) -> TokensRead:
    return TokensRead(at=NOW, ticket=Ticket(1), module=module, tokens=tokens, trouble=trouble)


def looked(*readers: ReaderReport, answers: tuple[TokensRead, ...] = (), **more: object) -> ReaderInspection:
    report = Report(readers=readers, troubles=more.pop("troubles", ()))  # type: ignore[arg-type]  # real fields
    states = tuple(ReaderState(name=each.name, occupancy=each.state) for each in readers)
    modules = more.pop("modules", (MODULE,))
    return ReaderInspection(report=report, readers=states, answers=answers, modules=modules, **more)  # type: ignore[arg-type]  # real fields


def of(checks: list[Check], topic: Topic) -> list[tuple[Health, Text, Trouble | None]]:
    return [(check.health, check.what, check.trouble) for check in checks if check.topic is topic]


def troubles(checks: list[Check]) -> list[tuple[Topic, Health, Trouble]]:
    return [(check.topic, check.health, check.trouble) for check in checks if check.trouble]


READ = answer(token(certificate()))
CASES: dict[str, tuple[ReaderInspection, list[tuple[Topic, Health, Trouble]]]] = {
    "all is well": (looked(reader(), answers=(READ,)), []),
    "no service": (
        looked(troubles=(Trouble.SERVICE_ABSENT,)),
        [(Topic.SERVICE, Health.BAD, Trouble.SERVICE_ABSENT)],
    ),
    "no service in a remote session": (
        looked(troubles=(Trouble.SERVICE_STOPPED,), remote=True),
        [
            (Topic.SERVICE, Health.BAD, Trouble.SERVICE_STOPPED),
            (Topic.READERS, Health.ATTENTION, Trouble.REMOTE_SESSION),
        ],
    ),
    "no reader": (
        looked(troubles=(Trouble.NO_READER,)),
        [(Topic.READERS, Health.ATTENTION, Trouble.NO_READER)],
    ),
    "no reader in a remote session": (
        looked(troubles=(Trouble.NO_READER,), remote=True),
        [(Topic.READERS, Health.ATTENTION, Trouble.REMOTE_SESSION)],
    ),
    "a reader in a remote session": (looked(reader(), answers=(READ,), remote=True), []),
    "a stale reader": (
        looked(reader(state=Occupancy.UNKNOWN, trouble=Trouble.READER_STALE)),
        [(Topic.READERS, Health.ATTENTION, Trouble.READER_STALE)],
    ),
    "a card that nothing reads": (
        looked(reader(trouble=Trouble.CARD_UNREAD)),
        [(Topic.READERS, Health.BAD, Trouble.CARD_UNREAD)],
    ),
    "a bank card beside a key": (
        looked(reader(), reader(1, trouble=Trouble.CARD_UNREAD), answers=(READ,)),
        [(Topic.READERS, Health.ATTENTION, Trouble.CARD_UNREAD)],
    ),
    "a locked PIN": (
        looked(reader(trouble=Trouble.PIN_LOCKED), answers=(READ,)),
        [(Topic.READERS, Health.BAD, Trouble.PIN_LOCKED)],
    ),
    "a module that crashes": (
        looked(reader(trouble=Trouble.MODULE_CRASHED), answers=(answer(trouble=Trouble.MODULE_CRASHED),)),
        [
            (Topic.READERS, Health.ATTENTION, Trouble.MODULE_CRASHED),
            (Topic.MODULES, Health.ATTENTION, Trouble.MODULE_CRASHED),
        ],
    ),
    "a module of one's own that is none": (
        looked(reader(), answers=(READ, answer(module="/no.so", trouble=Trouble.MODULE_UNUSABLE))),
        [(Topic.MODULES, Health.ATTENTION, Trouble.MODULE_UNUSABLE)],
    ),
    "a key of tomorrow": (
        looked(reader(), answers=(READ,), troubles=(Trouble.NOT_YET_VALID,)),
        [(Topic.KEY, Health.ATTENTION, Trouble.NOT_YET_VALID)],
    ),
}


@pytest.mark.parametrize(("look", "found"), CASES.values(), ids=CASES)
def test_each_trouble_is_a_finding(look: ReaderInspection, found: list[tuple[Topic, Health, Trouble]]) -> None:
    assert troubles(list(judge_inspection(look))) == found


def test_it_names_the_module_that_reads_the_key_in_each_reader() -> None:
    answers = (
        answer(token(certificate("a"), certificate("b"), reader="Reader 00")),
        answer(token(certificate("c"), reader="Reader 01"), module="/other.so"),
        answer(token(reader="Reader 01")),
    )
    checks = list(judge_inspection(looked(reader(), reader(1), answers=answers, modules=(MODULE, "/other.so"))))
    assert [what for _, what, _ in of(checks, Topic.KEY)] == [
        text("doctor.key.read", place="Reader 00", module=MODULE, count=2),
        text("doctor.key.read", place="Reader 01", module="/other.so", count=1),
    ]
    assert of(checks, Topic.MODULES) == [
        (Health.OK, text("doctor.module.there", module=MODULE), None),
        (Health.OK, text("doctor.module.there", module="/other.so"), None),
    ]


def test_a_key_that_the_system_reads_needs_no_module() -> None:
    read = answer(token(certificate(), model="IDPrime MD"), module=SYSTEM_STORE)
    checks = list(judge_inspection(looked(reader(), answers=(read,), modules=())))
    assert [what for _, what, _ in of(checks, Topic.KEY)] == [
        text("doctor.key.read_by_system", place="Reader 00", count=1),
        text("doctor.key.card", place="Reader 00", card="IDPrime MD"),
    ]
    assert of(checks, Topic.MODULES) == [(Health.OK, text("doctor.module.unneeded"), None)]


def test_a_key_without_a_name_in_the_system_is_read_all_the_same() -> None:
    read = answer(token(certificate()), module=SYSTEM_STORE)
    checks = list(judge_inspection(looked(reader(), answers=(read,))))
    assert len(of(checks, Topic.KEY)) == 1


def test_an_issuers_own_certificate_is_not_counted() -> None:
    read = answer(token(certificate(), certificate("authority", authority=True)))
    checks = list(judge_inspection(looked(reader(), answers=(read,))))
    assert of(checks, Topic.KEY)[0][1] == text("doctor.key.read", place="Reader 00", module=MODULE, count=1)


def test_an_empty_reader_is_in_order_and_says_how_to_try_a_key() -> None:
    checks = list(judge_inspection(looked(reader(state=Occupancy.EMPTY))))
    assert of(checks, Topic.KEY) == [(Health.OK, text("doctor.key.none"), None)]
    assert exit_code(checks) == 0


def test_no_module_at_all_is_bad() -> None:
    checks = list(judge_inspection(looked(reader(state=Occupancy.EMPTY), modules=())))
    assert of(checks, Topic.MODULES) == [(Health.BAD, text("doctor.module.none"), None)]


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_a_description_and_an_instruction(trouble: Trouble) -> None:
    check = troubled(Topic.READERS, trouble, "Reader 00")
    assert check.health is (Health.BAD if trouble in BAD_TROUBLES else Health.ATTENTION)
    assert check.remedy == text(f"trouble.{trouble}", reader="Reader 00")


CODES = [
    ([], 0),
    ([fine(Topic.TRAY, WORDS)], 0),
    ([fine(Topic.TRAY, WORDS), doubtful(Topic.TRAY, WORDS, DO)], 1),
    ([bad(Topic.TRAY, WORDS, DO), doubtful(Topic.TRAY, WORDS, DO)], 2),
]


@pytest.mark.parametrize(("checks", "code"), CODES, ids=["nothing", "in order", "attention", "bad"])
def test_the_worst_finding_decides_the_exit_code(checks: list[Check], code: int) -> None:
    assert exit_code(checks) == code


def test_a_wrong_clock_is_bad_and_a_right_one_is_reported() -> None:
    assert judge_clock(NOW, wrong=True).trouble is Trouble.CLOCK_WRONG
    assert judge_clock(NOW, wrong=False) == fine(Topic.CLOCK, text("doctor.clock.ok", date=NOW))


def shown(simulator: Simulator) -> list[tuple[str, str | None]] | None:
    """Return each finding's topic and action, as the window shows them."""
    found = simulator.page.findings
    if found is None:
        return None
    return [(delivered(each.topic), str(each.action.id) if each.action else None) for each in found]


def test_the_window_lists_what_is_wrong_the_worst_first_until_it_is_opened_again() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, login_start=False))
    checks = (fine(Topic.CLOCK, WORDS), doubtful(Topic.TOOL, WORDS, DO), bad(Topic.READERS, WORDS, DO))
    simulator.post(Diagnosed(at=simulator.now, wrong=wrong_things(checks)))
    assert shown(simulator) == [("doctor.topic.readers", "read_keys"), ("doctor.topic.tool", None)]
    simulator.choose("diagnose")
    assert shown(simulator) is None, "it is looked for again"
    assert delivered(simulator.actions()["diagnose"].label) == "guide.set.diagnosing"
    simulator.post(Diagnosed(at=simulator.now, wrong=()))
    assert shown(simulator) == []
    assert delivered(simulator.actions()["diagnose"].label) == "guide.set.diagnose"
    simulator.command(RaiseGuide())
    assert shown(simulator) is None


def test_keys_that_are_read_again_are_looked_at_again() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, login_start=False))
    simulator.plug(ending(90 * DAY))
    simulator.post(Diagnosed(at=simulator.now, wrong=wrong_things((bad(Topic.READERS, WORDS, DO),))))
    ordered = simulator.choose("read_keys")
    assert [type(each) for each in ordered if isinstance(each, (ReadTokens, Examine))] == [ReadTokens, Examine]
    assert shown(simulator) is None, "it may be mended now"


def test_keys_are_read_again_without_a_diagnosis_that_nobody_asked_for() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, login_start=False))
    simulator.plug(ending(90 * DAY))
    assert not [each for each in simulator.choose("read_keys") if isinstance(each, Examine)]


def test_a_diagnosis_that_fails_can_be_begun_again() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, login_start=False))
    simulator.command(RaiseGuide())
    simulator.choose("diagnose")
    simulator.post(FaultMet(at=simulator.now))
    assert delivered(simulator.actions()["diagnose"].label) == "guide.set.diagnose"


@pytest.mark.parametrize(("office", "expected"), [(Office(), "autostart"), (Office(autostart=True), None)])
def test_a_finding_offers_only_what_the_settings_offer(office: Office, expected: str | None) -> None:
    simulator = Simulator(state=State(settings=replace(SETTINGS, office=office), login_start=False))
    wrong = wrong_things((doubtful(Topic.LOGIN_START, WORDS, DO),))
    simulator.post(Diagnosed(at=simulator.now, wrong=wrong))
    assert shown(simulator) == [("doctor.topic.login_start", expected)]


def test_a_start_at_login_that_was_mended_offers_no_button_that_ends_it() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, login_start=False))
    wrong = wrong_things((doubtful(Topic.LOGIN_START, WORDS, DO), bad(Topic.READERS, WORDS, DO)))
    simulator.post(Diagnosed(at=simulator.now, wrong=wrong))
    simulator.post(LoginStartKnown(at=simulator.now, on=False))
    assert len(shown(simulator) or ()) == 2, "it could not be switched on"
    simulator.post(LoginStartKnown(at=simulator.now, on=True))
    assert shown(simulator) == [("doctor.topic.readers", "read_keys")]
