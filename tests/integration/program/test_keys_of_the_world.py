"""Certificates as issuers write them, on virtual cards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.values import dataclass
from support.card import BankCard, Card, PivCard
from support.pki import make_certificate
from support.softhsm import SoftHsm

if TYPE_CHECKING:
    from pathlib import Path

    from support.program import Program
    from support.reader import ReaderService

YEARS = timedelta(days=3 * 365)
NOW = datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class CheckedReader:
    """The program, and a reader for one key after the other."""

    program: Program
    reader: ReaderService

    def shows(self, *cards: Card) -> dict[str, Any]:
        """Put in one card after the other and return the last report."""
        report: dict[str, Any] = {}
        for card in cards:
            self.reader.insert(card)
            report = json.loads(self.program.run("check", "--json").stdout)
            self.reader.remove()
        return report


@pytest.fixture
def checked(program: Program, reader_service: ReaderService) -> CheckedReader:
    program.environment |= {"LANG": "en_GB.UTF-8", **reader_service.environment}
    return CheckedReader(program, reader_service)


def old_key(*, number: int = 1, **fields: Any) -> PivCard:
    end = NOW + timedelta(days=20)
    return PivCard({"9A": make_certificate(not_before=end - YEARS, not_after=end, **fields)}, guid=bytes([number]) * 16)


def new_key(*, number: int = 2, **fields: Any) -> PivCard:
    begin = NOW - timedelta(days=1)
    return PivCard(
        {"9A": make_certificate(not_before=begin, not_after=begin + YEARS, **fields)}, guid=bytes([number]) * 16
    )


def kinds(report: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(path["kind"], path["then"]) for path in report["paths"]]


def prints(report: dict[str, Any]) -> list[str]:
    """Return the fingerprints, that of the newest certificate first."""
    lines = sorted(report["certificates"], key=lambda line: line["not_before"], reverse=True)
    return [line["fingerprint_sha256"] for line in lines]


def test_one_person_written_in_two_ways_is_one_line(checked: CheckedReader) -> None:
    old = old_key(
        given_name="Jeanne", surname="D'ARC", cn="D'ARC Jeanne, Me", organization_identifier="SIREN 123456789"
    )
    new = new_key(
        given_name="JEANNE MARIE", surname="DARC", cn="JEANNE DARC", organization_identifier="VATFR-32123456789"
    )
    assert kinds(checked.shows(old, new)) == [("activate", "add_with_old")]


def test_a_doubt_is_asked_in_status_until_it_is_answered(checked: CheckedReader) -> None:
    report = checked.shows(old_key(surname="DURAND", cn="Jeanne DURAND"), new_key(surname="MARTIN", cn="Jeanne MARTIN"))
    assert kinds(report) == [("order", None)]
    assert "doubts" not in report
    new, old = prints(report)
    command = f"vigicle tell replaces {new[:12]} {old[:12]}"
    assert command in " ".join(checked.program.run("status").stdout.split())
    assert checked.program.run(*command.split()[1:]).returncode == 0
    joined = json.loads(checked.program.run("status", "--json").stdout)
    assert kinds(joined) == [("activate", "add_with_old")]
    assert "vigicle tell replaces" not in " ".join(checked.program.run("status").stdout.split())
    assert checked.program.run("tell", "separate", new, old).returncode == 0
    assert kinds(json.loads(checked.program.run("status", "--json").stdout)) == [("order", None)]


def test_a_couple_is_never_one(checked: CheckedReader) -> None:
    report = checked.shows(old_key(), new_key(given_name="Jean", cn="Jean MARTIN"))
    assert kinds(report) == [("order", None)]
    assert "tell replaces" not in checked.program.run("status").stdout


def test_a_key_of_an_unknown_issuer_follows_the_procedure_that_it_is_given_to(checked: CheckedReader) -> None:
    issuer: dict[str, Any] = {"issuer_o": "Autorité inconnue", "issuer_ou": None, "issuer_cn": "CA 1"}
    report = checked.shows(old_key(**issuer))
    assert (kinds(report), report["certificates"][0]["procedure"]) == ([], None)
    assert checked.program.run("assign", "opalexe", prints(report)[0]).returncode == 0
    report = checked.shows(new_key(**issuer))
    assert kinds(report) == [("activate", "add_with_old")]
    assert [line["procedure_sure"] for line in report["certificates"]] == [True, True]


def test_a_renewal_in_place_and_two_cards_of_one_number(checked: CheckedReader) -> None:
    old, new = old_key(), new_key(number=1)
    assert kinds(checked.shows(old, new)) == [("associate_new", None)]
    assert kinds(checked.shows(old, new)) == [("activate", "add_with_old")], "the old one is back: there are two cards"


def test_two_keys_of_one_number_are_parted_by_a_command(checked: CheckedReader) -> None:
    newest, before = prints(checked.shows(old_key(), new_key(number=1)))
    assert "Do you have one key, or two?" in checked.program.run("guide", "--text").stdout
    refused = checked.program.run("tell", "separate", newest, before)
    assert (refused.returncode, f"vigicle tell two_keys {newest[:12]}" in refused.stderr) == (2, True)
    status = " ".join(checked.program.run("status").stdout.split())
    assert f"One key: vigicle tell renewed {newest[:12]}. Two keys: vigicle tell two_keys {newest[:12]}" in status
    for answer, path in (("two_keys", ("activate", "add_with_old")), ("renewed", ("associate_new", None))) * 2:
        assert checked.program.run("tell", answer).returncode == 0, "it means the only new key"
        assert kinds(json.loads(checked.program.run("status", "--json").stdout)) == [path]
    assert "one key, or two?" not in checked.program.run("status").stdout


def test_two_keys_of_one_order_are_spares(checked: CheckedReader) -> None:
    report = checked.shows(new_key(), new_key(number=3))
    assert kinds(report) == []
    report = checked.shows(old_key())
    assert kinds(report) == [("activate", "add_with_old")]
    assert report["paths"][0]["old_fingerprint"] == prints(report)[-1]


@pytest.mark.parametrize("role", ["authentication", "signature"])
def test_only_what_logs_in_is_registered(checked: CheckedReader, role: str) -> None:
    path = {"authentication": ("activate", "add_with_old"), "signature": ("activate", None)}[role]
    assert kinds(checked.shows(old_key(role=role), new_key(role=role))) == [path]


def test_foreign_cards_change_no_path(checked: CheckedReader) -> None:
    foreign = [BankCard(), PivCard({}, guid=bytes([9]) * 16)]
    assert kinds(checked.shows(foreign[1], old_key(), *foreign)) == [("order", None)]


def test_an_empty_token_of_another_make_is_the_new_key_only_if_it_is_not_activated(
    checked: CheckedReader, tmp_path: Path
) -> None:
    token = SoftHsm(tmp_path / "softhsm")
    settings = tmp_path / "home/.config/softhsm2"  # where SoftHSM looks by itself, see softhsm2.conf(5)
    settings.mkdir(parents=True)
    settings.joinpath("softhsm2.conf").write_text((tmp_path / "softhsm/softhsm2.conf").read_text())
    checked.program.configure(f'[pkcs11]\nmodules = ["{token.module}"]\n')
    key = old_key()
    assert kinds(checked.shows(key)) == [("order", None)]
    token.complete("empty")
    assert kinds(checked.shows(key)) == [("order", None)], "it is ready for use and of another make"
    token.without_user_pin("not activated")
    assert kinds(checked.shows(key)) == [("activate", "add_with_old")], "it may be the ordered key"
