"""The command `procedure`, for those who write procedure files."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from config.folders import Folders
from config.i18n.text import Phrase, text
from config.i18n.translator import Translator
from config.schema.load_settings import Loaded, SettingsError, load_procedure
from tray.cli.command import BAD_CONFIGURATION, AddCommand


def add_procedure_command(command: AddCommand, words: Callable[[str], str]) -> None:
    """Add the command to the command line.

    `words` returns the help of a text id.
    """
    procedure = command("procedure", _check)
    procedure.add_argument("what", choices=["check"], metavar="check", help=words("help.procedure_what"))
    procedure.add_argument("file", metavar=words("metavar.file"), help=words("help.procedure_file"))
    procedure.set_defaults(accepts_bad_settings=True)


def _check(options: argparse.Namespace, _folders: Folders, _loaded: Loaded, translator: Translator) -> int:
    file = Path(options.file)
    try:
        procedure = load_procedure(file)
    except SettingsError as problem:
        print(f"vigicle: {translator.render(problem.text)}", file=sys.stderr)
        return BAD_CONFIGURATION
    title = translator.render(Phrase(procedure.title))
    print(translator.render(text("procedure.good", file=str(file), id=procedure.id, title=title)))
    return 0
