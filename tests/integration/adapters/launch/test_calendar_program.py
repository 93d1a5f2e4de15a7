"""The dates of the keys in the desktop's calendar program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from config.i18n.text import text
from daemon.adapters.launch import calendar_program
from daemon.adapters.launch.calendar_program import open_dates
from support.browser import RecordingBrowser

if TYPE_CHECKING:
    from pathlib import Path

WRITES = [sys.executable, "-c", "import pathlib, sys; pathlib.Path(sys.argv[2]).write_text('BEGIN:VCALENDAR')"]
FAILS = [sys.executable, "-c", "raise SystemExit(2)"]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents"


def on_desktop(monkeypatch: pytest.MonkeyPatch, folder: Path, *kinds: str) -> RecordingBrowser:
    program = RecordingBrowser(folder / "programs", kinds)
    for name, value in program.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "nothing"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "nothing"))
    return program


def test_the_calendar_program_opens_the_file(monkeypatch: pytest.MonkeyPatch, documents: Path, tmp_path: Path) -> None:
    program = on_desktop(monkeypatch, tmp_path, "text/calendar")
    assert open_dates(WRITES, documents) is None
    ((address,),) = program.wait()
    assert unquote(urlsplit(address).path or address) == str(documents / "vigicle.ics")


def test_without_a_calendar_program_the_file_stays(
    monkeypatch: pytest.MonkeyPatch, documents: Path, tmp_path: Path
) -> None:
    program = on_desktop(monkeypatch, tmp_path, "x-scheme-handler/https")
    file = documents / "vigicle.ics"
    assert open_dates(WRITES, documents) == text("calendar.no_program", file=str(file))
    assert file.read_text() == "BEGIN:VCALENDAR"
    assert program.starts == []


@pytest.mark.parametrize("export", [FAILS, ["/nowhere/vigicle"]], ids=["it fails", "it is missing"])
def test_a_file_that_cannot_be_written_is_reported(documents: Path, export: list[str]) -> None:
    assert open_dates(export, documents) == text("calendar.unwritten", file=str(documents / "vigicle.ics"))


def test_an_administrator_opens_nothing(monkeypatch: pytest.MonkeyPatch, documents: Path) -> None:
    monkeypatch.setattr(calendar_program, "is_elevated", lambda: True)
    assert open_dates(WRITES, documents) == text("trouble.elevated")


def test_it_goes_among_the_documents_or_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "Documents"))
    for place in (tmp_path, tmp_path / "Documents"):
        place.mkdir(exist_ok=True)
        assert open_dates(FAILS) == text("calendar.unwritten", file=str(place / "vigicle.ics"))
