"""Draws icons and writes manual pages with the package's own Python."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config.i18n.translator import Translator
from daemon.core.views.tray import IconState
from tray.cli.main import _parser
from tray.icon.drawing import draw_icon

if TYPE_CHECKING:
    from collections.abc import Iterator

ICON_SIZES = (16, 22, 24, 32, 48, 64, 128, 256)


def main(what: str, place: str) -> None:
    """Draw the icons (`icons FOLDER`) or print a manual page (`manual FILE`)."""
    if what == "icons":
        draw_icons(Path(place))
    else:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a pipe, in the C locale
        sys.stdout.write(filled(Path(place).read_text(encoding="utf-8")))


def draw_icons(theme: Path) -> None:
    """Draw the icon of the state "well" in each size."""
    for size in ICON_SIZES:
        folder = theme / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True)
        draw_icon(IconState.WELL, size).save(folder / "vigicle.png")


def filled(page: str) -> str:
    """Return a manual page with its options and commands filled in."""
    parser = _parser(Translator().render)
    commands = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    helps = {choice.dest: choice.help or "" for choice in commands._choices_actions}
    shown = ((name, command) for name, command in commands.choices.items() if name in helps)  # not those for programs
    listed = (line for name, command in shown for line in _command(name, helps[name], command))
    page = page.replace("@OPTIONS@", "\n".join(_arguments(parser)))
    return page.replace("@COMMANDS@", "\n".join(listed))


def _command(name: str, help_: str, command: argparse.ArgumentParser) -> Iterator[str]:
    yield f".SS {_roff(name)}"
    yield _roff(help_)
    yield from _arguments(command)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
            continue
        names = ", ".join(action.option_strings) or "|".join(map(str, action.choices or [action.dest]))
        value = f" {action.metavar}" if action.option_strings and action.metavar else ""
        yield from (".TP", f"\\fB{_roff(names)}\\fR{_roff(str(value))}", _roff(action.help or ""))


def _roff(text: str) -> str:
    """Return text so that troff shows it as it is."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    if escaped.startswith((".", "'")):
        return f"\\&{escaped}"
    return escaped


if __name__ == "__main__":
    main(*sys.argv[1:])
