"""The command `policy`, which says what an administrator has set."""

import argparse
import json
from collections.abc import Callable

from config.folders import Folders
from config.i18n.text import Text, text
from config.i18n.translator import Translator
from config.schema.load_settings import Loaded
from config.schema.policy_report import SettingInForce, SetValue, settings_in_force
from config.schema.policy_sources import Level
from config.schema.tables import as_written
from tray.cli.command import NOT_DONE, AddCommand

VERSION = 1
LEVELS = {
    Level.DEFAULT: "origin.level.default",
    Level.PROCEDURE: "origin.level.procedure",
    Level.RECOMMENDED: "origin.level.recommended",
    Level.USER: "origin.level.user",
    Level.MANDATORY: "origin.level.mandatory",
}


def add_policy_command(command: AddCommand, words: Callable[[str], str]) -> None:
    """Add the command to the command line.

    `words` returns the help of a text id.
    """
    command("policy", _policy).add_argument("--json", action="store_true", help=words("help.json"))


def _policy(options: argparse.Namespace, _folders: Folders, loaded: Loaded, translator: Translator) -> int:
    settings = tuple(settings_in_force(loaded))
    if options.json:
        print(_as_json(settings, loaded, translator))
    else:
        for setting in settings:
            print("\n  ".join(translator.render(line) for line in _lines(setting)))
        for problem in (*loaded.problems, *loaded.refused):
            print(f"! {translator.render(problem.text)}")
    return NOT_DONE if loaded.refused or loaded.problems else 0


def _lines(setting: SettingInForce) -> list[Text]:
    """Return the value, who set it, and each value that it overrides."""
    name = setting.key or setting.setting or ""
    lines = [text("origin.value", name=name, value=_shown(setting.counts.value))]
    lines.append(_origin(setting.counts))
    lines += (text("origin.overrides", value=_shown(each.value), origin=_origin(each)) for each in setting.overrides)
    return lines


def _shown(value: object) -> str:
    return "—" if value is None else as_written(value)


def _origin(value: SetValue) -> Text:
    """Return who set the value, and where."""
    level = text(LEVELS[value.level])
    return level if value.place is None else text("origin.place", level=level, place=str(value.place))


def _as_json(settings: tuple[SettingInForce, ...], loaded: Loaded, translator: Translator) -> str:
    return json.dumps(
        {
            "version": VERSION,
            "settings": [
                {
                    "key": setting.key,
                    "setting": setting.setting,
                    **_set_value(setting.counts),
                    "overrides": [_set_value(each) for each in setting.overrides],
                }
                for setting in settings
            ],
            "refused": [
                {"source": str(problem.file), "key": problem.key or None, "reason": translator.render(problem.text)}
                for problem in (*loaded.problems, *loaded.refused)
            ],
        },
        indent=2,
        ensure_ascii=False,
        default=str,
    )


def _set_value(value: SetValue) -> dict[str, object]:
    return {
        "value": value.value,
        "level": value.level,
        "source": None if value.place is None else str(value.place),
    }
