"""The table has one row a key, and notes stay with it."""

import pytest

from config.i18n.text import Text, text
from daemon.core.commands import NoteKey
from daemon.core.key_names import NOTE_LIMIT, key_of, with_note
from daemon.core.key_table import key_rows
from daemon.core.model import Claim, Fingerprint, Role
from daemon.core.views.report import Stage
from support.core.factories import DAY, NOW, SETTINGS, certificate, changed, ending, memory, owned
from support.core.simulator import Simulator

SOON = ending(20 * DAY, "soon")
FAR = changed(ending(400 * DAY, "far"), subject_cn="Paul DURAND", surname="DURAND", given_name="Paul")


def noted(note: str | None, keeper: str | None = None) -> tuple[str, str]:
    simulator = Simulator()
    simulator.plug(SOON)
    simulator.command(NoteKey(fingerprint=SOON.fingerprint, note="tiroir", keeper="Anne"))
    simulator.command(NoteKey(fingerprint=SOON.fingerprint, note=note, keeper=keeper))
    simulator.remove()
    simulator.plug(SOON)
    key = key_of(simulator.state.memory, SOON.fingerprint)
    assert key is not None
    return key.note, key.keeper


@pytest.mark.parametrize(
    ("note", "keeper", "kept"),
    [
        ("coffre", None, ("coffre", "Anne")),
        (None, "Paul", ("tiroir", "Paul")),
        ("", "", ("", "")),
        ("a\nb", None, ("a b", "Anne")),
    ],
)
def test_a_note_stays_with_the_key(note: str | None, keeper: str | None, kept: tuple[str, str]) -> None:
    assert noted(note, keeper) == kept


def test_a_note_is_cut_at_its_limit() -> None:
    assert len(noted("x" * (NOTE_LIMIT + 9))[0]) == NOTE_LIMIT


def test_a_note_about_an_unknown_key_changes_nothing() -> None:
    simulator = Simulator()
    before = simulator.state.memory
    simulator.command(NoteKey(fingerprint=Fingerprint("0" * 64), note="x"))
    assert simulator.state.memory == before


def test_each_key_is_one_row_by_what_ends_first() -> None:
    other = changed(SOON, fingerprint=Fingerprint("5" * 64), role=Role.SIGNATURE, not_after=NOW + 60 * DAY)
    rows = key_rows(memory(owned(FAR), owned(SOON, other)), SETTINGS, NOW)
    assert [(row.fingerprint, row.days_left) for row in rows] == [(SOON.fingerprint, 20), (FAR.fingerprint, 400)]
    assert rows[1].holder == "Paul DURAND"
    assert rows[0].procedure == "opalexe"


def test_a_superseded_key_is_last_and_a_key_without_certificates_is_left_out() -> None:
    old = ending(5 * DAY, "old")
    new = owned(ending(1090 * DAY, "new"), claims=frozenset({Claim.WORKS}))
    rows = key_rows(memory(owned(old), new, owned(FAR), owned()), SETTINGS, NOW)
    assert [(row.stage, row.days_left) for row in rows] == [
        (Stage.VALID, 400),
        (Stage.VALID, 1090),
        (Stage.SUPERSEDED, 5),
    ]


def test_a_certificate_without_a_date_has_a_row_too() -> None:
    (row,) = key_rows(memory(owned(certificate(not_after=None))), SETTINGS, NOW)
    assert (row.not_after, row.days_left, row.stage) == (None, None, Stage.UNREADABLE)


@pytest.mark.parametrize(
    ("note", "keeper", "id_"),
    [("", "", "x"), ("coffre", "", "key.noted"), ("", "Anne", "key.kept_by"), ("coffre", "Anne", "key.kept_by")],
)
def test_a_place_has_the_note_behind_it(note: str, keeper: str, id_: str) -> None:
    assert with_note(text("x"), note=note, keeper=keeper).id == id_


def test_the_page_of_the_keys_shows_the_note() -> None:
    simulator = Simulator()
    simulator.plug(SOON)
    simulator.command(NoteKey(fingerprint=SOON.fingerprint, note="coffre"))
    (card,) = simulator.page.certificates
    assert isinstance(card.place, Text)
    assert card.place.id == "key.noted"
