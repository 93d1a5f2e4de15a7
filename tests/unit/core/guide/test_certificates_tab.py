"""The certificates tab lists known certificates, which can be named and forgotten."""

from datetime import timedelta

import pytest

from config.i18n.text import Sentence, Text, clean, text
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.assessment import RenewalCase, assess_state
from daemon.core.commands import ForgetCertificate, NameKey
from daemon.core.effects import HistoryEntry, SaveMemory, Withdraw
from daemon.core.key_names import KEY_NAME_LIMIT
from daemon.core.model import Certificate, Claim, Fingerprint, KeyId, Progress, Role
from daemon.core.views.guide import BarRole, CertificateCard
from daemon.core.views.report import Stage
from support.core.factories import DAY, MICROSECOND, NOW, certificate, ending
from support.core.simulator import Simulator, simulator_with

OLD = ending(20 * DAY, "old")
NEW = ending(1000 * DAY, "new")
SIGNATURE = ending(20 * DAY, "signature", role=Role.SIGNATURE)
OTHERS = ending(300 * DAY, "other", subject_cn="Zoé PETIT", given_name="Zoé", surname="PETIT")


def cards(simulator: Simulator) -> dict[str, CertificateCard[Sentence]]:
    state = simulator.state
    assert state.guide is not None
    return {card.fingerprint: card for card in state.guide.certificates}


def assessed(simulator: Simulator) -> tuple[RenewalCase, ...]:
    return assess_state(simulator.state, simulator.now).cases


def forget(simulator: Simulator, one: Certificate) -> None:
    simulator.command(ForgetCertificate(fingerprint=one.fingerprint))


def name(simulator: Simulator, one: Certificate, written: str) -> None:
    simulator.command(NameKey(fingerprint=one.fingerprint, name=written))


def happened(simulator: Simulator) -> list[tuple[str, str]]:
    lines = [line for effect in simulator.effects if isinstance(effect, SaveMemory) for line in effect.history]
    assert all(isinstance(line, HistoryEntry) for line in lines)
    return [(line.what, line.subject) for line in lines]


# The list


def test_all_certificates_are_listed_by_holder_and_key() -> None:
    simulator = Simulator()
    simulator.look()
    for on_key in ((OTHERS,), (OLD, SIGNATURE), (NEW,)):
        simulator.plug(*on_key)
        simulator.remove()
    assert simulator.state.guide is not None
    listed = [(card.holder, card.key) for card in simulator.state.guide.certificates]
    assert len(listed) == 4
    assert [holder for holder, _ in listed] == ["Jean MARTIN"] * 3 + ["Zoé PETIT"]
    assert listed == sorted(listed, key=lambda pair: [holder for holder, _ in listed].index(pair[0]))
    assert listed[0][1] == listed[1][1], "two certificates of one key stand together"


def test_a_certificate_card_shows_holder_time_left_and_place() -> None:
    simulator = simulator_with(OLD)
    simulator.now += 3 * DAY
    simulator.plug(NEW)
    old, new = cards(simulator)[OLD.fingerprint], cards(simulator)[NEW.fingerprint]
    assert (old.role, old.stage, old.present) == (Role.AUTHENTICATION, Stage.URGENT, False)
    assert (old.until, old.left) == (text("certificate.until", date=NOW + 20 * DAY), text("days.left", count=17))
    assert old.place == text("certificate.away.in", reader="Reader 00", date=NOW)
    assert new.present
    assert new.place == text("certificate.here.in", reader="Reader 00", date=simulator.now)
    assert [card.bar.role if card.bar else None for card in (old, new)] == [BarRole.OLD, BarRole.NEW]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(0), text("days.last")),
        (-MICROSECOND, text("days.just_ago")),
        (MICROSECOND - DAY, text("days.just_ago")),
        (-DAY, text("days.ago", count=1)),
        (-100 * DAY, text("days.ago", count=100)),
        (DAY, text("days.left", count=1)),
    ],
    ids=["the last instant", "just over", "almost a day over", "a day over", "long over", "a day left"],
)
def test_the_time_left_is_shown_at_each_boundary(left: timedelta, words: Text) -> None:
    assert cards(simulator_with(ending(left)))[certificate().fingerprint].left == words


def test_a_certificate_without_dates_has_a_card_without_a_bar() -> None:
    card = cards(simulator_with(certificate(not_before=None, not_after=None)))[certificate().fingerprint]
    assert (card.until, card.left) == (text("certificate.no_date"), text("certificate.left_unknown"))
    assert card.bar is None


def test_a_certificate_whose_key_is_not_remembered_is_listed_too() -> None:
    simulator = simulator_with(OLD)
    state = replace(simulator.state, memory=replace(simulator.state.memory, keys={}))
    simulator.state = state
    simulator.look()
    assert cards(simulator)[OLD.fingerprint].key is None
    assert cards(simulator)[OLD.fingerprint].place == text("certificate.away", date=NOW)


# A name for a key


def test_a_name_is_kept_over_restart_and_insertion_and_taken_away() -> None:
    simulator = simulator_with(OLD)
    name(simulator, OLD, "la bleue")
    simulator.restart()
    simulator.plug(OLD)
    assert cards(simulator)[OLD.fingerprint].key_name == "la bleue"
    name(simulator, OLD, "")
    assert cards(simulator)[OLD.fingerprint].key_name == ""
    assert [what for what, _ in happened(simulator) if "named" in what] == ["named", "unnamed"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  the\n blue\tone ", "the blue one"),
        ("\u202eeulb\u200b\x1b[31m", "eulb[31m"),
        ("x" * 41, "x" * 39 + "…"),
        ("x" * 40, "x" * 40),
        (" \n", ""),
    ],
)
def test_a_name_is_made_harmless_and_short(written: str, kept: str) -> None:
    simulator = simulator_with(OLD)
    name(simulator, OLD, written)
    (key,) = simulator.state.memory.keys.values()
    assert key.name == kept
    assert len(key.name) <= KEY_NAME_LIMIT


def test_a_name_for_an_unknown_certificate_changes_nothing() -> None:
    simulator = simulator_with(OLD)
    before = simulator.state.memory
    name(simulator, NEW, "x")
    assert simulator.state.memory == before


def test_the_menu_shows_the_name_beside_the_holder_where_there_are_several() -> None:
    simulator = simulator_with(OLD, ending(900 * DAY, "anne", given_name="Anne", subject_cn="Anne"))
    name(simulator, OLD, "la bleue")
    whose = text("holder.with_key", holder="Jean MARTIN", key="la bleue")
    assert simulator.state.tray is not None
    assert dict(simulator.state.tray.items[1].label.args)["holder"] == whose


# Forgetting


def test_forgetting_the_only_certificate_of_a_key_forgets_the_key_entirely() -> None:
    simulator = simulator_with(OLD)
    key = simulator.plug(OLD)
    simulator.state = replace(simulator.state, memory=replace(simulator.state.memory, snoozes={KeyId(key): NOW + DAY}))
    forget(simulator, OLD)
    memory = simulator.state.memory
    assert (memory.certificates, memory.keys, memory.snoozes, memory.progress) == ({}, {}, {}, {})
    assert all(not c.keys and not c.fingerprints for c in simulator.state.contents.values())
    assert simulator.withdrawn() == [key, f"ask:{key}", f"link:{key}", f"clean_up:{key}"]
    assert ("forgotten", OLD.fingerprint[:8]) in happened(simulator)
    assert cards(simulator) == {}


def test_a_forgotten_key_is_new_when_it_is_inserted_again() -> None:
    simulator = simulator_with(OLD)
    name(simulator, OLD, "la bleue")
    simulator.tell(next(iter(simulator.state.memory.keys)), Claim.WORKS)
    simulator.plug(OLD)
    forget(simulator, OLD)
    simulator.wait(timedelta(hours=3))
    assert simulator.state.memory.certificates == {}, "not while it stays in"
    simulator.remove()
    simulator.now += DAY
    simulator.plug(OLD)
    (key,) = simulator.state.memory.keys.values()
    assert (key.name, key.claims, key.first_seen) == ("", frozenset(), simulator.now)


def test_a_key_with_another_certificate_stays() -> None:
    simulator = simulator_with()
    simulator.plug(OLD, SIGNATURE)
    forget(simulator, SIGNATURE)
    assert set(cards(simulator)) == {OLD.fingerprint}
    key = next(k for k in simulator.state.memory.keys.values() if OLD.fingerprint in k.fingerprints)
    assert key.fingerprints == (OLD.fingerprint,)
    assert SIGNATURE.fingerprint not in {f for c in simulator.state.contents.values() for f in c.fingerprints}


def test_after_a_renewal_on_one_token_the_new_one_counts_and_has_to_be_registered() -> None:
    simulator = simulator_with(OLD)
    simulator.wait(DAY)
    key = simulator.plug(OLD, NEW)
    (case,) = assessed(simulator)
    assert case.path is not None
    assert (case.path.kind, case.path.old_fingerprint) == (WorkflowKind.ASSOCIATE_NEW, OLD.fingerprint)
    assert {f: card.stage for f, card in cards(simulator).items()} == {
        OLD.fingerprint: Stage.SUPERSEDED,
        NEW.fingerprint: Stage.VALID,
    }
    simulator.tell(key, Claim.WORKS)
    simulator.wait(20 * DAY)
    (case,) = assessed(simulator)
    assert (case.path, case.status.current.not_after) == (None, NEW.not_after)
    assert simulator.check().exit_code == 0  # type: ignore[union-attr]  # it is answered


def test_a_certificate_removed_from_the_token_and_forgotten_no_longer_counts() -> None:
    simulator = simulator_with(OLD)
    simulator.plug(OLD, NEW)
    forget(simulator, OLD)
    simulator.plug(NEW)
    (case,) = assessed(simulator)
    assert case.path is None
    assert case.status.current.not_after == NEW.not_after


def test_the_progress_of_another_key_stays() -> None:
    simulator = simulator_with(OLD, NEW)
    before = dict(simulator.state.memory.progress)
    assert before
    assert all(isinstance(each, Progress) for each in before.values())
    simulator.plug(OTHERS)
    forget(simulator, OTHERS)
    assert simulator.state.memory.progress == before


def test_forgetting_an_unknown_certificate_changes_nothing() -> None:
    simulator = simulator_with(OLD)
    before = simulator.state
    assert simulator.command(ForgetCertificate(fingerprint=Fingerprint("f" * 64))) == ()
    assert simulator.state == before


def test_a_single_check_withdraws_no_notice() -> None:
    simulator = simulator_with(OLD)
    simulator.state = replace(simulator.state, notifies=False)
    forget(simulator, OLD)
    assert not [effect for effect in simulator.effects if isinstance(effect, Withdraw)]


def test_a_card_says_where_the_key_lies_and_who_keeps_it() -> None:
    simulator = simulator_with(OLD)
    memory = simulator.state.memory
    keys = {id_: replace(key, note=clean("the blue drawer"), keeper=clean("Zoé")) for id_, key in memory.keys.items()}
    simulator.state = replace(simulator.state, memory=replace(memory, keys=keys))
    simulator.wait(DAY)
    card = cards(simulator)[OLD.fingerprint]
    assert (card.note, card.keeper) == ("the blue drawer", "Zoé")
