"""Certificates renewed on their own key, or not begun yet."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

import pytest

from config.i18n.text import Text
from config.instants import Instant
from config.settings import NoticeSettings, Procedure, Settings
from config.values import replace
from config.workflows import Destination, Ends, Needs, WorkflowKind
from daemon.core.assessment import assess, assess_state
from daemon.core.commands import NameKey
from daemon.core.expiry import earlier
from daemon.core.holders import lineages
from daemon.core.model import Certificate, Claim, KeyId, ReaderName, Role
from daemon.core.notice import NoticeId, NoticeKind
from daemon.core.renewal import IN_USE_AFTER, choose_path, lineage_status, waits_until
from daemon.core.shared_numbers import earlier_twin, may_part
from daemon.core.state import State
from daemon.core.tray_view import build_tray_view
from daemon.core.views.report import Path, Reason, Stage
from support.core.factories import DAY, MICROSECOND, NOW, OPALEXE, SETTINGS, certificate, changed, ending, memory, owned
from support.core.simulator import Simulator
from support.core.workflows import a_step, a_workflow

OLD = ending(20 * DAY, "old")
NEW = certificate("new", not_before=NOW - DAY, not_after=NOW + 1090 * DAY)
TOKEN = {"model": "IDPrime 940", "serial": "00A1"}
IN_PLACE = replace(
    OPALEXE,
    workflows={
        **OPALEXE.workflows,
        WorkflowKind.RENEW: a_workflow(
            WorkflowKind.RENEW,
            a_step("renew", Ends.CONFIRMED, Needs.NOTHING, Destination.ORDER_PAGE),
            a_step("read", Ends.CERTIFICATE_SEEN),
            a_step("try", Ends.CONFIRMED, Needs.NOTHING, Destination.PLATFORM),
        ),
    },
)
ACTIVATE, ASSOCIATE, ADD = WorkflowKind.ACTIVATE, WorkflowKind.ASSOCIATE_NEW, WorkflowKind.ADD_WITH_OLD


def renewed(
    *after: Certificate, procedure: Procedure = OPALEXE, other: Mapping[str, str] = MappingProxyType({})
) -> Simulator:
    """Show a key with the old certificate, a day later with others."""
    simulator = Simulator(state=State(settings=Settings(procedures=(procedure,))))
    simulator.look()
    simulator.plug(OLD, **{**TOKEN, **other})
    simulator.remove()
    simulator.wait(DAY)
    simulator.plug(*after, **{**TOKEN, **other})
    return simulator


def path_of(simulator: Simulator) -> Path | None:
    (case,) = assess_state(simulator.state, simulator.now).cases
    return case.path


@pytest.mark.parametrize("after", [pytest.param((NEW,), id="replaced"), pytest.param((OLD, NEW), id="beside it")])
def test_a_renewal_in_place_never_asks_for_what_cannot_be_put_in(after: tuple[Certificate, ...]) -> None:
    simulator = renewed(*after)
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.then, path.why) == (ASSOCIATE, None, Reason.RENEWED)
    assert (path.old_fingerprint, path.new_fingerprint) == (OLD.fingerprint, NEW.fingerprint)
    assert (path.date, path.recall) == (OLD.not_after, None)
    stages = {c.fingerprint_sha256: c.stage for c in assess_state(simulator.state, simulator.now).certificates}
    assert stages == {OLD.fingerprint: Stage.SUPERSEDED, NEW.fingerprint: Stage.VALID}
    assert len(simulator.state.memory.keys) == 1, "the token is one key"
    last = [notice for _, notice in simulator.delivered][-1]
    assert last.title.id == "notice.renewed.title"
    asks_first = after == (NEW,)
    assert last.body.id == ("notice.same_key" if asks_first else "notice.renewed.here"), "it is plugged in"
    assert (headline(simulator) == "guide.ask.same_key") is asks_first


def test_nothing_was_ordered_where_a_key_is_renewed_in_place() -> None:
    simulator = Simulator(state=State(settings=Settings(procedures=(IN_PLACE,))))
    simulator.plug(OLD)
    simulator.choose("end:renew")
    assert simulator.step() == "read"
    assert isinstance(simulator.page.eyebrow, Text)
    assert simulator.page.eyebrow.id == "guide.eyebrow"


def headline(simulator: Simulator) -> str | None:
    return getattr(simulator.page.headline, "id", None)


def claim(simulator: Simulator, answer: Claim) -> None:
    """Choose an answer that claims something of a key."""
    simulator.choose(next(id_ for id_ in simulator.actions() if id_.startswith("state:") and id_.endswith(answer)))


def test_a_click_on_the_question_launches_nothing() -> None:
    simulator = renewed(NEW)
    simulator.answer(NoticeId(NoticeKind.KEY, next(iter(simulator.state.memory.keys))))
    assert not simulator.launches()
    view = build_tray_view(simulator.state, assess_state(simulator.state, simulator.now), simulator.now)
    labels = [getattr(item.label, "id", "") for item in view.items]
    assert "menu.same_key" in labels


def test_one_key_whose_certificate_was_renewed_is_asked_about_once() -> None:
    simulator = renewed(NEW)
    claim(simulator, Claim.RENEWED)
    assert headline(simulator) != "guide.ask.same_key"
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, len(simulator.state.memory.keys)) == (ASSOCIATE, 1)
    for answer, keys, kind in ((Claim.TWO_KEYS, 2, ACTIVATE), (Claim.RENEWED, 1, ASSOCIATE)) * 2:
        claim(simulator, answer)
        path = path_of(simulator)
        assert path is not None
        assert (len(simulator.state.memory.keys), path.kind) == (keys, kind), "the answer can be changed"
        assert headline(simulator) != "guide.ask.same_key"


def test_two_keys_of_one_number_are_two_by_the_users_word() -> None:
    simulator = renewed(NEW)
    old = next(iter(simulator.state.memory.keys))
    simulator.command(NameKey(fingerprint=OLD.fingerprint, name="the blue one"))
    claim(simulator, Claim.TWO_KEYS)
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.then) == (ACTIVATE, ADD)
    assert (path.old_fingerprint, path.new_fingerprint) == (OLD.fingerprint, NEW.fingerprint)
    names = {key.fingerprints: key.name for key in simulator.state.memory.keys.values()}
    assert names == {(OLD.fingerprint,): "the blue one", (NEW.fingerprint,): ""}
    assert simulator.state.contents[ReaderName("Reader 00")].keys == (old,), "what is plugged in is the new one"
    for card in (OLD, NEW):
        simulator.remove()
        simulator.plug(card, **TOKEN)
        assert len(simulator.state.memory.keys) == 2, "and stays so"


@pytest.mark.parametrize(
    "after", [pytest.param((OLD, NEW), id="read together"), pytest.param((), id="never seen with another")]
)
def test_what_is_on_one_key_is_never_parted(after: tuple[Certificate, ...]) -> None:
    simulator = renewed(*after) if after else renewed(OLD)
    key = next(iter(simulator.state.memory.keys))
    before = simulator.state.memory
    simulator.tell(key, Claim.TWO_KEYS)
    assert simulator.state.memory.keys == before.keys


def test_a_key_that_a_clock_set_back_reads_again_is_not_parted() -> None:
    simulator = Simulator()
    simulator.look()
    id_ = simulator.plug(OLD, NEW, **TOKEN)
    simulator.remove()
    simulator.now = earlier(simulator.now, timedelta(seconds=1))
    simulator.plug(OLD, NEW, **TOKEN)
    assert not may_part(simulator.state.memory, KeyId(id_))


def test_two_keys_are_joined_again_with_what_was_noted_and_claimed() -> None:
    simulator = renewed(NEW)
    simulator.command(NameKey(fingerprint=OLD.fingerprint, name="the blue one"))
    key = next(iter(simulator.state.memory.keys))
    for answer in (Claim.RENEWED, Claim.TWO_KEYS, Claim.OLD_LOST, Claim.RENEWED):
        simulator.tell(key, answer)
    (joined,) = simulator.state.memory.keys.values()
    assert (joined.name, set(joined.claims)) == ("the blue one", {Claim.RENEWED})
    simulator.remove()
    simulator.plug(OLD, **TOKEN)
    assert len(simulator.state.memory.keys) == 2, "the old one is there after all"
    assert not [id_ for id_ in simulator.actions() if id_.endswith(Claim.RENEWED)], "which nothing takes back"


def test_what_is_not_remembered_is_neither_parted_nor_joined() -> None:
    nowhere, bare = KeyId("nowhere"), owned(serial="9")
    known = memory(bare)
    assert not may_part(known, nowhere)
    assert not may_part(known, bare.key.id)
    assert earlier_twin(known, nowhere, frozenset()) is None


def test_two_keys_that_are_plugged_in_at_one_time_are_never_joined() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(OLD, **TOKEN)
    key = simulator.plug(NEW, reader="Reader 01", **TOKEN)
    simulator.tell(key, Claim.RENEWED)
    assert len(simulator.state.memory.keys) == 2


def test_the_report_asks_until_it_is_answered() -> None:
    simulator = renewed(NEW)
    report = simulator.check()
    assert report is not None
    ((old, new),) = report.renewals
    assert (old.fingerprint, new.fingerprint, new.holder) == (OLD.fingerprint, NEW.fingerprint, "Jean MARTIN")
    assert (old.not_after, new.not_after) == (OLD.not_after, NEW.not_after)
    claim(simulator, Claim.RENEWED)
    answered = simulator.check(2)
    assert answered is not None
    assert answered.renewals == ()


def test_a_key_to_sign_with_that_is_back_is_a_key_of_its_own() -> None:
    old, new = (replace(c, role=Role.SIGNATURE) for c in (OLD, NEW))
    simulator = Simulator()
    simulator.look()
    for card in (old, new, old):
        simulator.plug(card, **TOKEN)
        simulator.remove()
        simulator.wait(timedelta(minutes=1))
    assert len(simulator.state.memory.keys) == 2


def test_a_renewal_on_a_key_in_the_drawer_asks_for_the_key() -> None:
    simulator = renewed(OLD, NEW)
    simulator.remove()
    simulator.wait(30 * DAY)
    assert [notice.body.id for _, notice in simulator.delivered][-1] == "notice.renewed"


def test_a_renewal_in_place_follows_the_procedure_that_has_one() -> None:
    simulator = renewed(NEW, procedure=IN_PLACE)
    assert headline(simulator) != "guide.ask.same_key"
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.why) == (WorkflowKind.RENEW, Reason.RENEWED)
    body = simulator.delivered[-1][1].body
    assert body.id == "notice.renewed.in_place", "it does not ask for the key that is in"


def test_a_renewal_in_place_is_finished_in_the_guide() -> None:
    simulator = renewed(OLD, procedure=IN_PLACE)
    assert simulator.step() == "renew"
    simulator.choose("end:renew")
    assert simulator.step() == "read"
    simulator.plug(OLD, NEW, **TOKEN)
    assert simulator.step() == "try"
    simulator.choose("end:try")
    assert getattr(simulator.page.headline, "id", None) == "guide.sure.renewed"
    works = next(id_ for id_ in simulator.actions() if id_.startswith("state:") and "works" in id_)
    simulator.choose(works)
    assert path_of(simulator) is None
    assert getattr(simulator.page.headline, "id", None) == "guide.renewed"
    simulator.wait(40 * DAY)
    assert path_of(simulator) is None
    assert not [n for _, n in simulator.delivered if n.notice_id.kind is NoticeKind.CLEAN_UP], "there is no old key"


def test_a_renewal_done_without_the_guide_begins_after_it() -> None:
    simulator = renewed(NEW, procedure=IN_PLACE)
    assert simulator.step() == "try"
    key = next(iter(simulator.state.memory.keys))
    simulator.answer(NoticeId(NoticeKind.KEY, key))
    assert [launch.destination for launch in simulator.launches()] == [Destination.PLATFORM]


def test_the_end_of_a_renewal_is_not_claimed_before_the_certificate_is_read() -> None:
    steps = (a_step("renew", Ends.CONFIRMED),)
    blind = replace(
        IN_PLACE, workflows={**IN_PLACE.workflows, WorkflowKind.RENEW: a_workflow(WorkflowKind.RENEW, *steps)}
    )
    simulator = renewed(OLD, procedure=blind)
    simulator.choose("end:renew")
    assert simulator.step() == ""
    assert not [id_ for id_ in simulator.actions() if "works" in id_]
    simulator.plug(NEW, **TOKEN)
    assert getattr(simulator.page.headline, "id", None) == "guide.sure.renewed"


def test_the_users_word_ends_a_renewal_in_place() -> None:
    simulator = renewed(NEW)
    simulator.tell(next(iter(simulator.state.memory.keys)), Claim.WORKS)
    assert path_of(simulator) is None
    simulator.wait(30 * DAY)
    assert path_of(simulator) is None, "the old end is past, and silent"


def test_a_claim_about_the_old_certificate_does_not_hold_for_the_new_one() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.tell(simulator.plug(OLD, **TOKEN), Claim.WORKS)
    simulator.wait(DAY)
    simulator.plug(OLD, NEW, **TOKEN)
    path = path_of(simulator)
    assert path is not None
    assert path.kind is ASSOCIATE


@pytest.mark.parametrize(
    ("token", "new"),
    [
        pytest.param({"serial": ""}, NEW, id="no serial number"),
        pytest.param({"serial": "0000000000000000"}, NEW, id="noughts"),
        pytest.param({"serial": "FF:FF:FF"}, NEW, id="nothing but F"),
        pytest.param({"model": ""}, NEW, id="no model"),
        pytest.param({}, changed(NEW, given_name="Anne", subject_cn="Anne MARTIN"), id="given to another person"),
    ],
)
def test_another_certificate_is_on_another_key(token: dict[str, str], new: Certificate) -> None:
    assert len(renewed(new, other=token).state.memory.keys) == 2


def test_two_cards_with_one_number_are_told_apart_once_the_old_one_is_back() -> None:
    simulator = renewed(NEW)
    assert len(simulator.state.memory.keys) == 1
    simulator.remove()
    simulator.plug(OLD, **TOKEN)
    for card in (NEW, OLD, NEW):
        simulator.remove()
        simulator.plug(card, **TOKEN)
        held = sorted(key.fingerprints for key in simulator.state.memory.keys.values())
        assert held == sorted([(OLD.fingerprint,), (NEW.fingerprint,)])
    path = path_of(simulator)
    assert path is not None
    assert (path.kind, path.then) == (ACTIVATE, ADD)


def test_two_cards_with_one_number_in_two_readers_are_two_keys() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(OLD, **TOKEN)
    simulator.plug(NEW, reader="Reader 01", **TOKEN)
    assert len(simulator.state.memory.keys) == 2
    simulator.remove("Reader 01")
    simulator.plug(NEW, reader="Reader 01", **TOKEN)
    assert len(simulator.state.memory.keys) == 2


def test_a_certificate_beside_the_old_one_that_is_read_once_more_alone_stays_on_its_key() -> None:
    simulator = renewed(OLD, NEW)
    simulator.remove()
    simulator.plug(OLD, **TOKEN)
    assert [len(key.fingerprints) for key in simulator.state.memory.keys.values()] == [2]


@pytest.mark.parametrize(
    ("age", "kind"),
    [
        pytest.param(IN_USE_AFTER, ASSOCIATE, id="at the limit"),
        pytest.param(IN_USE_AFTER + MICROSECOND, None, id="a microsecond later"),
    ],
)
def test_two_certificates_seen_together_long_after_the_renewal_are_in_use(
    age: timedelta, kind: WorkflowKind | None
) -> None:
    late = changed(NEW, not_before=NOW - age)
    simulator = Simulator()
    simulator.look()
    simulator.plug(OLD, late, **TOKEN)
    path = path_of(simulator)
    assert (path and path.kind) == kind


def test_the_signature_follows_its_key() -> None:
    signing, next_signing = (replace(c, role=Role.SIGNATURE) for c in (OLD, NEW))
    both = (
        replace(signing, fingerprint=certificate("a").fingerprint),
        replace(next_signing, fingerprint=certificate("b").fingerprint),
    )
    simulator = renewed(OLD, NEW, *both)
    stages = [c.stage for c in assess_state(simulator.state, simulator.now).certificates]
    assert sorted(stages) == sorted([Stage.SUPERSEDED, Stage.SUPERSEDED, Stage.VALID, Stage.VALID])


# Each row: when the old one ends, when the new one begins, whether it is activated; kind, then, and what to wait for.
BEGINS = [
    pytest.param(100, MICROSECOND, False, (ACTIVATE, ADD, True), id="in a moment"),
    pytest.param(100, timedelta(), False, (ACTIVATE, ADD, False), id="just begun"),
    pytest.param(100, 99 * DAY - MICROSECOND, False, (ACTIVATE, ADD, True), id="a moment before the margin"),
    pytest.param(100, 99 * DAY, False, (ACTIVATE, ASSOCIATE, True), id="as the margin begins"),
    pytest.param(100, 200 * DAY, False, (ACTIVATE, ASSOCIATE, True), id="after the old one"),
    pytest.param(-1, 5 * DAY, False, (ACTIVATE, ASSOCIATE, True), id="the old one has ended"),
    pytest.param(100, 5 * DAY, True, None, id="activated, only to wait"),
    pytest.param(10, 5 * DAY, True, None, id="activated, and no order"),
    pytest.param(100, timedelta(), True, (ADD, None, False), id="activated, and begun"),
]


@pytest.mark.parametrize(("left", "begins", "activated", "expected"), BEGINS)
def test_no_path_is_offered_before_it_can_work(
    left: int, begins: timedelta, activated: bool, expected: tuple[WorkflowKind, WorkflowKind | None, bool] | None
) -> None:
    new = certificate("new", not_before=NOW + begins, not_after=NOW + begins + 1000 * DAY)
    claims = frozenset({Claim.ACTIVATED} if activated else ())
    (lineage,) = lineages(memory(owned(ending(left * DAY)), owned(new, claims=claims)), (OPALEXE,))
    status = lineage_status(lineage, NOW)
    path = choose_path(lineage, status, NOW, NoticeSettings())
    assert (path and (path.kind, path.then, path.not_before is not None)) == expected
    assert waits_until(status, NOW) == (new.not_before if begins else None)


@pytest.mark.parametrize("left", [20, -1])
def test_a_certificate_beside_the_old_one_that_has_not_begun_is_waited_for(left: int) -> None:
    new = certificate("new", not_before=NOW + 5 * DAY, not_after=NOW + 1000 * DAY)
    found = assess(memory(owned(ending(left * DAY), new)), SETTINGS, {}, NOW)
    assert [case.path for case in found.cases] == [None]
    assert [waits_until(case.status, NOW) for case in found.cases] == [NOW + 5 * DAY]


def test_one_notice_comes_when_it_begins() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(200 * DAY))
    simulator.plug(certificate("new", not_before=NOW + 10 * DAY, not_after=NOW + 1000 * DAY))
    (first,) = [notice for _, notice in simulator.delivered]
    assert first.body.id == "notice.activate.not_begun"
    told = len(simulator.delivered)
    simulator.wait(9 * DAY)
    before = [notice.body.id for _, notice in simulator.delivered[told:]]
    simulator.wait(DAY)
    assert simulator.delivered[-1][0] == NOW + 10 * DAY
    assert simulator.delivered[-1][1].body.id == "notice.activate.add_with_old"
    assert set(before) <= {"notice.activate.not_begun"}


def test_the_guide_says_what_is_waited_for() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(20 * DAY))
    key = simulator.plug(certificate("new", not_before=NOW + 10 * DAY, not_after=NOW + 1000 * DAY))
    simulator.tell(key, Claim.ACTIVATED)
    headline = simulator.page.headline
    assert getattr(headline, "id", None) == "guide.waiting"


@pytest.mark.parametrize("first_begin", [NOW - DAY, NOW - 900 * DAY], ids=["the new key first", "two of one day"])
def test_an_older_login_under_the_same_number_is_on_a_card_of_its_own(first_begin: Instant) -> None:
    first = certificate("first", not_before=first_begin, not_after=first_begin + 1095 * DAY)
    old = certificate("old", not_before=NOW - 900 * DAY, not_after=NOW + 195 * DAY)
    simulator = Simulator()
    simulator.look()
    for one in (first, old):
        simulator.plug(one, serial="123", manufacturer="Maker", model="Model")
        simulator.remove()
    assert len(simulator.state.memory.keys) == 2
