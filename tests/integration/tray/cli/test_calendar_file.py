"""The calendar file is valid, keeps its names and is never partial."""

import stat
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from config.i18n.text import Text, text
from config.i18n.translator import Translator
from config.instants import Instant, instant
from config.saved_files import SaveError
from config.values import replace
from daemon.core.calendar_entries import CalendarEntry, calendar_entries
from support.core.factories import DAY, NOW, certificate, memory, notice_settings, owned
from tray.cli.calendar_file import as_ics, export
from tray.cli.prompts import ask_on_terminal

PARIS = timezone(timedelta(hours=1))
HOSTILE = "Jeanne;MARTIN,\\n\r\nATTACH:file:///etc/passwd " + "é" * 200
WORDS = Translator("en", PARIS).render


def entries(end: Instant = NOW + 40 * DAY, name: str = "Jean MARTIN", now: Instant = NOW) -> tuple[CalendarEntry, ...]:
    return calendar_entries(
        memory(owned(certificate(not_after=end, subject_cn=name))), notice_settings(days=(30, 7)), now
    )


def parsed(content: bytes) -> list[Any]:
    calendar = Calendar.from_ical(content)
    assert calendar.errors == []
    return list(calendar.walk("VEVENT"))


def test_the_file_is_read_back_as_it_was_meant() -> None:
    events = parsed(as_ics(entries(), WORDS, NOW, PARIS))
    assert [event.decoded("dtstart") for event in events] == [
        date(2027, 3, 11),
        date(2027, 4, 3),
        instant(datetime(2027, 4, 10, 12, tzinfo=UTC)),
    ]
    assert str(events[0]["summary"]) == "Key: 30 days left (Jean MARTIN)"
    assert str(events[2]["summary"]) == "Key: expires today (Jean MARTIN)"
    assert "10 April 2027 at 13:00" in str(events[0]["description"])


def test_each_event_has_what_the_standard_asks_and_one_alarm() -> None:
    content = as_ics(entries(), WORDS, NOW, PARIS)
    calendar = Calendar.from_ical(content)
    assert (str(calendar["version"]), bool(calendar["prodid"])) == ("2.0", True)
    for event in parsed(content):
        assert event.decoded("dtstamp") == NOW
        assert str(event["uid"]).endswith("@vigicle")
        (alarm,) = event.walk("VALARM")
        assert str(alarm["action"]) == "DISPLAY"
        assert str(alarm["description"])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_the_alarms_ring_in_the_morning_and_the_day_before_the_end() -> None:
    triggers = [event.walk("VALARM")[0].decoded("trigger") for event in parsed(as_ics(entries(), WORDS, NOW, PARIS))]
    assert triggers == [timedelta(hours=9), timedelta(hours=9), timedelta(days=-1)]


def test_a_day_is_a_day_of_the_users_time_zone() -> None:
    late = entries(instant(datetime(2027, 4, 9, 23, 30, tzinfo=UTC)))
    assert parsed(as_ics(late, WORDS, NOW, PARIS))[0].decoded("dtstart") == date(2027, 3, 11)
    assert parsed(as_ics(late, WORDS, NOW, UTC))[0].decoded("dtstart") == date(2027, 3, 10)


def test_a_second_export_updates_the_first() -> None:
    first = parsed(as_ics(entries(), WORDS, NOW, PARIS))
    second = parsed(as_ics(entries(now=NOW + DAY), WORDS, NOW + DAY, PARIS))
    assert [str(event["uid"]) for event in first] == [str(event["uid"]) for event in second]
    for before, after in zip(first, second, strict=True):
        assert after["sequence"] > before["sequence"]
        assert after.decoded("dtstamp") > before.decoded("dtstamp")


def test_a_hostile_name_stays_a_name() -> None:
    content = as_ics(entries(name=HOSTILE), WORDS, NOW, PARIS)
    assert not any(line.startswith(b"ATTACH") for line in content.split(b"\r\n"))
    assert "Jeanne;MARTIN," in str(parsed(content)[0]["summary"])


# The file


def never(_file: Path) -> bool:
    raise AssertionError("nobody is to be asked")


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def written(target: Path, may_replace: Any = never) -> bytes:
    export(entries(), str(target), WORDS, NOW, may_replace=may_replace)
    return target.read_bytes()


def refusal(target: Path, may_replace: Any = never, dates: tuple[CalendarEntry, ...] | None = None) -> Text:
    with pytest.raises(SaveError) as refused:
        export(entries() if dates is None else dates, str(target), WORDS, NOW, may_replace=may_replace)
    return refused.value.text


def test_a_new_file_is_private_to_the_user(tmp_path: Path) -> None:
    assert len(parsed(written(tmp_path / "keys.ics"))) == 3
    assert stat.S_IMODE((tmp_path / "keys.ics").stat().st_mode) == 0o600
    assert names(tmp_path) == ["keys.ics"]


def test_a_file_that_may_be_replaced_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    (tmp_path / "real.ics").write_text("before")
    (tmp_path / "real.ics").chmod(0o644)
    (tmp_path / "link.ics").symlink_to("real.ics")
    written(tmp_path / "link.ics", lambda _file: True)
    assert (tmp_path / "link.ics").is_symlink()
    assert parsed((tmp_path / "real.ics").read_bytes())
    assert stat.S_IMODE((tmp_path / "real.ics").stat().st_mode) == 0o644


def test_a_file_that_may_not_be_replaced_stays(tmp_path: Path) -> None:
    target = tmp_path / "keys.ics"
    target.write_text("before")
    assert refusal(target, lambda _file: False) == text("export.exists", file=str(target))
    assert target.read_text() == "before"


def test_nothing_is_written_when_there_are_no_dates(tmp_path: Path) -> None:
    assert refusal(tmp_path / "keys.ics", dates=()) == text("export.nothing")
    assert names(tmp_path) == []


CARD_CONDITIONS = {
    "a missing folder": ("missing/keys.ics", "export.no_folder"),
    "a file for a folder": ("file/keys.ics", "export.no_folder"),
    "a folder": ("folder", "export.no_file"),
    "a device": ("/dev/full", "export.no_file"),
    "a folder that nobody may write into": ("/sys/keys.ics", "export.denied"),
    "a name that no disk takes": ("k" * 300, "export.failed"),
    "no name at all": ("a\0b", "export.failed"),
}


@pytest.mark.parametrize(("place", "reason"), CARD_CONDITIONS.values(), ids=CARD_CONDITIONS)
def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path, place: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    assert refusal(tmp_path / place, lambda _file: True).id == reason
    assert names(tmp_path) == ["file", "folder"]


def test_where_a_link_leads_nowhere_the_missing_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "link.ics").symlink_to(tmp_path / "missing" / "keys.ics")
    refused = refusal(tmp_path / "link.ics", lambda _file: True)
    assert refused == text("export.no_folder", folder=str(tmp_path / "missing"))


ANSWERS = [(["yes"], True), (["OUI "], True), (["n"], False), ([""], False), (["what", "o"], True), ([], False)]


@pytest.mark.parametrize(("typed", "replaced"), ANSWERS, ids=[str(case[0]) for case in ANSWERS])
def test_the_question_takes_words_of_both_languages(typed: list[str], *, replaced: bool) -> None:
    left = list(typed)

    def read(_question: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    assert ask_on_terminal("Replace it?", read) is replaced


def test_a_date_of_a_replaced_key_is_cancelled_and_does_not_ring() -> None:
    first = entries()[0]
    (event,) = parsed(as_ics([replace(first, cancelled=True)], WORDS, NOW, PARIS))
    assert (str(event["uid"]), str(event["status"])) == (first.uid, "CANCELLED")
    assert not event.walk("VALARM")
