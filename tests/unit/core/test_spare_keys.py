"""Keys of one order, with the same dates."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.workflows import WorkflowKind
from daemon.core.assessment import assess_state
from daemon.core.holders import lineages
from daemon.core.model import Certificate, Claim
from daemon.core.renewal import lineage_status
from daemon.core.spare_keys import SPARE_LASTS
from daemon.core.views.report import Path, Stage
from support.core.factories import (
    DAY,
    MICROSECOND,
    NOW,
    OPALEXE,
    UNACTIVATED,
    Owned,
    certificate,
    changed,
    ending,
    memory,
    owned,
)
from support.core.simulator import Simulator, simulator_with

OLD = ending(20 * DAY, "old")
ONE = certificate("one", not_before=NOW - 2 * DAY, not_after=NOW + 1000 * DAY)
TWIN = certificate("twin", not_before=NOW - 2 * DAY, not_after=NOW + 1000 * DAY)
ACTIVATE, ADD = WorkflowKind.ACTIVATE, WorkflowKind.ADD_WITH_OLD


def path_of(simulator: Simulator) -> Path | None:
    (case,) = assess_state(simulator.state, simulator.now).cases
    return case.path


def seen_in_order(*keys: Certificate) -> Simulator:
    """Plug in one key after the other, a minute apart."""
    simulator = Simulator()
    simulator.look()
    for key in keys:
        simulator.plug(key)
        simulator.remove()
        simulator.wait(timedelta(minutes=1))
    return simulator


@pytest.mark.parametrize(
    ("begins", "ends", "are_spares"),
    [
        pytest.param(timedelta(), timedelta(), True, id="equal"),
        pytest.param(DAY, DAY, True, id="a day later"),
        pytest.param(DAY, -DAY, True, id="ends a day earlier"),
        pytest.param(DAY + MICROSECOND, timedelta(), False, id="begins later"),
        pytest.param(timedelta(), DAY + MICROSECOND, False, id="ends later"),
        pytest.param(timedelta(), -DAY - MICROSECOND, False, id="ends earlier"),
    ],
)
@pytest.mark.parametrize("seen", [(ONE, TWIN), (TWIN, ONE)], ids=["one first", "the twin first"])
def test_keys_of_the_same_dates_are_not_old_and_new(
    begins: timedelta, ends: timedelta, are_spares: bool, seen: tuple[Certificate, Certificate]
) -> None:
    assert ONE.not_before is not None
    assert ONE.not_after is not None
    twin = changed(TWIN, not_before=ONE.not_before + begins, not_after=ONE.not_after + ends)
    simulator = simulator_with(*(twin if each is TWIN else each for each in seen))
    path = path_of(simulator)
    assert (path is None) is are_spares
    stages = {line.stage for line in assess_state(simulator.state, simulator.now).certificates}
    assert stages == {Stage.VALID}, "none is superseded"


def test_two_spare_keys_are_told_once_when_they_end() -> None:
    simulator = simulator_with(ONE, TWIN)
    simulator.wait(1000 * DAY - 10 * DAY)
    told = {notice.notice_id for _, notice in simulator.delivered if notice.notice_id.key is not None}
    assert len(told) == 1
    path = path_of(simulator)
    assert path is not None
    assert path.kind is WorkflowKind.ORDER


def test_an_old_key_stays_the_current_one_beside_two_new_ones() -> None:
    simulator = seen_in_order(OLD, ONE, TWIN)
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.then) == (ACTIVATE, ADD)
    assert (path.old_fingerprint, path.new_fingerprint) == (OLD.fingerprint, ONE.fingerprint), "the first that was seen"
    simulator.tell(ONE.fingerprint[:16], Claim.WORKS)
    assert path_of(simulator) is None, "the other one is a spare"
    stages = {c.fingerprint_sha256: c.stage for c in assess_state(simulator.state, simulator.now).certificates}
    assert stages == {OLD.fingerprint: Stage.SUPERSEDED, ONE.fingerprint: Stage.VALID, TWIN.fingerprint: Stage.VALID}


def test_the_account_learns_of_a_spare_key_by_the_users_word() -> None:
    simulator = seen_in_order(ONE, TWIN)
    (new,) = [action for id_, action in simulator.actions().items() if id_.endswith(Claim.NEW)]
    assert new.id.subject == TWIN.fingerprint[:16]
    simulator.choose(new.id)
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.then) == (ACTIVATE, ADD)
    assert (path.old_fingerprint, path.new_fingerprint) == (ONE.fingerprint, TWIN.fingerprint)
    simulator.tell(TWIN.fingerprint[:16], Claim.WORKS)
    assert path_of(simulator) is None


@pytest.mark.parametrize(
    ("changes", "left", "pending"),
    [
        pytest.param({}, SPARE_LASTS + MICROSECOND, False, id="complete"),
        pytest.param({"flags": UNACTIVATED}, SPARE_LASTS + MICROSECOND, True, id="not activated"),
        pytest.param({"flags": UNACTIVATED}, SPARE_LASTS, False, id="not worth it any more"),
        pytest.param({"looked_unactivated": True}, SPARE_LASTS + MICROSECOND, True, id="activated since"),
        pytest.param({"claims": frozenset({Claim.NEW})}, SPARE_LASTS + MICROSECOND, True, id="new by the user's word"),
        pytest.param({"flags": UNACTIVATED, "claims": frozenset({Claim.WORKS})}, 900 * DAY, False, id="it works"),
    ],
)
def test_a_spare_key_is_brought_in_only_where_it_is_new(
    changes: dict[str, object], left: timedelta, pending: bool
) -> None:
    one, twin = ending(left, "one"), ending(left, "twin")
    spare: Owned = replace(owned(twin), key=replace(owned(twin).key, **changes))  # type: ignore[arg-type]
    (lineage,) = lineages(memory(owned(one, first_seen=NOW - 2 * DAY), spare), (OPALEXE,))
    status = lineage_status(lineage, NOW)
    assert (status.pending is not None) is pending
    assert len(status.spares) == (0 if pending else 1)
    assert status.superseded == ()


def test_the_spare_of_a_replaced_key_is_replaced_too() -> None:
    late = ending(400 * DAY, "late")
    twins = [owned(ending(100 * DAY, name)) for name in ("one", "twin")]
    (lineage,) = lineages(memory(*twins, owned(late, claims=frozenset({Claim.WORKS}))), (OPALEXE,))
    status = lineage_status(lineage, NOW)
    assert (status.current.fingerprint, len(status.superseded), status.spares) == (late.fingerprint, 2, ())
