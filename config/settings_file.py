"""Writes the user's choices into the settings file.

Comments and all other keys stay.
"""

import re
from collections.abc import Callable, MutableMapping
from typing import cast

from config.files import write_whole
from config.folders import Folders
from config.i18n.text import text
from config.i18n.translator import UserError
from config.schema import kinds
from config.schema.load_settings import check_settings
from config.schema.policy_sources import refuse_changeable
from config.schema.tables import RejectedValue, decoded, parse_content, read_bytes
from config.settings import SettingId
from config.trust import Writers

_BOM = b"\xef\xbb\xbf"
_HOUR = r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?"
_TWO_HOURS = re.compile(rf"{_HOUR}\s*(?:-|–|à|to)\s*{_HOUR}", re.IGNORECASE)


class RefusedSettingError(UserError):
    """What the user wrote is no value of the setting."""

    def __init__(self, setting: SettingId, written: str) -> None:
        super().__init__(text(REFUSALS[setting], value=written))


def write_setting(folders: Folders, setting: SettingId, written: str) -> None:
    """Set one key, as the user wrote it.

    "" takes the key out, so that the default counts. Raises UserError where the value or the file is refused, and
    OSError. Both leave the file as it was.
    """
    import tomlkit  # nothing else needs it

    value = parse_setting(setting, written)
    file = folders.config_file
    refuse_changeable(file, Writers.USER)
    raw = read_bytes(file)
    before = decoded(file, raw)
    check_settings(file, parse_content(file, before))
    document = tomlkit.parse(before)
    *sections, key = setting.split(".")
    table: MutableMapping[str, object] = document
    for section in sections:
        table = cast("MutableMapping[str, object]", table.setdefault(section, tomlkit.table()))
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
    after = tomlkit.dumps(document)
    check_settings(file, parse_content(file, after))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(file, (_BOM if raw.startswith(_BOM) else b"") + after.encode(), follow_link=True)


def parse_setting(setting: SettingId, written: str) -> object | None:
    """Return the value for the file, None for no value.

    Raises RefusedSettingError.
    """
    written = written.strip()
    if not written:
        return None
    accept, read = PARSERS[setting]
    try:
        value = read(written)
        accept(value)
    except (RejectedValue, ValueError) as error:
        raise RefusedSettingError(setting, written) from error
    return value


def _days(written: str) -> list[int]:
    """Read numbers with commas, semicolons or blanks between."""
    return [int(day) for day in re.split(r"[\s,;]+", written.strip(" ,;[]"))]


def _quiet_hours(written: str) -> str:
    """Read two hours, such as 22 h – 7 h 30."""
    found = _TWO_HOURS.fullmatch(written)
    if found is None:
        raise ValueError(written)
    hours = [int(part or 0) for part in found.groups()]
    return "{:02}:{:02}-{:02}:{:02}".format(*hours)


PARSERS: dict[SettingId, tuple[Callable[[object], object], Callable[[str], object]]] = {
    SettingId.LANGUAGE: (kinds.LANGUAGE.parse, str),
    SettingId.DAYS: (kinds.DAYS.parse, _days),
    SettingId.QUIET_HOURS: (kinds.QUIET_HOURS.parse, _quiet_hours),
}
REFUSALS = {
    SettingId.LANGUAGE: "set.refused.language",
    SettingId.DAYS: "set.refused.days",
    SettingId.QUIET_HOURS: "set.refused.quiet_hours",
}
