"""The command `self-test`, which exercises what is loaded only when needed."""

import argparse
import importlib
import json
from collections.abc import Sequence

from config.folders import Folders
from config.i18n.text import Render, text
from config.i18n.translator import Translator
from config.schema.load_settings import Loaded
from daemon.assembly.self_test import Exercise, Outcome, Part, own_exercises, run_self_test
from daemon.core.views.tray import IconState
from tray.cli.command import NOT_DONE
from tray.cli.guide import window_command
from tray.icon.tray_icon import IconDrawing, load_icon_class

VERSION = 1
PARTS = {
    Part.TEXTS: "self_test.part.texts",
    Part.CATALOGUE: "self_test.part.catalogue",
    Part.STORE: "self_test.part.store",
    Part.SCHEDULE: "self_test.part.schedule",
    Part.READERS: "self_test.part.readers",
    Part.TOKENS: "self_test.part.tokens",
    Part.CERTIFICATES: "self_test.part.certificates",
    Part.NOTICES: "self_test.part.notices",
    Part.PLAIN_NOTICES: "self_test.part.plain_notices",
    Part.ICON: "self_test.part.icon",
    Part.WINDOW: "self_test.part.window",
    Part.TERMINAL: "self_test.part.terminal",
    Part.CALENDAR: "self_test.part.calendar",
    Part.COMPLETION: "self_test.part.completion",
}
TERMINAL_MODULES = ("tray.cli.report_output", "tray.cli.doctor_output", "tray.cli.demo", "tray.text_guide.session")


def self_test(options: argparse.Namespace, _folders: Folders, _loaded: Loaded, translator: Translator) -> int:
    """Exercise each part, print the outcomes, and return the exit code."""
    outcomes = run_self_test(own_exercises(window_command()) | TRAY_EXERCISES)
    print(as_json(outcomes) if options.json else as_text(outcomes, translator.render))
    return exit_code(outcomes)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 0 when every part works, else 1."""
    return NOT_DONE if any(outcome.reason for outcome in outcomes) else 0


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as one JSON object."""
    parts = [
        {"part": outcome.part, "state": "failed" if outcome.reason else "ok", "reason": outcome.reason}
        for outcome in outcomes
    ]
    return json.dumps({"version": VERSION, "exit_code": exit_code(outcomes), "parts": parts}, indent=2)


def as_text(outcomes: Sequence[Outcome], render: Render) -> str:
    """Return a line for each part, and the conclusion.

    Plain lines, without rich, which is a part itself.
    """
    lines = [_line(outcome, render) for outcome in outcomes]
    failed = sum(outcome.reason is not None for outcome in outcomes)
    conclusion = text("self_test.failed", count=failed) if failed else text("self_test.ok")
    return "\n".join([*lines, render(conclusion)])


def _line(outcome: Outcome, render: Render) -> str:
    part = render(text(PARTS[outcome.part]))
    if outcome.reason is None:
        return f"✓ {part}"
    return f"✗ {part}\n  {outcome.reason}"


def _draw_icon() -> None:
    load_icon_class()
    IconDrawing(IconState.WELL).prepare()


TRAY_EXERCISES: dict[Part, Exercise] = {
    Part.ICON: _draw_icon,
    Part.TERMINAL: lambda: [importlib.import_module(name) for name in TERMINAL_MODULES],
    Part.CALENDAR: lambda: importlib.import_module("tray.cli.calendar_file"),
    Part.COMPLETION: lambda: importlib.import_module("shtab"),
}
