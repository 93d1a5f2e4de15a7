"""Loads the procedures, the policy of the machine, and the user's settings."""

import os
import re
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from config.folders import Folders
from config.i18n.text import text
from config.i18n.wording import Wording
from config.preferences import choices_file
from config.schema import kinds
from config.schema.load_procedure import FORMER_WORKFLOWS, WORKFLOWS, load_letter, load_workflows
from config.schema.tables import SettingsError, Table, decoded, parse_table, read_table
from config.settings import IssuerRule, NoticeSettings, Procedure, Settings, VendorTool

__all__ = ["Loaded", "SettingsError", "catalogue_settings", "load_procedure", "load_settings", "stamp"]

CATALOGUE = Path(__file__).parents[1] / "catalogue"

Stamp = tuple[tuple[str, int, int, int], ...]

CLEAN_UP_DAYS = 7
_A_DAY = timedelta(hours=24)
_PROCEDURE_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Good settings, and what is to be reported about procedure files."""

    settings: Settings
    problems: tuple[SettingsError, ...] = ()
    """Why procedure files were left out."""
    outdated: tuple[Path, ...] = ()
    """Procedure files that still say `courses` for `workflows`."""


def load_settings(folders: Folders, procedures: Iterable[Path] = ()) -> Loaded:
    """Load everything. Raises SettingsError for the policy and the user's files.

    `procedures` are folders of further procedure files. A later procedure replaces an earlier one of the same id.
    A refused procedure file is left out, and its error is in `problems`.
    """
    loaded = _load_procedures((*procedures, *folders.procedures))
    settings = loaded.settings
    broken = frozenset(problem.file.stem for problem in loaded.problems)
    _refuse_foreign(folders.policy_file)
    settings = _apply(read_table(folders.policy_file), settings, broken)
    settings = _apply(read_table(choices_file(folders)), settings, broken)
    if folders.config_named and not folders.config_file.is_absolute():
        raise SettingsError(file=folders.config_file, accepted=text("accepted.absolute_file"))
    settings = _apply(read_table(folders.config_file, required=folders.config_named), settings, broken)
    return replace(loaded, settings=settings)


def catalogue_settings() -> Settings:
    """Return the settings of an installation without any settings file."""
    return _load_procedures(()).settings


def load_procedure(file: Path, content: bytes | None = None) -> Procedure:
    """Load one procedure, whose id is the file's name. Raises SettingsError.

    `content` is read in the place of the file.
    """
    return _procedure(file.stem, _procedure_table(file, content))


def stamp(folders: Folders) -> Stamp:
    """Return a value that is equal while no file has changed."""
    files = [folders.policy_file, choices_file(folders), folders.config_file]
    for folder in folders.procedures:
        files += _procedure_files(folder)
    return tuple(_file_stamp(file) for file in files)


def _load_procedures(folders: Iterable[Path]) -> Loaded:
    found: dict[str, Procedure] = {}
    problems: list[SettingsError] = []
    outdated: list[Path] = []
    for folder in (CATALOGUE / "procedures", *folders):
        for file in _procedure_files(folder):
            try:
                table = _procedure_table(file)
                found[file.stem] = _procedure(file.stem, table)
            except SettingsError as problem:
                problems.append(problem)
                continue
            if table.holds(FORMER_WORKFLOWS):
                outdated.append(file)
    settings = Settings(procedures=tuple(found.values()))
    return Loaded(settings=settings, problems=tuple(problems), outdated=tuple(outdated))


def _procedure_files(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    except OSError:
        return []


def _procedure_table(file: Path, content: bytes | None = None) -> Table:
    if not _PROCEDURE_ID.fullmatch(file.stem):
        raise SettingsError(file=file, accepted=text("accepted.procedure_id"))
    if content is None:
        return read_table(file, required=True)
    return parse_table(file, decoded(file, content))


def _procedure(id_: str, table: Table) -> Procedure:
    title, tool = table.table("title"), table.table("tool")
    link_lifetime = table.take("link_lifetime_hours", kinds.LIFETIME, _A_DAY)
    support_email = table.take("support_email", kinds.EMAIL, None)
    letter = load_letter(table.optional("letter"))
    procedure = Procedure(
        id=id_,
        title=Wording(en=title.need("en", kinds.WORDS), fr=title.need("fr", kinds.WORDS)),
        issuers=tuple(_issuer(rule) for rule in table.tables("issuers")),
        platform_url=table.need("platform_url", kinds.URL),
        order_url=table.need("order_url", kinds.URL),
        tool=VendorTool(
            name=tool.need("name", kinds.WORDS),
            download_url=tool.need("download_url", kinds.URL),
            path=tool.take("path", kinds.TOOL, None),
        ),
        margin=table.take("margin_hours", kinds.HOURS, _A_DAY),
        link_lifetime=link_lifetime,
        support_email=support_email,
        workflows=load_workflows(
            table.renamed_table(WORKFLOWS, FORMER_WORKFLOWS), link_lifetime, letter if support_email else None
        ),
        letter=letter,
        clean_up_after=timedelta(days=table.take("clean_up_after_days", kinds.URGENT_DAYS, CLEAN_UP_DAYS)),
    )
    for each in (title, tool, table):
        each.finish()
    return procedure


def _issuer(table: Table) -> IssuerRule:
    rule = IssuerRule(
        organization=table.take("organization", kinds.WORDS, None),
        organizational_unit=table.take("organizational_unit", kinds.WORDS, None),
    )
    table.finish()
    if rule == IssuerRule():
        table.need("organization", kinds.WORDS)
    return rule


def _apply(table: Table, base: Settings, broken: frozenset[str]) -> Settings:
    """Lay one file over the settings, without the sections of `broken` procedures."""
    settings = Settings(
        procedures=_chosen(table.table("procedures"), base.procedures, broken),
        notices=_notices(table.table("notices"), base.notices),
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
        tool=replace(base.tool, path=table.take("tool", kinds.TOOL, base.tool.path)),
        platform_url=table.take("platform_url", kinds.URL, base.platform_url),
        order_url=table.take("order_url", kinds.URL, base.order_url),
        margin=table.take("margin_hours", kinds.HOURS, base.margin),
        support_email=table.take("support_email", kinds.EMAIL, base.support_email),
    )
    table.finish()
    return adjusted


def _refuse_foreign(policy: Path) -> None:
    """Refuse a policy that any account could have written.

    It may name code to load.
    """
    if sys.platform != "win32" and policy.exists():
        facts = policy.stat()
        trusted = os.geteuid() == 0 or facts.st_uid in {0, os.geteuid()}
        if not trusted or facts.st_mode & stat.S_IWOTH:
            raise SettingsError(file=policy, accepted=text("accepted.trusted_file"))


def _file_stamp(file: Path) -> tuple[str, int, int, int]:
    try:
        facts = file.stat()
    except OSError:
        return str(file), 0, 0, 0
    return str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino
