"""Loads the procedures, the policy of the machine, and the user's settings."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from config.folders import Folders
from config.i18n.text import text
from config.preferences import choices_file
from config.schema import kinds
from config.schema.load_facts import load_facts
from config.schema.load_procedure import FORMER_WORKFLOWS
from config.schema.policy_sources import Layer, Level, read_policy, refuse_changeable, registry_stamp
from config.schema.tables import SettingsError, Table, decoded, parse_table, read_bytes, read_content, read_table
from config.settings import (
    LONGEST_PROCEDURE_ID,
    NO_PROCEDURE,
    PROCEDURE_ID,
    UNKNOWN_USE,
    NoticeSettings,
    Office,
    Procedure,
    Settings,
    VendorTool,
)
from config.trust import Writers
from config.values import dataclass, replace

__all__ = ["Loaded", "SettingsError", "catalogue_settings", "load_procedure", "load_settings", "stamp"]

CATALOGUE = Path(__file__).parents[1] / "catalogue"

TOML = ".toml"

Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Good settings, and what is to be reported about files."""

    settings: Settings
    problems: tuple[SettingsError, ...] = ()
    """Why procedure files, or the policy, were left out."""
    outdated: tuple[Path, ...] = ()
    """Procedure files that still say `courses` for `workflows`."""
    refused: tuple[SettingsError, ...] = ()
    """Why single values of the policy were left out."""
    layers: tuple[Layer, ...] = ()
    """What each place says that counts. A later one wins."""


def load_settings(folders: Folders, procedures: Iterable[Path] = ()) -> Loaded:
    """Load everything. Raises SettingsError for the user's files.

    `procedures` are folders of further procedure files. A later procedure replaces an earlier one of the same id.
    A refused procedure file is left out, and its error is in `problems`. So is a policy that others could have
    written, or that is none. Where single values of a policy are refused, the rest counts.
    """
    policy = read_policy(folders)
    office = _office(policy.layers)
    loaded = _load_procedures([(folder, None) for folder in procedures] + _procedure_folders(folders, office))
    broken = {problem.file.stem for problem in loaded.problems}
    refused = list(policy.refused)
    layers = _in_order(policy.layers, _own_layers(folders))
    settings = replace(loaded.settings, office=office)
    for layer in layers:
        if layer.level is Level.USER:
            settings = _apply(Table(layer.file, layer.content), settings, broken)
        else:
            settings = _apply_policy(layer, settings, refused)
    settings = replace(
        settings,
        procedures=tuple(procedure for procedure in settings.procedures if office.allows(procedure)),
        mandatory=frozenset(name for layer in layers if layer.level is Level.MANDATORY for name in layer.names()),
    )
    return replace(
        loaded,
        settings=settings,
        problems=(*loaded.problems, *policy.problems, *_missing_folder(office)),
        refused=tuple(refused),
        layers=layers,
    )


def _in_order(policy: Iterable[Layer], own: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return the layers from the weakest to the strongest."""
    levels = list(Level)
    return tuple(sorted((*policy, *own), key=lambda layer: levels.index(layer.level)))


def _procedure_folders(folders: Folders, office: Office) -> list[tuple[Path, Writers | None]]:
    """Return the folders of procedure files, and who alone may write there.

    A later one wins.
    """
    found: list[tuple[Path, Writers | None]] = [
        (folders.policy_procedures, folders.policy_writers),
        (folders.own_procedures, Writers.USER),
    ]
    if office.procedures_folder is not None:
        found.append((Path(office.procedures_folder), folders.policy_writers))
    return found


def _missing_folder(office: Office) -> Iterator[SettingsError]:
    """Yield the error of an office folder that is none."""
    if office.procedures_folder is not None and not Path(office.procedures_folder).is_dir():
        yield SettingsError(file=Path(office.procedures_folder), accepted=text("accepted.folder"))


def _own_layers(folders: Folders) -> tuple[Layer, ...]:
    """Read what the user has chosen and written. Raises SettingsError."""
    choices, file = choices_file(folders), folders.config_file
    refuse_changeable(choices, Writers.USER)
    chosen = read_content(choices) if choices.parent.is_dir() else {}  # a command that needs that folder names it
    if folders.config_named and not file.is_absolute():
        raise SettingsError(file=file, accepted=text("accepted.absolute_file"))
    refuse_changeable(file, Writers.USER)
    written = read_content(file, required=folders.config_named)
    both = ((choices, chosen), (file, written))
    return tuple(Layer(level=Level.USER, file=each, content=content) for each, content in both if content)


def _office(layers: Iterable[Layer]) -> Office:
    """Return what only administrators set."""
    found: dict[str, Any] = {}
    for layer in layers:
        found |= layer.office
    allowed = found.get("allowed")
    return Office(
        support_line=found.get("support_line"),
        metrics_names=found.get("metrics_names", False),
        autostart=found.get("autostart"),
        procedures=None if allowed is None else frozenset(allowed),
        procedures_off=frozenset(found.get("off", ())),
        procedures_folder=found.get("folder"),
    )


def _apply_policy(layer: Layer, base: Settings, refused: list[SettingsError]) -> Settings:
    """Lay a policy over the settings.

    What it says of procedures that are not here is no fault.
    """
    return _apply(Table(layer.file, layer.content, refused=refused), base, _procedures_in(layer.content))


def check_settings(file: Path, content: dict[str, object]) -> None:
    """Raise SettingsError where a user's settings would be refused.

    What they say of procedures that are not in the catalogue is not examined.
    """
    _apply(Table(file, content), catalogue_settings(), _procedures_in(content))


def _procedures_in(content: Mapping[str, object]) -> list[str]:
    """Return the ids of the procedures that settings speak of."""
    procedures = content.get("procedures")
    return list(procedures) if isinstance(procedures, dict) else []


def catalogue_settings() -> Settings:
    """Return the settings of an installation without any settings file."""
    return _load_procedures(()).settings


def load_procedure(file: Path, content: bytes | None = None) -> Procedure:
    """Load one procedure, whose id is the file's name. Raises SettingsError.

    `content` is read in the place of the file.
    """
    return load_facts(file.stem, _procedure_table(file, content))


def stamp(folders: Folders, more: Iterable[Path] = ()) -> Stamp:
    """Return a value that is equal while nothing has changed.

    `more` are further folders of procedure files.
    """
    files = [*folders.managed_preferences, folders.policy_file, choices_file(folders), folders.config_file]
    for folder in (folders.policy_procedures, folders.own_procedures, *more):
        files += procedure_files(folder)
    return (("registry", registry_stamp(), 0, 0), *(_file_stamp(file) for file in files))


def _load_procedures(folders: Iterable[tuple[Path, Writers | None]]) -> Loaded:
    """Load the catalogue, then the files of `folders`.

    Each folder comes with those who alone may write there. One of the program's own comes with None.
    """
    found: dict[str, Procedure] = {}
    problems: list[SettingsError] = []
    outdated: list[Path] = []
    for folder, writers in ((CATALOGUE / "procedures", None), *folders):
        for file in procedure_files(folder):
            try:
                if writers is not None:
                    refuse_changeable(file, writers)
                found[file.stem], is_outdated = _parsed_procedure(file, read_bytes(file, required=True))
            except SettingsError as problem:
                problems.append(problem)
                continue
            if is_outdated:
                outdated.append(file)
    settings = Settings(procedures=tuple(found.values()))
    return Loaded(settings=settings, problems=tuple(problems), outdated=tuple(outdated))


@lru_cache(maxsize=32)
def _parsed_procedure(file: Path, content: bytes) -> tuple[Procedure, bool]:
    """Return a procedure, and whether its file still says `courses`."""
    table = _procedure_table(file, content)
    return load_facts(file.stem, table), table.holds(FORMER_WORKFLOWS)


def procedure_files(folder: Path) -> list[Path]:
    """Return the procedure files of a folder, wrongly named ones too.

    A folder that cannot be read has none.
    """
    try:
        return sorted(file for file in folder.iterdir() if file.name.lower().endswith(TOML))
    except OSError:
        return []


def _procedure_table(file: Path, content: bytes | None = None) -> Table:
    _refuse_name(file)
    if content is None:
        return read_table(file, required=True)
    return parse_table(file, decoded(file, content))


def _refuse_name(file: Path) -> None:
    """Refuse a procedure file whose name is no id of a procedure."""
    if file.stem in {NO_PROCEDURE, UNKNOWN_USE} and file.suffix == TOML:
        raise SettingsError(file=file, accepted=text("accepted.other_name", name=file.stem))
    if not file.stem.isascii() or len(file.stem) > LONGEST_PROCEDURE_ID:
        raise SettingsError(file=file, accepted=text("accepted.plain_name", limit=LONGEST_PROCEDURE_ID))
    if not PROCEDURE_ID.fullmatch(file.stem) or file.suffix != TOML:
        raise SettingsError(file=file, accepted=text("accepted.procedure_id"))


def _apply(table: Table, base: Settings, broken: Collection[str]) -> Settings:
    """Lay one file over the settings, without the sections of `broken` procedures."""
    notices = table.table("notices")
    procedures = _chosen(table.table("procedures"), base.procedures, broken)
    settings = replace(
        base,
        procedures=tuple(_without_own_notices(procedure, notices) for procedure in procedures),
        notices=_notices(notices, base.notices),
        modules=_modules(table.table("pkcs11"), base.modules),
        language=table.take("language", kinds.LANGUAGE, base.language),
    )
    table.finish()
    return settings


def _notices(table: Table, base: NoticeSettings) -> NoticeSettings:
    notices = NoticeSettings(
        days=table.take("days", kinds.DAYS, base.days),
        urgent_days=table.take("urgent_days", kinds.URGENT_DAYS, base.urgent_days),
        quiet_hours=table.take("quiet_hours", kinds.QUIET_HOURS, base.quiet_hours),
    )
    table.finish()
    return notices


def _without_own_notices(procedure: Procedure, notices: Table) -> Procedure:
    """Let what a file says of notices win over the procedure's own."""
    return replace(
        procedure,
        notice_days=None if notices.holds("days") else procedure.notice_days,
        urgent_days=None if notices.holds("urgent_days") else procedure.urgent_days,
    )


def _modules(table: Table, base: tuple[str, ...]) -> tuple[str, ...]:
    modules = table.take("modules", kinds.MODULES, base)
    table.finish()
    return modules


def _chosen(table: Table, base: tuple[Procedure, ...], broken: Collection[str]) -> tuple[Procedure, ...]:
    procedures = tuple(_adjusted(table.table(procedure.id), procedure) for procedure in base)
    table.forgive(broken)
    table.finish()
    return procedures


def _adjusted(table: Table, base: Procedure) -> Procedure:
    adjusted = replace(
        base,
        tool=_adjusted_tool(table, base.tool),
        platform_url=table.take("platform_url", kinds.URL, base.platform_url),
        order_url=table.take("order_url", kinds.URL, base.order_url),
        margin=table.take("margin_hours", kinds.HOURS, base.margin),
        support_email=table.take("support_email", kinds.EMAIL, base.support_email),
    )
    table.finish()
    return adjusted


def _adjusted_tool(table: Table, tool: VendorTool | None) -> VendorTool | None:
    if tool is None:
        return None
    return replace(tool, path=table.take("tool", kinds.TOOL, tool.path))


def _file_stamp(file: Path) -> tuple[str, int, int, int]:
    try:
        facts = file.stat()
    except OSError:
        return str(file), 0, 0, 0
    return str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino
