"""Whether two keys are of one person is asked once."""

import pytest

from config.i18n.text import Text, text
from config.settings import Procedure
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import RenewalCase, assess_state
from daemon.core.commands import ChooseAction, CompareHolders, ForgetCertificate, RaiseGuide
from daemon.core.doubts import TOO_COMMON
from daemon.core.holders import lineages
from daemon.core.model import Certificate, Claim, HolderAnswer, KeyId, pair_of
from daemon.core.renewal import Question
from daemon.core.state import State
from support.core.factories import DAY, NOW, OPALEXE, SETTINGS, certificate, changed, ending, memory, owned
from support.core.simulator import Simulator

OLD = ending(20 * DAY, "old")
MARRIED = certificate("married", surname="DURAND", subject_cn="Jean DURAND", not_before=NOW - DAY)
SAME, OTHER = "same_holder", "other_holder"


def asked(*certificates: Certificate) -> Simulator:
    simulator = Simulator()
    simulator.look()
    for one in certificates:
        simulator.plug(one)
    return simulator


def cases(simulator: Simulator) -> tuple[RenewalCase, ...]:
    return assess_state(simulator.state, simulator.now).cases


def kinds(simulator: Simulator) -> list[WorkflowKind | None]:
    return [case.path.kind if case.path else None for case in cases(simulator)]


def questions(simulator: Simulator) -> int:
    """Count the notices that ask whose keys they are."""
    return sum(any(str(key).startswith("holder|") for key in notice.dedup_keys) for _, notice in simulator.delivered)


def answer(simulator: Simulator, kind: str) -> None:
    (action,) = [action for action in simulator.page.answers + simulator.page.actions if action.id.kind == kind]
    simulator.choose(action.id)


@pytest.mark.parametrize("keys", [(OLD, MARRIED), (MARRIED, OLD)], ids=["old first", "new first"])
def test_a_doubt_pairs_nothing_and_is_asked_once(keys: tuple[Certificate, ...]) -> None:
    simulator = asked(*keys)
    assert len(cases(simulator)) == 2
    assert getattr(simulator.page.headline, "id", None) == "guide.ask.holder"
    assert [action.id.kind for action in simulator.page.answers] == [ActionKind.SAME_HOLDER, ActionKind.OTHER_HOLDER]
    assert questions(simulator) == 1
    simulator.wait(3 * DAY)
    simulator.restart()
    assert questions(simulator) == 1


@pytest.mark.parametrize("name", [("J?an", "MARTI?"), ("Жан", "МАРТЕН")], ids=["lost letters", "another script"])
def test_a_name_that_cannot_be_compared_is_asked_about(name: tuple[str, str]) -> None:
    given, surname = name
    new = certificate("new", given_name=given, surname=surname, subject_cn=f"{given} {surname}", not_before=NOW - DAY)
    simulator = asked(OLD, new)
    assert questions(simulator) == 1
    answer(simulator, SAME)
    assert kinds(simulator) == [WorkflowKind.ACTIVATE]


def test_yes_joins_the_lines_and_is_remembered() -> None:
    simulator = asked(OLD, MARRIED)
    answer(simulator, SAME)
    assert kinds(simulator) == [WorkflowKind.ACTIVATE]
    (case,) = cases(simulator)
    assert (case.status.current.fingerprint, case.status.newest.fingerprint) == (OLD.fingerprint, MARRIED.fingerprint)
    simulator.restart()
    assert len(cases(simulator)) == 1


def test_no_parts_the_lines_and_is_remembered() -> None:
    simulator = asked(OLD, MARRIED)
    answer(simulator, OTHER)
    assert len(cases(simulator)) == 2
    assert [case.doubt for case in cases(simulator)] == [None, None]
    simulator.wait(3 * DAY)
    assert questions(simulator) == 1


@pytest.mark.parametrize(("first", "then", "lines"), [(SAME, OTHER, 2), (OTHER, SAME, 1)])
def test_an_answer_can_be_changed(first: str, then: str, lines: int) -> None:
    simulator = asked(OLD, MARRIED)
    answer(simulator, first)
    answer(simulator, then)
    assert len(cases(simulator)) == lines
    assert not any(Claim.REPLACES in key.claims for key in simulator.state.memory.keys.values()) or lines == 1


def starting_with(*keys: Certificate, procedure: Procedure = OPALEXE) -> Simulator:
    """Start with these keys remembered."""
    state = State(settings=replace(SETTINGS, procedures=(procedure,)), memory=memory(*map(owned, keys)))
    simulator = Simulator(state=state)
    simulator.look()
    return simulator


def bodies(simulator: Simulator) -> list[Text]:
    """Return the words of each notice, without the holder before them."""
    told = (notice.body for _, notice in simulator.delivered)
    return [inner if isinstance(inner := dict(body.args).get("body"), Text) else body for body in told]


def test_the_question_is_the_second_sentence_of_a_notice_that_is_due() -> None:
    simulator = starting_with(OLD, MARRIED)
    (body,) = bodies(simulator)
    assert (body.id, dict(body.args)["question"]) == ("notice.use", Text("guide.ask.holder"))
    assert questions(simulator) == 1


def test_the_question_has_its_own_notice_where_the_second_sentence_is_news() -> None:
    leading = replace(OPALEXE, lead=(14 * DAY, 42 * DAY))
    simulator = starting_with(OLD, MARRIED, procedure=leading)
    assert sorted(body.id for body in bodies(simulator)) == ["notice.holder.body", "notice.order.late"]
    assert questions(simulator) == 1
    simulator.wait(3 * DAY)
    simulator.restart()
    assert questions(simulator) == 1


def test_a_digest_of_many_notices_leaves_the_question_to_its_own_notice() -> None:
    others = [ending(50 * DAY, f"key {n}", subject_cn=f"H{n}", surname=f"H{n}", given_name=f"G{n}") for n in range(6)]
    simulator = starting_with(OLD, MARRIED, *others)
    simulator.wait(DAY)
    assert [body.id for body in bodies(simulator)][:2] == ["notice.flood.body", "notice.holder.body"]
    assert questions(simulator) == 1


ANNE = certificate("anne", given_name="Anne", subject_cn="Anne MARTIN", not_before=NOW - DAY)


def compare(simulator: Simulator, one: Certificate, other: Certificate, answered: HolderAnswer) -> None:
    simulator.command(CompareHolders(fingerprint=one.fingerprint, other=other.fingerprint, answer=answered))


def test_the_user_can_join_whom_the_rules_hold_apart() -> None:
    simulator = asked(OLD, ANNE)
    assert questions(simulator) == 0
    compare(simulator, ANNE, OLD, HolderAnswer.SAME)
    assert kinds(simulator) == [WorkflowKind.ACTIVATE]


def test_the_user_can_part_whom_the_rules_pair() -> None:
    new = certificate("new", not_before=NOW - DAY)
    simulator = asked(OLD, new)
    assert len(cases(simulator)) == 1
    compare(simulator, new, OLD, HolderAnswer.ANOTHER)
    assert len(cases(simulator)) == 2
    compare(simulator, new, OLD, HolderAnswer.SAME)
    assert len(cases(simulator)) == 1


FATHERS, SONS = ending(20 * DAY, "father"), ending(500 * DAY, "son")
NEXT, AFTER = ending(1090 * DAY, "next"), ending(1500 * DAY, "after")


def namesakes(*later_keys: Certificate) -> Simulator:
    """Part two people of one name, and plug later keys."""
    simulator = asked(FATHERS, SONS)
    compare(simulator, FATHERS, SONS, HolderAnswer.ANOTHER)
    for one in later_keys:
        simulator.plug(one)
    return simulator


def lines_of(simulator: Simulator) -> list[list[str]]:
    found = lineages(simulator.state.memory, SETTINGS.procedures)
    return [[entry.fingerprint for entry in lineage.entries] for lineage in found]


def test_a_new_key_of_namesakes_is_given_to_neither_and_asked_about_once() -> None:
    simulator = namesakes(NEXT)
    assert lines_of(simulator) == [[FATHERS.fingerprint], [SONS.fingerprint], [NEXT.fingerprint]]
    assert questions(simulator) == 1
    simulator.wait(3 * DAY)
    assert questions(simulator) == 1


@pytest.mark.parametrize("of", [FATHERS, SONS], ids=["the father", "the son"])
@pytest.mark.parametrize("answered", HolderAnswer)
def test_one_answer_about_a_new_key_of_namesakes_settles_whose_it_is(of: Certificate, answered: HolderAnswer) -> None:
    simulator = namesakes(NEXT)
    (other,) = {FATHERS.fingerprint, SONS.fingerprint} - {of.fingerprint}
    compare(simulator, NEXT, of, answered)
    owner = of.fingerprint if answered is HolderAnswer.SAME else other
    assert sorted(lines_of(simulator)) == sorted(
        [[f, NEXT.fingerprint] if f == owner else [f] for f in (FATHERS.fingerprint, SONS.fingerprint)]
    )
    assert {case.doubt for case in cases(simulator)} == {None}


def test_a_key_that_the_user_joins_to_one_namesake_does_not_bring_the_other() -> None:
    simulator = namesakes(NEXT, AFTER)
    compare(simulator, NEXT, FATHERS, HolderAnswer.SAME)
    compare(simulator, AFTER, SONS, HolderAnswer.SAME)
    found = lines_of(simulator)
    assert found == [[FATHERS.fingerprint, NEXT.fingerprint], [SONS.fingerprint, AFTER.fingerprint]]


def test_the_guide_offers_to_part_two_namesakes_and_to_join_them_again() -> None:
    simulator = asked(FATHERS, SONS)
    simulator.tell(SONS.fingerprint[:16], Claim.WORKS)
    for kind, lines in ((OTHER, 2), (SAME, 1), (OTHER, 2)):
        (action,) = [action for action in simulator.page.actions if action.id.kind == kind]
        assert action.label == text(f"guide.change.{kind}", date=NOW + 20 * DAY)
        simulator.choose(action.id)
        assert len(cases(simulator)) == lines
        simulator.command(ChooseAction(action=ActionId(ActionKind.SELECT, KeyId(SONS.fingerprint[:16]))))


def test_an_answer_about_a_certificate_that_the_store_has_lost_can_be_changed() -> None:
    simulator = asked(OLD, MARRIED)
    answer(simulator, OTHER)
    lost = {f: seen for f, seen in simulator.state.memory.certificates.items() if f != OLD.fingerprint}
    simulator.state = replace(simulator.state, memory=replace(simulator.state.memory, certificates=lost))
    simulator.wait(DAY)
    simulator.command(RaiseGuide())
    assert [action.label for action in simulator.page.actions if action.id.kind == SAME] == [text("guide.holder.same")]


def test_a_new_name_on_a_token_of_the_same_number_is_a_renewal_once_the_user_says_so() -> None:
    simulator = Simulator()
    simulator.look()
    token = {"serial": "7", "model": "m"}
    simulator.plug(OLD, **token)
    simulator.remove()
    simulator.wait(DAY)
    simulator.plug(MARRIED, **token)
    compare(simulator, MARRIED, OLD, HolderAnswer.SAME)
    (case,) = cases(simulator)
    assert (len(simulator.state.memory.keys), case.status.question) == (1, Question.SAME_KEY)
    assert kinds(simulator) == [WorkflowKind.ASSOCIATE_NEW]
    assert not [action for action in simulator.page.actions if action.id.kind in {SAME, OTHER}]
    simulator.tell(case.id, Claim.TWO_KEYS)
    assert kinds(simulator) == [WorkflowKind.ACTIVATE]
    assert [action.id.kind for action in simulator.page.actions if action.id.kind in {SAME, OTHER}] == [OTHER]


def test_two_tokens_of_one_number_that_are_in_at_once_stay_two() -> None:
    simulator = Simulator()
    simulator.look()
    token = {"serial": "7", "model": "m"}
    simulator.plug(OLD, **token)
    simulator.plug(MARRIED, reader="Reader 01", **token)
    compare(simulator, MARRIED, OLD, HolderAnswer.SAME)
    assert kinds(simulator) == [WorkflowKind.ACTIVATE]


def test_a_key_that_replaces_another_one_is_joined_with_the_one_in_doubt() -> None:
    simulator = asked(OLD, MARRIED)
    key = next(k.id for k in simulator.state.memory.keys.values() if MARRIED.fingerprint in k.fingerprints)
    simulator.tell(key, Claim.REPLACES)
    assert kinds(simulator) == [WorkflowKind.ACTIVATE]


def test_lines_that_the_user_joins_become_one_with_all_their_keys() -> None:
    older = ending(-400 * DAY, "older")
    newest = certificate("newest", surname="DURAND", subject_cn="Jean DURAND", not_before=NOW)
    answers = {(MARRIED, older): HolderAnswer.SAME}
    known = memory(owned(older), owned(OLD), owned(MARRIED), owned(newest))
    simulator = Simulator(state=replace(Simulator().state, memory=known))
    for (one, other), answered in answers.items():
        compare(simulator, one, other, answered)
    (lineage,) = lineages(simulator.state.memory, SETTINGS.procedures)
    assert [entry.fingerprint for entry in lineage.entries] == [c.fingerprint for c in (older, OLD, MARRIED, newest)]


def test_later_keys_of_either_name_follow_the_lines_that_the_user_joined() -> None:
    anne = {"given_name": "Anne", "surname": "DURAND", "subject_cn": "Anne DURAND"}
    jean, other = ending(-800 * DAY, "1"), ending(-400 * DAY, "2", **anne)
    link = ending(-100 * DAY, "3", given_name="Jeanne", surname="PETIT", subject_cn="Jeanne PETIT")
    later_keys = (ending(300 * DAY, "4", **anne), ending(600 * DAY, "5"))
    known = memory(*(owned(each) for each in (jean, other, link, *later_keys)))
    answers = {pair_of(each.fingerprint, link.fingerprint): HolderAnswer.SAME for each in (jean, other)}
    (lineage,) = lineages(replace(known, holder_answers=answers), SETTINGS.procedures)
    assert [entry.fingerprint for entry in lineage.entries] == [c.fingerprint for c in (jean, other, link, *later_keys)]


def test_two_keys_that_both_open_an_account_are_not_asked_about() -> None:
    simulator = asked()
    keys = [simulator.plug(one) for one in (OLD, MARRIED)]
    for key in keys:
        simulator.tell(key, Claim.WORKS)
    assert getattr(simulator.page.headline, "id", None) != "guide.ask.holder"


def test_an_answer_about_a_forgotten_certificate_is_forgotten() -> None:
    simulator = asked(OLD, MARRIED)
    answer(simulator, SAME)
    simulator.command(ForgetCertificate(fingerprint=OLD.fingerprint))
    assert simulator.state.memory.holder_answers == {}


def test_a_first_name_that_many_share_shows_nothing() -> None:
    many = [
        owned(ending((n + 20) * DAY, str(n), surname=f"S{n}", subject_cn=f"Jean S{n}")) for n in range(TOO_COMMON + 1)
    ]
    simulator = Simulator(state=replace(Simulator().state, memory=memory(*many)))
    assert {case.doubt for case in cases(simulator)} == {None}


@pytest.mark.parametrize("named", [True, False], ids=["an old key of Jean Martin", "an old key without a name"])
def test_a_certificate_without_a_name_may_be_anyones(named: bool) -> None:
    nameless: dict[str, object] = {"given_name": "", "surname": "", "subject_cn": ""}
    old = OLD if named else changed(OLD, **nameless)
    simulator = asked(old, certificate("new", not_before=NOW - DAY, **nameless))
    assert kinds(simulator) == [None, WorkflowKind.ORDER]
    assert questions(simulator) == 1
    answer(simulator, SAME)
    assert kinds(simulator) == [WorkflowKind.ACTIVATE]


def test_a_certificate_without_a_name_beside_many_is_not_asked_about() -> None:
    anne = ending(500 * DAY, "anne", given_name="Anne", surname="DURAND", subject_cn="Anne DURAND")
    new = certificate("new", not_before=NOW - DAY, given_name="", surname="", subject_cn="")
    simulator = asked(OLD, anne, new)
    assert {case.doubt for case in cases(simulator)} == {None}


def test_a_late_answer_about_a_key_is_not_taken_for_a_newer_one() -> None:
    simulator = asked(certificate("in use", not_before=NOW - 100 * DAY))
    simulator.wait(DAY)
    simulator.plug(ending(200 * DAY, "before"))
    shown = next(action.id for action in simulator.page.answers if action.id.claims == (Claim.NEW,))
    simulator.plug(certificate("second", not_before=NOW - DAY))
    (case,) = cases(simulator)
    assert case.id != shown.subject
    before = simulator.state.memory.keys
    simulator.command(ChooseAction(action=shown))
    assert simulator.state.memory.keys == before


@pytest.mark.parametrize("swapped", [False, True], ids=["in order", "swapped"])
def test_the_later_key_replaces_the_earlier_one_whichever_is_named_first(swapped: bool) -> None:
    simulator = asked(OLD, MARRIED)
    one, other = (OLD, MARRIED) if swapped else (MARRIED, OLD)
    answered = CompareHolders(fingerprint=one.fingerprint, other=other.fingerprint, answer=HolderAnswer.SAME)
    simulator.command(answered)
    claims = {key.fingerprints[0]: key.claims for key in simulator.state.memory.keys.values()}
    assert claims == {OLD.fingerprint: frozenset(), MARRIED.fingerprint: frozenset({Claim.REPLACES})}


def test_the_report_names_the_keys_in_doubt_once() -> None:
    simulator = asked(OLD, MARRIED)
    report = simulator.check()
    assert report is not None
    ((old, new),) = report.doubts
    assert (old.fingerprint, old.holder, old.not_after) == (OLD.fingerprint, "Jean MARTIN", OLD.not_after)
    assert (new.fingerprint, new.holder) == (MARRIED.fingerprint, "Jean DURAND")
    answer(simulator, OTHER)
    settled = simulator.check(2)
    assert settled is not None
    assert settled.doubts == ()
