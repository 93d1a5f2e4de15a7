"""The store keeps what it acknowledged.

It never loses or overwrites what it cannot read.
"""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from config.i18n.text import clean
from config.instants import instant
from config.values import replace
from config.workflows import WorkflowKind
from daemon.adapters.store.database_file import ROW_LIMIT, VALUE_LIMIT, address_of
from daemon.adapters.store.sqlite import HISTORY_LIMIT, STORE_NAME, SqliteStore, StoreError
from daemon.core.effects import HistoryEntry
from daemon.core.model import (
    AnswerRecord,
    AnswerWord,
    Certificate,
    CertificateRecord,
    Claim,
    Fingerprint,
    HolderAnswer,
    Key,
    KeyId,
    Memory,
    Progress,
    ProgressId,
    ReaderName,
    Role,
    TokenFlags,
    pair_of,
)
from support.core.factories import changed

NOW = instant(datetime(2026, 11, 23, 20, 0, 0, 123456, tzinfo=UTC))

OLD = changed(
    Certificate(fingerprint=Fingerprint("a" * 64)),
    subject_cn="Élise d’Arc",
    given_name="Élise",
    surname="d’Arc",
    organization_identifier="NTRFR-123456789",
    issuer_cn="CertEurope eID User",
    issuer_o="CertEurope",
    issuer_ou=("0002 434202180", "Unité"),
    serial_hex="0a1b",
    not_before=NOW - timedelta(days=900),
    not_after=NOW + timedelta(days=100),
    role=Role.AUTHENTICATION,
)
FLAWED = changed(Certificate(fingerprint=Fingerprint("b" * 64)), flaw="no date", not_before=None, authority=True)
KEY = Key(
    id=KeyId("key-1"),
    serial=clean("42"),
    label=clean("Clé"),
    fingerprints=(Fingerprint("a" * 64), Fingerprint("b" * 64)),
    flags=TokenFlags(initialised=False, pin_locked=True),
    looked_unactivated=True,
    claims=frozenset({Claim.WORKS, Claim.ACTIVATED}),
    first_seen=NOW,
    last_seen=NOW,
    reader=ReaderName("Reader 00 00"),
    name=clean("la bleue"),
)
PROGRESS = Progress(
    workflow=WorkflowKind.ADD_WITH_OLD,
    begun=NOW,
    done={"log_in": NOW, "ask_for_mail": NOW + timedelta(minutes=3)},
    left=WorkflowKind.ACTIVATE,
)
FULL = Memory(
    certificates={
        c.fingerprint: CertificateRecord(certificate=c, first_seen=NOW, last_seen=NOW) for c in (OLD, FLAWED)
    },
    keys={KeyId("key-1"): KEY},
    delivered={"key-1:days:30": NOW, "key-1:expired": NOW + timedelta(microseconds=1)},
    answered={KeyId("key-1"): NOW},
    snoozes={KeyId("key-1"): NOW + timedelta(days=1)},
    progress={ProgressId("key-1"): PROGRESS},
    holder_answers={pair_of(Fingerprint("b" * 64), Fingerprint("a" * 64)): HolderAnswer.SAME},
    answer_words={AnswerWord("0a" * 16): AnswerRecord(kind="key", subject="key-1", choice="open")},
)
PARIS = timezone(timedelta(hours=1))

Opener = Callable[..., SqliteStore]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def opened(folder: Path) -> Iterator[Opener]:
    stores = []

    def open_(*, read_only: bool = False) -> SqliteStore:
        store = SqliteStore(folder, read_only=read_only, now=lambda: NOW)
        stores.append(store)
        return store

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def filled(folder: Path) -> Path:
    """The file of a closed store that holds FULL."""
    fill(folder)
    return folder / STORE_NAME


def fill(folder: Path) -> None:
    store = SqliteStore(folder)
    store.load()
    store.save(FULL, (HistoryEntry(at=NOW, what="seen", subject="key-1"),))
    store.close()


def delivered_ids(store: SqliteStore) -> list[str]:
    return [problem.id for problem in store.problems]


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def query(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(sql).fetchall()
        connection.commit()
        return rows


def test_a_new_store_remembers_nothing_and_has_no_problem(opened: Opener) -> None:
    store = opened()
    assert store.load() == Memory()
    assert store.problems == []


def test_a_full_memory_comes_back_as_it_was(opened: Opener, filled: Path) -> None:
    assert filled.exists()
    store = opened()
    assert store.load() == FULL
    assert store.problems == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_only_the_user_may_read_the_store(opened: Opener, folder: Path) -> None:
    store = opened()
    store.load()
    store.save(FULL, ())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


CHANGES = [
    pytest.param(replace(FULL, delivered={}), id="all marks gone"),
    pytest.param(
        replace(FULL, certificates={Fingerprint("a" * 64): FULL.certificates[Fingerprint("a" * 64)]}),
        id="one certificate gone",
    ),
    pytest.param(replace(FULL, keys={KeyId("key-1"): replace(KEY, label=clean("other"))}), id="one key changed"),
    pytest.param(replace(FULL, keys={**FULL.keys, KeyId("key-2"): replace(KEY, id=KeyId("key-2"))}), id="one key more"),
    pytest.param(
        replace(FULL, progress={ProgressId("key-1"): replace(PROGRESS, finished=NOW)}), id="a course finished"
    ),
    pytest.param(replace(FULL, snoozes={KeyId("key-1"): NOW.astimezone(PARIS)}), id="a moment from another zone"),
    pytest.param(Memory(), id="everything gone"),
]


@pytest.mark.parametrize("changed", CHANGES)
def test_what_differs_is_written(opened: Opener, changed: Memory) -> None:
    store = opened()
    store.load()
    store.save(FULL, ())
    store.save(changed, ())
    store.close()
    assert opened().load() == changed


def test_what_does_not_differ_is_not_written(opened: Opener, folder: Path) -> None:
    store = opened()
    store.load()
    store.save(FULL, ())
    before = listing(folder)
    store.save(replace(FULL), ())
    assert listing(folder) == before


def test_the_history_keeps_the_last_lines(opened: Opener, folder: Path) -> None:
    store = opened()
    store.load()
    store.save(Memory(), tuple(HistoryEntry(at=NOW, what="early", subject=str(n)) for n in range(HISTORY_LIMIT)))
    store.save(Memory(), (HistoryEntry(at=NOW, what="late", subject="x"),))
    rows = query(folder / STORE_NAME, "SELECT what, subject FROM history ORDER BY id")
    assert len(rows) == HISTORY_LIMIT
    assert rows[0] == ("early", "1")
    assert rows[-1] == ("late", "x")


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from daemon.adapters.store.sqlite import SqliteStore
from daemon.core.effects import HistoryEntry
from daemon.core.model import Memory

store = SqliteStore(Path(sys.argv[1]))
said = dict(store.load().delivered)
number = len(said)
while True:
    moment = datetime.now(UTC)
    said = {**said, str(number): moment}
    store.save(Memory(delivered=said), (HistoryEntry(at=moment, what="said", subject=str(number)),))
    print(number, flush=True)
    number += 1
"""


def test_a_killed_writer_loses_nothing_that_it_acknowledged(opened: Opener, folder: Path) -> None:
    acknowledged = -1
    for round_ in range(20):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        for _ in range(1 + round_ * 3):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        rest, _ = writer.communicate()
        acknowledged = int((rest.split("\n")[:-1] or [str(acknowledged)])[-1])
        assert writer.returncode == -getattr(signal, "SIGKILL", -1)
        looked = opened(read_only=True)
        assert len(looked.load().delivered) in {acknowledged + 1, acknowledged + 2}
        assert looked.problems == []
    store = opened()
    delivered = store.load().delivered
    assert [key for key in map(str, range(acknowledged + 1)) if key not in delivered] == []
    assert store.problems == []
    lines = query(folder / STORE_NAME, "SELECT subject FROM history")
    assert len(lines) == len(delivered)


def garble(file: Path) -> None:
    file.write_bytes(b"this is no database at all" * 400)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 + 100)


def truncate_inside_the_header(file: Path) -> None:
    os.truncate(file, 50)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def overwrite_pages(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)


def drop_a_table(file: Path) -> None:
    query(file, "DROP TABLE keys")


def put_an_endless_view(file: Path) -> None:
    query(file, "DROP TABLE certificates")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, i AS body FROM n"
    query(file, f"CREATE VIEW certificates AS {endless}")


def put_a_trigger(file: Path) -> None:
    query(file, "CREATE TRIGGER undo AFTER INSERT ON said BEGIN DELETE FROM said; END")


def put_a_table_more(file: Path) -> None:
    query(file, "CREATE TABLE more (id TEXT)")


def put_an_index(file: Path) -> None:
    query(file, "CREATE INDEX backwards ON keys (body)")


def put_another_column(file: Path) -> None:
    query(file, "ALTER TABLE keys ADD COLUMN more TEXT")


def put_a_long_value(file: Path) -> None:
    query(file, f"INSERT INTO said VALUES ('long', zeroblob({VALUE_LIMIT + 1}))")


def put_too_many_rows(file: Path) -> None:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {ROW_LIMIT + 1})"
    query(file, f"{numbers} INSERT INTO said SELECT 'n' || i, '\"2027-03-01T00:00:00Z\"' FROM n")


def put_another_programs_database(file: Path) -> None:
    file.unlink()
    query(file, "CREATE TABLE bookmarks (address TEXT)")


def put_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def leave_only_the_log(file: Path) -> None:
    file.rename(f"{file}-wal")


def put_a_link_for_the_log(file: Path) -> None:
    other = file.parent.with_name("another program's file")
    other.write_bytes(b"precious")
    Path(f"{file}-wal").symlink_to(other)


DAMAGE = [
    pytest.param(damage, id=damage.__name__.replace("_", " "))
    for damage in (
        garble,
        truncate,
        truncate_inside_the_header,
        empty,
        overwrite_pages,
        drop_a_table,
        put_an_endless_view,
        put_a_trigger,
        put_a_table_more,
        put_an_index,
        put_another_column,
        put_a_long_value,
        put_too_many_rows,
        put_another_programs_database,
        put_a_folder,
        leave_only_the_log,
        put_a_link_for_the_log,
    )
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_store_is_set_aside_and_a_new_one_begun(
    opened: Opener, filled: Path, damage: Callable[[Path], None]
) -> None:
    damage(filled)
    damaged = {path.name.removeprefix(filled.name): path for path in filled.parent.iterdir()}
    contents = {end: path.read_bytes() if path.is_file() else b"" for end, path in damaged.items()}
    store = opened()
    assert store.load() == Memory()
    aside = filled.with_name("vigicle.damaged-20261123-200000.sqlite3")
    assert delivered_ids(store) == ["store.damaged"]
    assert dict(store.problems[0].args)["file"] == str(aside)
    for end, content in contents.items():
        kept = Path(f"{aside}{end}")
        assert (kept.read_bytes() if kept.is_file() else b"") == content
    store.save(FULL, ())
    store.close()
    assert opened().load() == FULL


def test_a_second_damage_does_not_overwrite_the_first_one_set_aside(opened: Opener, folder: Path) -> None:
    for content in (b"first" * 999, b"second" * 999, b"third" * 999):
        folder.mkdir(exist_ok=True, mode=0o700)
        (folder / STORE_NAME).write_bytes(content)
        store = opened()
        store.load()
        store.close()
    aside = {path.read_bytes()[:5] for path in folder.glob("*.damaged-*.sqlite3")}
    assert aside == {b"first", b"secon", b"third"}


ROWS = [
    pytest.param("UPDATE certificates SET body = '{'", 2, replace(FULL, certificates={}), id="cut JSON"),
    pytest.param("UPDATE keys SET body = '{\"id\": 7}'", 1, replace(FULL, keys={}), id="a wrong type"),
    pytest.param("UPDATE keys SET id = 'key-9'", 1, replace(FULL, keys={}), id="another's body"),
    pytest.param("UPDATE said SET body = 12", 2, replace(FULL, delivered={}), id="a number for a text"),
    pytest.param("UPDATE said SET body = x'ff00fe'", 2, replace(FULL, delivered={}), id="no UTF-8"),
    pytest.param("UPDATE snoozes SET id = CAST(x'ff' AS TEXT)", 1, replace(FULL, snoozes={}), id="no UTF-8 as id"),
    pytest.param(
        "UPDATE snoozes SET body = '\"2027-01-01T00:00:00\"'", 1, replace(FULL, snoozes={}), id="a moment without zone"
    ),
]
ROWS += [
    pytest.param(f"UPDATE progress SET body = {body}", 1, replace(FULL, progress={}), id=what)
    for what, body in {
        "an unknown course": """json_set(body, '$.workflow', 'dance')""",
        "a step done at no time": """json_set(body, '$.done.log_in', 'yesterday')""",
        "a step done in no zone": """json_set(body, '$.done.log_in', '2026-11-23T20:00:00')""",
        "a beginning in no zone": """json_set(body, '$.begun', '2026-11-23T20:00:00')""",
        "no beginning": """json_remove(body, '$.begun')""",
        "an empty body": """''""",
    }.items()
]


@pytest.mark.parametrize(("change", "count", "rest"), ROWS)
def test_a_row_that_cannot_be_read_is_kept_apart_and_the_rest_loads(
    opened: Opener, filled: Path, change: str, count: int, rest: Memory
) -> None:
    query(filled, change)
    store = opened()
    assert store.load() == rest
    assert [(problem.id, problem.args) for problem in store.problems] == [
        ("store.rows_unreadable", (("count", count),))
    ]
    store.save(FULL, ())
    store.close()
    assert query(filled, "SELECT count(*) FROM unreadable") == [(count,)]
    again = opened()
    assert again.load() == FULL
    assert again.problems == []


def make_version_1(file: Path) -> None:
    """Take the store back to how the first version left it."""
    query(file, "DROP TABLE progress")
    query(file, "DROP TABLE answered")
    query(file, "DROP TABLE answer_words")
    query(file, "DROP TABLE assignments")
    query(file, "DROP TABLE holder_answers")
    query(file, "UPDATE keys SET body = json_remove(body, '$.name')")
    query(file, "PRAGMA user_version = 1")


FROM_VERSION_1 = replace(
    FULL,
    keys={KeyId("key-1"): replace(KEY, name=clean(""))},
    progress={},
    answered={},
    answer_words={},
    holder_answers={},
)


def test_an_older_store_is_brought_up_to_date(opened: Opener, filled: Path) -> None:
    make_version_1(filled)
    store = opened()
    assert store.load() == FROM_VERSION_1
    assert store.problems == []
    store.save(FULL, ())
    store.close()
    assert opened().load() == FULL


def test_a_reader_understands_an_older_store_and_leaves_it_so(opened: Opener, filled: Path) -> None:
    make_version_1(filled)
    before = listing(filled.parent)
    store = opened(read_only=True)
    assert store.load() == FROM_VERSION_1
    assert store.problems == []
    assert listing(filled.parent) == before


def make_newer(file: Path) -> None:
    query(file, "PRAGMA user_version = 99")


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_a_newer_versions_store_is_refused_and_left_as_it_is(opened: Opener, filled: Path, read_only: bool) -> None:
    make_newer(filled)
    before = filled.read_bytes()
    with pytest.raises(StoreError, match="newer version"):
        opened(read_only=read_only).load()
    assert filled.read_bytes() == before
    assert [path.name for path in filled.parent.iterdir()] == [STORE_NAME]


def test_a_reader_sees_what_an_open_writer_has_committed(opened: Opener) -> None:
    writer = opened()
    writer.load()
    writer.save(FULL, ())
    assert opened(read_only=True).load() == FULL
    writer.save(Memory(), ())
    assert opened(read_only=True).load() == Memory()


def test_a_reader_makes_nothing_where_nothing_is(opened: Opener, folder: Path) -> None:
    store = opened(read_only=True)
    assert store.load() == Memory()
    store.save(FULL, ())
    assert store.problems == []
    assert not folder.exists()


@pytest.mark.parametrize(
    ("file", "address"),
    [
        (PureWindowsPath(r"C:\Users\Éloïse\x.sqlite3"), "file:///C:/Users/%C3%89lo%C3%AFse/x.sqlite3"),
        (PureWindowsPath(r"\\server\profiles\é\x.sqlite3"), "file:////server/profiles/%C3%A9/x.sqlite3"),
        (PurePosixPath("/home/a?b#c%41/x.sqlite3"), "file:///home/a%3Fb%23c%2541/x.sqlite3"),
    ],
    ids=["a drive", "a share", "signs of an address"],
)
def test_a_reader_finds_the_store_wherever_a_profile_lies(file: PurePath, address: str) -> None:
    """SQLite allows no server in an address (sqlite.org/uri.html)."""
    assert address_of(file) == address
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(f"{address}?mode=ro", uri=True)


def test_a_reader_changes_no_file(opened: Opener, filled: Path) -> None:
    before = listing(filled.parent)
    assert opened(read_only=True).load() == FULL
    assert listing(filled.parent) == before


@pytest.mark.parametrize("damage", [garble, put_an_endless_view, put_a_long_value], ids=lambda each: each.__name__)
def test_a_reader_leaves_a_damaged_store_where_it_is(
    opened: Opener, filled: Path, damage: Callable[[Path], None]
) -> None:
    damage(filled)
    before = listing(filled.parent)
    store = opened(read_only=True)
    assert store.load() == Memory()
    assert delivered_ids(store) == ["store.damaged_unmoved"]
    assert listing(filled.parent) == before


def test_a_file_in_the_folders_place_is_reported_and_the_memory_kept(
    opened: Opener, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("in the way")
    store = opened()
    assert store.load() == Memory()
    assert delivered_ids(store) == ["folder.problem"]
    store.save(FULL, (HistoryEntry(at=NOW, what="seen"),))
    store.save(FULL, ())
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    folder.unlink()
    store.save(FULL, (HistoryEntry(at=NOW, what="seen again"),))
    store.close()
    assert opened().load() == FULL
    assert query(folder / STORE_NAME, "SELECT what FROM history ORDER BY id") == [("seen",), ("seen again",)]


def test_a_store_that_is_taken_away_while_open_is_written_afresh(opened: Opener, folder: Path) -> None:
    store = opened()
    store.load()
    store.save(FULL, ())
    for path in folder.iterdir():
        path.unlink()
    store.save(replace(FULL, snoozes={}), ())
    store.close()
    assert opened().load() == replace(FULL, snoozes={})


def limit_pages(store: SqliteStore, pages: int) -> None:
    """SQLite answers SQLITE_FULL beyond this, as it does on a full disk."""
    assert store._connection is not None
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_logged_once_and_tried_again(opened: Opener, caplog: pytest.LogCaptureFixture) -> None:
    store = opened()
    store.load()
    limit_pages(store, 1)
    large = replace(FULL, delivered={f"{n:0200}": NOW for n in range(500)})
    store.save(large, (HistoryEntry(at=NOW, what="seen"),))
    store.save(large, ())
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    limit_pages(store, 1_000_000)
    store.save(large, ())
    store.close()
    again = opened()
    assert again.load() == large


def test_another_writer_that_holds_the_store_loses_no_change(opened: Opener, filled: Path) -> None:
    store = opened()
    store.load()
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store._connection is not None
        store._connection.execute("PRAGMA busy_timeout = 1")
        store.save(Memory(), ())
        other.execute("ROLLBACK")
    assert opened(read_only=True).load() == FULL
    store.save(Memory(), ())
    assert opened(read_only=True).load() == Memory()
