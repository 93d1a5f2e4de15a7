"""Keys are named and certificates forgotten by the command line."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.card import PivCard
from support.pki import make_certificate
from support.terminal import Terminal

if TYPE_CHECKING:
    from support.program import Program
    from support.reader import ReaderService

VIGICLE = str(Path(sys.executable).with_name("vigicle"))
NAME = "the blue one"


@pytest.fixture
def known(program: Program, reader_service: ReaderService) -> Program:
    """The program, which has seen one key that has gone since."""
    end = datetime.now(UTC) + timedelta(days=200)
    program.environment |= {"LANG": "en_GB.UTF-8", **reader_service.environment}
    reader_service.insert(PivCard({"9A": make_certificate(not_before=end - timedelta(days=1095), not_after=end)}))
    assert program.run("check").returncode == 0
    reader_service.remove()
    return program


def certificates(program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(program.run("status", "--json").stdout)["certificates"]
    return found


def paths(program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(program.run("status", "--json").stdout)["paths"]
    return found


def fingerprint(program: Program) -> str:
    (line,) = certificates(program)
    return str(line["fingerprint_sha256"])


@pytest.mark.parametrize("with_daemon", [False, True], ids=["alone", "through the daemon"])
def test_a_key_is_named_and_its_certificate_forgotten(known: Program, with_daemon: bool) -> None:
    if with_daemon:
        known.start("run", "--headless").wait_for_log("vigicle is running")
    whose = fingerprint(known)
    named = known.run("name", whose[:4].upper(), NAME)
    assert (named.returncode, named.stdout) == (0, "Noted.\n")
    (line,) = certificates(known)
    assert line["key_name"] == NAME
    assert line["reader"]
    assert datetime.fromisoformat(line["last_seen"]) <= datetime.now(UTC)
    shown = " ".join(known.run("status").stdout.split())
    assert NAME in shown
    assert "seen" in shown
    assert known.run("name", whose, "").returncode == 0
    assert certificates(known)[0]["key_name"] is None
    forgotten = known.run("forget", whose[:8], "--yes")
    assert (forgotten.returncode, forgotten.stdout) == (0, "Forgotten.\n")
    assert certificates(known) == []


@pytest.fixture
def two(known: Program, reader_service: ReaderService) -> list[str]:
    """Two keys that may be of one person, the new one first."""
    married = make_certificate(surname="Durand", cn="Jeanne DURAND", not_before=datetime.now(UTC) - timedelta(days=1))
    reader_service.insert(PivCard({"9A": married}, guid=b"2" * 16))
    assert known.run("check").returncode == 0
    reader_service.remove()
    return [line["fingerprint_sha256"] for line in sorted(certificates(known), key=lambda c: c["subject_cn"])]


@pytest.mark.parametrize("with_daemon", [False, True], ids=["alone", "through the daemon"])
def test_two_keys_are_joined_and_parted(known: Program, two: list[str], with_daemon: bool) -> None:
    if with_daemon:
        known.start("run", "--headless").wait_for_log("vigicle is running")
    new, old = two
    assert paths(known) == []
    assert "Do these two keys belong to the same person?" in known.run("guide", "--text").stdout
    assert known.run("tell", "replaces", new[:8], old[:8]).returncode == 0
    assert [(path["kind"], path["old_fingerprint"], path["new_fingerprint"]) for path in paths(known)] == [
        ("activate", old, new)
    ]
    assert known.run("tell", "separate", new[:8], old[:8]).returncode == 0
    assert paths(known) == []
    assert known.run("tell", "replaces", new[:8], old[:8]).returncode == 0
    assert len(paths(known)) == 1


def test_what_is_known_is_listed_by_holder_and_date(known: Program, two: list[str]) -> None:
    listed = known.run("tell", "unused").stderr.splitlines()[1:]
    (durand,) = [line for line in listed if "DURAND" in line]
    assert durand.startswith(two[0][:12])
    assert ", until " in durand
    written = ":".join(two[0][start : start + 2] for start in range(0, 64, 2)).upper()
    assert known.run("tell", "unused", written).returncode == 0


@pytest.mark.parametrize("given", [["separate", "{new}"], ["works", "{new}", "{old}"], ["separate", "{new}", "{new}"]])
def test_two_keys_have_to_be_named(known: Program, two: list[str], given: list[str]) -> None:
    new, old = two
    refused = known.run("tell", *(word.format(new=new, old=old) for word in given))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Name two certificates" in refused.stderr


def test_an_undecodable_name_is_cleaned(known: Program) -> None:
    known.start("run", "--headless").wait_for_log("vigicle is running")
    assert known.run("name", fingerprint(known), "la \udcff bleue\n\u202e").returncode == 0
    assert certificates(known)[0]["key_name"] == "la bleue"


def test_a_name_survives_the_end_of_the_daemon(known: Program) -> None:
    watch = known.start("run", "--headless")
    watch.wait_for_log("vigicle is running")
    assert known.run("name", fingerprint(known), NAME).returncode == 0
    assert known.run("quit").returncode == 0
    watch.wait()
    assert certificates(known)[0]["key_name"] == NAME


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["name", "abc", "x"], "at least 4 digits"),
        (["name", "xyz!", "x"], "at least 4 digits"),
        (["forget", "", "--yes"], "at least 4 digits"),
        (["forget", "a" * 65, "--yes"], "at least 4 digits"),
        (["forget", "f" * 64, "--yes"], "No certificate that is known begins with"),
        (["name", "0" * 64, "x"], "No certificate that is known begins with"),
        (["name", "0000", "x" * 41], "at most 40 characters"),
        (["assign", "opalexe", "abc"], "at least 4 digits"),
        (["tell", "works", "abc"], "at least 4 digits"),
        (["tell", "unused", ""], "at least 4 digits"),
        (["tell", "works", "0" * 64], "These are known: \n"),
        (["issuer", "0" * 64], "No certificate that is known begins with"),
        (["assign", "none", "0" * 64], "No certificate that is known begins with"),
        (["tell", "two_keys"], "there is nothing to part"),
        (["tell", "renewed"], "no earlier certificate on this key"),
        (["tell", "old_lost"], "knows no key that this one replaces"),
    ],
    ids=lambda given: " ".join(given)[:30] if isinstance(given, list) else "",
)
def test_what_names_no_certificate_or_changes_nothing_is_refused(
    known: Program, given: list[str], expected: str
) -> None:
    refused = known.run(*given)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert expected in refused.stderr
    assert len(certificates(known)) == 1


def test_what_a_key_is_for_is_asked_answered_and_changed(known: Program) -> None:
    whose = fingerprint(known)
    assert f"vigicle assign PROCEDURE {whose[:12]}" in known.run("status").stdout
    assert [(c["procedure"], c["procedure_sure"]) for c in certificates(known)] == [("opalexe", False)]
    for procedure, expected in (("siv", "siv"), ("none", None), ("opalexe", "opalexe")):
        assert known.run("assign", procedure, whose[:8]).returncode == 0
        assert [(c["procedure"], c["procedure_sure"]) for c in certificates(known)] == [(expected, True)]
    assert "vigicle assign PROCEDURE" not in known.run("status").stdout
    assert known.run("assign", "unknown", whose[:8]).returncode == 0
    assert [(c["procedure"], c["procedure_sure"]) for c in certificates(known)] == [("opalexe", False)]
    assert "vigicle assign PROCEDURE" not in known.run("status").stdout, "asked once"


def test_the_facts_of_an_issuer_name_no_person(known: Program) -> None:
    printed = known.run("issuer", fingerprint(known)[:8])
    assert printed.returncode == 0
    assert printed.stdout.splitlines()[:3] == ["O: CertEurope", "OU: 0002 434202180", "CN: CertEurope eID User"]
    assert "martin" not in printed.stdout.casefold()


def test_an_unknown_procedure_is_refused_with_what_is_accepted(known: Program) -> None:
    refused = known.run("assign", "sivv", fingerprint(known))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert all(each in refused.stderr for each in ("sivv", "opalexe", "siv", "ebarreau", "other", "none", "unknown"))


def test_an_answer_without_a_procedure_is_refused_and_one_in_capitals_taken(known: Program) -> None:
    for nothing in ("", " ", "\u200b"):
        refused = known.run("assign", nothing, fingerprint(known))
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith("No procedure is given. Accepted is one of: ebarreau, ")
    assert known.run("assign", " SIV", fingerprint(known)).returncode == 0
    assert [c["procedure"] for c in certificates(known)] == ["siv"]


def test_without_a_terminal_nothing_is_forgotten(known: Program) -> None:
    refused = known.run("forget", fingerprint(known), stdin="yes\n")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert len(certificates(known)) == 1


@pytest.mark.parametrize(("expected", "code", "left"), [("yes", 0, 0), ("no", 1, 1), ("", 1, 1)])
def test_on_a_terminal_the_user_is_asked(known: Program, expected: str, code: int, left: int) -> None:
    command = [VIGICLE, "forget", fingerprint(known)]
    with Terminal(command, environment=known.environment) as terminal:
        terminal.read("Forget the certificate of")
        terminal.read("(yes or no)?")
        terminal.type(expected)
        assert terminal.wait() == code
    assert len(certificates(known)) == left


def test_a_note_is_in_the_status_and_in_the_table(known: Program, tmp_path: Path) -> None:
    whose = fingerprint(known)
    assert known.run("note", whose[:8], "coffre", "--keeper", "=Anne").returncode == 0
    assert (certificates(known)[0]["note"], certificates(known)[0]["keeper"]) == ("coffre", "=Anne")
    assert known.run("note", whose[:8]).returncode == 2
    assert known.run("note", whose[:8], "x" * 121).returncode == 2
    table = tmp_path / "keys.csv"
    assert known.run("export", "--csv", str(table)).returncode == 0
    assert table.stat().st_mode & 0o777 == 0o600
    (row,) = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines())
    assert (row["where"], row["keeper"], row["fingerprint_sha256"]) == ("coffre", "'=Anne", whose)
    assert known.run("export", "--csv", str(table)).returncode == 1


def test_a_second_computer_takes_over_what_the_first_knows(known: Program, tmp_path: Path) -> None:
    file = tmp_path / "memory.json"
    whose = fingerprint(known)
    assert known.run("name", whose, NAME).returncode == 0
    file.touch(mode=0o644)
    assert known.run("memory", "export", str(file)).returncode == 1
    assert known.run("memory", "export", str(file), "--force").returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    known.start("run", "--headless").wait_for_log("vigicle is running")
    assert known.run("forget", whose, "--yes").returncode == 0
    preview = known.run("memory", "import", str(file))
    assert (preview.returncode, certificates(known)) == (2, [])
    assert "New certificate: " in preview.stdout
    assert known.run("memory", "import", str(file), "--yes").returncode == 0
    (line,) = certificates(known)
    assert (line["fingerprint_sha256"], line["key_name"]) == (whose, NAME)
    again = known.run("memory", "import", str(file), "--yes")
    assert (again.returncode, again.stdout) == (0, "Nothing new is in the file. Nothing changes.\n")
    file.write_bytes(file.read_bytes()[:-40])
    damaged = known.run("memory", "import", str(file), "--yes")
    assert (damaged.returncode, "is damaged" in damaged.stderr) == (1, True)
    assert known.run("memory", "import", str(tmp_path / "none")).returncode == 1
