"""Keys of one order, with the same dates."""

from datetime import timedelta

import pytest

from config.i18n.translator import Translator
from config.values import replace
from config.workflows import Destination, WorkflowKind
from daemon.core.assessment import assess_state
from daemon.core.commands import NameKey
from daemon.core.holders import lineages
from daemon.core.model import Certificate, Claim, TokenFlags
from daemon.core.renewal import lineage_status
from daemon.core.spare_keys import SPARE_LASTS
from daemon.core.views.guide import ReaderStatus
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
from support.core.story import delivered

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


def at_the_new_key(*plugged: Certificate) -> Simulator:
    """Lead to the step that waits for the new key."""
    simulator = seen_in_order(*plugged)
    simulator.plug(ONE)
    simulator.choose("open:tool", "end:start", "state:activated")
    simulator.remove()
    simulator.plug(OLD)
    simulator.choose("end:log_in", "end:ask", "end:close")
    simulator.remove()
    assert simulator.step() == "new_in"
    return simulator


@pytest.mark.parametrize("used", [ONE, TWIN], ids=["the one that was activated", "the other one"])
def test_any_of_two_new_keys_serves_at_each_step(used: Certificate) -> None:
    simulator = at_the_new_key(OLD, ONE, TWIN)
    simulator.plug(used)
    assert simulator.step() == "click"
    assert (simulator.page.reader, simulator.page.alert) == (ReaderStatus.NEW, None)
    simulator.choose("end:click", "end:check", "state:works")
    assert delivered(simulator.page.headline) == "guide.finished"
    works = {k.fingerprints[0] for k in simulator.state.memory.keys.values() if Claim.WORKS in k.claims}
    assert works == {used.fingerprint}, "the account knows the one that was used"
    assert path_of(simulator) is None


def test_any_of_two_new_keys_may_be_activated() -> None:
    simulator = seen_in_order(OLD, ONE, TWIN)
    simulator.plug(TWIN)
    assert (simulator.page.workflow, simulator.page.reader, simulator.page.alert) == (ACTIVATE, ReaderStatus.NEW, None)
    simulator.choose("open:tool", "end:start", "state:activated")
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.new_fingerprint) == (ADD, TWIN.fingerprint), "it is the one that was activated"


def test_a_new_key_in_the_place_of_the_old_one_is_not_called_a_past_one() -> None:
    simulator = at_the_new_key(OLD, ONE, TWIN)
    simulator.choose("restart", "end:prepared")
    simulator.plug(TWIN)
    assert delivered(simulator.page.alert) == "guide.wrong.new"


def test_a_new_key_that_is_not_activated_does_not_serve_for_the_other() -> None:
    simulator = at_the_new_key(OLD, ONE)
    simulator.plug(TWIN, flags=UNACTIVATED)
    assert simulator.step() == "new_in"
    assert delivered(simulator.page.alert) == "guide.wrong.other.new"


def test_the_key_that_was_activated_is_the_new_one() -> None:
    simulator = Simulator()
    for key in (OLD, ONE, TWIN):
        simulator.plug(key, flags=TokenFlags() if key is OLD else UNACTIVATED)
        simulator.remove()
        simulator.wait(timedelta(minutes=1))
    simulator.plug(TWIN)
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.new_fingerprint) == (ADD, TWIN.fingerprint)


def test_words_name_no_key_where_another_serves_as_well() -> None:
    simulator = at_the_new_key(OLD, ONE, TWIN)
    simulator.command(NameKey(fingerprint=ONE.fingerprint, name="green"))
    assert "green" not in Translator("en").render(simulator.page.headline)
    simulator.plug(ONE)
    assert "green" in Translator("en").render(simulator.page.reader_words)


def test_the_letter_names_the_key_that_is_in() -> None:
    simulator = Simulator(now=NOW + 21 * DAY)
    for key in (OLD, ONE, TWIN):
        simulator.plug(key)
        simulator.remove()
    simulator.tell(ONE.fingerprint[:16], Claim.ACTIVATED)
    simulator.plug(TWIN)
    simulator.choose("end:prepared", "open:platform", "end:log_in")
    assert simulator.actions()["copy:serial"].copy == TWIN.serial_hex.upper()
    simulator.choose("open:support_mail")
    assert simulator.launches()[-1].serial_hex == TWIN.serial_hex


def test_a_notice_that_asks_for_the_new_key_is_content_with_any() -> None:
    simulator = seen_in_order(OLD, ONE, TWIN)
    simulator.tell(ONE.fingerprint[:16], Claim.ACTIVATED)
    simulator.wait(21 * DAY)
    simulator.answer(OLD.fingerprint[:16])
    assert simulator.delivered[-1][1].title.id == "notice.put_in.associate_new.title"
    simulator.plug(TWIN)
    assert [launch.destination for launch in simulator.launches()] == [Destination.PLATFORM]
