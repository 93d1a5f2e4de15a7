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
from daemon.core.commands import ChooseAction, NameKey
from daemon.core.state import State
from daemon.core.views.guide import Action, GuideView, StepStatus, offered
from support.core.factories import DAY, NOW, ending
from support.core.simulator import Simulator

OLD, NEW = ending(20 * DAY, "old"), ending(1090 * DAY, "new")
EXPIRED = ending(-DAY, "old")


@pytest.fixture
def world() -> Simulator:
    world = Simulator(state=State(settings=catalogue_settings()))
    world.look()
    return world


def view(world: Simulator) -> GuideView[Sentence]:
    assert world.state.guide is not None
    return world.state.guide


def step(world: Simulator) -> str:
    pages = [render_page(view(world), Translator(language), 1) for language in ("en", "fr")]
    assert not [words for page in pages for words in sentences(page) if "{" in words or "}" in words]
    return next((line.id for line in view(world).steps if line.status is StepStatus.CURRENT), "")


def sentences(page: Page) -> Iterator[str]:
    yield from (page.headline, page.body, page.reader_words)
    yield from filter(None, (page.workflow_title, page.why, page.alert, page.deadline_words))
    yield from (line.title for line in page.steps)
    yield from (words for refusal in page.known_problems for words in (refusal.title, refusal.text))
    yield from (card_words for card in page.certificates for card_words in (card.until, card.left, card.place))


def choose(world: Simulator, wanted: Callable[[Action[Sentence]], bool]) -> None:
    action = next(action for action in offered(view(world)) if wanted(action))
    world.command(ChooseAction(action=action.id))


def say_done(world: Simulator, *steps: str) -> None:
    """Go through steps that only the user can end."""
    for expected in steps:
        assert step(world) == expected
        choose(world, lambda action: action.id.kind is ActionKind.END)


def activate(world: Simulator) -> None:
    say_done(world, "start_tool", "activate", "code")
    assert step(world) == "choose_pin"
    choose(world, lambda action: str(action.id) == "state:activated")


def test_the_easy_way_from_the_order_to_the_tidying_up(world: Simulator) -> None:
    world.plug(OLD)
    world.command(NameKey(fingerprint=OLD.fingerprint, name="la bleue"))
    say_done(world, "order", "identity")
    assert step(world) == "wait"
    world.remove()
    world.plug(NEW)
    activate(world)
    assert step(world) == "insert_old"
    world.remove()
    world.plug(OLD)
    say_done(world, "log_in", "ask_for_mail", "close_browser")
    assert view(world).deadline == NOW + timedelta(hours=24)
    assert step(world) == "remove_old"
    world.remove()
    assert step(world) == "insert_new"
    world.plug(NEW)
    say_done(world, "click_link", "enter_pin", "enter_platform", "check_new")
    assert view(world).workflow is None
    choose(world, lambda action: str(action.id) == "clean_up")
    assert view(world).workflow is WorkflowKind.CLEAN_UP
    say_done(world, "log_in", "remove_certificate")
    assert view(world).workflow is None


def test_the_way_without_a_valid_old_key(world: Simulator) -> None:
    world.plug(EXPIRED)
    world.remove()
    world.plug(NEW)
    activate(world)
    assert view(world).workflow is WorkflowKind.ASSOCIATE_NEW
    say_done(world, "open_platform", "have_account")
    assert step(world) == "write_to_support"
    choose(world, lambda action: action.id.kind is ActionKind.OPEN)
    (letter,) = world.launches()[-1:]
    assert (letter.holder, letter.serial_hex) == ("Jean MARTIN", NEW.serial_hex)
    say_done(world, "write_to_support", "wait", "log_in")
    assert view(world).workflow is None


def test_a_link_that_ran_out_leads_back_to_the_old_key(world: Simulator) -> None:
    world.plug(OLD)
    world.remove()
    world.plug(NEW)
    activate(world)
    world.remove()
    world.plug(OLD)
    say_done(world, "log_in", "ask_for_mail")
    assert step(world) == "close_browser"
    world.wait(timedelta(hours=24))
    assert step(world) == "log_in"
    world.remove()
    assert step(world) == "insert_old"


@pytest.mark.parametrize("kind", ["add_with_old", "associate_new"])
def test_every_refusal_leads_to_its_step_or_to_the_end(world: Simulator, kind: str) -> None:
    world.plug(OLD if kind == "add_with_old" else EXPIRED)
    world.remove()
    world.plug(NEW)
    activate(world)
    assert view(world).workflow == kind
    workflow = world.state.settings.procedures[0].workflows[WorkflowKind(kind)]
    back = {refusal.id: refusal.back_to for refusal in workflow.known_problems}
    shown = {entry.id: entry.action for entry in view(world).known_problems if entry.action}
    assert [entry.id for entry in view(world).known_problems] == list(back)
    before = world.state
    for id_, action in shown.items():
        world.state = before
        world.command(ChooseAction(action=action.id))
        steps = [line for line in view(world).steps if line.id == back[id_]]
        assert view(world).headline == text("guide.abandoned") or steps[0].status is not StepStatus.DONE
