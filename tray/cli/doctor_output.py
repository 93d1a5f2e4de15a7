"""Prints the result of `doctor`, as JSON or as text."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text as Styled

from config.i18n.text import Render, text
from daemon.core.diagnosis import HEALTHS, TOPICS, Check, Health, exit_code
from tray.cli.console import Terminal

__all__ = ["as_json", "exit_code", "print_checks"]

VERSION = 1
SYMBOLS = {Health.OK: "✓", Health.ATTENTION: "!", Health.BAD: "✗"}
STYLES = {Health.OK: "green", Health.ATTENTION: "yellow", Health.BAD: "bold red"}
CONCLUSIONS = {
    Health.OK: "doctor.end.ok",
    Health.ATTENTION: "doctor.end.attention",
    Health.BAD: "doctor.end.bad",
}
INDENT = 2


def as_json(checks: Sequence[Check], render: Render) -> str:
    """Return the checks as one JSON object.

    `what` and `remedy` are in the user's language, the rest is fixed.
    """
    return json.dumps(
        {
            "version": VERSION,
            "exit_code": exit_code(checks),
            "checks": [
                {
                    "topic": check.topic,
                    "state": check.health,
                    "trouble": check.trouble,
                    "what": render(check.what),
                    "remedy": render(check.remedy) if check.remedy else None,
                }
                for check in checks
            ],
        },
        indent=2,
    )


def print_checks(checks: Sequence[Check], render: Render, console: Console | None = None) -> None:
    """Print each check with its state, its result and its remedy."""
    console = console or Terminal()
    for check in checks:
        state = f"{SYMBOLS[check.health]} {render(text(HEALTHS[check.health]))}"
        line = Styled.assemble((state, STYLES[check.health]), " · ", (render(text(TOPICS[check.topic])), "bold"))
        console.print(line)
        console.print(Padding(Styled(render(check.what)), (0, 0, 0, INDENT)))
        if check.remedy:
            console.print(Padding(Styled(f"→ {render(check.remedy)}"), (0, 0, 0, INDENT)))
    console.print(Styled(render(text(CONCLUSIONS[_worst(checks)]))))


def _worst(checks: Sequence[Check]) -> Health:
    return (Health.OK, Health.ATTENTION, Health.BAD)[exit_code(checks)]
