"""What the guide says on the way: dates, delivery, and the margin."""

import pytest

from config.i18n.text import Text, text
from config.i18n.translator import Translator
from config.instants import Instant
from config.values import replace
from config.workflows import Destination, Ends, Needs, WorkflowKind
from daemon.core.assessment import assess_state
from daemon.core.effects import OpenMessage
from daemon.core.guide.context import build_context
from daemon.core.guide.render import shown_case
from daemon.core.guide.sentences import sentence_arguments
from daemon.core.model import Claim, KeyId
from daemon.core.state import State
from daemon.core.views.report import Reason
from support.core.factories import DAY, MICROSECOND, NOW, OPALEXE, SETTINGS, ending
from support.core.simulator import Simulator, simulator_with
from support.core.story import HOUR, LAST_CHANCE, NEW_ID, OLD, OLD_ENDS, delivered, two_keys
from support.core.workflows import a_step, a_workflow


def why(simulator: Simulator) -> str:
    return delivered(simulator.page.why)


def test_inside_the_margin_the_old_key_may_be_tried_all_the_same() -> None:
    simulator = two_keys(LAST_CHANCE + HOUR)
    assert delivered(simulator.page.body) == "guide.prepare.associate_new.ends"
    assert [delivered(each) for each in simulator.page.at_hand] == [
        *("guide.prepare.new_key", "guide.prepare.mail", "guide.prepare.minutes")
    ]
    assert why(simulator) == Reason.OLD_ENDS
    simulator.choose("state:try_old")
    assert (simulator.page.workflow, why(simulator)) == (WorkflowKind.ADD_WITH_OLD, Reason.OLD_VALID)
    simulator.plug(OLD)
    assert simulator.step() == "log_in"


def test_the_page_before_the_account_lists_what_to_have_at_hand() -> None:
    page = two_keys(LAST_CHANCE - 3 * DAY).page
    assert [delivered(each) for each in page.at_hand] == [
        *("guide.prepare.both_keys", "guide.prepare.link", "guide.prepare.minutes")
    ]
    assert [delivered(note) for note in page.notes] == ["guide.prepare.label", "guide.prepare.still_valid"]


@pytest.mark.parametrize(
    ("kind", "keys", "now"),
    [
        (WorkflowKind.ADD_WITH_OLD, "guide.prepare.both_keys", NOW),
        (WorkflowKind.ASSOCIATE_NEW, "guide.prepare.new_key", OLD_ENDS + DAY),
    ],
)
def test_where_no_mail_is_sent_no_mailbox_is_needed(kind: WorkflowKind, keys: str, now: Instant) -> None:
    simulator = two_keys(now)
    workflows = {**OPALEXE.workflows, kind: a_workflow(kind, a_step("declare"))}
    settings = replace(SETTINGS, procedures=(replace(OPALEXE, workflows=workflows),))
    simulator.state = replace(simulator.state, settings=settings)
    simulator.look()
    assert [delivered(each) for each in simulator.page.at_hand] == [keys, "guide.prepare.minutes"]


@pytest.mark.parametrize(
    ("kind", "noted"),
    [(WorkflowKind.ORDER, ["guide.ordered.until", "guide.ordered.keep", "guide.label"]), (WorkflowKind.RENEW, [])],
    ids=["a new key", "the same key"],
)
def test_the_old_key_is_to_be_labelled_only_where_a_new_one_comes(kind: WorkflowKind, noted: list[str]) -> None:
    workflow = a_workflow(kind, a_step("ask"), a_step("wait", Ends.CERTIFICATE_SEEN))
    opalexe = replace(OPALEXE, workflows={**OPALEXE.workflows, kind: workflow}, lead=None)
    simulator = Simulator(state=State(settings=replace(SETTINGS, procedures=(opalexe,))))
    simulator.plug(OLD)
    simulator.choose("end:ask")
    assert simulator.step() == "wait"
    assert [delivered(note) for note in simulator.page.notes] == noted


@pytest.mark.parametrize("now", [LAST_CHANCE - MICROSECOND, OLD_ENDS + MICROSECOND], ids=["before it", "expired"])
def test_outside_the_margin_it_is_not_offered(now: Instant) -> None:
    assert "state:try_old" not in two_keys(now).actions()


def test_a_try_ends_with_the_old_key() -> None:
    simulator = two_keys(LAST_CHANCE + HOUR)
    simulator.choose("state:try_old")
    simulator.wait(DAY)
    assert (simulator.page.workflow, why(simulator)) == (WorkflowKind.ASSOCIATE_NEW, Reason.OLD_ENDED)


@pytest.mark.parametrize("claim", [Claim.WORKS, Claim.OLD_LOST])
def test_a_try_is_over_once_the_key_works_or_the_old_one_is_lost(claim: Claim) -> None:
    simulator = two_keys(LAST_CHANCE + HOUR)
    simulator.choose("state:try_old")
    simulator.tell(NEW_ID, claim)
    assert Claim.TRY_OLD not in simulator.state.memory.keys[KeyId(NEW_ID)].claims


@pytest.mark.parametrize(
    ("now", "last_day"),
    [
        pytest.param(NOW, text("date.last_day", day=LAST_CHANCE - DAY), id="far from it"),
        pytest.param(LAST_CHANCE - DAY - MICROSECOND, text("date.last_day", day=LAST_CHANCE - DAY), id="just before"),
        pytest.param(LAST_CHANCE - DAY, text("date.last", last=LAST_CHANCE), id="on that day"),
        pytest.param(LAST_CHANCE, text("date.last", last=OLD_ENDS), id="inside the margin"),
    ],
)
def test_the_last_day_is_the_last_whole_one_and_has_an_hour_on_that_day_only(now: Instant, last_day: Text) -> None:
    simulator = two_keys(now)
    assessment = assess_state(simulator.state, now)
    case = shown_case(simulator.state, assessment)
    assert case is not None
    assert dict(sentence_arguments(build_context(simulator.state, assessment, case, now)))["last_day"] == last_day


def test_while_a_new_key_is_awaited_the_old_one_is_labelled() -> None:
    simulator = simulator_with(ending(40 * DAY))
    while simulator.step() != "wait":
        simulator.choose(f"end:{simulator.step()}")
    assert "guide.label" in map(delivered, simulator.page.notes)


def test_a_message_can_be_begun_that_names_nobody_and_says_the_next_step() -> None:
    simulator = simulator_with(OLD)
    action = simulator.actions()["message"]
    (begun,) = [each for each in simulator.choose("message") if isinstance(each, OpenMessage)]
    assert begun.body == action.copy
    for language in ("en", "fr"):
        words = Translator(language).render(begun.body) + Translator(language).render(begun.subject)
        assert OLD.subject_cn not in words
        assert Translator(language).render(simulator.page.headline) in words
        assert "{" not in words


def test_what_needs_no_key_at_first_is_no_swap_of_keys() -> None:
    simulator = two_keys(NOW)
    steps = (
        *(a_step("file"), a_step("insert_old", ends=Ends.OLD_IN), a_step("declare", needs=Needs.OLD)),
        *(a_step("close"), a_step("insert_new", ends=Ends.NEW_IN), a_step("log_in", needs=Needs.NEW)),
    )
    kind = WorkflowKind.ADD_WITH_OLD
    workflows = {**OPALEXE.workflows, kind: a_workflow(kind, *steps)}
    settings = replace(SETTINGS, procedures=(replace(OPALEXE, workflows=workflows),))
    simulator.state = replace(simulator.state, settings=settings)
    simulator.choose("end:prepared")
    assert [group.id for group in simulator.page.outline] == ["prepare", "old", "swap", "new"]


def test_a_button_orders_only_where_something_is_ordered() -> None:
    simulator = two_keys(NOW)
    kind = WorkflowKind.ADD_WITH_OLD
    page_step = a_step("declare", Ends.CONFIRMED, Needs.NOTHING, Destination.ORDER_PAGE)
    workflows = {**OPALEXE.workflows, kind: a_workflow(kind, page_step)}
    settings = replace(SETTINGS, procedures=(replace(OPALEXE, workflows=workflows),))
    simulator.state = replace(simulator.state, settings=settings)
    simulator.choose("end:prepared")
    assert delivered(simulator.actions()["open:order_page"].label) == "guide.open.page"
