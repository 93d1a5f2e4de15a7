"""Every step of the catalogue has its texts and a way on."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config.i18n.text import Sentence, text
from config.i18n.translator import Translator
from config.schema.load_settings import catalogue_settings
from config.workflows import WorkflowKind
from daemon.adapters.guide.messages import Page
from daemon.adapters.guide.render import render_page
from daemon.core.action_id import ActionKind
from daemon.core.commands import AssignProcedure, ChooseAction, NameKey
from daemon.core.model import Certificate
from daemon.core.state import State
from daemon.core.views.guide import Action, GuideView, StepStatus, offered
from support.core.factories import DAY, NOW, ending
from support.core.simulator import Simulator

OLD, NEW = ending(20 * DAY, "old"), ending(1090 * DAY, "new")
EXPIRED = ending(-DAY, "old")


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator(state=State(settings=catalogue_settings()))
    simulator.look()
    return simulator


def view(simulator: Simulator) -> GuideView[Sentence]:
    assert simulator.state.guide is not None
    return simulator.state.guide


def step(simulator: Simulator) -> str:
    pages = [render_page(view(simulator), Translator(language), 1) for language in ("en", "fr")]
    assert not [words for page in pages for words in sentences(page) if "{" in words or "}" in words]
    return next((line.id for line in view(simulator).steps if line.status is StepStatus.CURRENT), "")


def sentences(page: Page) -> Iterator[str]:
    yield from (page.headline, page.body, page.reader_words)
    yield from filter(None, (page.workflow_title, page.why, page.alert, page.deadline_words))
    yield from (line.title for line in page.steps)
    yield from (words for refusal in page.known_problems for words in (refusal.title, refusal.text))
    yield from (words for card in page.certificates for words in (card.until, card.left, card.place) if words)


def choose(simulator: Simulator, wanted: Callable[[Action[Sentence]], bool]) -> None:
    action = next(action for action in offered(view(simulator)) if wanted(action))
    simulator.command(ChooseAction(action=action.id))


def plug_first(simulator: Simulator, certificate: Certificate) -> None:
    """Plug the first key, and say what it is for."""
    simulator.plug(certificate)
    simulator.command(AssignProcedure(fingerprint=certificate.fingerprint, procedure="opalexe"))


def say_done(simulator: Simulator, *steps: str) -> None:
    """Go through steps that only the user can end."""
    for expected in steps:
        assert step(simulator) == expected
        choose(simulator, lambda action: action.id.kind is ActionKind.END)


def activate(simulator: Simulator) -> None:
    say_done(simulator, "start_tool", "activate", "code")
    assert step(simulator) == "choose_pin"
    choose(simulator, lambda action: str(action.id) == "state:activated")


def test_the_easy_way_from_the_order_to_the_tidying_up(simulator: Simulator) -> None:
    plug_first(simulator, OLD)
    simulator.command(NameKey(fingerprint=OLD.fingerprint, name="la bleue"))
    say_done(simulator, "order", "identity")
    assert step(simulator) == "wait"
    simulator.remove()
    simulator.plug(NEW)
    activate(simulator)
    choose(simulator, lambda action: str(action.id) == "end:prepared")
    assert step(simulator) == "insert_old"
    simulator.remove()
    simulator.plug(OLD)
    say_done(simulator, "log_in", "ask_for_mail", "close_browser")
    assert view(simulator).deadline == NOW + timedelta(hours=24)
    assert step(simulator) == "remove_old"
    simulator.remove()
    assert step(simulator) == "insert_new"
    simulator.plug(NEW)
    say_done(simulator, "click_link", "enter_pin", "enter_platform", "check_new")
    assert view(simulator).workflow is WorkflowKind.ADD_WITH_OLD
    choose(simulator, lambda action: str(action.id) == "state:works")
    assert view(simulator).workflow is None
    choose(simulator, lambda action: str(action.id) == "clean_up")
    assert view(simulator).workflow is WorkflowKind.CLEAN_UP
    say_done(simulator, "log_in", "remove_certificate")
    assert view(simulator).workflow is None


def test_the_way_without_a_valid_old_key(simulator: Simulator) -> None:
    plug_first(simulator, EXPIRED)
    simulator.remove()
    simulator.plug(NEW)
    activate(simulator)
    assert view(simulator).workflow is WorkflowKind.ASSOCIATE_NEW
    choose(simulator, lambda action: str(action.id) == "end:prepared")
    say_done(simulator, "open_platform", "have_account")
    assert step(simulator) == "write_to_support"
    choose(simulator, lambda action: action.id.kind is ActionKind.OPEN)
    (letter,) = simulator.launches()[-1:]
    assert (letter.holder, letter.serial_hex) == ("Jean MARTIN", NEW.serial_hex)
    say_done(simulator, "write_to_support", "wait", "log_in")
    choose(simulator, lambda action: str(action.id) == "state:works")
    assert view(simulator).workflow is None


def test_a_link_that_ran_out_leads_back_to_the_old_key(simulator: Simulator) -> None:
    plug_first(simulator, OLD)
    simulator.remove()
    simulator.plug(NEW)
    activate(simulator)
    simulator.remove()
    simulator.plug(OLD)
    say_done(simulator, "log_in", "ask_for_mail")
    assert step(simulator) == "close_browser"
    simulator.wait(timedelta(hours=24))
    assert step(simulator) == "log_in"
    simulator.remove()
    assert step(simulator) == "insert_old"


@pytest.mark.parametrize("kind", ["add_with_old", "associate_new"])
def test_every_refusal_leads_to_its_step_or_to_the_end(simulator: Simulator, kind: str) -> None:
    plug_first(simulator, OLD if kind == "add_with_old" else EXPIRED)
    simulator.remove()
    simulator.plug(NEW)
    activate(simulator)
    assert view(simulator).workflow == kind
    choose(simulator, lambda action: str(action.id) == "end:prepared")
    procedure = simulator.state.settings.procedure("opalexe")
    assert procedure is not None
    workflow = procedure.workflows[WorkflowKind(kind)]
    back = {refusal.id: refusal.back_to for refusal in workflow.known_problems}
    shown = {entry.id: entry.action for entry in view(simulator).known_problems if entry.action}
    assert {entry.id for entry in view(simulator).known_problems} <= set(back)
    before = simulator.state
    for id_, action in shown.items():
        simulator.state = before
        simulator.command(ChooseAction(action=action.id))
        steps = [line for line in view(simulator).steps if line.id == back[id_]]
        assert view(simulator).headline == text("guide.abandoned") or steps[0].status is not StepStatus.DONE


def test_each_step_has_at_most_three_refusals_and_each_refusal_a_step() -> None:
    every = (workflow for each in catalogue_settings().procedures for workflow in each.workflows.values())
    for workflow in every:
        ids = {step.id for step in workflow.steps}
        assert all(set(problem.steps) <= ids for problem in workflow.known_problems)
        at = {id_: [p.id for p in workflow.known_problems if not p.steps or id_ in p.steps] for id_ in ids}
        assert [problems for problems in at.values() if len(problems) > 3] == []
