"""What another computer hands on joins nothing and overrides nothing."""

import pytest

from config.values import replace
from daemon.core.assessment import assess
from daemon.core.memory_transfer import changes, fault_of, merge, part_of
from daemon.core.model import (
    Assignment,
    Claim,
    ComparedKeys,
    Fingerprint,
    HolderAnswer,
    KeyId,
    Memory,
    MemoryPart,
    pair_of,
)
from support.core.factories import DAY, NOW, SETTINGS, ending, memory, owned

JEANNE = ending(20 * DAY, "jeanne", subject_cn="Jeanne MARTIN", given_name="Jeanne", surname="MARTIN")
MARRIED = ending(900 * DAY, "married", subject_cn="Jeanne DURAND", given_name="Jeanne", surname="DURAND")
PAUL = ending(400 * DAY, "paul", subject_cn="Paul PETIT", given_name="Paul", surname="PETIT")
PAIR = pair_of(JEANNE.fingerprint, MARRIED.fingerprint)
OPALEXE, SIV = Assignment(procedure="opalexe"), Assignment(procedure="siv")


def told(before: Memory, after: Memory) -> list[str]:
    return [line.id for line in changes(before, after)]


def test_an_empty_memory_takes_everything_over() -> None:
    there = memory(owned(JEANNE, name="la bleue", reader="R"), owned(PAUL), assignments={PAUL.fingerprint: SIV})
    here = merge(Memory(), part_of(there))
    assert here.certificates == there.certificates
    assert here.assignments == there.assignments
    assert {(key.name, key.reader) for key in here.keys.values()} == {("la bleue", ""), ("", "")}
    assert told(Memory(), here) == ["memory.certificate", "memory.certificate", "memory.answers"]


def test_the_same_part_again_changes_nothing() -> None:
    part = part_of(memory(owned(JEANNE, name="a", note="b"), owned(PAUL)))
    once = merge(Memory(), part)
    assert merge(once, part) == once
    assert told(once, merge(once, part)) == []


def test_a_key_is_known_by_a_certificate_whatever_its_id() -> None:
    here = memory(owned(JEANNE, name="ici", id=KeyId("1" * 16), first_seen=NOW - 5 * DAY))
    renewed = ending(900 * DAY, "renewed", subject_cn="Jeanne MARTIN")
    there = memory(
        owned(JEANNE, renewed, id=KeyId("2" * 16), name="là", note="coffre", keeper="Anne", first_seen=NOW - 9 * DAY)
    )
    (key,) = merge(here, part_of(there)).keys.values()
    assert (key.id, key.name, key.note, key.keeper) == ("1" * 16, "ici", "coffre", "Anne")
    assert set(key.fingerprints) == {JEANNE.fingerprint, renewed.fingerprint}
    assert (key.first_seen, key.last_seen) == (NOW - 9 * DAY, NOW - 5 * DAY)


def test_another_key_with_the_same_id_keeps_both() -> None:
    here, there = owned(JEANNE, id=KeyId("1" * 16)), owned(PAUL, id=KeyId("1" * 16))
    assert len(merge(memory(here), part_of(memory(there))).keys) == 2


def test_a_key_that_is_two_here_joins_nothing() -> None:
    here = memory(owned(JEANNE), owned(PAUL))
    there = memory(owned(JEANNE, PAUL, name="x"))
    assert merge(here, part_of(there)) == here


@pytest.mark.parametrize(
    ("own", "coming", "claims"),
    [
        pytest.param({Claim.NEW}, {Claim.WORKS}, {Claim.NEW}, id="an answer given here stays"),
        pytest.param(set(), {Claim.WORKS}, {Claim.WORKS}, id="none was given here"),
    ],
)
def test_claims(own: set[Claim], coming: set[Claim], claims: set[Claim]) -> None:
    here, there = memory(owned(JEANNE, claims=frozenset(own))), memory(owned(JEANNE, claims=frozenset(coming)))
    (key,) = merge(here, part_of(there)).keys.values()
    assert key.claims == claims


def test_what_a_key_is_for_stays_as_answered_here() -> None:
    again = ending(900 * DAY, "again", subject_cn="Jeanne MARTIN", given_name="Jeanne", surname="MARTIN")
    here = memory(owned(JEANNE), assignments={JEANNE.fingerprint: OPALEXE})
    there = memory(owned(JEANNE), owned(again), assignments={JEANNE.fingerprint: SIV, again.fingerprint: SIV})
    found = merge(here, part_of(there)).assignments
    assert found == {JEANNE.fingerprint: OPALEXE, again.fingerprint: OPALEXE}


def test_an_answer_that_two_keys_are_of_one_person_is_not_taken() -> None:
    there = memory(owned(JEANNE), owned(MARRIED), holder_answers={PAIR: HolderAnswer.SAME})
    here = merge(memory(owned(JEANNE)), part_of(there))
    assert here.holder_answers == {}
    assert len(assess(here, SETTINGS, {}, NOW).cases) == 2


@pytest.mark.parametrize("own", [None, HolderAnswer.SAME, HolderAnswer.ANOTHER])
def test_an_answer_that_parts_two_keys_is_taken_where_none_was_given(own: HolderAnswer | None) -> None:
    there = memory(owned(JEANNE), owned(MARRIED), holder_answers={PAIR: HolderAnswer.ANOTHER})
    answers = {} if own is None else {PAIR: own}
    here = merge(memory(owned(JEANNE), owned(MARRIED), holder_answers=answers), part_of(there))
    assert here.holder_answers == {PAIR: own or HolderAnswer.ANOTHER}


def test_an_answer_by_another_certificate_of_the_same_keys_counts_here() -> None:
    signing = ending(20 * DAY, "signing", subject_cn="Jeanne MARTIN")
    own_pair = pair_of(signing.fingerprint, MARRIED.fingerprint)
    here = memory(owned(JEANNE, signing), owned(MARRIED), holder_answers={own_pair: HolderAnswer.SAME})
    there = memory(owned(JEANNE), owned(MARRIED), holder_answers={PAIR: HolderAnswer.ANOTHER})
    assert merge(here, part_of(there)).holder_answers == {own_pair: HolderAnswer.SAME}


def test_a_name_alone_is_told() -> None:
    here, there = memory(owned(JEANNE)), memory(owned(JEANNE, note="coffre"))
    assert told(here, merge(here, part_of(there))) == ["memory.key"]


def test_a_parting_is_told() -> None:
    here = memory(owned(JEANNE), owned(MARRIED))
    there = replace(here, holder_answers={PAIR: HolderAnswer.ANOTHER})
    assert told(here, merge(here, part_of(there))) == ["memory.parted"]


def test_a_certificate_without_an_end_is_told_so() -> None:
    there = memory(owned(replace(JEANNE, not_after=None)))
    assert told(Memory(), merge(Memory(), part_of(there))) == ["memory.undated"]


PART = part_of(memory(owned(JEANNE)))
PARTED = ComparedKeys(one=JEANNE.fingerprint, other=PAUL.fingerprint, answer=HolderAnswer.ANOTHER)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(replace(PART, certificates=()), id="a key's certificate is missing"),
        pytest.param(replace(PART, certificates=PART.certificates * 2), id="a certificate twice"),
        pytest.param(replace(PART, keys=PART.keys * 2), id="a key twice"),
        pytest.param(
            replace(PART, compared=(PARTED, replace(PARTED, answer=HolderAnswer.SAME))), id="two answers about one pair"
        ),
        pytest.param(replace(PART, compared=(replace(PARTED, other=PARTED.one),)), id="a certificate with itself"),
        pytest.param(replace(PART, keys=(replace(PART.keys[0], fingerprints=()),)), id="a key without any"),
        pytest.param(replace(PART, assignments={Fingerprint("0" * 64): SIV}), id="an answer about nothing"),
    ],
)
def test_a_part_that_contradicts_itself_is_found(part: MemoryPart) -> None:
    assert fault_of(part) is not None
    assert merge(Memory(), part) == Memory()
    assert fault_of(PART) is None
