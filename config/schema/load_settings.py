"""Loads the procedures, the policy of the machine, and the user's settings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from config.folders import Folders
from config.i18n.text import text
from config.preferences import choices_file
from config.schema import kinds
from config.schema.load_facts import load_facts
from config.schema.load_procedure import FORMER_WORKFLOWS
from config.schema.tables import SettingsError, Table, decoded, parse_table, read_table
from config.settings import NO_PROCEDURE, NoticeSettings, Procedure, Settings, VendorTool
from config.trust import Writers, changeable_by_others

__all__ = ["Loaded", "SettingsError", "catalogue_settings", "load_procedure", "load_settings", "stamp"]

CATALOGUE = Path(__file__).parents[1] / "catalogue"

Stamp = tuple[tuple[str, int, int, int], ...]

WRITABLE_BY = {Writers.ADMINISTRATORS: "accepted.administrators_file", Writers.USER: "accepted.own_file"}
_PROCEDURE_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Good settings, and what is to be reported about files."""

    settings: Settings
    problems: tuple[SettingsError, ...] = ()
    """Why procedure files, or the policy, were left out."""
    outdated: tuple[Path, ...] = ()
    """Procedure files that still say `courses` for `workflows`."""


class ChangeableFileError(SettingsError):
    """A file that another account may change. Nothing in it counts."""


def load_settings(folders: Folders, procedures: Iterable[Path] = ()) -> Loaded:
    """Load everything. Raises SettingsError for the policy and the user's files.

    `procedures` are folders of further procedure files. A later procedure replaces an earlier one of the same id.
    A refused procedure file is left out, and its error is in `problems`. So is a policy that others could have written.
    """
    given = [(folder, None) for folder in procedures]
    machine = (folders.policy_procedures, folders.policy_writers)
    loaded = _load_procedures([*given, machine, (folders.own_procedures, Writers.USER)])
    settings, problems = loaded.settings, list(loaded.problems)
    broken = frozenset(problem.file.stem for problem in problems)
    try:
        refuse_changeable(folders.policy_file, folders.policy_writers)
    except ChangeableFileError as problem:  # another account must not be able to stop vigicle
        problems.append(problem)
    else:
        settings = _apply(read_table(folders.policy_file), settings, broken)
    refuse_changeable(choices_file(folders), Writers.USER)
    settings = _apply(read_table(choices_file(folders)), settings, broken)
    if folders.config_named and not folders.config_file.is_absolute():
        raise SettingsError(file=folders.config_file, accepted=text("accepted.absolute_file"))
    refuse_changeable(folders.config_file, Writers.USER)
    settings = _apply(read_table(folders.config_file, required=folders.config_named), settings, broken)
    return replace(loaded, settings=settings, problems=tuple(problems))


def catalogue_settings() -> Settings:
    """Return the settings of an installation without any settings file."""
    return _load_procedures(()).settings


def load_procedure(file: Path, content: bytes | None = None) -> Procedure:
    """Load one procedure, whose id is the file's name. Raises SettingsError.

    `content` is read in the place of the file.
    """
    return load_facts(file.stem, _procedure_table(file, content))


def stamp(folders: Folders) -> Stamp:
    """Return a value that is equal while no file has changed."""
    files = [folders.policy_file, choices_file(folders), folders.config_file]
    for folder in (folders.policy_procedures, folders.own_procedures):
        files += procedure_files(folder)
    return tuple(_file_stamp(file) for file in files)


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
                table = _procedure_table(file)
                found[file.stem] = load_facts(file.stem, table)
            except SettingsError as problem:
                problems.append(problem)
                continue
            if table.holds(FORMER_WORKFLOWS):
                outdated.append(file)
    settings = Settings(procedures=tuple(found.values()))
    return Loaded(settings=settings, problems=tuple(problems), outdated=tuple(outdated))


def procedure_files(folder: Path) -> list[Path]:
    """Return the procedure files of a folder.

    A folder that cannot be read has none.
    """
    try:
        return sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    except OSError:
        return []


def _procedure_table(file: Path, content: bytes | None = None) -> Table:
    if not _PROCEDURE_ID.fullmatch(file.stem) or file.stem == NO_PROCEDURE:
        raise SettingsError(file=file, accepted=text("accepted.procedure_id"))
    if content is None:
        return read_table(file, required=True)
    return parse_table(file, decoded(file, content))


def _apply(table: Table, base: Settings, broken: frozenset[str]) -> Settings:
    """Lay one file over the settings, without the sections of `broken` procedures."""
    notices = table.table("notices")
    procedures = _chosen(table.table("procedures"), base.procedures, broken)
    settings = Settings(
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


def _chosen(table: Table, base: tuple[Procedure, ...], broken: frozenset[str]) -> tuple[Procedure, ...]:
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


def refuse_changeable(file: Path, writers: Writers) -> None:
    """Refuse a file that an account besides `writers` may change.

    Raises ChangeableFileError. A missing file is right.
    """
    place = changeable_by_others(file, writers) if file.exists() else None
    if place is not None:
        raise ChangeableFileError(file=file, accepted=text(WRITABLE_BY[writers], place=str(place)))


def _file_stamp(file: Path) -> tuple[str, int, int, int]:
    try:
        facts = file.stat()
    except OSError:
        return str(file), 0, 0, 0
    return str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino
