"""The welcome is one sentence and one action in every first state."""

from datetime import timedelta

import pytest

from config.i18n.text import Text, text
from config.workflows import WorkflowKind
from daemon.core.model import Fingerprint, Occupancy, ReaderName, Role
from daemon.core.troubles import Trouble
from daemon.core.views.report import CertificateStatus, Path, ReaderReport, Reason, Report, Stage
from daemon.core.welcome import WELCOME, welcome, welcome_notice
from support.core.factories import NOW

END = NOW + timedelta(days=400)
EMPTY = ReaderReport(name=ReaderName("Reader 00"), state=Occupancy.EMPTY)
HOLDING = ReaderReport(name=ReaderName("Reader 01"), state=Occupancy.HOLDING)
UNREAD = ReaderReport(name=ReaderName("Reader 01"), state=Occupancy.HOLDING, trouble=Trouble.CARD_UNREAD)
ORDER = Path(procedure="opalexe", holder="Jean MARTIN", kind=WorkflowKind.ORDER, why=Reason.ORDER_DUE, date=END)


def line(stage: Stage, name: str = "Jean MARTIN") -> CertificateStatus:
    return CertificateStatus(
        fingerprint_sha256=Fingerprint("ab" * 32),
        subject_cn=name,
        issuer_o="CertEurope",
        serial_hex="01",
        not_before=None,
        not_after=None if stage is Stage.UNREADABLE else END,
        usable_until=None if stage is Stage.UNREADABLE else END,
        days_left=None,
        role=Role.AUTHENTICATION,
        stage=stage,
        present=True,
        procedure="opalexe",
    )


def pictured(*stages: Stage, **parts: object) -> Report:
    return Report(certificates=tuple(map(line, stages)), **parts)  # type: ignore[arg-type]  # real fields


def trouble(name: str) -> Text:
    return text("welcome.step.trouble", trouble=text(f"trouble.{name}.short"))


HELLO = text("welcome.hello")
KNOWN = text("welcome.known", date=END)
EXPIRED = text("welcome.expired", date=END)
NOTHING = text("welcome.step.nothing")
CASES: dict[str, tuple[Report, Text, Text]] = {
    "no service": (Report(troubles=(Trouble.SERVICE_ABSENT,)), HELLO, trouble("service_absent")),
    "service gone with its readers": (
        Report(readers=(UNREAD,), troubles=(Trouble.SERVICE_STOPPED,)),
        HELLO,
        trouble("service_stopped"),
    ),
    "no reader": (Report(troubles=(Trouble.NO_READER,)), HELLO, text("welcome.step.unsure")),
    "an empty reader": (Report(readers=(EMPTY,)), HELLO, text("welcome.step.unsure")),
    "a key being read": (Report(readers=(EMPTY, HOLDING)), HELLO, text("welcome.step.wait")),
    "a key that nothing reads": (
        Report(readers=(EMPTY, UNREAD)),
        HELLO,
        trouble("card_unread"),
    ),
    "a clock of long ago": (
        Report(readers=(EMPTY,), troubles=(Trouble.CLOCK_WRONG,)),
        HELLO,
        trouble("clock_wrong"),
    ),
    "a good key": (pictured(Stage.VALID, readers=(HOLDING,)), KNOWN, NOTHING),
    "a good key beside an unread card": (pictured(Stage.VALID, readers=(HOLDING, UNREAD)), KNOWN, NOTHING),
    "a good key by a clock of long ago": (
        pictured(Stage.VALID, troubles=(Trouble.CLOCK_WRONG,)),
        KNOWN,
        trouble("clock_wrong"),
    ),
    "a key that begins later": (pictured(Stage.NOT_YET), KNOWN, trouble("not_yet_valid")),
    "a key near its end, with a path": (
        pictured(Stage.DUE, paths=(ORDER,)),
        KNOWN,
        text("welcome.step.open"),
    ),
    "a key near its end, without a procedure": (pictured(Stage.URGENT), KNOWN, text("welcome.step.open")),
    "an expired key without a procedure": (pictured(Stage.EXPIRED), EXPIRED, text("welcome.step.open")),
    "an old key and its successor": (pictured(Stage.SUPERSEDED, Stage.VALID), KNOWN, NOTHING),
    "an unreadable certificate": (
        pictured(Stage.UNREADABLE, readers=(UNREAD,)),
        HELLO,
        trouble("card_unread"),
    ),
}


@pytest.mark.parametrize(("report", "sentence", "step"), CASES.values(), ids=CASES)
def test_the_first_state_chooses_the_welcome_text(report: Report, sentence: Text, step: Text) -> None:
    words = welcome(report)
    assert (words.sentence, words.step) == (sentence, step)


def test_the_notice_has_both_texts_and_is_recorded() -> None:
    notice = welcome_notice(CASES["a good key"][0])
    assert notice.body == text("welcome.body", sentence=KNOWN, step=NOTHING)
    assert notice.dedup_keys == (WELCOME,)
    assert notice.button == text("button.welcome")
