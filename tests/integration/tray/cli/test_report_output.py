"""What the tables and the JSON say of a certificate."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.instants import Instant, instant
from config.settings import Recall, Settings
from config.values import field_names, replace
from config.workflows import WorkflowKind
from daemon.core.labels import remedy
from daemon.core.model import Fingerprint, Occupancy, ReaderName, Role
from daemon.core.troubles import Trouble
from daemon.core.views.report import CertificateStatus, Path, ReaderReport, Reason, Report, Stage
from tray.cli.report_output import as_json, left_words, place_words, print_report, timeline

BEGIN = instant(datetime(2026, 1, 1, tzinfo=UTC))
END = BEGIN + timedelta(days=100)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "drawn"),
    [
        pytest.param(BEGIN - DAY, "●─────────", id="before"),
        pytest.param(BEGIN, "━●────────", id="first day"),
        pytest.param(BEGIN + 50 * DAY, "━━━━━●────", id="half way"),
        pytest.param(END, "━━━━━━━━●─", id="last instant"),
        pytest.param(END + DAY, "━━━━━━━━━●", id="after"),
    ],
)
def test_the_dot_of_today_moves_along_the_validity(now: Instant, drawn: str) -> None:
    assert timeline(BEGIN, END, now, width=10) == drawn


def test_a_validity_without_length_is_drawn_too() -> None:
    assert len(timeline(BEGIN, BEGIN, BEGIN)) == len(timeline(BEGIN, END, BEGIN))


LINE = CertificateStatus(
    fingerprint_sha256=Fingerprint("a" * 64),
    subject_cn="Jean MARTIN",
    issuer_o="CertEurope",
    serial_hex="0a",
    not_before=BEGIN,
    not_after=END,
    usable_until=END,
    days_left=3,
    role=Role.AUTHENTICATION,
    stage=Stage.DUE,
    present=False,
    procedure="opalexe",
)
SEEN = replace(LINE, key_name="the blue one", last_seen=BEGIN + timedelta(hours=12), reader=ReaderName("Reader 00 00"))


@pytest.mark.parametrize("has_key", [False, True])
@pytest.mark.parametrize("trouble", [Trouble.CARD_REFUSED, Trouble.CARD_UNREAD])
def test_what_to_do_about_a_reader_is_told_unless_its_card_may_be_of_a_bank(
    trouble: Trouble, capsys: pytest.CaptureFixture[str], *, has_key: bool
) -> None:
    reader = ReaderReport(name=ReaderName("Reader"), state=Occupancy.HOLDING, trouble=trouble)
    translator = Translator("en")
    report = Report(certificates=(replace(LINE, present=has_key),), readers=(reader, reader))
    print_report(report, translator, Settings(procedures=()))
    words = " ".join(capsys.readouterr().out.split())
    may_be_of_a_bank = has_key and trouble is Trouble.CARD_UNREAD
    assert words.count(translator.render(remedy(trouble, "Reader"))) == int(not may_be_of_a_bank)


def test_a_path_of_a_holder_without_a_name_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(procedure="opalexe", holder="", kind=WorkflowKind.ORDER, why=Reason.ORDER_EXPIRED, date=END)
    print_report(Report(paths=(path,)), Translator("en"), Settings(procedures=()))
    assert "→ Order a new key · Unnamed holder" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param(LINE, "away", id="nothing known"),
        pytest.param(SEEN, "“the blue one” · seen 1 January 2026 in Reader 00 00", id="away"),
        pytest.param(
            replace(SEEN, key_name="", reader=ReaderName("")), "seen 1 January 2026", id="away, reader unknown"
        ),
        pytest.param(replace(SEEN, present=True), "“the blue one” · plugged into Reader 00 00", id="in a reader"),
        pytest.param(replace(LINE, present=True), "plugged in", id="in some reader"),
    ],
)
def test_the_table_says_where_a_key_is_or_was_seen_last(line: CertificateStatus, words: str) -> None:
    assert place_words(line, Translator("en", UTC).render) == words


@pytest.mark.parametrize(
    ("stage", "words"),
    [(Stage.DUE, "3 days"), (Stage.NOT_YET, "begins on 1 January 2026")],
    ids=["due", "not yet"],
)
def test_the_table_says_what_is_left_or_when_it_begins(stage: Stage, words: str) -> None:
    assert left_words(replace(LINE, stage=stage), Translator("en", UTC).render).plain == words


def test_status_shows_from_when_a_certificate_can_be_renewed() -> None:
    line = replace(LINE, renewable_from=BEGIN + timedelta(days=9))
    assert left_words(line, Translator("en", UTC).render).plain == "renewable from 10 January 2026"


def test_status_shows_a_recall_in_place_of_the_days_left() -> None:
    recall = Recall(moment=BEGIN + timedelta(days=9), text=Wording(en="", fr=""))
    assert (
        left_words(replace(LINE, recall=recall), Translator("en", UTC).render).plain == "refused from 10 January 2026"
    )


@pytest.mark.parametrize(
    ("line", "added"),
    [
        (LINE, {"key_name": None, "last_seen": None, "reader": None}),
        (SEEN, {"key_name": "the blue one", "last_seen": "2026-01-01T12:00:00Z", "reader": "Reader 00 00"}),
    ],
    ids=["nothing known", "seen"],
)
def test_the_json_only_gains_keys(line: CertificateStatus, added: dict[str, str | None]) -> None:
    (shown,) = json.loads(as_json(Report(certificates=(line,)), Translator("en").render))["certificates"]
    assert {key: shown.pop(key) for key in added} == added
    assert set(shown) == set(field_names(CertificateStatus)) - {
        *added,
        "usable_until",
        "recall",
        "renewable_from",
        "full_name",
    }
