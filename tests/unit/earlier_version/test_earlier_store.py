"""The store of the earlier version is migrated without loss."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.i18n.text import clean
from config.i18n.translator import Translator
from config.instants import instant
from config.schema.load_settings import load_settings
from config.values import replace
from daemon.adapters.store.database_file import MIGRATIONS
from daemon.adapters.store.sqlite import STORE_NAME, SqliteStore
from daemon.core.calendar_entries import calendar_entries
from daemon.core.commands import GetStatus
from daemon.core.effects import Reply
from daemon.core.events import ServiceLost
from daemon.core.model import KeyId, TokenFlags, TokenReading
from daemon.core.notice import NoticeKind
from daemon.core.state import State
from daemon.core.troubles import Trouble
from daemon.core.views.guide import StepStatus
from support.core.simulator import Simulator
from tray.cli.report_output import as_json
from unit.earlier_version.snapshots import expected, folders_in, memory_snapshot, moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.settings import Settings
    from daemon.core.model import Memory

EXPECTED = expected("expected_store.json")
AT = instant(datetime.fromisoformat(EXPECTED["at"]))
LATER = timedelta(days=20)
BLANK = "bare:"
READER = "Lecteur d’essai 01"
RENAMED_FIELDS = {"keys": {"signs": "flags"}, "progress": {"course": "workflow"}}
"""The fields of each table's bodies that a migration renames, old to new."""
NEW_TABLES = {
    "holder_answers": ["id", "body"],
    "answered": ["id", "body"],
    "answer_words": ["id", "body"],
    "assignments": ["id", "body"],
}
"""The tables that a migration adds."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the paths in the files are those of Linux")


# The file


def test_the_fixture_has_the_schema_of_the_earlier_version(home: Path) -> None:
    file = home / "state" / STORE_NAME
    assert (_pragmas(file), _columns(file)) == (EXPECTED["file"], EXPECTED["tables"])


@pytest.mark.parametrize("read_only", [True, False], ids=["read only", "read and write"])
def test_the_memory_is_read_as_it_was(home: Path, *, read_only: bool) -> None:
    with closing(SqliteStore(home / "state", read_only=read_only)) as store:
        assert memory_snapshot(store.load()) == EXPECTED["memory"]
        assert store.problems == []


def test_reading_only_leaves_the_file_untouched(home: Path) -> None:
    file = home / "state" / STORE_NAME
    before = file.read_bytes()
    with closing(SqliteStore(home / "state", read_only=True)) as store:
        store.load()
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir()) == ["choices.toml", STORE_NAME]


def test_the_migration_renames_fields_and_keeps_every_value(home: Path) -> None:
    file = home / "state" / STORE_NAME
    before = {table: _bodies(file, table) for table in EXPECTED["tables"] if _has_bodies(table)}
    with closing(SqliteStore(home / "state")) as store:
        store.load()
    assert _pragmas(file) == {**EXPECTED["file"], "user_version": len(MIGRATIONS)}
    assert _columns(file) == {**EXPECTED["tables"], **NEW_TABLES}
    for table, bodies in before.items():
        names = RENAMED_FIELDS.get(table, {})
        assert bodies, f"{table} holds rows"
        assert _bodies(file, table) == {id_: _renamed(body, names) for id_, body in bodies.items()}


def test_each_renamed_field_is_in_the_fixture(home: Path) -> None:
    file = home / "state" / STORE_NAME
    for table, names in RENAMED_FIELDS.items():
        assert all(set(names) <= set(body) for body in _bodies(file, table).values())


def test_a_change_of_the_memory_leaves_the_rest(home: Path) -> None:
    file = home / "state" / STORE_NAME
    with closing(SqliteStore(home / "state")) as store:
        memory = store.load()
        store.save(replace(memory, delivered={**memory.delivered, "added": AT}), ())
    with closing(SqliteStore(home / "state")) as store:
        more = {**EXPECTED["memory"]["delivered"], "added": moment(AT)}
        assert memory_snapshot(store.load()) == {**EXPECTED["memory"], "delivered": more}
        assert store.problems == []
    assert [path.name for path in file.parent.glob("*damaged*")] == []
    assert _rows(file, "history") == EXPECTED["history"]
    assert _rows(file, "unreadable") == EXPECTED["unreadable"]


# What the program makes of it


@pytest.fixture
def known(home: Path) -> Iterator[tuple[Settings, Memory]]:
    """The settings and the memory with which the program starts."""
    with closing(SqliteStore(home / "state", read_only=True)) as store:
        yield load_settings(folders_in(home)).settings, store.load()


def test_status_prints_the_same_but_for_the_wording(known: tuple[Settings, Memory]) -> None:
    effects = _start(*known, notifies=False).command(GetStatus(), request=1)
    report = next(effect.report for effect in effects if isinstance(effect, Reply))
    printed = json.loads(as_json(report, Translator("en", UTC).render))
    assert [path.pop("not_before") for path in printed["paths"]] == [None] * len(printed["paths"]), "added"
    assert all(isinstance(line.pop("procedure_sure"), bool) for line in printed["certificates"]), "added"
    assert all((line.pop("note"), line.pop("keeper")) == (None, None) for line in printed["certificates"]), "added"
    assert [reader.pop("used_by") for reader in printed["readers"]] == [[]] * len(printed["readers"]), "added"
    expected_status = EXPECTED["status"]["in English"]
    for each in (printed, expected_status):
        for path in each["paths"]:
            assert path.pop("reason"), "a sentence for people, which may be put better"
    assert (printed, report.exit_code) == (expected_status, EXPECTED["status"]["exit code"])


def test_the_guide_continues_at_the_same_step(known: tuple[Settings, Memory]) -> None:
    settings, memory = known
    pages = {case: _guide_page(settings, memory, case) for case in sorted(memory.progress)}
    assert pages == EXPECTED["guide pages"]


def test_the_guide_continues_with_a_token_without_certificate(known: tuple[Settings, Memory]) -> None:
    (case,) = (case for case in EXPECTED["memory"]["guide"] if case.startswith(BLANK))
    simulator = _start(*known, guide_case=case.removeprefix(BLANK))
    simulator.insert(
        TokenReading(slot_description=clean("Reader 00"), serial=clean("NUE 1"), flags=TokenFlags(initialised=False))
    )
    assert (simulator.page.workflow, simulator.step()) == ("activate", "activate")


ADDED = ("told|", "use|")  # by later versions
ORDERED = "33b7b4afe4d1d51d"  # this key is ordered anew: its milestones are silent until the new one is expected


def test_no_news_is_repeated_and_the_next_ones_keep_their_time(known: tuple[Settings, Memory]) -> None:
    simulator = _start(*known)
    simulator.wait(LATER)
    notices: list[list[Any]] = [
        [moment(at), str(notice.notice_id), [k for k in map(str, notice.dedup_keys) if not k.startswith(ADDED)]]
        for at, notice in simulator.delivered
    ]
    rest_ends_with_the_key, *expected_news = EXPECTED["next notices"]
    news = [notice for notice in expected_news if notice[1] != ORDERED]
    assert rest_ends_with_the_key not in notices, "the end itself is told an instant later"
    assert [notice for notice in notices if notice in news] == news
    known_before = {*known[1].delivered, *(key for _, _, keys in expected_news for key in keys)}
    assert {key for _, _, keys in notices for key in keys} <= known_before, "all else is told again"


def test_the_welcome_and_the_troubles_of_the_day_are_not_repeated(known: tuple[Settings, Memory]) -> None:
    settings, memory = known
    assert _tags_after_trouble(settings, memory) == []
    delivered = {key: at for key, at in memory.delivered.items() if not key.startswith(("welcome", "trouble|"))}
    tags = _tags_after_trouble(settings, replace(memory, delivered=delivered))
    assert tags == [f"trouble|{READER}", "trouble|service"], "the welcome is one with the notice about a key"


def test_calendar_entries_keep_their_ids(known: tuple[Settings, Memory]) -> None:
    settings, memory = known
    entries = calendar_entries(memory, settings, AT)
    assert [entry.uid for entry in entries if not entry.cancelled] == EXPECTED["calendar names"]


def _start(settings: Settings, memory: Memory, *, notifies: bool = True, guide_case: str | None = None) -> Simulator:
    """Start with empty readers."""
    state = State(
        settings=settings, memory=memory, notifies=notifies, guide_case=KeyId(guide_case) if guide_case else None
    )
    simulator = Simulator(state=state, now=AT)
    simulator.look()
    return simulator


def _guide_page(settings: Settings, memory: Memory, case: str) -> dict[str, Any]:
    page = _start(settings, memory, guide_case=case.removeprefix(BLANK)).page
    return {
        "holder": page.holder,
        "workflow": page.workflow.value if page.workflow else None,
        "step": next((step.id for step in page.steps if step.status is StepStatus.CURRENT), None),
        "done": [step.id for step in page.steps if step.status is StepStatus.DONE],
        "deadline": moment(page.deadline),
    }


def _tags_after_trouble(settings: Settings, memory: Memory) -> list[str]:
    """Return the notices about an unreadable card and a stopped service."""
    state = State(settings=settings, memory=memory, greeting=True)
    simulator = Simulator(state=state, now=AT, names=(READER,))
    simulator.look()
    simulator.insert(reader=READER)
    simulator.wait(timedelta(minutes=1))
    simulator.post(ServiceLost(at=simulator.now, trouble=Trouble.SERVICE_STOPPED))
    simulator.wait(timedelta(minutes=2))
    shown = (notice.notice_id for _, notice in simulator.delivered)
    return [str(id_) for id_ in shown if id_.kind is not NoticeKind.KEY]  # what was not answered is told again


# SQLite


def _pragmas(file: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(file)) as connection:
        return {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "journal_mode")
        }


def _columns(file: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        return {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for (name,) in tables}


def _rows(file: Path, table: str) -> list[list[Any]]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
    return [[{"bytes": each.decode()} if isinstance(each, bytes) else each for each in row] for row in rows]


def _has_bodies(table: str) -> bool:
    return bool(EXPECTED["tables"][table] == ["id", "body"])


def _bodies(file: Path, table: str) -> dict[str, Any]:
    with closing(sqlite3.connect(file)) as connection:
        return {id_: json.loads(body) for id_, body in connection.execute(f"SELECT id, body FROM {table}")}


def _renamed(body: Any, names: dict[str, str]) -> Any:
    return {names.get(name, name): value for name, value in body.items()} if names else body
