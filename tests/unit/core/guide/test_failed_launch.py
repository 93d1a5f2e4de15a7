"""The window says what did not open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.workflows import Destination
from daemon.core.events import Launched
from daemon.core.troubles import Trouble
from support.core.factories import DAY, ending
from support.core.simulator import Simulator, simulator_with
from support.core.story import NEW, OLD

if TYPE_CHECKING:
    from config.i18n.text import Sentence


def id_of(sentence: Sentence | None) -> object:
    return getattr(sentence, "id", None)


def launched(simulator: Simulator, destination: Destination, trouble: Trouble | None) -> None:
    simulator.post(Launched(at=simulator.now, procedure="opalexe", destination=destination, trouble=trouble))


def at_the_tool() -> Simulator:
    simulator = simulator_with(OLD, NEW)
    simulator.plug(NEW)
    assert "open:tool" in simulator.actions()
    return simulator


def test_a_missing_tool_is_told_with_its_address_and_a_button() -> None:
    simulator = at_the_tool()
    launched(simulator, Destination.TOOL, Trouble.TOOL_MISSING)
    assert id_of(simulator.page.alert) == "guide.tool_missing"
    assert id_of(simulator.actions()["open:tool"].label) == "guide.open.missing_tool"
    launched(simulator, Destination.TOOL, None)
    assert simulator.page.alert is None
    assert id_of(simulator.actions()["open:tool"].label) == "guide.open.tool"


@pytest.mark.parametrize(
    ("trouble", "alert"),
    [(Trouble.LAUNCH_FAILED, "trouble.launch_failed.address"), (Trouble.ELEVATED, "trouble.elevated")],
)
def test_a_page_that_does_not_open_is_told_at_its_step(trouble: Trouble, alert: str) -> None:
    simulator = simulator_with(ending(20 * DAY))
    launched(simulator, Destination.ORDER_PAGE, trouble)
    assert id_of(simulator.page.alert) == alert
    simulator.choose("end:open")
    assert simulator.page.alert is None, "another step opens nothing of it"
