"""Reads what administrators have set, wherever this system keeps it."""

import sys
import zlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from config.folders import Folders
from config.i18n.text import text
from config.property_list import read_plist
from config.schema.policy_keys import OFFICE, refuse_code_of_others, settings_of
from config.schema.tables import SIZE_LIMIT, SettingsError, Table, read_content
from config.trust import Writers, changeable_by_others
from config.values import dataclass, field

if sys.platform == "win32":
    from config.schema.policy_registry_windows import registry_values
else:

    def registry_values() -> dict[str, dict[str, object] | None]:
        """Return no values: this system has no registry."""
        return {}


MANDATORY, RECOMMENDED = "mandatory", "recommended"
"""The sections of flat keys in `policy.toml`."""
RECOMMENDED_PART = "Recommended"
"""Under which name the registry and preferences keep what is only recommended."""

WRITABLE_BY = {Writers.ADMINISTRATORS: "accepted.administrators_file", Writers.USER: "accepted.own_file"}


class ChangeableFileError(SettingsError):
    """A file that another account may change. Nothing in it counts."""


class Level(StrEnum):
    """Who set a value. A later one wins."""

    DEFAULT = "default"
    PROCEDURE = "procedure"
    RECOMMENDED = "recommended"
    USER = "user"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one place says."""

    level: Level
    file: Path
    """The file, or the registry's key."""
    content: dict[str, object] = field(default_factory=dict)
    """In the sections of `config.toml`."""
    office: Mapping[str, object] = field(default_factory=dict)
    """What `config.toml` cannot say."""

    def values(self) -> Iterator[tuple[str, object]]:
        """Yield each value with its dotted key."""
        yield from _dotted({OFFICE: self.office, **self.content})

    def names(self) -> Iterator[str]:
        """Yield the dotted keys."""
        return (name for name, _ in self.values())


def _dotted(content: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What administrators have set."""

    layers: tuple[Layer, ...] = ()
    """Those that say something. Of two of one level, the later one wins."""
    problems: tuple[SettingsError, ...] = ()
    """Why whole files were left out."""
    refused: tuple[SettingsError, ...] = ()
    """Why single values were left out."""


def read_policy(folders: Folders) -> Policy:
    """Read every place.

    What is wrong in one of them leaves the rest as it is.
    """
    layers: list[Layer] = []
    problems: list[SettingsError] = []
    refused: list[SettingsError] = []
    places = {folders.policy_file: _of_file} | dict.fromkeys(folders.managed_preferences, _of_preferences)
    for file, read in places.items():
        try:
            layers += read(file, folders.policy_writers, refused)
        except SettingsError as problem:
            problems.append(problem)
    for key, values in registry_values().items():
        if values is None:
            problems.append(SettingsError(file=Path(key), accepted=text("accepted.registry_key")))
        else:
            layers.append(_of_registry(key, values, folders.policy_writers, refused))
    layers = [layer for layer in layers if layer.content or layer.office]
    return Policy(layers=tuple(layers), problems=tuple(problems), refused=tuple(refused))


def registry_stamp() -> int:
    """Return a number that changes with the registry's policy."""
    return zlib.crc32(repr(registry_values()).encode())


def refuse_changeable(file: Path, writers: Writers) -> None:
    """Refuse a file that an account besides `writers` may change.

    Raises ChangeableFileError, and SettingsError where it cannot be examined. A missing file is right.
    """
    place = changeable_by_others(file, writers) if _is_there(file) else None
    if place is not None:
        raise ChangeableFileError(file=file, accepted=text(WRITABLE_BY[writers], place=str(place)))


def _is_there(file: Path) -> bool:
    """Return whether there is a file. Raises SettingsError where that is hidden."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise SettingsError(file=file, accepted=text("accepted.readable_file")) from error
    return True


def _of_file(file: Path, writers: Writers, refused: list[SettingsError]) -> list[Layer]:
    """Return the sections of flat keys, and the rest of the file.

    That rest is written as in `config.toml`.
    """
    refuse_changeable(file, writers)
    content = read_content(file)
    table = Table(file, content, refused=refused)
    layers = [_flat_layer(table.table(name), writers, mandatory=name == MANDATORY) for name in (RECOMMENDED, MANDATORY)]
    rest = {name: value for name, value in content.items() if name not in {RECOMMENDED, MANDATORY}}
    refuse_code_of_others(Table(file, rest, refused=refused), writers)
    return [Layer(level=Level.RECOMMENDED, file=file, content=rest), *layers]


def _of_preferences(file: Path, writers: Writers, refused: list[SettingsError]) -> list[Layer]:
    """Return what a profile forces.

    All values in such a file are forced.
    """
    if not _is_there(file):
        return []
    refuse_changeable(file, writers)
    try:
        values = read_plist(file, SIZE_LIMIT)
    except (OSError, ValueError) as error:
        raise SettingsError(file=file, accepted=text("accepted.plist")) from error
    own = {name: value for name, value in values.items() if not name.startswith("Payload")}
    table = Table(file, own, refused=refused)
    recommended = table.table(RECOMMENDED_PART)
    own.pop(RECOMMENDED_PART, None)
    return [_flat_layer(recommended, writers, mandatory=False), _flat_layer(table, writers, mandatory=True)]


def _of_registry(key: str, values: dict[str, object], writers: Writers, refused: list[SettingsError]) -> Layer:
    is_mandatory = not key.endswith(RECOMMENDED_PART)
    return _flat_layer(Table(Path(key), values, refused=refused), writers, mandatory=is_mandatory)


def _flat_layer(table: Table, writers: Writers, *, mandatory: bool) -> Layer:
    content = settings_of(table, writers, mandatory=mandatory)
    office = content.pop(OFFICE, {})
    level = Level.MANDATORY if mandatory else Level.RECOMMENDED
    return Layer(level=level, file=table.file, content=content, office=office if isinstance(office, dict) else {})
