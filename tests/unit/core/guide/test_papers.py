"""The papers to tick before an order."""

import pytest

from config.i18n.text import Phrase, text
from config.i18n.wording import Wording
from config.settings import Paper, Procedure, Settings
from config.values import replace
from config.workflows import Destination, Ends, Needs, WorkflowKind
from daemon.core.notice import NoticeChoice
from daemon.core.state import State
from support.core.factories import DAY, NOW, OPALEXE, ending
from support.core.simulator import Simulator
from support.core.story import delivered
from support.core.workflows import a_step, a_workflow, word
from support.guide_actions import action_id

PAPERS = (Paper(id="identity", title=word("identity card")), Paper(id="kbis", title=word("Kbis"), max_age_days=90))
WITH_PAPERS = replace(OPALEXE, papers=PAPERS)


def started(procedure: Procedure = WITH_PAPERS) -> tuple[Simulator, str]:
    simulator = Simulator(state=State(settings=Settings(procedures=(procedure,))))
    simulator.look()
    return simulator, simulator.plug(ending(80 * DAY))


def ticked(simulator: Simulator) -> list[str]:
    return [str(a.id) for a in simulator.page.answers if getattr(a.label, "id", "") == "guide.paper.ticked"]


def test_the_papers_come_before_the_order_with_their_age() -> None:
    simulator, _ = started()
    assert delivered(simulator.page.headline) == "guide.papers"
    identity, kbis = simulator.page.answers
    assert (identity.label, identity.detail) == (text("guide.paper.open", paper=Phrase(word("identity card"))), None)
    assert kbis.detail == text("guide.paper.age", count=90, date=NOW - 90 * DAY)
    assert simulator.page.likely == action_id("tick:identity")


def test_a_tick_is_kept_and_can_be_taken_back() -> None:
    simulator, _ = started()
    simulator.choose("tick:kbis")
    simulator.restart()
    assert ticked(simulator) == ["tick:kbis"]
    simulator.choose("tick:kbis", "tick:identity")
    assert ticked(simulator) == ["tick:identity"]
    simulator.choose("tick:kbis")
    assert simulator.page.likely == action_id("end:prepared")


def test_the_order_follows_and_the_way_back_leads_to_the_papers() -> None:
    simulator, _ = started()
    simulator.choose("tick:kbis", "end:prepared")
    assert simulator.step() == "open"
    simulator.choose("back:prepared")
    assert (delivered(simulator.page.headline), ticked(simulator)) == ("guide.papers", ["tick:kbis"])
    simulator.choose("end:prepared")
    simulator.wait(DAY)
    simulator.choose("open:order_page", "end:ordered")
    assert simulator.page.eyebrow == text("guide.eyebrow.ordered", date=NOW + DAY), "not when a paper was ticked"


def test_a_click_on_the_notice_opens_the_list_first() -> None:
    simulator, key = started()
    simulator.answer(key)
    assert simulator.launches() == []
    simulator.choose("end:prepared")
    simulator.answer(key)
    assert [launch.destination for launch in simulator.launches()] == [Destination.ORDER_PAGE]


def test_who_has_ordered_is_not_asked_for_papers() -> None:
    simulator, key = started()
    simulator.answer(key, NoticeChoice.ORDERED)
    assert simulator.step() == "wait"


@pytest.mark.parametrize(("danger", "opened"), [(None, [Destination.ORDER_PAGE]), (word("It deletes a key."), [])])
def test_a_click_opens_nothing_before_its_danger_is_told(danger: Wording | None, opened: list[Destination]) -> None:
    step = replace(a_step("open", Ends.LAUNCHED, Needs.NOTHING, Destination.ORDER_PAGE), danger=danger)
    order = a_workflow(WorkflowKind.ORDER, step, a_step("wait", Ends.CERTIFICATE_SEEN))
    simulator, key = started(replace(OPALEXE, workflows={**OPALEXE.workflows, WorkflowKind.ORDER: order}))
    simulator.answer(key)
    assert [launch.destination for launch in simulator.launches()] == opened
    assert simulator.step() == ("open" if danger else "wait")
