"""The `vigicle` command: parses the command line and runs the command."""

import argparse
import gettext
import io
import logging
import sys
import threading
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

from config.folders import Folders, find_folders
from config.i18n.text import Render, clean, text
from config.i18n.translator import LOCALE, Translator, UserError
from config.schema.load_settings import Loaded, SettingsError, catalogue_settings, load_settings
from daemon.assembly import oneshot
from daemon.assembly.daemon import DaemonOutcome, is_start_switched_off, run_daemon
from daemon.core.commands import CheckKeys, GetStatus
from daemon.core.model import AnswerWord
from tray.cli.answer import answer
from tray.cli.app_id import register
from tray.cli.command import BAD_CONFIGURATION, CommandHandler
from tray.cli.guide import add_guide_command, bring_to_front, window_command
from tray.cli.keys import add_key_commands
from tray.cli.memory import add_memory_command
from tray.cli.metrics import add_metrics_command
from tray.cli.no_console import has_no_console, print_to_log, tell
from tray.cli.other_commands import add_side_commands
from tray.cli.patient_stream import never_fail_on_stderr
from tray.cli.policy import add_policy_command
from tray.cli.procedure_file import add_procedure_command
from tray.cli.stdio import open_closed_streams, printed
from tray.icon.tray_icon import TrayIcon

LOGGED_LIMIT = 2000  # characters
MESSAGE_LIMIT = 2000

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command on the command line and return its exit code."""
    register()
    no_console = has_no_console()
    open_closed_streams()
    never_fail_on_stderr()
    _replace_unencodable_letters()
    translator = Translator()
    try:
        return printed(lambda: _main(arguments, translator, no_console=no_console), translator.render)
    except Exception as error:  # the top of the program: 1 and 2 mean that a certificate needs attention
        log.debug("The command failed", exc_info=True)
        print(f"vigicle: {translator.render(text('run.failed', kind=type(error).__name__))}", file=sys.stderr)
        return BAD_CONFIGURATION


class _ShowVersion(argparse.Action):
    """Prints the version.

    Only then are the facts of packages loaded, which take 2 MiB.
    """

    def __call__(self, parser: argparse.ArgumentParser, *_of_option: object) -> NoReturn:
        from importlib.metadata import version

        print(f"vigicle {version('vigicle')}")
        parser.exit()


def _main(arguments: Sequence[str] | None, translator: Translator, *, no_console: bool) -> int:
    options = _parser(translator.render).parse_args(_plain_address(arguments))
    folders = find_folders()
    try:
        if no_console:
            print_to_log(folders)
        _log_to_stderr(verbose=options.verbose)
        loaded = _load(folders, accepts_bad_settings=options.accepts_bad_settings)
        translator = Translator(loaded.settings.language)
        if not options.accepts_bad_settings:
            for problem in (*loaded.problems, *loaded.refused):
                print(f"vigicle: {translator.render(problem.text)}", file=sys.stderr)
        command: CommandHandler = options.command
        return command(options, folders, loaded, translator)
    except UserError as problem:
        print(f"vigicle: {translator.render(problem.text)}", file=sys.stderr)
        if no_console:
            tell(translator.render(problem.text))
        return BAD_CONFIGURATION
    except KeyboardInterrupt:
        return 130


def _plain_address(arguments: Sequence[str] | None) -> list[str]:
    """Return the command line, where nothing behind `answer` is an option.

    A web page can choose it.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["answer"]:
        words.insert(1, "--")
    return words


def _load(folders: Folders, *, accepts_bad_settings: bool) -> Loaded:
    """Load the settings.

    A command that accepts invalid settings gets the defaults and the error.
    """
    try:
        return load_settings(folders)
    except SettingsError as problem:
        if not accepts_bad_settings:
            raise
        return Loaded(settings=catalogue_settings(), problems=(problem,))


COMMAND_HELP = {
    "run": "help.run",
    "status": "help.status",
    "check": "help.check",
    "guide": "help.guide",
    "quit": "help.quit",
    "tell": "help.tell",
    "name": "help.name",
    "note": "help.note",
    "forget": "help.forget",
    "assign": "help.assign",
    "issuer": "help.issuer",
    "doctor": "help.doctor",
    "self-test": "help.self_test",
    "autostart": "help.autostart",
    "export": "help.export",
    "procedure": "help.procedure",
    "policy": "help.policy",
    "memory": "help.memory",
    "metrics": "help.metrics",
    "completion": "help.completion",
}


class _Parser(argparse.ArgumentParser):
    """Refuses arguments in words that no terminal can take for anything else."""

    def error(self, message: str) -> NoReturn:
        super().error(clean(message, MESSAGE_LIMIT))


def _parser(render: Render) -> argparse.ArgumentParser:
    def words(id_: str) -> str:
        return render(text(id_))

    gettext.bindtextdomain("argparse", LOCALE)  # the messages of argparse
    gettext.textdomain("argparse")
    parser = _Parser(prog="vigicle", description=words("help.description"))
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help=words("help.version"))
    parser.add_argument("-v", "--verbose", action="store_true", help=words("help.verbose"))
    commands = parser.add_subparsers(required=True, metavar=words("help.command"))

    def command(name: str, action: CommandHandler) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words(COMMAND_HELP[name]), description=words(COMMAND_HELP[name]))
        added.set_defaults(command=action, accepts_bad_settings=False)
        return added

    run = command("run", _run)
    run.add_argument("--headless", action="store_true", help=words("help.headless"))
    run.add_argument("--demo", action="store_true", help=words("help.demo"))
    run.add_argument("--step", action="store_true", help=words("help.step"))
    run.add_argument("--at-login", action="store_true", help=argparse.SUPPRESS)  # given by the machine's own start
    for name, asked in (("status", GetStatus()), ("check", CheckKeys())):
        command(name, partial(_report, asked)).add_argument("--json", action="store_true", help=words("help.json"))
    clicked = commands.add_parser("answer", add_help=False)  # not in the help: no user gives it
    clicked.add_argument("address", nargs="*")
    clicked.set_defaults(command=partial(answer, _start_to_answer), accepts_bad_settings=True)
    add_key_commands(command, words)
    add_guide_command(command, words)
    command("quit", _quit).set_defaults(accepts_bad_settings=True)
    add_procedure_command(command, words)
    add_policy_command(command, words)
    add_memory_command(command, words)
    add_metrics_command(command, words)
    add_side_commands(parser, command, words)
    return parser


def _run(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    screen = None
    window = None
    if options.at_login and is_start_switched_off():
        return 0
    if not options.headless:
        screen, window = TrayIcon, window_command()
    if options.demo:
        from tray.cli import demo

        logging.getLogger().setLevel(logging.DEBUG if options.verbose else logging.ERROR)  # the story is printed
        return demo.play(loaded.settings, translator, by_step=options.step, make_tray=screen, window=window)
    outcome = run_daemon(folders, loaded, screen, window, greeting=screen is not None)
    if outcome is DaemonOutcome.ALREADY_RUNNING:
        print(translator.render(text("run.already")))
        if not options.headless and not options.at_login:
            bring_to_front(folders, translator)
    return 0


def _start_to_answer(folders: Folders, word: AnswerWord) -> int:
    """Run the daemon, which answers a notice once it knows its keys."""
    answering = threading.Thread(target=oneshot.answer_when_started, args=(folders, word), daemon=True)
    answering.start()
    outcome = run_daemon(folders, load_settings(folders), TrayIcon, window_command(), greeting=True)
    if outcome is DaemonOutcome.ALREADY_RUNNING:  # it was starting, too
        answering.join()
    return 0


def _report(
    asked: GetStatus | CheckKeys, options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator
) -> int:
    from tray.cli import report_output  # the daemon does not need rich

    report = oneshot.ask(folders, loaded, asked)
    if options.json:
        print(report_output.as_json(report, translator.render))
    else:
        report_output.print_report(report, translator, loaded.settings)
    return report.exit_code


def _quit(_options: argparse.Namespace, folders: Folders, _loaded: Loaded, translator: Translator) -> int:
    stopped = oneshot.leave(folders)
    print(translator.render(text("quit.done" if stopped else "quit.none")))
    return 0


def _replace_unencodable_letters() -> None:
    """Print a question mark for a letter that the output cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class OneLineFormatter(logging.Formatter):
    """Writes each message as one harmless line.

    It may hold the name of a reader or of a file. A traceback follows as it is.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of logging
        """Return the line."""
        record.message = clean(record.message, LOGGED_LIMIT)
        return super().formatMessage(record)


def _log_to_stderr(*, verbose: bool) -> None:
    """Log to stderr, from INFO or with --verbose from DEBUG."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    for library in ("apscheduler", "asyncio", "desktop_notifier", "dbus_fast"):
        logging.getLogger(library).setLevel(logging.WARNING)
    if not verbose:  # both log a traceback where the bus has gone; the next channel follows all the same
        logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)
        logging.getLogger("asyncio").addFilter(_is_of_no_lost_bus)


def _is_of_no_lost_bus(record: logging.LogRecord) -> bool:
    """Return whether asyncio tells something else than a lost bus.

    dbus-fast (5.2) sends calls and answers without a look at what becomes of them. A caller that waits gets the error.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, OSError | EOFError) and record.getMessage().startswith("Future exception was never"))
