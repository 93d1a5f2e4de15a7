"""The command `metrics`, for the monitoring that an office has."""

import argparse
import sys
from collections.abc import Callable

from config.folders import Folders
from config.i18n.text import text
from config.i18n.translator import Translator
from config.schema.load_settings import Loaded
from tray.cli.command import NOT_DONE, AddCommand
from tray.cli.export_file import STDOUT, write_export


def add_metrics_command(command: AddCommand, words: Callable[[str], str]) -> None:
    """Add the command to the command line.

    `words` returns the help of a text id.
    """
    metrics = command("metrics", _metrics)
    where = metrics.add_mutually_exclusive_group()
    where.add_argument("--collect", metavar=words("metavar.folder"), help=words("help.collect"))
    where.add_argument("--save", action="store_true", help=words("help.save_metrics"))
    metrics.set_defaults(accepts_bad_settings=True)


def _metrics(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    from daemon.assembly.metrics import CollectorError, collect_metrics, own_metrics, save_metrics  # no other needs it

    printed = ""
    try:
        if options.collect is not None:
            collect_metrics(options.collect, folders, loaded.settings)
        elif options.save:
            save_metrics(folders, loaded.settings)
        else:
            printed = own_metrics(folders, loaded.settings)
    except (CollectorError, OSError) as error:
        print(translator.render(text("metrics.failed", reason=str(error))), file=sys.stderr)
        return NOT_DONE
    write_export(printed.encode(), STDOUT, may_replace=bool)
    return 0
