"""Which certificates and keys belong to which holder."""

from datetime import timedelta
from itertools import permutations

import pytest

from config.values import replace
from daemon.core import holders
from daemon.core.holders import certificates_renewed_in_place, lineages
from daemon.core.issuers import procedure_of
from daemon.core.model import Assignment, Certificate, Fingerprint, KeyId, Role
from daemon.core.same_holder import HolderMatch, match_holders
from support.core.factories import (
    DAY,
    MICROSECOND,
    NOW,
    OPALEXE,
    SETTINGS,
    SIV,
    certificate,
    changed,
    ending,
    memory,
    owned,
)

JEAN = certificate("jean")
BOTH = SETTINGS.procedures


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        pytest.param({"issuer_o": "CertEurope"}, "opalexe", id="O"),
        pytest.param({"issuer_o": "CERTEUROPE"}, "opalexe", id="O in capitals"),
        pytest.param({"issuer_o": "CertEurope SA"}, None, id="more than the O"),
        pytest.param({"issuer_o": "", "issuer_ou": ("x", "0002 434202180")}, "opalexe", id="OU"),
        pytest.param({"issuer_o": "", "issuer_ou": ("0002 434202181",)}, None, id="another OU"),
        pytest.param({"issuer_o": "", "issuer_cn": "CertEurope eID User"}, None, id="never by CN alone"),
        pytest.param({"issuer_o": "0002 434202180"}, None, id="the OU's text in O"),
        pytest.param({"issuer_o": "autorité exemple"}, "siv", id="another procedure"),
        pytest.param({"issuer_o": ""}, None, id="none"),
        pytest.param({"authority": True}, None, id="an issuer's own certificate"),
    ],
)
def test_a_procedure_is_known_by_its_issuer(changes: dict[str, object], known: str | None) -> None:
    found = procedure_of(certificate(**changes), BOTH, {})
    assert (found.id if found else None) == known


def test_a_procedure_that_is_not_assumed_is_never_taken_whatever_comes_first() -> None:
    asked = replace(OPALEXE, id="a", assume=False)
    assert procedure_of(JEAN, (asked, OPALEXE), {}) is OPALEXE
    assert procedure_of(JEAN, (asked,), {}) is None


def test_of_two_procedures_to_be_assumed_none_is_taken_whatever_comes_first() -> None:
    other = replace(OPALEXE, id="other")
    for both in ((OPALEXE, other), (other, OPALEXE)):
        assert procedure_of(JEAN, both, {}) is None
        assert procedure_of(JEAN, both, {JEAN.fingerprint: Assignment(procedure="other")}) is other


def keys_of_lines(*things: tuple[Certificate, ...]) -> list[list[str]]:
    """Return the first fingerprint of each key, line by line."""
    found = lineages(memory(*(owned(*certificates) for certificates in things)), BOTH)
    return [[entry.fingerprint for entry in lineage.entries] for lineage in found]


OLD, NEW = ending(100 * DAY, "old"), ending(900 * DAY, "new")


@pytest.mark.parametrize("seen", list(permutations([(OLD,), (NEW,)])))
def test_a_lineage_goes_from_old_to_new_in_any_order_of_insertion(seen: tuple[tuple[Certificate, ...], ...]) -> None:
    assert keys_of_lines(*seen) == [[OLD.fingerprint, NEW.fingerprint]]


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(changed(NEW, given_name="Anne"), id="another person"),
        pytest.param(changed(NEW, issuer_o="Autorité Exemple"), id="another procedure"),
        pytest.param(changed(NEW, organization_identifier="Y"), id="another organisation"),
    ],
)
def test_another_holder_or_procedure_is_a_lineage_of_its_own(new: Certificate) -> None:
    old = changed(OLD, organization_identifier="X")
    assert sorted(keys_of_lines((old,), (new,))) == sorted([[old.fingerprint], [new.fingerprint]])


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(changed(NEW, issuer_o="Other"), id="no procedure"),
        pytest.param(replace(NEW, authority=True), id="an authority"),
        pytest.param(replace(NEW, role=Role.OTHER), id="neither for login nor for signature"),
        pytest.param(replace(NEW, not_before=None), id="no beginning"),
        pytest.param(replace(NEW, not_after=None), id="no end"),
    ],
)
def test_a_certificate_that_cannot_be_assessed_is_in_no_lineage(new: Certificate) -> None:
    assert keys_of_lines((OLD,), (new,)) == [[OLD.fingerprint]]


def test_two_certificates_on_one_key_never_succeed_each_other() -> None:
    assert keys_of_lines((OLD, NEW)) == [[OLD.fingerprint]]


@pytest.mark.parametrize(
    ("left", "beside", "renewed_in_place"),
    [
        pytest.param(10 * DAY, {}, True, id="still valid"),
        pytest.param(10 * DAY, {"not_before": NOW + 10 * DAY - 1094 * DAY}, False, id="issued together"),
        pytest.param(10 * DAY, {"not_before": NOW + 10 * DAY - 1094 * DAY + MICROSECOND}, True, id="a day later"),
        pytest.param(-MICROSECOND, {}, True, id="just over"),
        pytest.param(-MICROSECOND, {"not_before": NOW}, True, id="the other one just begun"),
        pytest.param(-MICROSECOND, {"not_before": NOW + MICROSECOND}, False, id="the other one not begun"),
        pytest.param(-MICROSECOND, {"not_after": NOW}, True, id="the other one at its last instant"),
        pytest.param(-MICROSECOND, {"not_after": NOW - MICROSECOND}, True, id="both over"),
        pytest.param(-MICROSECOND, {"role": Role.SIGNATURE}, False, id="another role"),
        pytest.param(-MICROSECOND, {"issuer_o": "Autorité Exemple"}, False, id="another procedure"),
        pytest.param(-MICROSECOND, {"issuer_o": "Other"}, False, id="no procedure"),
        pytest.param(-MICROSECOND, {"surname": "PETIT"}, False, id="another holder"),
        pytest.param(-MICROSECOND, {"not_after": None}, False, id="the other one unreadable"),
    ],
)
def test_a_certificate_beside_its_successor_is_renewed_in_place(
    left: timedelta, beside: dict[str, object], renewed_in_place: bool
) -> None:
    gone, other = ending(left, "gone"), certificate("other", **beside)
    expected = {gone.fingerprint} if renewed_in_place else set()
    assert certificates_renewed_in_place(memory(owned(gone, other)), BOTH, NOW) == expected
    assert certificates_renewed_in_place(memory(owned(gone), owned(other)), BOTH, NOW) == set(), (
        "on two keys they are old and new"
    )


def test_a_certificate_renewed_in_place_no_longer_counts_for_its_key() -> None:
    (lineage,) = lineages(memory(owned(OLD, NEW)), BOTH, frozenset({OLD.fingerprint}))
    assert [entry.fingerprint for entry in lineage.entries] == [NEW.fingerprint]


def test_the_signature_follows_its_key() -> None:
    signing = replace(ending(50 * DAY, "signing"), role=Role.SIGNATURE)
    assert keys_of_lines((OLD, signing), (NEW,)) == [[OLD.fingerprint, NEW.fingerprint]]


def test_the_signature_follows_its_key_under_another_name_too() -> None:
    signing = changed(ending(50 * DAY, "signing"), role=Role.SIGNATURE, given_name="", surname="", subject_cn="Cabinet")
    assert keys_of_lines((OLD, signing)) == [[OLD.fingerprint]]


def test_the_signature_of_a_holder_without_login_counts_for_its_key() -> None:
    signatures = [replace(c, role=Role.SIGNATURE) for c in (OLD, NEW)]
    assert keys_of_lines(*((s,) for s in signatures)) == [[OLD.fingerprint, NEW.fingerprint]]


def test_a_signature_key_does_not_replace_a_login_key() -> None:
    assert keys_of_lines((OLD,), (replace(NEW, role=Role.SIGNATURE),)) == [[OLD.fingerprint]]


def test_a_certificate_without_a_name_joins_no_lineage() -> None:
    nameless = changed(NEW, subject_cn="", given_name="", surname="")
    assert sorted(keys_of_lines((OLD,), (nameless,))) == sorted([[OLD.fingerprint], [nameless.fingerprint]])


def test_a_shared_contact_does_not_join_two_organisations() -> None:
    first = changed(ending(10 * DAY, "first"), organization_identifier="X")
    plain = ending(20 * DAY, "plain")
    third = changed(ending(30 * DAY, "third"), organization_identifier="Y")
    assert keys_of_lines((first,), (plain,), (third,)) == [
        [first.fingerprint, plain.fingerprint],
        [third.fingerprint],
    ]


@pytest.mark.parametrize("ids", list(permutations("ab")))
def test_two_keys_with_one_certificate_come_in_the_order_of_their_ids(ids: tuple[str, ...]) -> None:
    nameless = changed(OLD, subject_cn="", given_name="", surname="")
    known = memory(*(owned(nameless, id=KeyId(id_)) for id_ in ids))
    assert [line.entries[0].key.id for line in lineages(known, BOTH)] == ["a", "b"]


def test_a_lineage_has_the_latest_name_of_its_holder() -> None:
    married = changed(NEW, subject_cn="Jean MARTIN-ROY")
    (lineage,) = lineages(memory(owned(OLD), owned(married)), BOTH)
    assert lineage.holder == "Jean MARTIN-ROY"


def test_a_lineage_needs_no_name_of_its_holder() -> None:
    (lineage,) = lineages(memory(owned(certificate(subject_cn="", given_name="", surname=""))), (OPALEXE,))
    assert lineage.holder == ""


def test_a_key_whose_certificate_is_not_remembered_is_in_no_lineage() -> None:
    known = memory(owned(OLD))
    assert lineages(replace(known, certificates={}), BOTH) == ()


def test_a_key_with_certificates_of_two_procedures_is_in_a_lineage_of_each() -> None:
    other = changed(NEW, issuer_o="Autorité Exemple")
    found = lineages(memory(owned(OLD, other)), (OPALEXE, SIV))
    assert [(lineage.procedure.id, lineage.entries[0].not_after) for lineage in found] == [
        ("opalexe", NOW + 100 * DAY),
        ("siv", NOW + 900 * DAY),
    ]


def test_many_certificates_with_one_name_are_not_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Certificate] = []

    def counted(one: Certificate, other: Certificate) -> HolderMatch:
        compared.append(other)
        return match_holders(one, other)

    monkeypatch.setattr(holders, "match_holders", counted)
    many = [replace(OLD, fingerprint=Fingerprint(f"{number:016x}{0:048x}")) for number in range(40)]
    (lineage,) = lineages(memory(*map(owned, many)), (OPALEXE,))
    assert len(lineage.entries) == len(many)
    assert len(compared) == len(many) - 1, "with one certificate each, since all write the name alike"
