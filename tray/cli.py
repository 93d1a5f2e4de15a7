"""The `vigicle` command: reads the command line, calls the watchman, and prints."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from config.folders import FolderProblem, Folders, find_folders
from config.loading import Loaded, SettingsProblem, load_settings
from config.texts import Texts
from daemon import assembly
from daemon.core.report import Report
from daemon.core.text import Text, text

BAD_CONFIGURATION = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the command line names; return the exit code of the contract."""
    texts = Texts()
    options = _parser(texts.render).parse_args(arguments)
    _log_to_stderr(verbose=options.verbose)
    folders = find_folders()
    try:
        loaded = load_settings(folders)
        texts = Texts(loaded.settings.language)
        command: Callable[[argparse.Namespace, Folders, Loaded, Texts], int] = options.command
        return command(options, folders, loaded, texts)
    except (SettingsProblem, FolderProblem) as problem:
        print(f"vigicle: {texts.render(problem.text)}", file=sys.stderr)
        return BAD_CONFIGURATION
    except KeyboardInterrupt:
        return 130


def _parser(render: Callable[[Text], str]) -> argparse.ArgumentParser:
    def words(id_: str) -> str:
        return render(text(f"help.{id_}"))

    parser = argparse.ArgumentParser(prog="vigicle", description=words("description"))
    parser.add_argument("--version", action="version", version=f"vigicle {version('vigicle')}", help=words("version"))
    parser.add_argument("-v", "--verbose", action="store_true", help=words("verbose"))
    commands = parser.add_subparsers(required=True, metavar=words("command"))
    for name, action in (("run", _run), ("status", _status), ("check", _check), ("quit", _quit)):
        command = commands.add_parser(name, help=words(name), description=words(name))
        command.set_defaults(command=action)
        if name == "run":
            command.add_argument("--headless", action="store_true", help=words("headless"))
        if name in {"status", "check"}:
            command.add_argument("--json", action="store_true", help=words("json"))
    return parser


def _run(options: argparse.Namespace, folders: Folders, loaded: Loaded, texts: Texts) -> int:
    outcome = assembly.watch(folders, loaded, headless=options.headless)
    if outcome is assembly.Outcome.ALREADY_RUNNING:
        print(texts.render(text("run.already")))
    return 0


def _status(options: argparse.Namespace, folders: Folders, loaded: Loaded, texts: Texts) -> int:
    return _print(assembly.status(folders, loaded), options, loaded, texts)


def _check(options: argparse.Namespace, folders: Folders, loaded: Loaded, texts: Texts) -> int:
    return _print(assembly.check(folders, loaded), options, loaded, texts)


def _quit(_options: argparse.Namespace, folders: Folders, _loaded: Loaded, texts: Texts) -> int:
    stopped = assembly.leave(folders)
    print(texts.render(text("quit.done" if stopped else "quit.none")))
    return 0


def _print(report: Report, options: argparse.Namespace, loaded: Loaded, texts: Texts) -> int:
    from tray import output  # rich is for those who look, not for the daemon

    if options.json:
        print(output.as_json(report, texts.render))
    else:
        output.print_report(report, texts, loaded.settings)
    return report.exit_code


def _log_to_stderr(*, verbose: bool) -> None:
    """Log to stderr: what a user could be told, or everything with --verbose."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    for chatty in ("apscheduler", "asyncio", "desktop_notifier", "dbus_fast"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
