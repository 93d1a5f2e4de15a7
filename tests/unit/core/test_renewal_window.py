"""A renewal that becomes possible only some days before the end."""

from datetime import timedelta

import pytest

from config.i18n.text import text
from config.i18n.wording import Wording
from config.instants import Instant
from config.settings import NoticeSettings, Procedure, Recall, Settings
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.assessment import assess
from daemon.core.state import State
from daemon.core.views.report import Stage
from support.core.factories import DAY, MICROSECOND, NOW, OPALEXE, SETTINGS, ending, memory, owned
from support.core.simulator import Simulator

IN_PLACE = {**OPALEXE.workflows, WorkflowKind.RENEW: OPALEXE.workflows[WorkflowKind.ORDER]}
WINDOW = replace(OPALEXE, window=60 * DAY)
OLD = ending(100 * DAY)
OPENS = NOW + 40 * DAY


def with_procedure(procedure: Procedure, *days: int) -> Settings:
    return replace(SETTINGS, procedures=(procedure,), notices=NoticeSettings(days=days or (90, 60, 30)))


def plugged(settings: Settings) -> Simulator:
    simulator = Simulator(state=State(settings=settings))
    simulator.look()
    simulator.plug(OLD)
    simulator.remove()
    return simulator


# Each row: the moment, the kind of the path, and whether "from when" is told beside a due certificate.
MOMENTS = [
    pytest.param(OPENS - 30 * DAY, None, True, id="at the first notice day, too early"),
    pytest.param(OPENS - MICROSECOND, None, True, id="just before it opens"),
    pytest.param(OPENS, WorkflowKind.ORDER, False, id="as it opens"),
    pytest.param(NOW + 100 * DAY, WorkflowKind.ORDER, False, id="at the last moment"),
    pytest.param(NOW + 100 * DAY + MICROSECOND, WorkflowKind.ORDER, False, id="expired"),
]


@pytest.mark.parametrize(("now", "kind", "waits"), MOMENTS)
@pytest.mark.parametrize("in_place", [False, True])
def test_no_path_is_offered_before_the_window_opens(
    now: Instant, kind: WorkflowKind | None, waits: bool, in_place: bool
) -> None:
    procedure = replace(WINDOW, workflows=IN_PLACE) if in_place else WINDOW
    found = assess(memory(owned(OLD)), with_procedure(procedure), {}, now)
    if in_place and kind is not None and now <= NOW + 100 * DAY:
        kind = WorkflowKind.RENEW
    assert [case.path and case.path.kind for case in found.cases] == [kind]
    (line,) = found.certificates
    assert line.renewable_from == (OPENS if waits else None)
    assert line.stage in {Stage.DUE, Stage.URGENT, Stage.EXPIRED}


def test_what_is_waited_for_is_told_and_one_notice_comes_when_it_opens() -> None:
    simulator = plugged(with_procedure(WINDOW))
    simulator.wait(39 * DAY)
    (early,) = simulator.delivered
    assert (early[1].body.id, early[1].button) == ("notice.window", text("button.guide"))
    assert dict(early[1].body.args)["opens"] == OPENS
    assert getattr(simulator.page.body, "id", None) == "guide.early.body"
    simulator.wait(DAY)
    assert [(at, notice.body.id) for at, notice in simulator.delivered[1:]] == [(OPENS, "notice.order.ends")]


def test_an_opening_between_two_notice_days_is_told() -> None:
    simulator = plugged(with_procedure(WINDOW, 90, 30))
    simulator.wait(41 * DAY)
    assert [at for at, _ in simulator.delivered] == [NOW + 10 * DAY, OPENS]


def test_an_opening_before_the_first_notice_day_is_no_notice() -> None:
    simulator = plugged(with_procedure(WINDOW, 30))
    simulator.wait(70 * DAY)
    assert [at for at, _ in simulator.delivered] == [NOW + 70 * DAY]


def test_a_recall_does_not_wait_for_the_window() -> None:
    recall = Recall(moment=NOW + 80 * DAY, text=Wording(en="-", fr="-"), begun_before=NOW)
    found = assess(memory(owned(OLD)), with_procedure(replace(WINDOW, recalls=(recall,))), {}, NOW)
    assert [case.path and case.path.kind for case in found.cases] == [WorkflowKind.ORDER]
    assert [line.renewable_from for line in found.certificates] == [None]


def test_the_end_of_the_calendar_has_a_window_too() -> None:
    endless = ending(timedelta(), not_after=NOW.replace(year=9999))
    found = assess(memory(owned(endless)), with_procedure(WINDOW), {}, NOW)
    assert [case.path for case in found.cases] == [None]
