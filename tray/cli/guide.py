"""The command `guide`, which opens the guide or brings it forward."""

import argparse
import logging
import sys
from collections.abc import Callable

from config.folders import Folders
from config.i18n.text import text
from config.i18n.translator import Translator
from config.schema.load_settings import Loaded
from daemon.assembly import guide
from daemon.assembly.daemon import DaemonOutcome
from tray.cli.command import AddCommand

NOT_SHOWN = 1


def window_command() -> list[str]:
    """Return the command line of the guide's window."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "guide-window"]
    return [sys.executable, "-I", "-m", "tray.window"]


def add_guide_command(command: AddCommand, words: Callable[[str], str]) -> None:
    """Add `guide` to the command line.

    `words` returns the help of a text id.
    """
    command("guide", _guide).add_argument("--text", action="store_true", help=words("help.text"))


def bring_to_front(folders: Folders, translator: Translator) -> None:
    """Have the running daemon open its guide, or print why not."""
    try:
        guide.front(folders)
    except guide.DaemonNotRunningError:  # it is starting or stopping
        pass
    except guide.ControlError as problem:
        print(translator.render(problem.text))


def _guide(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    try:
        if options.text:
            from tray.text_guide.session import run_text_guide

            _log_little(options)
            outcome = guide.show_text(folders, loaded, run_text_guide)
        else:
            outcome = guide.show_window(folders, loaded, window_command())
    except guide.ControlError as problem:
        print(f"vigicle: {translator.render(problem.text)}", file=sys.stderr)
        return NOT_SHOWN
    if outcome is DaemonOutcome.ALREADY_RUNNING:  # it is starting or stopping, and does not listen
        print(translator.render(text("run.already")))
        return NOT_SHOWN
    return 0


def _log_little(options: argparse.Namespace) -> None:
    """Keep the log out of the guide's lines."""
    if not options.verbose:
        logging.getLogger().setLevel(logging.WARNING)
