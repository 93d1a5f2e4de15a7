"""Keeps the memory in one SQLite file of the user's state folder."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from config.folders import FolderError, check_private, private_folder
from config.i18n.text import Text, text
from config.instants import Instant
from config.values import dataclass
from daemon.adapters.clock import read_clock
from daemon.adapters.gate import Decoder
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.adapters.store.database_file import (
    ROW_LIMIT,
    DamageError,
    StoreError,
    is_damage,
    open_for_reading,
    open_for_writing,
    set_aside,
    transaction,
)
from daemon.core.effects import HistoryEntry
from daemon.core.model import (
    AnswerRecord,
    AnswerWord,
    Assignment,
    CertificatePair,
    CertificateRecord,
    Fingerprint,
    HolderAnswer,
    Key,
    KeyId,
    Memory,
    Progress,
    ProgressId,
    pair_of,
)

__all__ = ["HISTORY_LIMIT", "STORE_NAME", "SqliteStore", "StoreError"]

STORE_NAME = "vigicle.sqlite3"
HISTORY_LIMIT = 10_000

log = logging.getLogger(__name__)

Id = TypeVar("Id", bound=str)
V = TypeVar("V")
Clock = Callable[[], Instant]


class SqliteStore:
    """The memory on disk (`ports.Store`).

    One thread at a time may call, whichever it is.

    With `read_only`, no file is made or changed and `save` does nothing. `problems` holds what the user
    should hear of after `load`; `tell` gets what they should hear of after a `save`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        now: Clock = read_clock,
        tell: Callable[[Text], None] = lambda _problem: None,
    ) -> None:
        self.problems: list[Text] = []
        self._tell = tell
        self._file = folder / STORE_NAME
        self._read_only = read_only
        self._now = now
        self._connection: sqlite3.Connection | None = None
        self._written = Memory()
        self._unwritten: list[HistoryEntry] = []
        self._failing = False

    def load(self) -> Memory:
        """Read the memory.

        Raises StoreError where a newer vigicle wrote it.
        """
        if self._read_only:
            return self._load_read_only()
        try:
            self._written = self._load_or_create()
        except FolderError as problem:
            self._failed(problem)
            self.problems.append(problem.text)
        except (OSError, sqlite3.Error) as error:
            self._failed(error)
            self._written = self._load_read_only()
            self.problems.append(self._unwritable())
        return self._written

    def save(self, memory: Memory, history: tuple[HistoryEntry, ...]) -> None:
        """Write what differs from what was last written, in one transaction.

        What cannot be written (full disk) is told once, and tried again with the next call.
        """
        if self._read_only:
            return
        self._unwritten = [*self._unwritten, *history][-HISTORY_LIMIT:]
        try:
            _write(self._connected(), self._written, memory, self._unwritten)
        except (DamageError, StoreError, FolderError, OSError, sqlite3.Error) as error:
            if not self._failing:
                self._tell(self._unwritable())
            self._failed(error)
            return
        if self._failing:
            log.info("Store writable again; pending changes saved")
        self._failing = False
        self._written = memory
        self._unwritten = []

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _load_or_create(self) -> Memory:
        private_folder(self._file.parent)
        try:
            return self._load_for_writing()
        except (DamageError, sqlite3.Error) as error:
            if not is_damage(error):
                raise
            self.close()
            aside = set_aside(self._file, self._now())
            log.warning("Store damaged and set aside as %s: %s", aside.name, error)
            self._add_problem("store.damaged", file=str(aside))
        return self._load_for_writing()

    def _load_for_writing(self) -> Memory:
        self._connection = open_for_writing(self._file)
        memory, broken = self._read(self._connection)
        if broken:
            _move_away(self._connection, broken, self._now())
        return memory

    def _load_read_only(self) -> Memory:
        """Read what can be read without a change to anything."""
        self.close()
        try:
            check_private(self._file.parent)
            with closing(open_for_reading(self._file)) as connection:
                memory, _ = self._read(connection)
        except FolderError as problem:
            log.warning("The store is not read: %s", problem)
            self.problems.append(problem.text)
            return Memory()
        except FileNotFoundError:
            return Memory()
        except (DamageError, OSError, sqlite3.Error) as error:
            log.warning("The store cannot be read: %s", error)
            self._add_problem("store.damaged_unmoved" if is_damage(error) else "store.unreadable", file=str(self._file))
            return Memory()
        return memory

    def _connected(self) -> sqlite3.Connection:
        if self._connection is not None and not self._file.exists():
            log.warning("Store file disappeared; rewriting it")
            self.close()
            self._written = Memory()
        if self._connection is None:
            private_folder(self._file.parent)
            self._connection = open_for_writing(self._file)
        return self._connection

    def _read(self, connection: sqlite3.Connection) -> "tuple[Memory, list[_Broken]]":
        broken: list[_Broken] = []
        memory = Memory(
            certificates=dict(_SEEN.read(connection, broken)),
            keys=dict(_KEYS.read(connection, broken)),
            delivered=dict(_DELIVERED.read(connection, broken)),
            assignments=dict(_ASSIGNMENTS.read(connection, broken)),
            answered=dict(_ANSWERED.read(connection, broken)),
            snoozes=dict(_SNOOZES.read(connection, broken)),
            progress=dict(_PROGRESS.read(connection, broken)),
            holder_answers=dict(_HOLDER_ANSWERS.read(connection, broken)),
            answer_words=dict(_ANSWER_WORDS.read(connection, broken)),
        )
        if broken:
            log.warning("%s rows of the store cannot be read", len(broken))
            self._add_problem("store.rows_unreadable", count=len(broken))
        return memory, broken

    def _failed(self, error: Exception) -> None:
        if not self._failing:
            log.error("Store not writable, nothing is saved for now; free the disk or repair the folder: %s", error)
        self._failing = True

    def _unwritable(self) -> Text:
        return text("store.unwritable", folder=str(self._file.parent))

    def _add_problem(self, id_: str, **args: str | int) -> None:
        self.problems.append(text(id_, **args))


@dataclass(frozen=True, slots=True)
class _Broken:
    """A row that could not be read, unchanged."""

    table: str
    rowid: int
    id: object
    body: object


class _Kept(Generic[Id, V]):
    """One table of rows `id`, `body` (JSON), and their values."""

    def __init__(
        self, table: str, make_id: Callable[[str], Id], type_: type[V], id_within: Callable[[V], Id] | None = None
    ) -> None:
        self.table = table
        self._make_id = make_id
        self._decoder = Decoder(type_)
        self._id_within = id_within

    def read(self, connection: sqlite3.Connection, broken: list[_Broken]) -> Iterator[tuple[Id, V]]:
        """Yield the sound rows, and add the others to `broken`."""
        # As bytes, so that a text which is no UTF-8 spoils its own row only.
        columns = "rowid, CAST(id AS BLOB), CAST(body AS BLOB)"
        rows = f"SELECT {columns} FROM {self.table} ORDER BY rowid LIMIT {ROW_LIMIT + 1}"  # noqa: S608 - ours
        for number, (rowid, id_, body) in enumerate(connection.execute(rows), 1):
            if number > ROW_LIMIT:
                raise DamageError(f"more rows than any store's in {self.table}")
            try:
                yield self._row(bytes(id_).decode(), body)
            except (*DECODE_ERRORS, UnicodeError, TypeError, ValueError):
                broken.append(_Broken(self.table, rowid, id_, body))

    def _row(self, id_: str, body: bytes) -> tuple[Id, V]:
        """Return a row's id and value.

        Raises ValueError and what is in `DECODE_ERRORS`.
        """
        name, value = self._make_id(id_), self._decoder.decode(body)
        if self._id_within is not None and self._id_within(value) != name:
            raise ValueError("a row under another id than its own")
        return name, value

    def write(self, connection: sqlite3.Connection, old: Mapping[Id, V], new: Mapping[Id, V]) -> None:
        """Write what differs, and delete what is no more."""
        if old is new:
            return
        differ = ((id_, value) for id_, value in new.items() if (was := old.get(id_)) is not value and was != value)
        changed = [(id_, _encoded(value)) for id_, value in differ]
        gone = [(id_,) for id_ in old if id_ not in new]
        upsert = "INSERT INTO {} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
        connection.executemany(upsert.format(self.table), changed)
        connection.executemany(f"DELETE FROM {self.table} WHERE id = ?", gone)  # noqa: S608 - ours


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _certificate_pair(text: str) -> CertificatePair:
    one, other = text.split("+")
    return pair_of(Fingerprint(one), Fingerprint(other))


_SEEN = _Kept("certificates", Fingerprint, CertificateRecord, lambda seen: seen.certificate.fingerprint)
_KEYS = _Kept("keys", KeyId, Key, lambda key: key.id)
_DELIVERED = _Kept("said", str, Instant)
_ASSIGNMENTS = _Kept("assignments", Fingerprint, Assignment)
_ANSWERED = _Kept("answered", KeyId, Instant)
_SNOOZES = _Kept("snoozes", KeyId, Instant)
_PROGRESS = _Kept("progress", ProgressId, Progress)
_HOLDER_ANSWERS = _Kept("holder_answers", _certificate_pair, HolderAnswer)
_ANSWER_WORDS = _Kept("answer_words", AnswerWord, AnswerRecord)


def _write(connection: sqlite3.Connection, old: Memory, new: Memory, history: list[HistoryEntry]) -> None:
    if old == new and not history:
        return
    with transaction(connection):
        _SEEN.write(connection, old.certificates, new.certificates)
        _KEYS.write(connection, old.keys, new.keys)
        _DELIVERED.write(connection, old.delivered, new.delivered)
        _ASSIGNMENTS.write(connection, old.assignments, new.assignments)
        _ANSWERED.write(connection, old.answered, new.answered)
        _SNOOZES.write(connection, old.snoozes, new.snoozes)
        _PROGRESS.write(connection, old.progress, new.progress)
        _HOLDER_ANSWERS.write(connection, old.holder_answers, new.holder_answers)
        _ANSWER_WORDS.write(connection, old.answer_words, new.answer_words)
        connection.executemany(
            "INSERT INTO history (at, what, subject) VALUES (?, ?, ?)",
            [(entry.at.isoformat(), entry.what, entry.subject) for entry in history],
        )
        connection.execute("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", (HISTORY_LIMIT,))


def _move_away(connection: sqlite3.Connection, rows: list[_Broken], now: Instant) -> None:
    with transaction(connection):
        for row in rows:
            kept = (now.isoformat(), row.table, row.id, row.body)
            connection.execute("INSERT INTO unreadable VALUES (?, ?, ?, ?)", kept)
            connection.execute(f"DELETE FROM {row.table} WHERE rowid = ?", (row.rowid,))  # noqa: S608 - ours
