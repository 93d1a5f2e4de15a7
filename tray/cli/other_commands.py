"""The commands `doctor`, `self-test`, `autostart`, `export` and `completion`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from config.folders import Folders
from config.i18n.text import Text, text
from config.i18n.translator import Translator
from config.instants import instant
from config.saved_files import SaveError
from config.schema.load_settings import Loaded
from config.system_errors import reason_of
from daemon.assembly import doctor as examination
from daemon.assembly.oneshot import remembered
from daemon.core.calendar_entries import calendar_entries
from daemon.core.key_table import key_rows
from daemon.core.login_start import AutostartState
from tray.cli.command import NOT_DONE, AddCommand
from tray.cli.csv_file import as_csv
from tray.cli.export_file import STDOUT, MayReplace, write_export
from tray.cli.prompts import ask_on_terminal, on_terminal

AUTOSTART_STATES = {
    AutostartState.ON: "autostart.on",
    AutostartState.OFF: "autostart.off",
    AutostartState.OFF_BY_PERSON: "autostart.off_by_person",
    AutostartState.BROKEN: "autostart.broken",
}
SWITCH = ("enable", "disable", "status")
SHELLS = ("bash", "zsh", "fish")


def add_side_commands(parser: argparse.ArgumentParser, command: AddCommand, words: Callable[[str], str]) -> None:
    """Add these commands to the command line.

    `words` returns the help of a text id.
    """
    doctor = command("doctor", _doctor)
    doctor.add_argument("--json", action="store_true", help=words("help.json"))
    doctor.add_argument("--notice", action="store_true", help=words("help.notice"))
    doctor.set_defaults(accepts_bad_settings=True)
    self_test = command("self-test", _self_test)
    self_test.add_argument("--json", action="store_true", help=words("help.json"))
    self_test.set_defaults(accepts_bad_settings=True)
    autostart = command("autostart", _autostart)
    autostart.add_argument("what", choices=SWITCH, metavar="|".join(SWITCH), help=words("help.what"))
    autostart.set_defaults(accepts_bad_settings=True)
    export = command("export", _export)
    into = export.add_mutually_exclusive_group(required=True)
    files = [
        into.add_argument("--ics", metavar=words("metavar.file"), help=words("help.ics")),
        into.add_argument("--csv", metavar=words("metavar.file"), help=words("help.csv")),
    ]
    export.add_argument("--force", action="store_true", help=words("help.force"))
    completion = command("completion", partial(_completion, parser, files))
    completion.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS), help=words("help.shell"))


def _doctor(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    from tray.cli import doctor_output  # the daemon does not need rich

    checks = examination.examine(folders, loaded, translator, with_notice=options.notice)
    if options.json:
        print(doctor_output.as_json(checks, translator.render))
    else:
        doctor_output.print_checks(checks, translator.render)
    return doctor_output.exit_code(checks)


def _self_test(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    from tray.cli.self_test import self_test  # no other command needs it

    return self_test(options, folders, loaded, translator)


def _autostart(options: argparse.Namespace, _folders: Folders, loaded: Loaded, translator: Translator) -> int:
    starter = examination.make_login_starter()
    fixed = loaded.settings.office.autostart
    if fixed is not None and options.what == ("disable" if fixed else "enable"):
        print(translator.render(text("autostart.fixed")), file=sys.stderr)
        return NOT_DONE
    try:
        status = {"enable": starter.enable, "disable": starter.disable, "status": starter.status}[options.what]()
    except OSError as error:
        id_ = "autostart.unreadable" if options.what == "status" else "autostart.failed"
        print(translator.render(text(id_, place=error.filename or "", reason=reason_of(error))), file=sys.stderr)
        if options.what == "status":
            print(translator.render(text("autostart.unreadable.do")), file=sys.stderr)
        return NOT_DONE
    print(translator.render(text(AUTOSTART_STATES[status.state], place=status.place)))
    if options.what == "enable" and status.state is not AutostartState.ON:
        return NOT_DONE
    return 0


def _export(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    def may_replace(file: Path) -> bool:
        question = translator.render(text("export.ask", file=str(file)))
        return options.force or (on_terminal() and ask_on_terminal(question))

    write = _export_table if options.csv is not None else _export_calendar
    try:
        done = write(options, folders, loaded, translator, may_replace)
    except SaveError as problem:
        print(translator.render(problem.text), file=sys.stderr)
        return NOT_DONE
    if STDOUT not in {options.ics, options.csv}:
        print(translator.render(done))
    return 0


def _export_calendar(
    options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator, may_replace: MayReplace
) -> Text:
    from tray.cli import calendar_file  # no other command needs icalendar

    now = instant(datetime.now(UTC))
    entries = calendar_entries(remembered(folders), loaded.settings, now)
    calendar_file.export(entries, options.ics, translator.render, now, may_replace=may_replace)
    return text("export.done", count=sum(not entry.cancelled for entry in entries), file=options.ics)


def _export_table(
    options: argparse.Namespace, folders: Folders, loaded: Loaded, _translator: Translator, may_replace: MayReplace
) -> Text:
    rows = key_rows(remembered(folders), loaded.settings, instant(datetime.now(UTC)))
    write_export(as_csv(rows), options.csv, may_replace=may_replace)
    return text("export.keys", count=len(rows), file=options.csv)


def _completion(
    parser: argparse.ArgumentParser,
    files: Sequence[argparse.Action],
    options: argparse.Namespace,
    _folders: Folders,
    _loaded: Loaded,
    _translator: Translator,
) -> int:
    import shtab  # no other command needs shtab

    for file in files:
        file.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab's way
    print(shtab.complete(parser, options.shell))
    return 0
