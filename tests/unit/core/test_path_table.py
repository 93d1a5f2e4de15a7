"""Every combination of what decides a path, against the table."""

import re
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path as File

import pytest

from config.settings import Procedure, Settings
from config.values import dataclass, replace
from config.workflows import WorkflowKind
from daemon.core.assessment import RenewalCase, assess
from daemon.core.model import (
    Assignment,
    Certificate,
    Claim,
    HolderAnswer,
    Memory,
    ReaderName,
    Role,
    TokenFlags,
    pair_of,
)
from daemon.core.recognition import Content
from daemon.core.views.report import Path
from support.core.factories import DAY, NOW, OPALEXE, SIV, UNACTIVATED, Owned, certificate, ending, memory, owned
from support.core.workflows import a_workflow

PAGE = File(__file__).parents[3] / "docs/reference/paths.md"
ORDER, ACTIVATE, RENEW = WorkflowKind.ORDER, WorkflowKind.ACTIVATE, WorkflowKind.RENEW
ADD, ASSOCIATE = WorkflowKind.ADD_WITH_OLD, WorkflowKind.ASSOCIATE_NEW
ASSUMED = replace(OPALEXE, assume=True)
ALSO = replace(SIV, issuers=OPALEXE.issuers, assume=False, margin=OPALEXE.margin)
IN_PLACE = replace(ASSUMED, workflows={**OPALEXE.workflows, RENEW: a_workflow(RENEW)})
PROCEDURES = (ASSUMED, ALSO)
DOUBTFUL = {"surname": "DURAND", "subject_cn": "Jean DURAND"}
MARGIN, NOTICES = OPALEXE.margin, 90 * DAY

ENDS = {
    "far": 400 * DAY,
    "due": 20 * DAY,
    "at the margin": MARGIN + timedelta(seconds=1),
    "in the margin": MARGIN,
    "last instant": timedelta(),
    "expired": -timedelta(microseconds=1),
}
BEGINS = {"begun": -DAY, "begins at once": timedelta(), "begins in time": 5 * DAY, "begins late": 30 * DAY}
FLAGS = {"unknown": TokenFlags(), "needed": UNACTIVATED, "done": TokenFlags()}
HOLDERS = ("same", "in doubt", "joined", "parted", "another")
SIV_USE, NO_USE = Assignment(procedure="siv"), Assignment()
USED_FOR = {  # what the user says of the old and of the new key
    "assumed": (None, None),
    "both other": (SIV_USE, SIV_USE),
    "new other": (None, SIV_USE),
    "none": (NO_USE, NO_USE),
}
CLAIMS = (None, Claim.WORKS, Claim.OLD_LOST)

Outcome = tuple[WorkflowKind, WorkflowKind | None, datetime | None] | None  # kind, then, not before


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a path depends on, of two keys."""

    end: str
    begin: str
    activation: str
    holder: str
    use: str
    claim: Claim | None

    @property
    def old(self) -> Certificate:
        return old_certificate(self.end)

    @property
    def new(self) -> Certificate:
        return new_certificate(self.begin, self.holder)

    @property
    def are_paired(self) -> bool:
        return self.holder in {"same", "joined"} and self.use in {"assumed", "both other"}

    def memory(self) -> Memory:
        claims = {self.claim} if self.claim else set()
        claims |= {Claim.ACTIVATED} if self.activation == "done" else set()
        new = owned(self.new, flags=FLAGS[self.activation], claims=frozenset(claims), first_seen=NOW)
        old_use, new_use = USED_FOR[self.use]
        uses = {self.old.fingerprint: old_use, self.new.fingerprint: new_use}
        told = {"joined": HolderAnswer.SAME, "parted": HolderAnswer.ANOTHER}.get(self.holder)
        return memory(
            owned(self.old),
            new,
            assignments={fingerprint: use for fingerprint, use in uses.items() if use is not None},
            holder_answers={pair_of(self.old.fingerprint, self.new.fingerprint): told} if told else {},
        )


@cache
def old_certificate(end: str) -> Certificate:
    return ending(ENDS[end])


@cache
def new_certificate(begin: str, holder: str) -> Certificate:
    names = {"same": {}, "another": {"given_name": "Anne", "subject_cn": "Anne MARTIN"}}.get(holder, DOUBTFUL)
    return certificate("new", not_before=NOW + BEGINS[begin], not_after=NOW + 1000 * DAY, **names)


def judged(kept: Memory, *procedures: Procedure, blank: bool = False) -> tuple[RenewalCase, ...]:
    contents: dict[ReaderName | None, Content] = {None: Content(blank=True, read_at=NOW)} if blank else {}
    return assess(kept, Settings(procedures=procedures or PROCEDURES), contents, NOW).cases


def outcome(path: Path | None) -> Outcome:
    return (path.kind, path.then, path.not_before) if path else None


def expected_alone(world: World) -> tuple[Outcome, Outcome]:
    """Return what is right for each key by itself."""
    left, begins = ENDS[world.end], world.new.not_before
    old = (ORDER, None, None) if left <= NOTICES else None
    is_needed = world.activation == "needed" and world.claim is not Claim.WORKS
    assert begins is not None
    new = (ACTIVATE, None, begins if begins > NOW else None) if is_needed else None
    return old, new


def expected_together(world: World) -> Outcome:
    """Return what is right for two keys of one line."""
    begins = NOW + BEGINS[world.begin]
    has_begun = begins <= NOW
    if world.claim is Claim.WORKS:
        return None
    left_then = NOW + ENDS[world.end] - max(begins, NOW)
    way = ADD if left_then > MARGIN and world.claim is not Claim.OLD_LOST else ASSOCIATE
    if world.activation == "done":
        return (way, None, None) if has_begun else None
    return ACTIVATE, way, None if has_begun else begins


WORLDS = [
    World(end=end, begin=begin, activation=activation, holder=holder, use=use, claim=claim)
    for end, begin, activation, holder, use, claim in product(ENDS, BEGINS, FLAGS, HOLDERS, USED_FOR, CLAIMS)
]


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("use", USED_FOR)
def test_every_combination_follows_the_table(holder: str, use: str) -> None:
    worlds = [world for world in WORLDS if (world.holder, world.use) == (holder, use)]
    assert len(worlds) == len(ENDS) * len(BEGINS) * len(FLAGS) * len(CLAIMS)
    for world in worlds:
        cases = judged(world.memory())
        found = {case.lineage.entries[-1].fingerprint: outcome(case.path) for case in cases}
        if use == "none":
            assert found == {}, world
        elif world.are_paired:
            assert found == {world.new.fingerprint: expected_together(world)}, world
        else:
            old, new = expected_alone(world)
            assert found == {world.old.fingerprint: old, world.new.fingerprint: new}, world
        asks = holder == "in doubt" and use in {"assumed", "both other"}
        assert any(case.doubt for case in cases) is asks, world


def renewed(end: timedelta, begin: timedelta, *, beside: bool, works: bool) -> Memory:
    """Return one key whose certificate was replaced on it."""
    new = certificate("new", not_before=NOW + begin, not_after=NOW + 1000 * DAY)
    on_key = owned(ending(end), new, first_seen=NOW, claims=frozenset({Claim.WORKS} if works else ()))
    seen = on_key.seen if beside else (replace(on_key.seen[0], first_seen=NOW - DAY), on_key.seen[1])
    return memory(Owned(key=on_key.key, seen=seen))


@pytest.mark.parametrize("procedure", [ASSUMED, IN_PLACE], ids=["no way in place", "in place"])
def test_every_renewal_in_place_follows_the_table(procedure: Procedure) -> None:
    for end, begin, beside, works in product(ENDS.values(), BEGINS.values(), (True, False), (True, False)):
        (case,) = judged(renewed(end, begin, beside=beside, works=works), procedure)
        way = RENEW if procedure is IN_PLACE else ASSOCIATE
        expected = (way, None, None) if begin <= timedelta() and not works else None
        assert outcome(case.path) == expected, (end, begin, beside, works)


def kinds(*kept: Memory, procedures: tuple[Procedure, ...] = PROCEDURES, blank: bool = False) -> set[str]:
    """Return what the paths name, `not_before` where one waits."""
    paths = [case.path for each in kept for case in judged(each, *procedures, blank=blank) if case.path]
    named = {str(kind) for path in paths for kind in (path.kind, path.then) if kind}
    return named | {"not_before" for path in paths if path.not_before}


def two(*, end: str = "far", begin: str = "begun", activation: str = "done", **other: object) -> Memory:
    facts = {"holder": "same", "use": "assumed", "claim": None, **other}
    return World(end=end, begin=begin, activation=activation, **facts).memory()  # type: ignore[arg-type]  # real fields


ACTIVE, REPLACES = frozenset({Claim.ACTIVATED}), frozenset({Claim.REPLACES})
LOST = REPLACES | {Claim.OLD_LOST, Claim.ACTIVATED}
DUE, FAR, PAST = (memory(owned(ending(span))) for span in (20 * DAY, 400 * DAY, -DAY))


def signing(claims: frozenset[Claim] = frozenset()) -> Memory:
    """Return two keys that only sign, the later one with these claims."""
    old, new = (replace(ending(end, name), role=Role.SIGNATURE) for name, end in (("old", -DAY), ("new", 900 * DAY)))
    return memory(owned(old), owned(new, claims=claims))


def spares(claims: frozenset[Claim] = frozenset()) -> Memory:
    """Return two keys of the same dates, one with these claims."""
    one, twin = (ending(400 * DAY, name) for name in ("one", "twin"))
    return memory(owned(one), owned(twin, claims=claims))


def rows_that_happen() -> dict[str, set[str]]:
    """Return what follows, by the beginning of each situation."""
    return {
        "the token says": kinds(memory(owned(ending(400 * DAY), flags=UNACTIVATED))),
        "a token without any certificate": kinds(
            memory(owned(ending(400 * DAY)), owned(serial="1", first_seen=NOW - 9 * DAY)), blank=True
        ),
        "another token without": kinds(DUE, PAST, blank=True),
        "one key, valid, before": kinds(FAR),
        "one key, within": kinds(DUE, PAST),
        "the same, valid": kinds(DUE, procedures=(IN_PLACE,)),
        "a later key, activation not": kinds(two(activation="unknown"), two(activation="needed", end="expired")),
        "a later key, activation done, current valid": kinds(two(), two(end="at the margin")),
        "a later key, activation done, current inside": kinds(
            two(end="in the margin"), two(end="expired"), two(claim=Claim.OLD_LOST)
        ),
        '"this key replaces': kinds(
            memory(owned(ending(400 * DAY), claims=REPLACES)), memory(owned(ending(400 * DAY), claims=LOST))
        ),
        "two keys of one order": kinds(spares(), spares(frozenset({Claim.NEW}))),
        "a key that only signs": kinds(
            *(memory(owned(replace(ending(end), role=Role.SIGNATURE))) for end in (20 * DAY, -DAY)),
            signing(),
            signing(ACTIVE),
        ),
        "the latest is confirmed": kinds(two(claim=Claim.WORKS), two(claim=Claim.WORKS, end="expired")),
        "a later key that has not begun, activation not": kinds(
            two(begin="begins in time", activation="unknown"),
            two(begin="begins late", end="due", activation="unknown"),
        ),
        "a later key that has not begun, activation done": kinds(two(begin="begins late")),
        "the certificate was renewed": kinds(renewed(20 * DAY, -DAY, beside=True, works=False))
        | kinds(renewed(20 * DAY, -DAY, beside=False, works=False), procedures=(IN_PLACE,)),
        "a certificate is on the key": kinds(renewed(20 * DAY, 5 * DAY, beside=True, works=False)),
        "in doubt": kinds(two(holder="in doubt")),
        "another holder": kinds(two(holder="another"), two(use="new other")),
        "no procedure": kinds(two(use="none", end="due")),
    }


def rows_of_page() -> dict[str, set[str]]:
    """Return the words in code style of each row's path."""
    rows = re.findall(r"^\| (.*?) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {situation: set(re.findall(r"`(\w+)`", path)) for situation, path in rows if situation != "situation"}


def test_the_table_of_the_page_is_what_happens() -> None:
    page = rows_of_page()
    rows = rows_that_happen()
    assert len(page) == len(rows)
    found = {situation: next(v for k, v in rows.items() if situation.startswith(k)) for situation in page}
    assert found == page
