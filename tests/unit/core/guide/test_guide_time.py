"""How the guide handles expired links, passed margins and clock changes."""

from datetime import datetime, timedelta

import pytest

from config.values import replace
from config.workflows import Workflow, WorkflowKind
from daemon.core.commands import RaiseGuide
from daemon.core.effects import OpenGuide
from daemon.core.model import Claim, ProgressId
from daemon.core.views.guide import ReaderStatus
from support.core.factories import DAY, MICROSECOND, NOW, OPALEXE, SETTINGS, SIV
from support.core.story import HOUR, LAST_CHANCE, NEW, NEW_ID, OLD, OLD_ENDS, delivered, finished, mailed, two_keys
from support.core.workflows import WORKFLOWS


def test_there_is_one_reminder_to_tidy_up_after_a_week() -> None:
    simulator = finished()
    simulator.choose("finish")
    simulator.wait(7 * DAY - MICROSECOND)
    assert "notice.clean_up.title" not in simulator.titles()
    simulator.wait(MICROSECOND)
    assert simulator.titles()[-1] == "notice.clean_up.title"
    simulator.wait(100 * DAY)
    assert simulator.titles().count("notice.clean_up.title") == 1


@pytest.mark.parametrize("choices", [["clean_up", "end:remove"], ["not_needed"]], ids=["tidied", "not needed"])
def test_the_tidying_up_is_silent_once_it_is_done_or_not_needed(choices: list[str]) -> None:
    simulator = finished()
    simulator.choose(*choices)
    simulator.wait(100 * DAY)
    assert "notice.clean_up.title" not in simulator.titles()
    simulator.command(RaiseGuide(), request=1)  # after the old key's end
    assert not {"clean_up", "not_needed"} & simulator.actions().keys()


def test_there_is_no_reminder_to_tidy_up_after_a_workflow_without_the_guide() -> None:
    simulator = two_keys()
    simulator.tell(NEW_ID, Claim.WORKS)
    simulator.wait(100 * DAY)
    assert "notice.clean_up.title" not in simulator.titles()
    assert delivered(simulator.page.headline) == "guide.well"


def test_the_old_key_has_to_be_out_before_the_link_is_clicked() -> None:
    simulator = mailed()
    simulator.remove()
    simulator.plug(NEW)
    simulator.plug(OLD, reader="Reader 01")
    assert (simulator.step(), simulator.page.reader) == ("old_out", ReaderStatus.BOTH)
    assert "end:click" not in simulator.actions()
    simulator.remove("Reader 01")
    assert simulator.step() == "click"


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        pytest.param(LAST_CHANCE - MICROSECOND, WorkflowKind.ADD_WITH_OLD, id="just before the margin"),
        pytest.param(LAST_CHANCE, WorkflowKind.ASSOCIATE_NEW, id="at the margin"),
    ],
)
def test_the_way_is_chosen_again_at_the_margin(moment: datetime, kind: WorkflowKind) -> None:
    simulator = two_keys()
    simulator.plug(OLD)
    simulator.choose("end:log_in")
    simulator.wait(moment - NOW)
    assert simulator.page.workflow is kind
    changed = kind is WorkflowKind.ASSOCIATE_NEW
    assert (delivered(simulator.page.why) == "reason.associate_new.old_ends") is changed
    simulator.remove()
    assert (
        [delivered(alert) for alert in [simulator.page.alert] if alert] == ["guide.changed.associate_new"]
    ) is changed
    assert (simulator.state.memory.progress[ProgressId(NEW_ID)].left is WorkflowKind.ADD_WITH_OLD) is changed


@pytest.mark.parametrize(
    ("moment", "alert"),
    [
        pytest.param(OLD_ENDS, "guide.changed.associate_new", id="in its last moment"),
        pytest.param(OLD_ENDS + MICROSECOND, "guide.changed.expired", id="just after its end"),
    ],
)
def test_a_change_says_that_the_old_key_has_expired_only_when_it_has(moment: datetime, alert: str) -> None:
    simulator = two_keys()
    simulator.plug(OLD)
    simulator.choose("end:log_in")
    simulator.remove()
    simulator.wait(moment - NOW)
    assert delivered(simulator.page.alert) == alert


def test_a_change_is_shown_until_the_first_step_of_the_new_workflow_ends() -> None:
    simulator = two_keys()
    simulator.wait(LAST_CHANCE - NOW)
    simulator.plug(NEW)
    assert delivered(simulator.page.alert) == "guide.changed.associate_new"
    simulator.choose("end:log_in")
    assert simulator.page.alert is None


def test_a_link_on_its_way_needs_no_margin() -> None:
    simulator = mailed(LAST_CHANCE - HOUR)
    simulator.remove()
    simulator.plug(NEW)
    simulator.wait(20 * HOUR)
    assert (simulator.page.workflow, simulator.step()) == (WorkflowKind.ADD_WITH_OLD, "click")
    report = simulator.check()
    assert report is not None
    assert [(path.kind, path.reason.id) for path in report.paths] == [
        (WorkflowKind.ADD_WITH_OLD, "reason.add_with_old.mailed")
    ]
    simulator.wait(4 * HOUR)
    assert simulator.page.workflow is WorkflowKind.ASSOCIATE_NEW, "its time is over, and no other can be asked for"


def test_an_expired_certificate_ends_the_easy_way_but_its_link_may_be_tried() -> None:
    simulator = mailed(LAST_CHANCE - MICROSECOND)
    simulator.remove()
    simulator.plug(NEW)
    until = simulator.now + DAY + HOUR
    procedure = replace(OPALEXE, workflows=with_link_of(DAY + HOUR))
    simulator.state = replace(simulator.state, settings=replace(SETTINGS, procedures=(procedure, SIV)))
    simulator.wait(DAY + MICROSECOND)
    assert (simulator.now, simulator.page.workflow) == (OLD_ENDS, WorkflowKind.ADD_WITH_OLD)
    simulator.wait(MICROSECOND)
    assert simulator.page.workflow is WorkflowKind.ASSOCIATE_NEW
    assert delivered(simulator.page.alert) == "guide.changed.link"
    assert simulator.state.memory.progress[ProgressId(NEW_ID)].link_until == until
    simulator.wait(HOUR)
    assert delivered(simulator.page.alert) == "guide.changed.expired"


def with_link_of(life: timedelta) -> dict[WorkflowKind, Workflow]:
    """Make workflows whose link is valid this long."""
    workflow = WORKFLOWS[WorkflowKind.ADD_WITH_OLD]
    steps = (replace(s, limit=replace(s.limit, span=life)) if s.limit else s for s in workflow.steps)
    return {**WORKFLOWS, workflow.kind: replace(workflow, steps=tuple(steps))}


def test_the_link_that_is_too_old_leads_back_to_the_mail() -> None:
    simulator = mailed()
    simulator.remove()
    simulator.plug(NEW)
    simulator.wait(DAY - MICROSECOND)
    assert simulator.step() == "click"
    simulator.wait(MICROSECOND)
    assert simulator.step() == "old_in"
    simulator.remove()
    assert delivered(simulator.page.alert) == "guide.lapsed"
    simulator.plug(OLD)
    simulator.choose("end:log_in")
    assert simulator.page.alert is None


def test_the_last_hours_of_the_link_are_shown_once() -> None:
    simulator = mailed()
    simulator.wait(18 * HOUR - MICROSECOND)
    assert "notice.link.title" not in simulator.titles()
    simulator.wait(MICROSECOND)
    assert simulator.titles()[-1] == "notice.link.title"
    assert simulator.answer(f"link:{NEW_ID}") == (OpenGuide(),)
    simulator.wait(DAY)
    assert simulator.titles().count("notice.link.title") == 1


def test_the_last_day_with_the_old_key_is_shown() -> None:
    simulator = two_keys()
    simulator.wait(LAST_CHANCE - DAY - NOW - MICROSECOND)
    assert "notice.last_day.title" not in simulator.titles()
    simulator.wait(MICROSECOND)
    assert simulator.titles()[-1] == "notice.last_day.title"
    simulator.wait(DAY)
    assert simulator.titles()[-1] == "notice.associate_new.title"
    assert simulator.titles().count("notice.last_day.title") == 1


def test_while_the_link_is_on_its_way_notices_lead_to_the_guide() -> None:
    simulator = mailed(LAST_CHANCE - HOUR)
    simulator.wait(HOUR)
    notice = simulator.delivered[-1][1]
    assert notice.body.id == "notice.mailed", "a day before the end"
    launches = len(simulator.launches())
    assert OpenGuide() in simulator.answer(notice.notice_id)
    assert len(simulator.launches()) == launches, "the old key is no longer asked for"


def test_the_last_day_is_not_shown_once_the_link_is_requested() -> None:
    simulator = mailed(LAST_CHANCE - DAY - HOUR)
    simulator.wait(2 * HOUR)
    assert "notice.last_day.title" not in simulator.titles()


def test_a_clock_set_back_leaves_the_link_its_hours() -> None:
    simulator = mailed()
    simulator.wait(2 * HOUR)
    simulator.look()
    simulator.now -= 5 * HOUR
    simulator.look()
    assert simulator.page.deadline == simulator.now + 22 * HOUR
    simulator.wait(22 * HOUR)
    assert simulator.step() == "log_in", "the link is too old, and the old key is in"
