"""What holds of the guide for every order of cards and clicks."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from config.i18n.text import Sentence, clean
from config.settings import Procedure
from config.values import field_names, replace
from config.workflows import Destination, Ends, Needs
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import assess_state
from daemon.core.commands import ChooseAction
from daemon.core.effects import Launch
from daemon.core.events import Launched, ServiceLost, Tick
from daemon.core.guide.context import GuideContext, build_context, progress_id
from daemon.core.guide.render import shown_case
from daemon.core.issuers import procedure_of
from daemon.core.model import Fingerprint, TokenReading
from daemon.core.state import State
from daemon.core.troubles import Trouble
from daemon.core.views.guide import GuideView, ReaderStatus
from daemon.core.workflows.progress import PREPARED
from daemon.core.workflows.workflow import CARD_CONDITIONS
from support.core.factories import DAY, NOW, SECOND, ending, token
from support.core.simulator import Card, Simulator
from support.guide_actions import action_id

HOUR = timedelta(hours=1)
ANNE = {"given_name": "Anne", "surname": "DURAND", "subject_cn": "Anne DURAND"}
PAST, OLD, NEW = ending(-200 * DAY, "past"), ending(3 * DAY, "old"), ending(900 * DAY, "new")
FOREIGN, PLAIN = ending(500 * DAY, "foreign", **ANNE), ending(9 * DAY, "plain", issuer_o="Other")
CARDS: dict[str, tuple[TokenReading, ...]] = {
    "old": (token(OLD),),
    "new": (token(NEW),),
    "past": (token(PAST),),
    "foreign": (token(FOREIGN),),
    "plain": (token(PLAIN),),
    "bare": (token(serial="9"),),
    "bank card": (),
}
READERS = ("Reader 00", "Reader 01")
USUAL = st.sampled_from(["old", "new", "old", "new", *CARDS])
SPANS = st.sampled_from([SECOND, HOUR, 17 * HOUR, 18 * HOUR, 24 * HOUR, 2 * DAY, 3 * DAY, 30 * DAY])
CLAIMED = {"state:works", "state:old_lost", "abandon", "state:activated"}  # choices that end the story too soon


class GuideAnyOrder(RuleBasedStateMachine):
    """Two keys, other cards, and a user who clicks anything."""

    def __init__(self) -> None:
        super().__init__()
        self.simulator = Simulator()
        self.away = False
        self.old_pages: list[GuideView[Sentence]] = []
        self.simulator.look()

    def show(self) -> None:
        if not self.away:
            self.simulator.look()

    def guide_context(self) -> GuideContext | None:
        simulator = self.simulator
        assessment = assess_state(simulator.state, simulator.now)
        case = shown_case(simulator.state, assessment)
        return build_context(simulator.state, assessment, case, simulator.now) if case else None

    @rule(name=USUAL, reader=st.sampled_from(READERS))
    def put_in(self, name: str, reader: str) -> None:
        simulator = self.simulator
        simulator.insertions += 1
        tokens = tuple(replace(one, slot_description=clean(reader)) for one in CARDS[name])
        simulator.cards[reader] = Card(tokens=tokens, insertion=simulator.insertions)
        self.show()

    @rule(reader=st.sampled_from(READERS))
    def take_out(self, reader: str) -> None:
        self.simulator.cards.pop(reader, None)
        self.show()

    @rule()
    def the_service_goes(self) -> None:
        before = self.guide_context()
        self.away = True
        self.simulator.post(ServiceLost(at=self.simulator.now, trouble=Trouble.SERVICE_STOPPED))
        after = self.guide_context()
        assert self.simulator.page.reader is ReaderStatus.AWAY
        assert (after.step if after else None) == (before.step if before else None), "nothing is decided"

    @precondition(lambda self: self.away)
    @rule()
    def the_service_comes_back(self) -> None:
        self.away = False
        self.show()

    @rule()
    def the_reading_begins_to_hang(self) -> None:
        self.simulator.answering = False

    @precondition(lambda self: not self.simulator.answering)
    @rule()
    def the_reading_ends(self) -> None:
        self.simulator.answering = True
        for ticket in tuple(self.simulator.state.reads):
            order = next(o for o in reversed(self.simulator.orders()) if o.ticket == ticket)  # tickets begin anew
            self.simulator.read(order)

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        self.simulator.wait(span)
        self.show()

    @rule(span=st.sampled_from([SECOND, 2 * HOUR, 2 * DAY]))
    def the_clock_goes_back(self, span: timedelta) -> None:
        left = self.left()
        self.simulator.now = max(self.simulator.now - span, NOW - 5 * DAY)
        self.simulator.command(ChooseAction(action=action_id("select:nothing")))
        after = self.left()
        if left is not None and after is not None:
            assert after <= left + timedelta(minutes=1), "a clock set back does not lengthen the time"

    def left(self) -> timedelta | None:
        until = self.simulator.page.deadline
        return until - self.simulator.now if until else None

    @precondition(lambda self: self.simulator.actions())
    @rule(number=st.integers(0, 40), hasty=st.booleans())
    def choose(self, number: int, hasty: bool) -> None:
        simulator = self.simulator
        actions = simulator.actions()
        chosen = sorted(actions) if hasty else sorted(actions.keys() - CLAIMED) or sorted(actions)
        self.old_pages = [*self.old_pages[-3:], simulator.page]
        simulator.choose(chosen[number % len(chosen)])

    @precondition(lambda self: self.simulator.page.primary)
    @rule(works=st.booleans())
    def choose_the_first(self, works: bool) -> None:
        simulator = self.simulator
        assert simulator.page.primary is not None
        simulator.opening = works
        effects = simulator.choose(simulator.page.primary.id)
        simulator.opening = True
        before = simulator.state.memory
        for order in (e for e in effects if isinstance(e, Launch) and not works):
            failed = Trouble.LAUNCH_FAILED
            simulator.post(
                Launched(at=simulator.now, procedure=order.procedure, destination=order.destination, trouble=failed)
            )
            assert simulator.state.memory.progress == before.progress, "what failed ends nothing"

    @precondition(lambda self: self.old_pages)
    @rule(number=st.integers(0, 60))
    def choose_what_was_offered_once(self, number: int) -> None:
        """It does nothing. Only another key can always be selected."""
        page = self.old_pages[number % len(self.old_pages)]
        self.simulator.post(Tick(at=self.simulator.now))
        ids = [
            a.id for a in (*page.actions, *page.answers, *filter(None, [page.primary]))
        ]  # a key can always be selected
        gone = sorted(set(ids) - {action.id for action in self.simulator.actions().values()}, key=str)
        before = self.simulator.state
        for action in gone:
            assert self.simulator.command(ChooseAction(action=action)) == ()
        after = self.simulator.state
        assert after == before, [name for name in field_names(after) if getattr(after, name) != getattr(before, name)]

    @precondition(lambda self: self.simulator.answering and not self.away)
    @rule()
    def it_restarts(self) -> None:
        simulator = self.simulator
        simulator.wait(timedelta(minutes=1))  # a card whose reading failed is read again by then
        self.show()
        if "dismiss" in simulator.actions():
            simulator.choose("dismiss")  # a question about a claim is asked anew
        before, state = simulator.page, simulator.state
        simulator.state = State(
            settings=state.settings, zone=state.zone, memory=simulator.kept, guide_case=state.guide_case
        )
        simulator.look()
        after = simulator.page
        anew = {"certificates", "settings"} if state.examining else {"certificates"}  # no diagnosis outlives a process
        differing = {name for name in field_names(before) if getattr(before, name) != getattr(after, name)} - anew
        assert not differing, f"the same page but for {differing}"

    def truly_in(self, procedure: Procedure) -> set[Fingerprint]:
        """Name the cards in the readers, which only the test knows.

        By the user's word one may serve for another procedure, or for this one.
        """
        state = self.simulator.state
        found = [c for card in self.simulator.cards.values() for t in card.tokens for c in t.certificates]
        uses = state.settings.procedures, state.memory.assignments
        return {c.fingerprint for c in found if procedure_of(c, *uses) == procedure}

    @invariant()
    def no_browser_step_with_the_wrong_card(self) -> None:
        guide_context = self.guide_context()
        if guide_context is None or guide_context.step is None:
            return
        roles, needs = guide_context.roles, guide_context.step.needs
        right = roles.old if needs is Needs.OLD else roles.new
        known = not self.away and self.simulator.page.reader is not ReaderStatus.READING
        clear = known and self.truly_in(guide_context.case.lineage.procedure) == (
            {right.fingerprint} if right else set()
        )
        for action in self.simulator.actions().values():
            if action.id.kind is ActionKind.END and action.id.subject != PREPARED:  # that page is only read
                assert needs is Needs.NOTHING or clear
            if action.id == ActionId(ActionKind.OPEN, Destination.PLATFORM):
                assert clear

    @invariant()
    def the_workflow_is_that_of_the_path(self) -> None:
        state = self.simulator.state
        for case in assess_state(state, self.simulator.now).cases:
            if case.path is not None:
                assert state.memory.progress[progress_id(case)].workflow == case.path.kind.value
        guide_context = self.guide_context()
        if guide_context and guide_context.case.path and self.simulator.page.steps:
            assert self.simulator.page.workflow == guide_context.case.path.kind.value

    @invariant()
    def no_step_is_ended_twice(self) -> None:
        guide_context = self.guide_context()
        endings = [a.id.subject for a in self.simulator.actions().values() if a.id.kind is ActionKind.END]
        assert len(endings) <= 1
        if guide_context and guide_context.progress:
            assert not set(endings) & guide_context.progress.done.keys()

    @invariant()
    def a_deadline_is_ahead(self) -> None:
        left = self.left()
        assert left is None or timedelta() < left <= 24 * HOUR

    @invariant()
    def something_leads_on(self) -> None:
        page, guide_context = self.simulator.page, self.guide_context()
        if guide_context is None or guide_context.step is None or page.primary or page.answers:
            return
        awaited = CARD_CONDITIONS | {Ends.CERTIFICATE_SEEN, Ends.ACTIVATED}
        assert guide_context.step.ends in awaited or not guide_context.cards.ready(guide_context.step.needs)

    def teardown(self) -> None:
        """Follow the guide from the current page to its end."""
        simulator = self.simulator
        simulator.opening = True
        self.away = False
        if not simulator.answering:
            self.the_reading_ends()
        simulator.cards.clear()
        self.show()
        for _ in range(40):
            guide_context, page = self.guide_context(), simulator.page
            if guide_context is None or not (page.steps or page.answers or page.primary):
                return
            self.follow(guide_context, page)
            if guide_context.step and guide_context.step.ends is Ends.CERTIFICATE_SEEN:
                return
        raise AssertionError(f"the guide never ends: {simulator.page}")

    def follow(self, guide_context: GuideContext, page: GuideView[Sentence]) -> None:
        simulator = self.simulator
        actions = page.answers or tuple(filter(None, [page.primary]))
        if actions and actions[0].id.kind is not ActionKind.CHECK:
            simulator.choose(str(actions[0].id))
            return
        step = guide_context.step
        ends = step.ends if step else Ends.CONFIRMED
        old = ends is Ends.OLD_IN or (step is not None and step.needs is Needs.OLD)
        entry = guide_context.roles.old if old else guide_context.roles.new
        simulator.cards.clear()
        simulator.look()
        if ends in {Ends.OLD_OUT, Ends.NEW_OUT, Ends.CERTIFICATE_SEEN}:
            return
        if guide_context.roles.blank and actions:
            simulator.plug(ending(1900 * DAY, "later"), serial="9")
        elif guide_context.roles.blank:
            simulator.insert(*CARDS["bare"])
        else:
            assert entry is not None
            simulator.plug(entry.seen.certificate)


TestGuideAnyOrder = GuideAnyOrder.TestCase


def test_the_page_before_the_steps_leads_on_while_cards_are_read() -> None:
    story = GuideAnyOrder()
    story.put_in("old", "Reader 00")
    story.time_passes(3 * DAY)
    story.take_out("Reader 00")
    story.put_in("new", "Reader 01")
    story.simulator.choose("end:start", "state:activated")
    story.the_reading_begins_to_hang()
    story.put_in("bare", "Reader 00")
    assert story.simulator.page.primary is not None
    assert (story.simulator.page.reader, story.simulator.page.primary.id.subject) == (ReaderStatus.READING, PREPARED)
    story.no_browser_step_with_the_wrong_card()
    story.teardown()


def test_a_key_that_is_read_again_gives_the_page_to_no_other_holder() -> None:
    story = GuideAnyOrder()
    story.put_in("old", "Reader 00")
    story.put_in("foreign", "Reader 01")
    before = story.simulator.page
    story.the_reading_begins_to_hang()
    story.put_in("old", "Reader 00")
    assert story.simulator.page.reader is ReaderStatus.READING
    assert (story.simulator.page.holder, story.simulator.page.headline) == (before.holder, before.headline)
    story.the_service_goes()
    assert story.simulator.page.holder == before.holder
