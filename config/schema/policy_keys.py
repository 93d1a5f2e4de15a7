"""The flat keys of a policy.

Windows' registry, macOS's preferences and TOML hold them under one name.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.i18n.text import text
from config.schema import kinds
from config.schema.tables import Kind, RejectedValue, Table
from config.settings import PROCEDURE_ID
from config.trust import Writers, open_to_others
from config.values import dataclass

SUPPORT_LINE_LIMIT = 200
OFFICE = "office"
"""The section of what `config.toml` cannot say."""

_WORDING = kinds.wording("accepted.support_line", SUPPORT_LINE_LIMIT, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyKey:
    """One value that an administrator can set."""

    name: str
    """Its name in the registry and in preferences."""
    setting: tuple[str, ...]
    """Where it goes among the settings: the sections and the key of `config.toml`, or of `OFFICE`."""
    kind: Kind[object]
    """Checks the value, and returns it as TOML has it."""
    paths: Callable[[object], tuple[str, ...]] | None = None
    """Returns the files that the checked value names, where it names code."""
    mandatory_only: bool = False
    """Whether a recommended policy must not set it."""


def _as_written(kind: Kind[Any]) -> Kind[object]:
    """Accept what the kind does, and return it as it was written."""

    def parse(value: object) -> object:
        kind.parse(value)
        return value

    return Kind(kind.accepted, parse, kind.choices)


def _flag(value: object) -> bool:
    """Accept a switch. The registry has no type for it."""
    if value not in (0, 1) or not isinstance(value, int):
        raise RejectedValue(value)
    return bool(value)


def _absolute_paths(value: object) -> list[str]:
    return [kinds.TOOL.parse(each) for each in _list_of_words(value)]


def _list_of_words(value: object) -> list[str]:
    if not isinstance(value, list):
        raise RejectedValue(value)
    return [kinds.WORDS.parse(each) for each in value]


def _procedure_ids(value: object) -> list[str]:
    return [_procedure_id(each) for each in _list_of_words(value)]


def _procedure_id(written: str) -> str:
    if not PROCEDURE_ID.fullmatch(written.strip()):
        raise RejectedValue(written)
    return written.strip()


def _tools(value: object) -> dict[str, dict[str, str]]:
    """Accept lines such as "opalexe=/opt/tkm/tkm", one for a procedure."""
    found: dict[str, dict[str, str]] = {}
    for line in _list_of_words(value):
        written, equals, path = line.partition("=")
        procedure = _procedure_id(written)
        if not equals or procedure in found:
            raise RejectedValue(line)
        found[procedure] = {"tool": kinds.TOOL.parse(path.strip())}
    return found


def _paths_of_tools(value: object) -> tuple[str, ...]:
    return tuple(each["tool"] for each in _tools_of(value).values())


def _tools_of(value: object) -> Mapping[str, Mapping[str, str]]:
    return value if isinstance(value, dict) else {}


def _each(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),)


KEYS = (
    PolicyKey(name="NoticeDays", setting=("notices", "days"), kind=_as_written(kinds.DAYS)),
    PolicyKey(name="UrgentDays", setting=("notices", "urgent_days"), kind=_as_written(kinds.URGENT_DAYS)),
    PolicyKey(name="QuietHours", setting=("notices", "quiet_hours"), kind=_as_written(kinds.QUIET_HOURS)),
    PolicyKey(name="Language", setting=("language",), kind=_as_written(kinds.LANGUAGE)),
    PolicyKey(
        name="Modules",
        setting=("pkcs11", "modules"),
        kind=Kind("accepted.modules", _absolute_paths),
        paths=_each,
        mandatory_only=True,
    ),
    PolicyKey(
        name="Tools",
        setting=("procedures",),
        kind=Kind("accepted.policy_tools", _tools),
        paths=_paths_of_tools,
        mandatory_only=True,
    ),
    PolicyKey(
        name="ProceduresFolder",
        setting=(OFFICE, "folder"),
        kind=Kind("accepted.folder", kinds.TOOL.parse),
        paths=_each,
        mandatory_only=True,
    ),
    PolicyKey(name="Procedures", setting=(OFFICE, "allowed"), kind=Kind("accepted.procedure_ids", _procedure_ids)),
    PolicyKey(name="ProceduresOff", setting=(OFFICE, "off"), kind=Kind("accepted.procedure_ids", _procedure_ids)),
    PolicyKey(name="MetricsNames", setting=(OFFICE, "metrics_names"), kind=Kind("accepted.flag", _flag)),
    PolicyKey(name="Autostart", setting=(OFFICE, "autostart"), kind=Kind("accepted.flag", _flag), mandatory_only=True),
    PolicyKey(name="SupportLine", setting=(OFFICE, "support_line"), kind=_as_written(_WORDING)),
)
"""Every key, in the order in which they are shown."""

_MODULES = PolicyKey(
    name="modules", setting=("pkcs11", "modules"), kind=Kind("accepted.modules", _absolute_paths), paths=_each
)
_TOOL = PolicyKey(name="tool", setting=("procedures",), kind=Kind(kinds.TOOL.accepted, kinds.TOOL.parse), paths=_each)


def settings_of(table: Table, writers: Writers, *, mandatory: bool) -> dict[str, object]:
    """Return the flat keys of a table, in the sections of `config.toml`.

    The table collects what is refused. `writers` alone may be able to write what names code.
    """
    found: dict[str, object] = {}
    for key in KEYS:
        value = table.take(key.name, _trusted(key, table, writers, mandatory=mandatory), None)
        if value is not None:
            _put(found, key.setting, value)
    table.finish()
    return found


def refuse_code_of_others(table: Table, writers: Writers) -> None:
    """Refuse code that others may change in the sections of `config.toml`.

    The table collects what is refused, and loses it.
    """
    modules, procedures = table.table("pkcs11"), table.table("procedures")
    modules.take(_MODULES.name, _trusted(_MODULES, modules, writers, mandatory=False), None)
    for id_ in list(procedures.content):
        procedure = procedures.table(id_)
        procedure.take(_TOOL.name, _trusted(_TOOL, procedure, writers, mandatory=False), None)


def _trusted(key: PolicyKey, table: Table, writers: Writers, *, mandatory: bool) -> Kind[object]:
    """Return the kind of a key, which also refuses code of others."""
    paths = key.paths

    def parse(value: object) -> object:
        if key.mandatory_only and not mandatory:
            raise table.refusal(key.name, value, text("accepted.mandatory_only"))
        checked = key.kind.parse(value)
        for path in paths(checked) if paths else ():
            _refuse_code_of_others(key, path, table, writers)
        return checked

    return Kind(key.kind.accepted, parse, key.kind.choices)


def _refuse_code_of_others(key: PolicyKey, path: str, table: Table, writers: Writers) -> None:
    """Refuse a path that others may change, or that cannot be examined."""
    try:
        place = open_to_others(Path(path), writers)
    except OSError as error:
        raise table.refusal(key.name, path, text("accepted.readable_file")) from error
    if place is not None:
        raise table.refusal(key.name, path, text("accepted.administrators_file", place=str(place)))


def _put(content: dict[str, object], where: tuple[str, ...], value: object) -> None:
    *sections, last = where
    for section in sections:
        content = content.setdefault(section, {})  # type: ignore[assignment]  # sections are dicts
    content[last] = value
