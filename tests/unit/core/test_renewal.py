"""The renewal path for each row of the table, in every order."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest

from config.instants import Instant
from config.settings import NoticeSettings, Procedure
from config.values import dataclass, replace
from config.workflows import WorkflowKind
from daemon.core.holders import lineages
from daemon.core.model import Certificate, Claim, Role, TokenFlags
from daemon.core.renewal import LineageStatus, Question, choose_path, lineage_status
from daemon.core.views.report import Path, Reason
from support.core.factories import (
    DAY,
    MICROSECOND,
    NOW,
    OPALEXE,
    SIV,
    UNACTIVATED,
    Owned,
    certificate,
    changed,
    ending,
    memory,
    notice_settings,
    owned,
)

ORDER, ACTIVATE = WorkflowKind.ORDER, WorkflowKind.ACTIVATE
ADD, ASSOCIATE = WorkflowKind.ADD_WITH_OLD, WorkflowKind.ASSOCIATE_NEW
PROCEDURES = [pytest.param(OPALEXE, id="opalexe"), pytest.param(SIV, id="siv")]
ISSUERS = {"opalexe": "CertEurope", "siv": "Autorité Exemple"}
NOTHING: frozenset[Claim] = frozenset()
WEEK = timedelta(weeks=1)
ACTIVATIONS = {
    *(Reason.ACTIVATION_UNKNOWN, Reason.ACTIVATION_UNKNOWN_OLD_ENDED, Reason.ACTIVATION_UNKNOWN_ALONE),
}
ACTIVATED, WORKS = frozenset({Claim.ACTIVATED}), frozenset({Claim.WORKS})


def judged(
    *keys: Owned, procedure: Procedure = OPALEXE, now: Instant = NOW, blank: bool = False, link: bool = False
) -> tuple[LineageStatus, Path | None]:
    """Judge the only line that these keys make."""
    (lineage,) = lineages(memory(*keys), (procedure,))
    status = lineage_status(lineage, now)
    return status, choose_path(lineage, status, now, NoticeSettings(), blank_token=blank, link_is_out=link)


def outcome(*keys: Owned, **how: object) -> tuple[WorkflowKind | None, WorkflowKind | None]:
    """Say kind and then of the path for these keys."""
    _, path = judged(*keys, **how)  # type: ignore[arg-type]  # each test names real parameters
    return (path.kind, path.then) if path else (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is known of some keys, and the path that follows.

    `lives`: the time left of each, oldest first. `old` and `new` are the places of the path's keys there.
    """

    lives: tuple[timedelta, ...]
    claims: frozenset[Claim] = NOTHING
    needed: bool = False
    looked: bool = False
    kind: WorkflowKind | None = None
    then: WorkflowKind | None = None
    why: Reason | None = None
    old: int | None = None
    new: int | None = None

    def path(self, certificates: list[Certificate], procedure: Procedure) -> Path | None:
        """Return the path that is expected for these certificates."""
        if self.kind is None or self.why is None:
            return None
        old, new = (None if place is None else certificates[place] for place in (self.old, self.new))
        dated = old or new
        assert dated is not None
        assert dated.not_after is not None
        return Path(
            procedure=procedure.id,
            holder="Jean MARTIN",
            kind=self.kind,
            then=self.then,
            old_fingerprint=old.fingerprint if old else None,
            new_fingerprint=new.fingerprint if new else None,
            why=self.why,
            date=dated.not_after,
        )


FAR, NEXT = 400 * DAY, 1000 * DAY
ROWS = {
    "one, valid, far from its notices": Row(lives=(FAR,)),
    "one, an instant before its first notice": Row(lives=(90 * DAY + MICROSECOND,)),
    "one, at its first notice": Row(lives=(90 * DAY,), kind=ORDER, why=Reason.ORDER_DUE, old=0),
    "one, at its last instant": Row(lives=(timedelta(),), kind=ORDER, why=Reason.ORDER_DUE, old=0),
    "one, just expired": Row(lives=(-MICROSECOND,), kind=ORDER, why=Reason.ORDER_EXPIRED, old=0),
    "one, long expired": Row(lives=(-2000 * DAY,), kind=ORDER, why=Reason.ORDER_EXPIRED, old=0),
    "one, un-activated": Row(lives=(NEXT,), needed=True, kind=ACTIVATE, why=Reason.ACTIVATION_NEEDED, new=0),
    "one, un-activated within its notices": Row(
        lives=(90 * DAY,), needed=True, kind=ACTIVATE, why=Reason.ACTIVATION_NEEDED, new=0
    ),
    "one, un-activated, the person says it is": Row(lives=(NEXT,), needed=True, claims=ACTIVATED),
    "a later one, activation unknown": Row(
        lives=(FAR, NEXT), kind=ACTIVATE, then=ADD, why=Reason.ACTIVATION_UNKNOWN, old=0, new=1
    ),
    "a later one, activation needed": Row(
        lives=(FAR, NEXT), needed=True, kind=ACTIVATE, then=ADD, why=Reason.ACTIVATION_NEEDED, old=0, new=1
    ),
    "a later one, activation unknown, old in the margin": Row(
        lives=(timedelta(hours=1), NEXT), kind=ACTIVATE, then=ASSOCIATE, why=Reason.ACTIVATION_UNKNOWN, old=0, new=1
    ),
    "a later one, activation unknown, old expired": Row(
        lives=(-DAY, NEXT), kind=ACTIVATE, then=ASSOCIATE, why=Reason.ACTIVATION_UNKNOWN_OLD_ENDED, old=0, new=1
    ),
    "a later one, activated": Row(lives=(FAR, NEXT), claims=ACTIVATED, kind=ADD, why=Reason.OLD_VALID, old=0, new=1),
    "a later one, activated by its signs": Row(
        lives=(FAR, NEXT), looked=True, kind=ADD, why=Reason.OLD_VALID, old=0, new=1
    ),
    "a later one, activated, old in its notices": Row(
        lives=(10 * DAY, NEXT), claims=ACTIVATED, kind=ADD, why=Reason.OLD_VALID, old=0, new=1
    ),
    "a later one, activated, old in the margin": Row(
        lives=(timedelta(hours=1), NEXT), claims=ACTIVATED, kind=ASSOCIATE, why=Reason.OLD_ENDS, old=0, new=1
    ),
    "a later one, activated, old just expired": Row(
        lives=(-MICROSECOND, NEXT), claims=ACTIVATED, kind=ASSOCIATE, why=Reason.OLD_ENDED, old=0, new=1
    ),
    "a later one, activated, old long expired": Row(
        lives=(-3000 * DAY, NEXT), claims=ACTIVATED, kind=ASSOCIATE, why=Reason.OLD_ENDED, old=0, new=1
    ),
    "a later one, activated, the old one lost": Row(
        lives=(FAR, NEXT), claims=ACTIVATED | {Claim.OLD_LOST}, kind=ASSOCIATE, why=Reason.OLD_LOST, old=0, new=1
    ),
    "a later one, the old one lost": Row(
        lives=(FAR, NEXT),
        claims=frozenset({Claim.OLD_LOST}),
        kind=ACTIVATE,
        then=ASSOCIATE,
        why=Reason.ACTIVATION_UNKNOWN,
        old=0,
        new=1,
    ),
    "a later one that works": Row(lives=(FAR, NEXT), claims=WORKS),
    "a later one that works, the old one expired": Row(lives=(-DAY, NEXT), claims=WORKS),
    "a later one that works and is due": Row(
        lives=(-DAY, 90 * DAY), claims=WORKS, kind=ORDER, why=Reason.ORDER_DUE, old=1
    ),
    "a later one that expired unused, the old one lives": Row(lives=(FAR, -DAY)),
    "a later one that expired unused, the old one due": Row(
        lives=(20 * DAY, -DAY), kind=ORDER, why=Reason.ORDER_DUE, old=0
    ),
    "both expired": Row(lives=(-300 * DAY, -DAY), kind=ORDER, why=Reason.ORDER_EXPIRED, old=1),
    "three, the latest activated": Row(
        lives=(-DAY, FAR, NEXT), claims=ACTIVATED, kind=ADD, why=Reason.OLD_VALID, old=1, new=2
    ),
    "three, the second expired": Row(
        lives=(-900 * DAY, -DAY, NEXT), claims=ACTIVATED, kind=ASSOCIATE, why=Reason.OLD_ENDED, old=1, new=2
    ),
    "three, the latest works": Row(lives=(-900 * DAY, -DAY, NEXT), claims=WORKS),
    "three, the latest expired": Row(lives=(-900 * DAY, 20 * DAY, -DAY), kind=ORDER, why=Reason.ORDER_DUE, old=1),
}


def orders_of_seeing(count: int) -> Iterator[tuple[int, ...]]:
    """Yield the days before NOW on which each key was first seen."""
    yield (1,) * count
    yield from permutations(range(1, count + 1))


CASES = [
    pytest.param(row, days, id=f"{name}; seen {days} days ago")
    for name, row in ROWS.items()
    for days in ([*orders_of_seeing(len(row.lives))])
]


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize(("row", "seen_days_ago"), CASES)
def test_each_row_of_the_table_leads_to_its_path(
    row: Row, seen_days_ago: tuple[int, ...], procedure: Procedure
) -> None:
    beginnings = [NOW - (59 - number) * DAY for number in range(len(row.lives))]  # too new to look in use
    certificates = [
        certificate(
            f"key {number}",
            not_before=min(beginnings[number], NOW + life - DAY) if len(row.lives) == 1 else beginnings[number],
            not_after=NOW + life,
            issuer_o=ISSUERS[procedure.id],
        )
        for number, life in enumerate(row.lives)
    ]
    keys = [owned(c, first_seen=NOW - days * DAY) for c, days in zip(certificates, seen_days_ago, strict=True)]
    newest = replace(keys[-1].key, claims=row.claims, looked_unactivated=row.looked or row.needed)
    if row.needed:
        newest = replace(newest, flags=UNACTIVATED)
    keys[-1] = replace(keys[-1], key=newest)
    expected = row.path(certificates, procedure)
    assert judged(*keys, procedure=procedure)[1] == expected
    assert judged(*reversed(keys), procedure=procedure)[1] == expected


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize(
    ("beyond", "kind"),
    [
        pytest.param(MICROSECOND, ADD, id="one microsecond more"),
        pytest.param(timedelta(), ASSOCIATE, id="the margin itself"),
        pytest.param(-MICROSECOND, ASSOCIATE, id="one microsecond less"),
    ],
)
def test_the_old_key_serves_only_beyond_the_margin(procedure: Procedure, beyond: timedelta, kind: WorkflowKind) -> None:
    issuer = ISSUERS[procedure.id]
    old = owned(ending(procedure.margin + beyond, "old", issuer_o=issuer))
    new = ending(NEXT, "new", issuer_o=issuer)
    assert outcome(old, owned(new, claims=ACTIVATED), procedure=procedure) == (kind, None)
    assert outcome(old, owned(new), procedure=procedure) == (ACTIVATE, kind)


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize(
    ("life", "kind"),
    [
        pytest.param(timedelta(hours=1), ADD, id="inside the margin"),
        pytest.param(timedelta(), ADD, id="the last instant"),
        pytest.param(-MICROSECOND, ASSOCIATE, id="expired"),
    ],
)
def test_a_valid_link_needs_no_margin_but_a_valid_certificate(
    procedure: Procedure, life: timedelta, kind: WorkflowKind
) -> None:
    issuer = ISSUERS[procedure.id]
    old, new = ending(life, "old", issuer_o=issuer), ending(NEXT, "new", issuer_o=issuer)
    assert outcome(owned(old), owned(new, claims=ACTIVATED), procedure=procedure, link=True) == (kind, None)
    lost = frozenset({Claim.ACTIVATED, Claim.OLD_LOST})
    assert outcome(owned(old), owned(new, claims=lost), procedure=procedure, link=True) == (ASSOCIATE, None)


@pytest.mark.parametrize(("lives", "needed"), [((FAR, NEXT), False), ((FAR, NEXT), True)])
def test_both_keys_are_named_while_the_new_one_is_activated(lives: tuple[timedelta, ...], needed: bool) -> None:
    old, new = ending(lives[0], "old"), ending(lives[1], "new")
    keys = owned(old), owned(new, flags=UNACTIVATED if needed else TokenFlags())
    _, path = judged(*keys)
    assert path is not None
    assert (path.old_fingerprint, path.new_fingerprint) == (old.fingerprint, new.fingerprint)


def test_an_order_names_the_key_that_ends() -> None:
    old = ending(DAY)
    _, path = judged(owned(old))
    assert path is not None
    assert (path.old_fingerprint, path.new_fingerprint, path.then) == (old.fingerprint, None, None)


IN_USE = certificate("new", not_before=NOW - 300 * DAY, not_after=NOW + 700 * DAY)
BEFORE_IT = ending(30 * DAY, "old")


@pytest.mark.parametrize(
    ("begun_before", "old_seen_after", "question"),
    [
        pytest.param(60 * DAY + MICROSECOND, DAY, Question.IN_USE, id="just over 60 days, seen first"),
        pytest.param(60 * DAY, DAY, None, id="60 days, seen first"),
        pytest.param(300 * DAY, MICROSECOND, Question.IN_USE, id="seen just before the old one"),
        pytest.param(300 * DAY, timedelta(), None, id="both seen at once"),
        pytest.param(300 * DAY, -DAY, None, id="seen after the old one"),
    ],
)
def test_a_latest_key_seen_first_long_after_it_began_is_asked_about(
    begun_before: timedelta, old_seen_after: timedelta, question: Question | None
) -> None:
    seen = NOW - 10 * DAY
    latest = certificate("new", not_before=seen - begun_before, not_after=NOW + 700 * DAY)
    status, path = judged(
        owned(latest, first_seen=seen),
        owned(changed(BEFORE_IT, not_before=NOW - 900 * DAY), first_seen=seen + old_seen_after),
    )
    assert status.question is question
    assert (path is None) is (question is not None)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        pytest.param(None, (None, None), id="by default the older one is superseded"),
        pytest.param(Claim.WORKS, (None, None), id="it works"),
        pytest.param(Claim.NEW, (ACTIVATE, ADD), id="it is new"),
        pytest.param(Claim.REPLACES, (ACTIVATE, ADD), id="it replaces the one that now came"),
    ],
)
def test_the_user_decides_which_key_is_in_use(
    claim: Claim | None, expected: tuple[WorkflowKind | None, WorkflowKind | None]
) -> None:
    latest = owned(IN_USE, first_seen=NOW - 10 * DAY, claims=frozenset({claim} if claim else ()))
    assert outcome(latest, owned(BEFORE_IT, first_seen=NOW)) == expected


@pytest.mark.parametrize(
    ("claims", "life", "expected", "question"),
    [
        pytest.param({Claim.REPLACES}, NEXT, (None, None), Question.OLD_KEY, id="asks for the old one"),
        pytest.param({Claim.REPLACES, Claim.OLD_LOST}, NEXT, (ACTIVATE, ASSOCIATE), None, id="old one lost"),
        pytest.param({Claim.REPLACES, Claim.OLD_LOST, Claim.ACTIVATED}, NEXT, (ASSOCIATE, None), None, id="activated"),
        pytest.param({Claim.REPLACES, Claim.WORKS}, NEXT, (None, None), None, id="works"),
        pytest.param({Claim.REPLACES}, -MICROSECOND, (ORDER, None), None, id="expired meanwhile"),
        pytest.param({Claim.REPLACES, Claim.OLD_LOST}, -MICROSECOND, (ORDER, None), None, id="lost and expired"),
    ],
)
def test_a_key_that_replaces_one_never_seen_needs_the_old_date(
    claims: set[Claim],
    life: timedelta,
    expected: tuple[WorkflowKind | None, WorkflowKind | None],
    question: Question | None,
) -> None:
    key = owned(ending(life), claims=frozenset(claims))
    assert outcome(key) == expected
    status, _ = judged(key)
    assert status.question is question


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        pytest.param((ending(NEXT, "new"), ending(DAY)), "unknown", id="ends"),
        pytest.param((ending(NEXT, "new"), ending(-DAY)), "unknown_ended", id="ended"),
        pytest.param((ending(NEXT, "new"),), "unknown_alone", id="never seen"),
    ],
)
def test_the_reason_describes_the_earlier_key_correctly(keys: tuple[Certificate, ...], reason: str) -> None:
    newest, *others = keys
    lost = frozenset({Claim.REPLACES, Claim.OLD_LOST} if not others else ())
    _, path = judged(owned(newest, claims=lost), *map(owned, others))
    assert path is not None
    assert path.reason.id == f"reason.activate.{reason}"


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        pytest.param(90 * DAY + MICROSECOND, (None, None), id="before the notices nothing is offered"),
        pytest.param(90 * DAY, (ACTIVATE, ADD), id="within the notices"),
        pytest.param(timedelta(hours=24), (ACTIVATE, ASSOCIATE), id="in the margin"),
        pytest.param(-MICROSECOND, (ACTIVATE, ASSOCIATE), id="expired"),
    ],
)
def test_a_token_without_certificate_may_be_the_replacement(
    life: timedelta, expected: tuple[WorkflowKind | None, WorkflowKind | None]
) -> None:
    assert outcome(owned(ending(life)), blank=True) == expected


@pytest.mark.parametrize(
    ("life", "reason"), [(DAY, "bare"), (timedelta(), "bare"), (-MICROSECOND, "bare_ended")], ids=str
)
def test_beside_a_token_without_certificate_an_expired_one_is_called_so(life: timedelta, reason: str) -> None:
    _, path = judged(owned(ending(life)), blank=True)
    assert path is not None
    assert path.reason.id == f"reason.activate.{reason}"


@pytest.mark.parametrize("signs_change", [True, False], ids=["signs changed", "signs always complete"])
def test_only_changed_flags_prove_an_activation(signs_change: bool) -> None:
    new = owned(ending(NEXT, "new"), looked_unactivated=signs_change)
    expected = (ADD, None) if signs_change else (ACTIVATE, ADD)
    assert outcome(owned(ending(FAR)), new) == expected


def test_a_locked_pin_is_not_taken_for_an_unactivated_key() -> None:
    locked = replace(UNACTIVATED, pin_locked=True)
    assert outcome(owned(ending(NEXT), flags=locked)) == (None, None)


def test_three_keys_make_the_middle_one_current() -> None:
    first, second, third = (owned(ending(days * DAY, str(days))) for days in (-5, 300, NEXT.days))
    status, _ = judged(third, first, second)
    assert status.pending is not None
    assert [status.current.key, status.pending.key] == [second.key, third.key]
    assert [entry.key for entry in status.superseded] == [first.key]


def test_a_confirmed_latest_key_supersedes_all_others() -> None:
    keys = [owned(ending(days * DAY, str(days))) for days in (-5, 300)]
    status, path = judged(*keys, owned(ending(NEXT), claims=WORKS))
    assert path is None
    assert {entry.key.id for entry in status.superseded} == {thing.key.id for thing in keys}


def test_a_key_due_on_no_day_is_ordered_once_it_has_expired() -> None:
    settings = notice_settings(days=()).notices

    def path_at(certificate_: Certificate) -> Path | None:
        (lineage,) = lineages(memory(owned(certificate_)), (OPALEXE,))
        return choose_path(lineage, lineage_status(lineage, NOW), NOW, settings)

    assert path_at(ending(MICROSECOND)) is None
    assert path_at(ending(-MICROSECOND)) is not None


SIGNING = {"role": Role.SIGNATURE}
OLD_SIGNATURE, NEW_SIGNATURE = ending(20 * DAY, "old", **SIGNING), ending(1000 * DAY, "new", **SIGNING)
EXPIRED_SIGNATURE = ending(-DAY, "old", **SIGNING)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param([owned(OLD_SIGNATURE)], (ORDER, None), id="due"),
        pytest.param([owned(EXPIRED_SIGNATURE)], (ORDER, None), id="expired"),
        pytest.param([owned(OLD_SIGNATURE), owned(NEW_SIGNATURE)], (ACTIVATE, None), id="a later one"),
        pytest.param([owned(EXPIRED_SIGNATURE), owned(NEW_SIGNATURE)], (ACTIVATE, None), id="after the end"),
        pytest.param(
            [owned(OLD_SIGNATURE), owned(NEW_SIGNATURE, claims=ACTIVATED)], (None, None), id="the later one activated"
        ),
        pytest.param(
            [
                owned(OLD_SIGNATURE),
                owned(changed(NEW_SIGNATURE, not_before=NOW + DAY), claims=ACTIVATED),
            ],
            (None, None),
            id="activated, and not begun",
        ),
        pytest.param([owned(OLD_SIGNATURE, NEW_SIGNATURE)], (None, None), id="renewed in place"),
        pytest.param(
            [owned(OLD_SIGNATURE), owned(NEW_SIGNATURE, first_seen=NOW - 2 * DAY)], (None, None), id="in use already"
        ),
        pytest.param([owned(NEW_SIGNATURE, claims=frozenset({Claim.REPLACES}))], (ACTIVATE, None), id="of an old one"),
    ],
)
def test_a_key_to_sign_with_is_never_registered(
    keys: list[Owned], expected: tuple[WorkflowKind | None, WorkflowKind | None]
) -> None:
    seen = {certificate.certificate.fingerprint for key in keys for certificate in key.seen}
    in_place = frozenset({OLD_SIGNATURE.fingerprint}) if len(keys) == 1 and len(seen) > 1 else frozenset()
    (lineage,) = lineages(memory(*keys), (replace(OPALEXE, lead=(2 * WEEK, 6 * WEEK)),), in_place)
    status = lineage_status(lineage, NOW)
    path = choose_path(lineage, status, NOW, NoticeSettings())
    assert ((path.kind, path.then) if path else (None, None)) == expected
    assert status.question is None
    assert path is None or path.why in {Reason.ORDER_DUE, Reason.ORDER_ENDED, *ACTIVATIONS}


@pytest.mark.parametrize(
    ("begins", "is_current"),
    [pytest.param(NOW, True, id="now"), pytest.param(NOW + MICROSECOND, False, id="in a microsecond")],
)
def test_an_activated_key_to_sign_with_is_used_from_its_begin(begins: Instant, is_current: bool) -> None:
    new = owned(changed(NEW_SIGNATURE, not_before=begins), claims=ACTIVATED)
    status, _ = judged(owned(OLD_SIGNATURE), new)
    assert (status.current.fingerprint == NEW_SIGNATURE.fingerprint) is is_current


def test_a_blank_token_beside_a_key_to_sign_with_is_activated_and_no_more() -> None:
    assert outcome(owned(OLD_SIGNATURE), blank=True) == (ACTIVATE, None)
