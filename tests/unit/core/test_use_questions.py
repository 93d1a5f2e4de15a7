"""When it is asked what a key is for, and what follows."""

from datetime import timedelta

import pytest

from config.i18n.text import Text
from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.settings import NO_PROCEDURE, Settings
from config.values import replace
from daemon.core.action_id import ActionKind
from daemon.core.assessment import assess_state
from daemon.core.commands import AssignProcedure, CompareHolders
from daemon.core.guide.certificates import certificate_cards
from daemon.core.issuers import is_use_open
from daemon.core.model import Assignment, Certificate, HolderAnswer, Role, pair_of
from daemon.core.notice import NoticeKind
from daemon.core.state import State
from daemon.core.use_questions import issuer_facts
from support.core.factories import DAY, NOW, OPALEXE, SIV, certificate, ending, memory
from support.core.simulator import Simulator

ASSUMED = replace(OPALEXE, assume=True)
ALSO = replace(SIV, issuers=OPALEXE.issuers, assume=False)
ANY = replace(OPALEXE, id="other", issuers=(), assume=False)
SETTINGS = Settings(procedures=(ASSUMED, ALSO, ANY))
WELCOMED = {"welcome": NOW - 30 * DAY}
DUE = ending(20 * DAY)
UNKNOWN = ending(20 * DAY, "unknown", issuer_o="Autorité inconnue")
ANSWERS = ["opalexe", "siv", "other", "unknown"]


def plugged(*keys: Certificate, settings: Settings = SETTINGS, welcomed: bool = True) -> Simulator:
    delivered = WELCOMED if welcomed else {}
    simulator = Simulator(state=State(settings=settings, memory=memory(delivered=delivered)))
    simulator.look()
    for key in keys:
        simulator.plug(key)
    return simulator


def headline(simulator: Simulator) -> str:
    return getattr(simulator.page.headline, "id", "")


def answers(simulator: Simulator) -> list[str]:
    return [(action.id.subject or "").partition("@")[0] for action in simulator.page.answers]


def say(simulator: Simulator, answer: str) -> None:
    simulator.choose(next(a.id for a in simulator.page.answers if (a.id.subject or "").startswith(f"{answer}@")))


def ask(simulator: Simulator) -> None:
    simulator.choose(next(a.id for a in simulator.page.actions if a.id.kind is ActionKind.ASK_USE))


def told_questions(simulator: Simulator) -> list[str]:
    """Return the question of each notice that has one."""
    told = (notice.body for _, notice in simulator.delivered)
    bodies = (inner if isinstance(inner := dict(body.args).get("body"), Text) else body for body in told)
    found = (dict(body.args).get("question") for body in bodies if body.id == "notice.use")
    return [question.id for question in found if isinstance(question, Text)]


def procedures(simulator: Simulator) -> list[str | None]:
    return [line.procedure for line in assess_state(simulator.state, simulator.now).certificates]


def test_it_is_asked_before_the_first_launch() -> None:
    simulator = plugged(DUE)
    assert (headline(simulator), answers(simulator)) == ("use.question", ANSWERS)
    assert not simulator.page.openings
    say(simulator, "opalexe")
    assert simulator.page.openings
    assert headline(simulator) != "use.question"


def test_it_is_a_line_once_something_was_launched() -> None:
    simulator = plugged(DUE)
    assert simulator.answer(simulator.state.cards.keys.__iter__().__next__())
    assert [launch.destination for launch in simulator.launches()] == ["order_page"]
    assert headline(simulator) != "use.question"
    assert [note.id for note in simulator.page.notes if isinstance(note, Text)] == ["use.question.assumed"]
    simulator.plug(certificate("new", not_before=NOW - DAY), reader="Reader 01")
    simulator.restart()
    ask(simulator)
    assert headline(simulator) == "use.question"


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        pytest.param(Settings(procedures=(ASSUMED, ANY)), DUE, id="nothing else fits"),
        pytest.param(SETTINGS, replace(DUE, role=Role.SIGNATURE), id="it does not log in"),
    ],
)
def test_what_is_sure_is_never_asked(settings: Settings, key: Certificate) -> None:
    simulator = plugged(key, settings=settings)
    assert headline(simulator) != "use.question"
    assert not any(action.id.kind is ActionKind.ASK_USE for action in simulator.page.actions)
    assert told_questions(simulator) == []


@pytest.mark.parametrize(
    ("answer", "expected"), [("opalexe", "opalexe"), ("siv", "siv"), ("other", "other"), ("unknown", "opalexe")]
)
def test_an_answer_is_kept_and_inherited(answer: str, expected: str) -> None:
    simulator = plugged(DUE)
    say(simulator, answer)
    simulator.restart()
    assert headline(simulator) != "use.question"
    simulator.plug(certificate("new", not_before=NOW - DAY), reader="Reader 01")
    assert procedures(simulator) == [expected, expected]
    assert headline(simulator) != "use.question"
    assert told_questions(simulator)[1:] == []


def test_an_answer_can_be_changed() -> None:
    simulator = plugged(DUE)
    say(simulator, "siv")
    ask(simulator)
    say(simulator, "opalexe")
    assert procedures(simulator) == ["opalexe"]
    ask(simulator)
    simulator.choose("dismiss")
    assert headline(simulator) != "use.question"
    assert procedures(simulator) == ["opalexe"]


def test_an_answer_holds_for_the_older_key_of_another_issuer() -> None:
    new = certificate("new", not_before=NOW - DAY, issuer_o="CertEurope Deux", issuer_ou=("0002 434202180",))
    simulator = plugged(DUE, new)
    simulator.command(AssignProcedure(fingerprint=new.fingerprint, procedure="siv"))
    assert procedures(simulator) == ["siv", "siv"]


@pytest.mark.parametrize(("answer", "is_open"), [("opalexe", False), ("unknown", False), ("siv", True)])
def test_an_answer_is_inherited_in_its_line_from_another_issuer(answer: str, *, is_open: bool) -> None:
    simulator = plugged(DUE)
    say(simulator, answer)
    simulator.remove()
    new = certificate("new", not_before=NOW - DAY, issuer_o="CertEurope Deux", issuer_ou=("0002 434202180",))
    simulator.plug(new)
    assert is_use_open(new, SETTINGS.procedures, simulator.state.memory.assignments) is is_open


def test_a_key_joined_by_the_user_inherits_the_answer() -> None:
    married = certificate("new", not_before=NOW - DAY, surname="DURAND", subject_cn="Jean DURAND")
    simulator = plugged(DUE, married)
    simulator.command(AssignProcedure(fingerprint=DUE.fingerprint, procedure="siv"))
    assert procedures(simulator) == ["opalexe", "siv"]
    simulator.command(CompareHolders(fingerprint=married.fingerprint, other=DUE.fingerprint, answer=HolderAnswer.SAME))
    assert procedures(simulator) == ["siv", "siv"]


def test_an_unknown_issuer_can_be_given_to_any_procedure() -> None:
    simulator = plugged(UNKNOWN)
    assert headline(simulator) == "guide.plain"
    assert told_questions(simulator) == ["use.question"]
    ask(simulator)
    assert answers(simulator) == ANSWERS
    say(simulator, "opalexe")
    assert procedures(simulator) == ["opalexe"]
    assert simulator.page.openings
    simulator.plug(ending(1000 * DAY, "new", issuer_o="Autorité inconnue"), reader="Reader 01")
    assert [case.path.kind for case in assess_state(simulator.state, NOW).cases if case.path] == ["activate"]


def test_a_click_on_the_notice_of_an_unknown_key_asks_about_that_key() -> None:
    simulator = plugged(UNKNOWN)
    asked = simulator.delivered[-1][1].notice_id
    simulator.plug(DUE, reader="Reader 01")
    simulator.answer(asked)
    assert headline(simulator) == "use.question"
    assert all((action.id.subject or "").endswith(UNKNOWN.fingerprint) for action in simulator.page.answers)


def test_the_list_of_keys_asks_too() -> None:
    simulator = plugged(UNKNOWN)
    simulator.plug(DUE, reader="Reader 01")
    card = next(card for card in simulator.page.certificates if card.fingerprint == UNKNOWN.fingerprint)
    assert card.use is not None
    simulator.choose(card.use.id)
    say(simulator, "siv")
    assert set(procedures(simulator)) == {"siv", "opalexe"}


def test_a_notice_asks_once_and_never_alone() -> None:
    simulator = plugged(DUE)
    assert told_questions(simulator) == ["use.question.assumed"]
    simulator.wait(25 * DAY)
    assert told_questions(simulator) == ["use.question.assumed"]
    assert {notice.notice_id.kind for _, notice in simulator.delivered} == {NoticeKind.KEY}


def test_a_key_that_is_not_due_is_never_asked_about_in_a_notice() -> None:
    simulator = plugged(ending(400 * DAY))
    assert simulator.delivered == []


def test_the_first_contact_never_asks() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, greeting=True))
    simulator.plug(DUE)
    assert [notice.notice_id.kind for _, notice in simulator.delivered] == [NoticeKind.KEY]
    assert told_questions(simulator) == []
    simulator.wait(10 * DAY)
    assert told_questions(simulator) == ["use.question.assumed"]


def test_a_notice_that_asks_whose_key_it_is_asks_nothing_else() -> None:
    married = certificate("new", not_before=NOW - DAY, surname="DURAND", subject_cn="Jean DURAND")
    simulator = Simulator(state=State(settings=SETTINGS, memory=memory(delivered=WELCOMED)), names=("Reader 00",))
    simulator.look()
    simulator.plug(DUE)
    simulator.plug(married)
    assert told_questions(simulator) == ["use.question.assumed"]
    simulator = plugged(married)
    simulator.wait(10 * DAY)
    simulator.plug(DUE)
    assert told_questions(simulator)[:1] == ["guide.ask.holder"]


def test_the_facts_of_an_issuer_name_no_person() -> None:
    facts = issuer_facts(certificate(issuer_cn="Exemple CA", issuer_ou=("0002 1",)))
    assert facts.splitlines() == [
        "O: CertEurope",
        "OU: 0002 1",
        "CN: Exemple CA",
        "role: authentication",
        "validity: 500 days",
    ]
    own = issuer_facts(certificate(issuer_cn="jean martin", issuer_o="Jean Martin", not_before=None))
    assert own.splitlines() == ["issued by: its own holder", "role: authentication"]


def test_an_answer_that_names_a_lost_procedure_is_asked_again() -> None:
    simulator = plugged(DUE)
    lost = {DUE.fingerprint: Assignment(procedure="gone")}
    simulator.state = replace(simulator.state, memory=replace(simulator.state.memory, assignments=lost))
    simulator.wait(10 * DAY)
    assert headline(simulator) == "use.question"


def test_the_report_asks_until_there_is_an_answer() -> None:
    simulator = plugged(DUE)
    asking = simulator.check()
    say(simulator, "unknown")
    settled = simulator.check(2)
    assert asking is not None
    assert settled is not None
    assert (asking.open_uses, settled.open_uses) == (((DUE.fingerprint, ("opalexe", "siv")),), ())


def test_the_report_asks_once_for_two_keys_of_one_holder() -> None:
    hers = ending(30 * DAY, "hers", given_name="Marie", subject_cn="Marie MARTIN")
    simulator = plugged(DUE, ending(1000 * DAY, "new"), hers)
    report = simulator.check()
    assert report is not None
    assert len(report.certificates) == 3
    assert sorted(dict(report.open_uses)) == sorted([DUE.fingerprint, hers.fingerprint])


def test_another_use_is_no_procedure_where_none_is_for_any_key() -> None:
    simulator = plugged(DUE, settings=Settings(procedures=(ASSUMED, ALSO)))
    assert answers(simulator) == ["opalexe", "siv", "none", "unknown"]
    say(simulator, "none")
    assert procedures(simulator) == [None]
    assert simulator.page.headline == Text("guide.plain")
    ask(simulator)
    assert answers(simulator) == ["opalexe", "siv", "none", "unknown"]


def test_a_key_parted_by_the_user_inherits_nothing() -> None:
    new = certificate("new", not_before=NOW - DAY)
    simulator = plugged(DUE)
    simulator.command(AssignProcedure(fingerprint=DUE.fingerprint, procedure="siv"))
    pair = pair_of(DUE.fingerprint, new.fingerprint)
    kept = replace(simulator.state.memory, holder_answers={pair: HolderAnswer.ANOTHER})
    simulator.state = replace(simulator.state, memory=kept)
    simulator.plug(new, reader="Reader 01")
    assert sorted(str(procedure) for procedure in procedures(simulator)) == ["opalexe", "siv"]


TWO = Settings(procedures=(ASSUMED, replace(ASSUMED, id="chamber", title=Wording(en="Chamber", fr="Chambre")), ALSO))


def test_of_two_procedures_to_be_assumed_none_is_taken_and_both_are_asked_about() -> None:
    simulator = plugged(DUE, ending(1000 * DAY, "new"), settings=TWO)
    assert procedures(simulator) == [None, None]
    assert (headline(simulator), answers(simulator)) == (
        "use.question",
        ["opalexe", "chamber", "siv", NO_PROCEDURE, "unknown"],
    )
    assert isinstance(simulator.page.body, Text)
    assert simulator.page.body.id == "use.why.several", "its issuer is known"
    report = simulator.check()
    assert report is not None
    ((_, fitting),) = report.open_uses
    assert fitting == ("opalexe", "chamber", "siv"), "asked once, with each by name"
    say(simulator, "chamber")
    assert procedures(simulator) == ["chamber", "chamber"]
    assert [case.path.procedure for case in assess_state(simulator.state, NOW).cases if case.path] == ["chamber"]


def test_the_list_of_keys_names_both_procedures_that_may_be_assumed() -> None:
    simulator = plugged(DUE, settings=TWO)
    (card,) = certificate_cards(simulator.state, assess_state(simulator.state, NOW), NOW)
    assert card.procedure is not None
    assert Translator("en").render(card.procedure) == "OPALEXE or Chamber (to be confirmed)"
    say(simulator, "unknown")
    (card,) = certificate_cards(simulator.state, assess_state(simulator.state, NOW), NOW)
    assert card.procedure is None


@pytest.mark.parametrize(
    ("left", "shown", "noted"),
    [(500 * DAY, "guide.plain", ["use.question"]), (20 * DAY, "use.question", [])],
    ids=["early", "due"],
)
def test_a_key_of_a_known_issuer_is_asked_about_on_its_page(left: timedelta, shown: str, noted: list[str]) -> None:
    simulator = plugged(ending(left), settings=Settings(procedures=(ALSO,)))
    assert headline(simulator) == shown
    assert [note.id for note in simulator.page.notes if isinstance(note, Text)] == noted
    plain = plugged(ending(left, issuer_o="Autorité inconnue"), settings=Settings(procedures=(ALSO,)))
    assert (headline(plain), plain.page.notes) == ("guide.plain", ())
