"""Carries out a command of `vigicle` within the test."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from config.folders import Folders
from config.i18n.translator import Translator
from config.schema.load_settings import load_settings
from config.trust import Writers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tray.cli.command import CommandHandler


def folders_in(folder: Path) -> Folders:
    """Return folders that are not there yet.

    The user may write the policy.
    """
    return Folders(
        config_file=folder / "config.toml",
        policy_file=folder / "policy.toml",
        policy_writers=Writers.USER,
        state=folder / "state",
        runtime=folder / "run",
    )


def carry_out(add: Callable[..., object], folders: Folders, *arguments: str, language: str = "en") -> int:
    """Return the exit code of the command that a function adds."""
    added: list[CommandHandler] = []
    parser = argparse.ArgumentParser()

    def command(_name: str, action: CommandHandler) -> argparse.ArgumentParser:
        added.append(action)
        return parser

    add(command, str)
    (action,) = added
    return action(parser.parse_args(arguments), folders, load_settings(folders), Translator(language))
