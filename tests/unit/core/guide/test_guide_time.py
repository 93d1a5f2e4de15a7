"""How the guide handles expired links, passed margins and clock changes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.workflows import Workflow, WorkflowKind
from daemon.core.effects import OpenGuide
from daemon.core.model import Claim, ProgressId
from daemon.core.views.guide import ReaderStatus
from support.core.factories import DAY, MICROSECOND, NOW, OPALEXE, SETTINGS, SIV
from support.core.story import HOUR, LAST_CHANCE, NEW, NEW_ID, OLD, OLD_ENDS, delivered, finished, mailed, two_keys
from support.core.workflows import WORKFLOWS


def test_the_tidying_up_is_reminded_of_once_after_a_week() -> None:
    world = finished()
    world.choose("finish")
    world.wait(7 * DAY - MICROSECOND)
    assert "notice.clean_up.title" not in world.titles()
    world.wait(MICROSECOND)
    assert world.titles()[-1] == "notice.clean_up.title"
    world.wait(100 * DAY)
    assert world.titles().count("notice.clean_up.title") == 1


@pytest.mark.parametrize("choices", [["clean_up", "end:remove"], ["not_needed"]], ids=["tidied", "not needed"])
def test_the_tidying_up_is_silent_once_it_is_done_or_not_needed(choices: list[str]) -> None:
    world = finished()
    world.choose(*choices)
    world.wait(100 * DAY)
    assert "notice.clean_up.title" not in world.titles()
    assert not {"clean_up", "not_needed"} & world.actions().keys()


def test_nobody_is_reminded_to_tidy_up_after_a_way_that_the_guide_did_not_lead() -> None:
    world = two_keys()
    world.tell(NEW_ID, Claim.WORKS)
    world.wait(100 * DAY)
    assert "notice.clean_up.title" not in world.titles()
    assert delivered(world.page.headline) == "guide.well"


def test_the_old_key_has_to_be_out_before_the_link_is_clicked() -> None:
    world = mailed()
    world.remove()
    world.plug(NEW)
    world.plug(OLD, reader="Reader 01")
    assert (world.step(), world.page.reader) == ("old_out", ReaderStatus.BOTH)
    assert "end:click" not in world.actions()
    world.remove("Reader 01")
    assert world.step() == "click"


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        pytest.param(LAST_CHANCE - MICROSECOND, WorkflowKind.ADD_WITH_OLD, id="just before the margin"),
        pytest.param(LAST_CHANCE, WorkflowKind.ASSOCIATE_NEW, id="at the margin"),
    ],
)
def test_the_way_is_chosen_again_at_the_margin(moment: datetime, kind: WorkflowKind) -> None:
    world = two_keys()
    world.plug(OLD)
    world.choose("end:log_in")
    world.wait(moment - NOW)
    assert world.page.workflow is kind
    changed = kind is WorkflowKind.ASSOCIATE_NEW
    assert (delivered(world.page.why) == "reason.associate_new.old_ended") is changed
    world.remove()
    assert ([delivered(alert) for alert in [world.page.alert] if alert] == ["guide.changed.associate_new"]) is changed
    assert (world.state.memory.progress[ProgressId(NEW_ID)].left is WorkflowKind.ADD_WITH_OLD) is changed


def test_what_has_changed_is_said_until_the_first_step_of_the_new_way_is_ended() -> None:
    world = two_keys()
    world.wait(LAST_CHANCE - NOW)
    world.plug(NEW)
    assert delivered(world.page.alert) == "guide.changed.associate_new"
    world.choose("end:log_in")
    assert world.page.alert is None


def test_a_link_on_its_way_needs_no_margin() -> None:
    world = mailed(LAST_CHANCE - HOUR)
    world.remove()
    world.plug(NEW)
    world.wait(20 * HOUR)
    assert (world.page.workflow, world.step()) == (WorkflowKind.ADD_WITH_OLD, "click")
    report = world.check()
    assert report is not None
    assert [(path.kind, path.reason.id) for path in report.paths] == [
        (WorkflowKind.ADD_WITH_OLD, "reason.add_with_old.mailed")
    ]
    world.wait(4 * HOUR)
    assert world.page.workflow is WorkflowKind.ASSOCIATE_NEW, "its time is over, and no other can be asked for"


def test_an_expired_certificate_ends_the_easy_way_but_its_link_may_be_tried() -> None:
    world = mailed(LAST_CHANCE - MICROSECOND)
    world.remove()
    world.plug(NEW)
    until = world.now + DAY + HOUR
    procedure = replace(OPALEXE, workflows=with_link_of(DAY + HOUR))
    world.state = replace(world.state, settings=replace(SETTINGS, procedures=(procedure, SIV)))
    world.wait(DAY + MICROSECOND)
    assert (world.now, world.page.workflow) == (OLD_ENDS, WorkflowKind.ADD_WITH_OLD)
    world.wait(MICROSECOND)
    assert world.page.workflow is WorkflowKind.ASSOCIATE_NEW
    assert delivered(world.page.alert) == "guide.changed.link"
    assert world.state.memory.progress[ProgressId(NEW_ID)].link_until == until
    world.wait(HOUR)
    assert delivered(world.page.alert) == "guide.changed.associate_new"


def with_link_of(life: timedelta) -> dict[WorkflowKind, Workflow]:
    """Make workflows whose link is valid this long."""
    workflow = WORKFLOWS[WorkflowKind.ADD_WITH_OLD]
    steps = (replace(s, limit=replace(s.limit, span=life)) if s.limit else s for s in workflow.steps)
    return {**WORKFLOWS, workflow.kind: replace(workflow, steps=tuple(steps))}


def test_the_link_that_is_too_old_leads_back_to_the_mail() -> None:
    world = mailed()
    world.remove()
    world.plug(NEW)
    world.wait(DAY - MICROSECOND)
    assert world.step() == "click"
    world.wait(MICROSECOND)
    assert world.step() == "old_in"
    world.remove()
    assert delivered(world.page.alert) == "guide.lapsed"
    world.plug(OLD)
    world.choose("end:log_in")
    assert world.page.alert is None


def test_the_last_hours_of_the_link_are_told_once() -> None:
    world = mailed()
    world.wait(18 * HOUR - MICROSECOND)
    assert "notice.link.title" not in world.titles()
    world.wait(MICROSECOND)
    assert world.titles()[-1] == "notice.link.title"
    assert world.answer(f"link:{NEW_ID}") == (OpenGuide(),)
    world.wait(DAY)
    assert world.titles().count("notice.link.title") == 1


def test_the_last_day_with_the_old_key_is_told() -> None:
    world = two_keys()
    world.wait(LAST_CHANCE - DAY - NOW - MICROSECOND)
    assert "notice.last_day.title" not in world.titles()
    world.wait(MICROSECOND)
    assert world.titles()[-1] == "notice.last_day.title"
    world.wait(DAY)
    assert world.titles()[-1] == "notice.associate_new.title"
    assert world.titles().count("notice.last_day.title") == 1


def test_while_the_link_is_on_its_way_notices_lead_to_the_guide() -> None:
    world = mailed(LAST_CHANCE - HOUR)
    world.wait(HOUR)
    notice = world.delivered[-1][1]
    assert notice.body.id == "notice.mailed", "a day before the end"
    launches = len(world.launches())
    assert OpenGuide() in world.answer(notice.tag)
    assert len(world.launches()) == launches, "the old key is no longer asked for"


def test_the_last_day_is_not_told_to_whoever_has_asked_for_the_link() -> None:
    world = mailed(LAST_CHANCE - DAY - HOUR)
    world.wait(2 * HOUR)
    assert "notice.last_day.title" not in world.titles()


def test_a_clock_set_back_leaves_the_link_its_hours() -> None:
    world = mailed()
    world.wait(2 * HOUR)
    world.look()
    world.now -= 5 * HOUR
    world.look()
    assert world.page.deadline == world.now + 22 * HOUR
    world.wait(22 * HOUR)
    assert world.step() == "log_in", "the link is too old, and the old key is in"
