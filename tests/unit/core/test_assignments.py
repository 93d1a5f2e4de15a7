"""What a key is for, as the user says."""

import pytest

from config.values import replace
from daemon.core.assessment import assess_state
from daemon.core.assignments import assign, inherit_assignments
from daemon.core.commands import AssignProcedure, ForgetCertificate
from daemon.core.holders import lineages
from daemon.core.issuers import is_sure, procedure_of, same_issuer
from daemon.core.model import Assignment, Certificate, Fingerprint, Memory
from daemon.core.state import State
from support.core.factories import DAY, NOW, OPALEXE, SETTINGS, SIV, certificate, changed, ending, memory, owned
from support.core.simulator import Simulator

ASKED = replace(SIV, id="asked", issuers=OPALEXE.issuers, assume=False)
ANY = replace(SIV, id="any", issuers=(), assume=False)
ALL = (OPALEXE, SIV, ASKED, ANY)
JEAN = certificate("jean")
UNKNOWN_ISSUER = certificate("other", issuer_o="Inconnue")


@pytest.mark.parametrize(
    ("seen", "answer", "procedure", "sure"),
    [
        pytest.param(JEAN, None, "opalexe", False, id="assumed, and another one fits"),
        pytest.param(JEAN, Assignment(procedure="opalexe"), "opalexe", True, id="the assumption confirmed"),
        pytest.param(JEAN, Assignment(procedure="asked"), "asked", True, id="the other one"),
        pytest.param(JEAN, Assignment(procedure=None), None, True, id="none"),
        pytest.param(JEAN, Assignment(unknown=True), "opalexe", False, id="not known"),
        pytest.param(JEAN, Assignment(procedure="gone"), "opalexe", False, id="a procedure that is gone"),
        pytest.param(UNKNOWN_ISSUER, None, None, False, id="an unknown issuer"),
        pytest.param(UNKNOWN_ISSUER, Assignment(procedure="opalexe"), "opalexe", True, id="an unknown issuer, given"),
        pytest.param(UNKNOWN_ISSUER, Assignment(procedure="any"), "any", True, id="a procedure for any key"),
        pytest.param(changed(JEAN, issuer_o="autorité exemple"), None, "siv", True, id="nothing else fits"),
        pytest.param(replace(JEAN, authority=True), Assignment(procedure="opalexe"), None, True, id="an authority"),
    ],
)
def test_the_users_word_counts_before_the_issuer(
    seen: Certificate, answer: Assignment | None, procedure: str | None, *, sure: bool
) -> None:
    answers = {} if answer is None else {seen.fingerprint: answer}
    found = procedure_of(seen, ALL, answers)
    assert (found.id if found else None, is_sure(seen, ALL, answers)) == (procedure, sure)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param({}, {}, True, id="O"),
        pytest.param({"issuer_o": "CERTEUROPE"}, {}, True, id="O in capitals"),
        pytest.param({"issuer_o": "Autre"}, {}, False, id="another O"),
        pytest.param(
            {"issuer_o": "DHIMYOTIS", "issuer_organization_identifier": "NTRFR-48146308100036"},
            {"issuer_o": "Certigna", "issuer_organization_identifier": "SI:FR-481463081"},
            True,
            id="one number, two names",
        ),
        pytest.param(
            {"issuer_organization_identifier": "NTRFR-1"},
            {"issuer_organization_identifier": "NTRFR-2"},
            False,
            id="two",
        ),
        pytest.param({"issuer_o": "", "issuer_cn": ""}, {"issuer_o": "", "issuer_cn": ""}, False, id="no name"),
    ],
)
def test_an_issuer_is_known_again_by_number_or_name(
    one: dict[str, object], other: dict[str, object], *, same: bool
) -> None:
    assert same_issuer(certificate(**one), certificate(**other)) is same


OLD, NEW = ending(20 * DAY, "old", issuer_o="Inconnue"), ending(1090 * DAY, "new", issuer_o="Inconnue")
ANNE = ending(20 * DAY, "anne", issuer_o="Inconnue", given_name="Anne", subject_cn="Anne MARTIN")


def test_the_new_key_inherits_the_answer_and_nobody_elses_key_does() -> None:
    known = assign(memory(owned(OLD), owned(ANNE)), OLD.fingerprint, Assignment(procedure="opalexe"))
    assert known.assignments.keys() == {OLD.fingerprint}
    later = replace(known, certificates=memory(owned(OLD), owned(NEW), owned(ANNE)).certificates)
    assert inherit_assignments(later).assignments.keys() == {OLD.fingerprint, NEW.fingerprint}
    foreign = ending(1090 * DAY, "new", issuer_o="Autre")
    later = replace(known, certificates=memory(owned(OLD), owned(foreign)).certificates)
    assert inherit_assignments(later) is later


def test_an_answer_can_be_changed_for_all_keys_of_the_holder() -> None:
    known = memory(owned(OLD), owned(NEW))
    for answer in (Assignment(procedure="opalexe"), Assignment(procedure=None)):
        known = assign(known, NEW.fingerprint, answer)
        assert known.assignments == {OLD.fingerprint: answer, NEW.fingerprint: replace(answer, own=True)}


OPALEXE_USE, SIV_USE = Assignment(procedure="opalexe"), Assignment(procedure="siv")
SPARE = ending(21 * DAY, "spare", issuer_o="Inconnue")


def uses(known: Memory) -> dict[Fingerprint, str | None]:
    return {fingerprint: answer.procedure for fingerprint, answer in known.assignments.items()}


def test_an_answer_about_one_key_never_changes_what_was_answered_of_another_one() -> None:
    known = memory(owned(OLD), owned(NEW), owned(SPARE))
    known = assign(known, OLD.fingerprint, OPALEXE_USE)
    known = assign(known, NEW.fingerprint, SIV_USE, [OLD.fingerprint, SPARE.fingerprint])
    expected = {OLD.fingerprint: "opalexe", NEW.fingerprint: "siv", SPARE.fingerprint: "opalexe"}
    assert uses(known) == expected
    assert uses(assign(known, OLD.fingerprint, OPALEXE_USE)) == expected


def test_a_wrong_answer_that_is_put_right_takes_nothing_along() -> None:
    foreign = certificate("foreign", issuer_o="Autre")
    known = memory(owned(OLD), owned(SPARE), owned(foreign))
    known = assign(known, OLD.fingerprint, OPALEXE_USE)
    known = assign(known, foreign.fingerprint, OPALEXE_USE)
    line = [OLD.fingerprint, SPARE.fingerprint, foreign.fingerprint]
    known = assign(known, foreign.fingerprint, SIV_USE, line)
    assert uses(known) == {**dict.fromkeys(line, "opalexe"), foreign.fingerprint: "siv"}


def test_what_is_not_known_of_a_key_gives_way_to_what_is_known_of_another_one() -> None:
    known = assign(memory(owned(OLD), owned(NEW)), OLD.fingerprint, Assignment(unknown=True))
    assert uses(assign(known, NEW.fingerprint, SIV_USE)) == {OLD.fingerprint: "siv", NEW.fingerprint: "siv"}


def test_a_new_key_inherits_nothing_where_two_answers_fit() -> None:
    known = assign(memory(owned(OLD), owned(SPARE)), OLD.fingerprint, OPALEXE_USE)
    known = assign(known, SPARE.fingerprint, SIV_USE)
    later = replace(known, certificates=memory(owned(OLD), owned(SPARE), owned(NEW)).certificates)
    assert NEW.fingerprint not in inherit_assignments(later, ALL).assignments


def test_a_new_key_inherits_what_was_answered_of_its_own_issuer() -> None:
    foreign = certificate("foreign", issuer_o="Autre")
    known = assign(memory(owned(OLD), owned(foreign)), OLD.fingerprint, OPALEXE_USE)
    known = assign(known, foreign.fingerprint, SIV_USE)
    later = replace(known, certificates=memory(owned(OLD), owned(foreign), owned(NEW)).certificates)
    assert inherit_assignments(later, ALL).assignments[NEW.fingerprint] == OPALEXE_USE


def test_an_unknown_certificate_or_procedure_changes_nothing() -> None:
    known = memory(owned(OLD))
    assert assign(known, Fingerprint("0" * 64), Assignment(procedure="opalexe")) is known
    simulator = Simulator(state=State(settings=SETTINGS, memory=known))
    simulator.command(AssignProcedure(fingerprint=OLD.fingerprint, procedure="gone"))
    assert simulator.state.memory.assignments == {}


def test_keys_of_an_unknown_issuer_pair_once_they_are_given_to_a_procedure() -> None:
    known = memory(owned(OLD), owned(NEW))
    assert lineages(known, ALL) == ()
    known = assign(known, OLD.fingerprint, Assignment(procedure="asked"))
    (lineage,) = lineages(known, ALL)
    assert (lineage.procedure, len(lineage.entries)) == (ASKED, 2)


def test_a_new_key_is_read_guided_and_forgotten_with_its_answer() -> None:
    simulator = Simulator(state=State(settings=SETTINGS))
    simulator.look()
    simulator.plug(OLD)
    simulator.command(AssignProcedure(fingerprint=OLD.fingerprint, procedure="siv"))
    simulator.remove()
    simulator.plug(NEW)
    assert simulator.state.memory.assignments[NEW.fingerprint] == Assignment(procedure="siv")
    assert [case.lineage.procedure.id for case in assess_state(simulator.state, NOW).cases] == ["siv"]
    simulator.command(ForgetCertificate(fingerprint=OLD.fingerprint))
    assert simulator.state.memory.assignments.keys() == {NEW.fingerprint}
