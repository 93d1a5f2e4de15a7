"""Test the guide without workflow, at its end, and with blank tokens."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from config.values import replace
from config.workflows import Destination, Ends, Needs, Workflow, WorkflowKind
from daemon.core.commands import ForgetCertificate
from daemon.core.events import Launched
from daemon.core.model import Claim, KeyId
from daemon.core.state import State
from support.core.factories import DAY, NOW, OPALEXE, SETTINGS, ending
from support.core.simulator import Simulator
from support.core.story import NEW, NEW_ID, OLD, OLD_ENDS, OLD_ID, delivered, two_keys
from support.core.workflows import WORKFLOWS, a_step, a_workflow

STEP_OF_BLANK = a_workflow(WorkflowKind.ACTIVATE, a_step("start", Ends.CONFIRMED, Needs.NEW, Destination.TOOL))
ENDED_BY_CARD = a_workflow(
    WorkflowKind.ADD_WITH_OLD, a_step("old_in", Ends.OLD_IN), a_step("ask"), a_step("old_out", Ends.OLD_OUT)
)
COPY_IN_ORDER = a_workflow(WorkflowKind.ORDER, a_step("open", Ends.CONFIRMED, Needs.NOTHING, Destination.SERIAL))


def led_by(workflows: Mapping[WorkflowKind, Workflow]) -> Simulator:
    """Simulate one procedure with these workflows."""
    settings = replace(SETTINGS, procedures=(replace(OPALEXE, workflows=workflows),))
    return Simulator(state=State(settings=settings))


def test_a_path_without_a_workflow_offers_a_check() -> None:
    world = led_by({})
    world.plug(OLD)
    assert (world.page.workflow, world.page.steps, world.page.known_problems) == (WorkflowKind.ORDER, (), ())
    assert world.page.primary is not None
    assert str(world.page.primary.id) == "check"
    assert not {"back:open", "state:works"} & world.actions().keys()


def test_a_path_without_a_workflow_can_be_abandoned() -> None:
    world = led_by({})
    world.plug(OLD)
    world.choose("abandon")
    assert delivered(world.page.headline) == "guide.abandoned"
    assert "restart" in world.actions()


def test_a_workflow_that_a_card_ends_asks_whether_the_key_works() -> None:
    world = led_by({**WORKFLOWS, WorkflowKind.ADD_WITH_OLD: ENDED_BY_CARD})
    for key in (OLD, NEW):
        world.plug(key)
        world.remove()
    world.tell(NEW_ID, Claim.ACTIVATED)
    world.plug(OLD)
    world.choose("end:ask")
    world.remove()
    assert (world.step(), world.page.workflow) == ("", WorkflowKind.ADD_WITH_OLD)
    assert world.page.primary is None
    assert delivered(world.page.headline) == "guide.sure.works"
    world.choose("state:works")
    assert world.state.memory.keys[KeyId(NEW_ID)].claims == {Claim.ACTIVATED, Claim.WORKS}


def test_the_last_step_of_a_blank_token_ends_only_by_its_certificate() -> None:
    world = led_by({**WORKFLOWS, WorkflowKind.ACTIVATE: STEP_OF_BLANK})
    world.plug(OLD)
    world.remove()
    world.plug(serial="9")
    assert world.step() == "start"
    assert "check" in world.actions()
    assert "end:start" not in world.actions()


def test_no_serial_number_is_copied_before_the_new_key_is_known() -> None:
    world = led_by({**WORKFLOWS, WorkflowKind.ORDER: COPY_IN_ORDER})
    world.plug(OLD)
    assert world.step() == "open"
    assert "copy:serial" not in world.actions()


def test_copying_the_serial_number_changes_nothing() -> None:
    world = two_keys(OLD_ENDS + DAY)
    world.plug(NEW)
    world.choose("end:prepared", "open:platform", "end:log_in")
    before = world.state.memory
    assert world.choose("copy:serial") == ()
    assert (world.step(), world.state.memory) == ("write", before)


@pytest.mark.parametrize("abandoned", [False, True], ids=["at work", "abandoned"])
def test_a_key_that_seems_in_use_may_be_called_new_on_any_page(abandoned: bool) -> None:
    latest = ending(20 * DAY, "latest", not_before=NOW - 300 * DAY)
    earlier = ending(10 * DAY, "earlier", not_before=NOW - 900 * DAY)
    world = Simulator()
    world.plug(latest)
    world.remove()
    world.wait(timedelta(hours=1))
    world.plug(earlier)
    if abandoned:
        world.choose("abandon")
    assert world.page.headline is not None
    assert "ask:new" in world.actions()


def test_a_page_that_opens_after_its_key_was_forgotten_changes_nothing() -> None:
    world = Simulator(opening=False)
    world.plug(OLD)
    world.choose("open:order_page")
    world.remove()
    world.command(ForgetCertificate(fingerprint=OLD.fingerprint))
    world.post(Launched(at=world.now, procedure="opalexe", destination=Destination.ORDER_PAGE))
    assert not world.state.launching
    assert KeyId(OLD_ID) not in world.state.memory.keys
    assert not world.state.memory.progress
