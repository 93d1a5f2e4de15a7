"""A recall ends a certificate's use, whatever the certificate says."""

from datetime import timedelta

import pytest

from config.i18n.text import Phrase, Text, text
from config.i18n.wording import Wording
from config.instants import Instant
from config.settings import IssuerRule, Recall, Settings
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, assess, assess_state
from daemon.core.calendar_entries import calendar_entries
from daemon.core.model import Certificate, Role
from daemon.core.recalls import recall_of
from daemon.core.renewal import last_moment_with_old
from daemon.core.state import State
from daemon.core.status_report import build_report
from daemon.core.views.report import Stage
from support.core.factories import DAY, MICROSECOND, NOW, OPALEXE, SETTINGS, certificate, changed, memory, owned
from support.core.simulator import Simulator

WORDS = Wording(en="Keys of the first series are refused.", fr="Les clés de la première série sont refusées.")
MOMENT = NOW + 50 * DAY
BEGUN = Recall(moment=MOMENT, text=WORDS, begun_before=NOW)
OLD = certificate("old", key_bits=2048)  # begun 100 days ago, and valid for 400 more
NEW = certificate("new", not_before=NOW, not_after=NOW + 1000 * DAY)


def with_recalls(*recalls: Recall) -> Settings:
    return replace(SETTINGS, procedures=(replace(OPALEXE, recalls=recalls),))


def judged(now: Instant, *certificates: Certificate, recall: Recall = BEGUN) -> Assessment:
    return assess(memory(*map(owned, certificates)), with_recalls(recall), {}, now)


def recalled(*recalls: Recall) -> Simulator:
    simulator = Simulator(state=State(settings=with_recalls(*recalls)))
    simulator.look()
    simulator.plug(OLD)
    return simulator


# Each row: the conditions of a recall, and whether it means a certificate with an RSA key of 2048 bits.
CONDITIONS = [
    pytest.param({"begun_before": OLD.not_before}, False, id="begun at that moment"),
    pytest.param({"begun_before": NOW - 100 * DAY + MICROSECOND}, True, id="begun just before"),
    pytest.param({"key_bits_below": 2048}, False, id="a key of that size"),
    pytest.param({"key_bits_below": 2049}, True, id="a smaller key"),
    pytest.param({"issuer": IssuerRule(organization="certeurope")}, True, id="that issuer"),
    pytest.param({"issuer": IssuerRule(organization="Another")}, False, id="another issuer"),
    pytest.param({"key_bits_below": 3072, "issuer": IssuerRule(organization="Another")}, False, id="one of two"),
    pytest.param({"key_bits_below": 3072, "begun_before": NOW}, True, id="both"),
]


@pytest.mark.parametrize(("conditions", "means"), CONDITIONS)
def test_every_condition_of_a_recall_must_fit(conditions: dict[str, object], means: bool) -> None:
    recall = Recall(moment=MOMENT, text=WORDS, **conditions)  # type: ignore[arg-type]  # each row names real fields
    assert recall_of(OLD, replace(OPALEXE, recalls=(recall,))) == (recall if means else None)


def test_what_is_not_known_of_a_certificate_fits_no_condition() -> None:
    elliptic = replace(OLD, key_bits=None)
    assert recall_of(elliptic, replace(OPALEXE, recalls=(replace(BEGUN, key_bits_below=9999),))) is None
    assert recall_of(replace(OLD, not_before=None), replace(OPALEXE, recalls=(BEGUN,))) is None
    assert recall_of(OLD, None) is None


def test_the_first_of_several_recalls_counts_and_none_after_the_end() -> None:
    later, beyond = replace(BEGUN, moment=MOMENT + DAY), replace(BEGUN, moment=NOW + 400 * DAY + MICROSECOND)
    assert recall_of(OLD, replace(OPALEXE, recalls=(beyond, later, BEGUN))) == BEGUN
    assert recall_of(OLD, replace(OPALEXE, recalls=(beyond,))) is None


# Each row: a moment before (or after) the recall's own, the stage then, and the kind of the path.
STAGES = [
    pytest.param(90 * DAY + 2 * MICROSECOND, Stage.VALID, None, id="just before the first notice day"),
    pytest.param(90 * DAY + MICROSECOND, Stage.DUE, WorkflowKind.ORDER, id="at the first notice day"),
    pytest.param(30 * DAY + 2 * MICROSECOND, Stage.DUE, WorkflowKind.ORDER, id="just before the urgent day"),
    pytest.param(30 * DAY + MICROSECOND, Stage.URGENT, WorkflowKind.ORDER, id="at the urgent day"),
    pytest.param(MICROSECOND, Stage.URGENT, WorkflowKind.ORDER, id="at its last moment"),
    pytest.param(timedelta(), Stage.EXPIRED, WorkflowKind.ORDER, id="from the recall's moment on"),
]


@pytest.mark.parametrize(("before", "stage", "kind"), STAGES)
def test_a_recalled_certificate_ends_at_the_recalls_moment(
    before: timedelta, stage: Stage, kind: WorkflowKind | None
) -> None:
    found = judged(MOMENT - before, OLD)
    (line,) = found.certificates
    assert (line.stage, line.not_after, line.usable_until) == (stage, OLD.not_after, MOMENT - MICROSECOND)
    assert [case.path.kind if case.path else None for case in found.cases] == [kind]


def test_the_margin_is_counted_to_the_recall() -> None:
    way_in = {}
    for name, now in {"beyond": MOMENT - DAY - 2 * MICROSECOND, "inside": MOMENT - DAY - MICROSECOND}.items():
        (case,) = judged(now, OLD, NEW).cases
        assert case.path is not None
        assert last_moment_with_old(case.lineage, case.status.current) == MOMENT - DAY - MICROSECOND
        way_in[name] = case.path.then
    assert way_in == {"beyond": WorkflowKind.ADD_WITH_OLD, "inside": WorkflowKind.ASSOCIATE_NEW}


def test_a_new_key_that_is_recalled_does_not_replace_a_valid_one() -> None:
    recall = Recall(moment=MOMENT, text=WORDS, key_bits_below=3072)
    weak = replace(NEW, key_bits=2048)
    strong = changed(OLD, key_bits=4096, not_after=MOMENT + 10 * DAY)
    (case,) = judged(MOMENT, strong, weak, recall=recall).cases
    assert (case.status.current.fingerprint, case.status.pending) == (strong.fingerprint, None)


def test_a_signature_certificate_is_recalled_too() -> None:
    (line,) = judged(MOMENT, replace(OLD, role=Role.SIGNATURE)).certificates
    assert line.stage is Stage.EXPIRED


def words_of(sentence: Text | Phrase) -> set[str]:
    """Return the procedure's own words inside a text."""
    if isinstance(sentence, Phrase):
        return {sentence.wording.en}
    return {word for _, each in sentence.args if isinstance(each, Text | Phrase) for word in words_of(each)}


def test_the_notice_comes_at_the_recall_in_the_procedures_words() -> None:
    simulator = recalled(BEGUN)
    simulator.wait(51 * DAY)
    at, last = next((at, n) for at, n in simulator.delivered if n.title.id == "notice.recalled.title")
    assert at == MOMENT
    assert all(WORDS.en in words_of(notice.body) for _, notice in simulator.delivered)
    assert "notice.ends.title" not in simulator.titles(), "it does not end by itself"
    assert last.button == text("button.order")


def test_guide_and_status_say_why_the_key_is_refused() -> None:
    simulator = recalled(BEGUN)
    assert Phrase(WORDS) in simulator.page.notes
    report = build_report(simulator.state, assess_state(simulator.state, simulator.now), simulator.now)
    (path,) = report.paths
    assert WORDS.en in words_of(path.reason)
    (card,) = simulator.page.certificates
    assert (card.until, card.stage) == (text("certificate.recalled", date=MOMENT), Stage.DUE)


def test_the_tray_says_that_it_is_no_longer_accepted() -> None:
    simulator = recalled(replace(BEGUN, moment=NOW))
    assert simulator.state.tray is not None
    assert simulator.state.tray.tooltip.id == "face.recalled"


def test_a_far_recall_is_told_before_a_path_stands() -> None:
    simulator = recalled(replace(BEGUN, moment=NOW + 200 * DAY))
    assert Phrase(WORDS) in simulator.page.notes
    assert simulator.delivered == []


def test_the_calendar_has_the_recall_as_the_end() -> None:
    kept = memory(owned(OLD))
    last = calendar_entries(kept, with_recalls(BEGUN), NOW)[-1]
    assert (last.days, last.moment) == (0, MOMENT - MICROSECOND)
