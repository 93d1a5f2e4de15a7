"""Reads one TOML file strictly.

A refusal names the file, the key, the value and what is accepted.
"""

import json
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from config.files import read_parts
from config.i18n.text import Argument, Text, clean, text
from config.i18n.translator import UserError
from config.values import dataclass, field

SIZE_LIMIT = 1_000_000
_VALUE_LIMIT = 100
_TOML_FAULTS = {  # by the words of tomllib: where another version has others, the text is a general one
    "accepted.toml.backslash": re.compile(r"Unescaped|Invalid hex value"),
    "accepted.toml.once": re.compile(r"twice|overwrite|Duplicate"),
    "accepted.toml.closed": re.compile(r"Unclosed|Unterminated|Illegal character '\\n'"),
    "accepted.toml.quotes": re.compile(r"Invalid value"),
}

T = TypeVar("T")
D = TypeVar("D")


class SettingsError(UserError):
    """Settings that are refused.

    `key` is dotted, or names the line when the file is not TOML. `key` and `value` are "" for the whole file.
    `accepted` says what is accepted. `nearest` is the known key that a mistyped one resembles most.
    """

    def __init__(
        self, *, file: Path, key: str = "", line: int = 0, value: str = "", accepted: Text, nearest: str = ""
    ) -> None:
        self.file = file
        self.key: str = clean(key)
        self.value = clean(value, _VALUE_LIMIT)
        self.accepted = accepted
        self.nearest = nearest
        facts: dict[str, Argument] = {"file": str(file), "accepted": accepted}
        if nearest:
            sentence = text("settings.refused_near", key=self.key, value=self.value, nearest=nearest, **facts)
        elif line:
            self.key = f"line {line}"
            sentence = text("settings.line_refused", line=line, value=self.value, **facts)
        elif key:
            sentence = text("settings.refused", key=self.key, value=self.value, **facts)
        else:
            sentence = text("settings.file_refused", **facts)
        super().__init__(sentence)


class RejectedValue(ValueError):  # noqa: N818 - it never leaves this package
    """Raised by a `Kind` for a value that it does not accept.

    `fault` is the part of the value that is refused.
    """

    def __init__(self, fault: object) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What a key may hold."""

    accepted: str
    """The id of the text that says so."""
    parse: Callable[[object], T]
    """Returns the value. Raises RejectedValue."""
    choices: tuple[str, ...] = ()
    """What the text lists."""
    schema: Mapping[str, object] = field(default_factory=dict)
    """The JSON Schema of the value, which may accept more than `parse`."""

    @property
    def words(self) -> Text:
        """Return the text that says what is accepted."""
        return text(self.accepted, choices=", ".join(self.choices) or "—")


class Table:
    """One table of a file, read key by key.

    `finish` then refuses the keys that were not read.

    With a list `refused`, `take`, `table` and `finish` raise nothing: they remove what is refused from the content,
    and add the reason to the list.
    """

    def __init__(
        self, file: Path, content: dict[str, object], prefix: str = "", refused: "list[SettingsError] | None" = None
    ) -> None:
        self.file = file
        self._content = content
        self._prefix = prefix
        self._refused = refused
        self._known: list[str] = []

    @property
    def content(self) -> dict[str, object]:
        """What the table holds, as parsed."""
        return self._content

    @property
    def prefix(self) -> str:
        """The dotted key of the table, "" for the whole file."""
        return self._prefix

    def take(self, key: str, kind: Kind[T], default: D) -> T | D:
        """Return the value of `key`, or the default when it is absent."""
        self._known.append(key)
        if key not in self._content:
            return default
        try:
            return self._parsed(key, kind)
        except SettingsError as problem:
            self._refuse(key, problem)
            return default

    def need(self, key: str, kind: Kind[T]) -> T:
        """Return the value of `key`, which must be there."""
        self._known.append(key)
        if key not in self._content:
            raise SettingsError(file=self.file, key=self._dotted(key), value="—", accepted=kind.words)
        return self._parsed(key, kind)

    def table(self, key: str) -> "Table":
        """Return the table under `key`. A missing one is empty."""
        self._known.append(key)
        content: dict[str, object] = {}
        try:
            content = self._as_table(key, self._content.get(key, content))
        except SettingsError as problem:
            self._refuse(key, problem)
        return Table(self.file, content, self._dotted(key), self._refused)

    def holds(self, key: str) -> bool:
        """Return whether the key is there."""
        self._known.append(key)
        return key in self._content

    def optional(self, key: str) -> "Table | None":
        """Return the table under `key`, or None."""
        if not self.holds(key):
            return None
        return self.table(key)

    def renamed_table(self, key: str, former_key: str) -> "Table":
        """Return the table under `key`, or else under its former key.

        A file that has both is refused.
        """
        if former_key not in self._content:
            return self.table(key)
        if key in self._content:
            only = text("accepted.new_key_only", key=key, former_key=former_key)
            raise self.refusal(former_key, self._content[former_key], only)
        return self.table(former_key)

    def tables(self, key: str) -> "list[Table]":
        """Return the tables of the array under `key`.

        There must be at least one. In error messages, several tables are numbered from 1.
        """
        self._known.append(key)
        found = self._content.get(key, [])
        if not isinstance(found, list) or not found:
            raise self.refusal(key, found, text("accepted.tables"))
        names = [key]
        if len(found) > 1:
            names = [f"{key}[{number}]" for number, _ in enumerate(found, start=1)]
        return [
            Table(self.file, self._as_table(name, item), self._dotted(name))
            for name, item in zip(names, found, strict=True)
        ]

    def optional_tables(self, key: str) -> "list[Table]":
        """Return the tables of the array under `key`, or none."""
        if not self.holds(key):
            return []
        return self.tables(key)

    def forgive(self, keys: Iterable[str]) -> None:
        """Accept these keys without reading them."""
        self._known += keys

    def finish(self) -> None:
        """Refuse the keys that were not read."""
        for key, value in list(self._content.items()):
            if key not in self._known:
                self._refuse(key, self._unknown(key, value))

    def refusal(self, key: str, value: object, accepted: Text) -> SettingsError:
        """Return the error that says why this value is refused."""
        return SettingsError(file=self.file, key=self._dotted(key), value=as_written(value), accepted=accepted)

    def _refuse(self, key: str, problem: SettingsError) -> None:
        if self._refused is None:
            raise problem
        self._refused.append(problem)
        del self._content[key]

    def _parsed(self, key: str, kind: Kind[T]) -> T:
        try:
            return kind.parse(self._content[key])
        except RejectedValue as refused:
            raise self.refusal(key, refused.fault, kind.words) from refused

    def _unknown(self, key: str, value: object) -> SettingsError:
        import difflib  # only for a refusal

        near = difflib.get_close_matches(key.casefold(), self._known, n=1)
        return SettingsError(
            file=self.file,
            key=self._dotted(key),
            value=as_written(value),
            accepted=text("accepted.keys", keys=", ".join(map(self._dotted, dict.fromkeys(self._known)))),
            nearest=self._dotted(near[0]) if near else "",
        )

    def _as_table(self, key: str, found: object) -> dict[str, object]:
        if not isinstance(found, dict):
            raise self.refusal(key, found, text("accepted.table"))
        return found

    def _dotted(self, key: str) -> str:
        return f"{self._prefix}.{key}" if self._prefix else key


def read_table(file: Path, *, required: bool = False) -> Table:
    """Read the file. Raises SettingsError.

    A missing file is an empty table unless it is `required`.
    """
    return Table(file, read_content(file, required=required))


def decoded(file: Path, raw: bytes) -> str:
    """Decode UTF-8, with or without a byte-order mark. Raises SettingsError."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        at_fault = raw.split(b"\n")[line - 1].decode("utf-8", "replace")
        raise _line_problem(file, line, at_fault, "accepted.utf8") from error


def parse_table(file: Path, written: str) -> Table:
    """Parse the TOML text of `file`. Raises SettingsError."""
    return Table(file, parse_content(file, written))


def read_content(file: Path, *, required: bool = False) -> dict[str, object]:
    """Return the content of the file. Raises SettingsError.

    A missing file has none unless it is `required`.
    """
    return parse_content(file, decoded(file, read_bytes(file, required=required)))


def parse_content(file: Path, written: str) -> dict[str, object]:
    """Return the content of the TOML text of `file`. Raises SettingsError."""
    try:
        return tomllib.loads(written)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        lines = written.rstrip().split("\n")
        line = min(int(found[1]), len(lines)) if found else len(lines)
        accepted = (id_ for id_, words in _TOML_FAULTS.items() if words.search(str(error)))
        raise _line_problem(file, line, lines[line - 1], next(accepted, "accepted.toml")) from error


def as_written(value: object) -> str:
    """Return a parsed value about as the file has it.

    A value that is too large or too deep is shown as "…".
    """
    try:
        return str(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return "…"


def read_bytes(file: Path, *, required: bool = False) -> bytes:
    """Return the content of a small regular file, b"" without one.

    Raises SettingsError, also for a missing file that is `required`.
    """
    try:
        facts = file.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise _file_problem(file, "accepted.file")
        with file.open("rb") as stream:
            raw = read_parts(stream, SIZE_LIMIT + 1)
    except FileNotFoundError as error:
        if required or file.is_symlink():
            raise _file_problem(file, "accepted.existing_file") from error
        return b""
    except (OSError, ValueError) as error:
        raise _file_problem(file, "accepted.readable_file") from error
    if len(raw) > SIZE_LIMIT:
        raise _file_problem(file, "accepted.small_file")
    return raw


def _file_problem(file: Path, accepted: str) -> SettingsError:
    return SettingsError(file=file, accepted=text(accepted))


def _line_problem(file: Path, line: int, written: str, accepted: str) -> SettingsError:
    return SettingsError(file=file, line=line, value=written, accepted=text(accepted))
