"""Opens the store's SQLite file, checks and migrates it.

A damaged file is set aside.
"""

import contextlib
import os
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path, PurePath
from urllib.parse import quote

import msgspec

from config.i18n.text import text
from config.i18n.translator import UserError
from config.instants import Instant
from daemon.adapters.platform.decode_errors import DECODE_ERRORS

APPLICATION_ID = 0x76696763  # "vigc"
BUSY_TIMEOUT_S = 2.0
ROW_LIMIT = 100_000  # of one table; a thousand holders fill a fifth
VALUE_LIMIT = 1 << 20  # bytes of one value
SIZE_LIMIT = 512 << 20  # bytes

_COMPANIONS = ("-wal", "-shm", "-journal")
_DAMAGE = {
    *(sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT),
    sqlite3.SQLITE_TOOBIG,  # a value beyond VALUE_LIMIT
}


class StoreError(UserError):
    """The store was written by a newer vigicle."""


class DamageError(Exception):
    """The file is no longer a store of vigicle."""


def _first_tables(connection: sqlite3.Connection) -> None:
    for table in ("certificates", "keys", "said", "snoozes"):
        connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    connection.execute(
        "CREATE TABLE history "
        "(id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL)"
    )
    connection.execute("CREATE TABLE unreadable (at TEXT NOT NULL, source TEXT NOT NULL, id, body)")


def _progress(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE progress (id TEXT PRIMARY KEY, body TEXT NOT NULL)")


def _field_names(connection: sqlite3.Connection) -> None:
    """Rename fields inside the JSON bodies.

    A body that is no JSON object stays as it is.
    """
    for table, old, new in (("keys", "signs", "flags"), ("progress", "course", "workflow")):
        rows = connection.execute(f"SELECT rowid, CAST(body AS BLOB) FROM {table}").fetchall()  # noqa: S608 - ours
        for rowid, body in rows:
            fields = _fields_of(body)
            if old in fields:
                renamed = {(new if name == old else name): value for name, value in fields.items()}
                update = f"UPDATE {table} SET body = ? WHERE rowid = ?"  # noqa: S608 - ours
                connection.execute(update, (msgspec.json.encode(renamed).decode(), rowid))


def _answers(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE answered (id TEXT PRIMARY KEY, body TEXT NOT NULL)")


def _answer_words(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE answer_words (id TEXT PRIMARY KEY, body TEXT NOT NULL)")


def _assignments(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE assignments (id TEXT PRIMARY KEY, body TEXT NOT NULL)")


def _fields_of(body: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except (*DECODE_ERRORS, TypeError):
        return {}


def _holder_answers(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE holder_answers (id TEXT PRIMARY KEY, body TEXT NOT NULL)")


def _key_notes(_connection: sqlite3.Connection) -> None:
    """Change nothing: an earlier vigicle would drop the notes of keys."""


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _first_tables,
    _progress,
    _field_names,
    _answers,
    _answer_words,
    _assignments,
    _holder_answers,
    _key_notes,
)
"""The step from each schema version to the next; a released one is never changed."""


def open_for_writing(file: Path) -> sqlite3.Connection:
    """Open the store, made where it is missing, at the present schema.

    Raises StoreError, OSError, and DamageError or sqlite3.Error (`is_damage` tells which is damage).
    """
    if not os.path.lexists(file):
        _create(file)
    _refuse_remains(file)
    file.chmod(0o600)
    return _prepare_for_writing(_connect(file), file)


def open_for_reading(file: Path) -> sqlite3.Connection:
    """Open the store as it is, without making or changing a file.

    A daemon may hold it.

    Raises as `open_for_writing`; FileNotFoundError where there is none. Only on a full disk, and where a killed daemon
    has left its log, that is written into the store.
    """
    file.stat()
    _refuse_remains(file)
    log = file.with_name(f"{file.name}-wal")
    if not log.exists():
        # No process holds the store, and SQLite would otherwise make a log.
        return _prepare_for_reading(_connect(f"{address_of(file.absolute())}?mode=ro&immutable=1"), file)
    try:
        return _prepare_for_reading(_connect(f"{address_of(file.absolute())}?mode=ro"), file)
    except sqlite3.OperationalError as error:
        if is_damage(error):
            raise
    return _prepare_for_reading(_connect_alone(file), file)


def _prepare_for_reading(connection: sqlite3.Connection, file: Path) -> sqlite3.Connection:
    """Check what was opened for reading, and migrate a copy of it."""
    with _closed_on_failure(connection):
        _check(connection, file)
        if _version(connection) == len(MIGRATIONS):
            return connection
        return _migrated_copy(connection)


def set_aside(file: Path, now: Instant) -> Path:
    """Move a damaged store and its companions to an unused name."""
    base = f"{file.stem}.damaged-{now:%Y%m%d-%H%M%S}"
    target, number = file.with_name(f"{base}{file.suffix}"), 1
    while any(os.path.lexists(f"{target}{end}") for end in ("", *_COMPANIONS)):
        number += 1
        target = file.with_name(f"{base}-{number}{file.suffix}")
    for end in ("", *_COMPANIONS):
        if os.path.lexists(f"{file}{end}"):
            Path(f"{file}{end}").rename(f"{target}{end}")
    return target


def is_damage(error: Exception) -> bool:
    """Return whether the file is damaged.

    A full disk, a lock and a missing right are no damage.
    """
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, DamageError) or primary in _DAMAGE


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write everything inside, or nothing.

    On return it survives a power cut.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def address_of(file: PurePath) -> str:
    """Return the address of an absolute path, as SQLite reads it.

    A profile may lie on a share, and SQLite refuses an authority, such as the server in `as_uri` (sqlite.org/uri.html).
    """
    path = quote(os.fsencode(file.as_posix()), safe="/:")
    return f"file:///{path.removeprefix('/')}"


def _connect(file: Path | str) -> sqlite3.Connection:
    """Connect so that nothing in the file runs or grows."""
    connection = sqlite3.connect(
        file, uri=isinstance(file, str), timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_LIMIT)
    return connection


def _connect_alone(file: Path) -> sqlite3.Connection:
    """Connect without SQLite's file of shared memory.

    See sqlite.org/wal.html, 8.
    """
    connection = _connect(f"{address_of(file.absolute())}?mode=rw")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return connection


def _survive_power_cuts(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS alone heeds it


def _create(file: Path) -> None:
    """Make a complete new store, then give it its name.

    So none is ever found half made, or made twice.
    """
    if os.path.lexists(f"{file}-wal") and not os.path.lexists(file):  # in this order: another one may begin now
        raise DamageError("only its log is left")
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.new-")
    os.close(number)
    try:
        with closing(_connect(Path(name))) as connection:
            _survive_power_cuts(connection)
            _migrate(connection)
        with contextlib.suppress(FileExistsError):  # another one was faster
            _rename_to_free(Path(name), file)
    finally:
        for end in ("", *_COMPANIONS):
            Path(f"{name}{end}").unlink(missing_ok=True)


def _rename_to_free(new: Path, file: Path) -> None:
    """Rename a file to a free name. Raises FileExistsError."""
    if sys.platform == "win32":
        new.rename(file)
    else:
        try:
            os.link(new, file)
        except PermissionError:  # a file system without hard links (FAT)
            new.rename(file)


def _refuse_remains(file: Path) -> None:
    """Refuse an emptied file, and special ones.

    SQLite would take an empty one for a new one, and throw its log away. It would wait for the writer of a pipe.
    """
    facts = file.lstat()
    if not stat.S_ISREG(facts.st_mode) or facts.st_size == 0:
        raise DamageError("no plain file, or an empty one")
    for companion in (Path(f"{file}{end}") for end in _COMPANIONS):
        with contextlib.suppress(FileNotFoundError):  # none, or another process has just ended
            if not stat.S_ISREG(companion.lstat().st_mode):
                raise DamageError(f"{companion.name} is no plain file")


def _prepare_for_writing(connection: sqlite3.Connection, file: Path) -> sqlite3.Connection:
    with _closed_on_failure(connection):
        _check(connection, file)
        _survive_power_cuts(connection)
        _migrate(connection)
    return connection


@contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    """Close the connection if the block raises."""
    with ExitStack() as failure:
        failure.callback(connection.close)
        yield
        failure.pop_all()


def _check(connection: sqlite3.Connection, file: Path) -> None:
    """Check that this is a sound store of this version.

    The version comes first: to an older SQLite, a newer schema may look malformed.
    """
    version = _version(connection)
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise DamageError("another program's file")
    if version > len(MIGRATIONS):
        raise StoreError(text("store.newer", file=str(file)))
    if file.stat().st_size > SIZE_LIMIT or _schema(connection) != _schema_of(version):
        raise DamageError("larger than any store, or with other tables, views or triggers than a store's")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise DamageError(f"quick_check: {found}")


def _schema(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    """Return what the file says that it holds.

    A view or a trigger in it would run with each of our own statements.
    """
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT 100")
    return set(rows)


@cache
def _schema_of(version: int) -> set[tuple[object, ...]]:
    """Return what a store of this version holds."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        for step in MIGRATIONS[:version]:
            step(model)
        return _schema(model)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    """Run the missing migrations in one transaction.

    On a current store this only proves that it can be written.
    """
    with transaction(connection):
        version = _version(connection)
        for step in MIGRATIONS[version:]:
            step(connection)
        if version < len(MIGRATIONS):
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _migrated_copy(old: sqlite3.Connection) -> sqlite3.Connection:
    """Copy an older schema into memory and migrate it there."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with closing(old):
        old.backup(copy)
    _migrate(copy)
    return copy
