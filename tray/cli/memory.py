"""The command `memory`, for a second computer or a new one."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from config.folders import Folders
from config.i18n.text import text
from config.i18n.translator import Translator
from config.saved_files import SaveError
from config.schema.load_settings import Loaded
from daemon.assembly import oneshot
from daemon.assembly.memory_file import MemoryFileError, memory_content, read_part
from daemon.core.commands import MergeMemory
from daemon.core.memory_transfer import changes, merge
from tray.cli.command import NOT_DONE, USAGE, AddCommand
from tray.cli.export_file import STDOUT, write_export
from tray.cli.prompts import ask_on_terminal, on_terminal


def add_memory_command(command: AddCommand, words: Callable[[str], str]) -> None:
    """Add the command to the command line.

    `words` returns the help of a text id.
    """
    memory = command("memory", _memory)
    memory.add_argument("what", choices=["export", "import"], metavar="export|import", help=words("help.memory_what"))
    memory.add_argument("file", metavar=words("metavar.file"), help=words("help.memory_file"))
    memory.add_argument("--yes", action="store_true", help=words("help.memory_yes"))
    memory.add_argument("--force", action="store_true", help=words("help.force"))


def _memory(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    try:
        if options.what == "export":
            return _export(options, folders, translator)
        return _import(options, folders, loaded, translator)
    except (SaveError, MemoryFileError) as problem:
        print(translator.render(problem.text), file=sys.stderr)
        return NOT_DONE


def _export(options: argparse.Namespace, folders: Folders, translator: Translator) -> int:
    """Write the file, for this account alone."""

    def may_replace(file: Path) -> bool:
        question = translator.render(text("export.ask", file=str(file)))
        allowed = options.force or (on_terminal() and ask_on_terminal(question))
        if allowed:
            file.chmod(0o600)
        return allowed

    write_export(memory_content(folders), options.file, may_replace=may_replace)
    if options.file != STDOUT:
        print(translator.render(text("memory.exported", file=options.file)))
    return 0


def _import(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    """Show what will change, ask, and change it at once."""
    part = read_part(Path(options.file))
    before = oneshot.remembered(folders)
    lines = [translator.render(line) for line in changes(before, merge(before, part))]
    if not lines:
        print(translator.render(text("memory.nothing")))
        return 0
    print("\n".join(lines))
    if not options.yes and not on_terminal():
        print(translator.render(text("memory.say_yes")), file=sys.stderr)
        return USAGE
    if not options.yes and not ask_on_terminal(translator.render(text("memory.ask"))):
        return NOT_DONE
    oneshot.ask(folders, loaded, MergeMemory(part=part))
    print(translator.render(text("memory.imported")))
    return 0
