"""A report as JSON for programs, and as tables for people in a terminal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from config.i18n.text import Text, text
from config.i18n.translator import Translator
from config.settings import Settings
from daemon.core.labels import OCCUPANCIES, ROLES, STAGES, TROUBLE_REMEDIES, TROUBLE_TITLES
from daemon.core.views.report import CertificateStatus, Path, Report, Stage
from tray.cli.console import Terminal

VERSION = 1
TIMELINE_WIDTH = 16
TABLE_WIDTH = 64  # narrower, its columns are cut
Render = Callable[[Text], str]

STYLES = {Stage.EXPIRED: "bold red", Stage.URGENT: "bold yellow", Stage.DUE: "yellow", Stage.VALID: "green"}
MARKS = {
    Stage.EXPIRED: "✗",
    Stage.URGENT: "!",
    Stage.DUE: "•",
    Stage.VALID: "✓",
    Stage.NOT_YET: "…",
    Stage.SUPERSEDED: "–",
    Stage.UNREADABLE: "?",
}


def as_json(report: Report, render: Render) -> str:
    """Return the report as the contract's JSON, with each path's reason in words."""
    return json.dumps(
        {
            "version": VERSION,
            "readers": [{"name": r.name, "state": r.state, "trouble": r.trouble} for r in report.readers],
            "certificates": [_certificate(line) for line in report.certificates],
            "paths": [_path(path, render) for path in report.paths],
            "troubles": list(report.troubles),
        },
        indent=2,
    )


def print_report(report: Report, translator: Translator, settings: Settings) -> None:
    """Print the report for a person: certificates, what to do, readers."""
    console, render = Terminal(), translator.render
    titles = {p.id: p.title.fr if translator.language == "fr" else p.title.en for p in settings.procedures}
    if report.certificates:
        lay_out = _certificate_table if console.width >= TABLE_WIDTH else _certificate_lines
        console.print(lay_out(report, render, datetime.now(UTC)))
    else:
        console.print(render(text("table.no_certificate")))
    for path in report.paths:
        console.print(f"\n[bold]→ {escape(render(text(f'path.{path.kind}')))}[/] · {escape(path.holder)}")
        console.print(f"  {escape(titles.get(path.procedure, path.procedure))}")
        console.print(f"  {escape(render(path.reason))}")
        if path.then:
            console.print("  " + escape(render(text("table.then", path=text(f"path.{path.then}")))))
    console.print()
    if report.readers:
        console.print(_reader_table(report, render))
    for trouble in report.troubles:
        console.print(f"[yellow]![/] {escape(render(text(TROUBLE_REMEDIES[trouble], reader='')))}")


def _certificate(line: CertificateStatus) -> dict[str, Any]:
    return {
        "fingerprint_sha256": line.fingerprint_sha256,
        "subject_cn": line.subject_cn,
        "issuer_o": line.issuer_o,
        "serial_hex": line.serial_hex,
        "not_before": _rfc3339(line.not_before),
        "not_after": _rfc3339(line.not_after),
        "days_left": line.days_left,
        "role": line.role,
        "stage": line.stage,
        "present": line.present,
        "procedure": line.procedure,
        "key_name": line.key_name or None,
        "last_seen": _rfc3339(line.last_seen),
        "reader": line.reader or None,
    }


def _path(path: Path, render: Render) -> dict[str, Any]:
    return {
        "procedure": path.procedure,
        "holder": path.holder,
        "kind": path.kind,
        "then": path.then,
        "old_fingerprint": path.old_fingerprint,
        "new_fingerprint": path.new_fingerprint,
        "reason": render(path.reason),
    }


def _rfc3339(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat(timespec='seconds').removesuffix('+00:00')}Z"


def place_words(line: CertificateStatus, render: Render) -> str:
    """Say what the key is called, and where it is or was seen last."""
    if line.present:
        place = text("table.present_in", reader=line.reader) if line.reader else text("table.present")
    elif line.last_seen is None:
        place = text("table.away")
    else:
        place = text("table.seen_in" if line.reader else "table.seen", date=line.last_seen, reader=line.reader)
    named = f"{render(text('table.key_name', name=line.key_name))} · " if line.key_name else ""
    return named + render(place)


def timeline(begin: datetime, end: datetime, now: datetime, width: int = TIMELINE_WIDTH) -> str:
    """Draw a validity from its begin to its end, with a dot for today; before or after, the dot stands outside."""
    if now < begin:
        return "●" + "─" * (width - 1)
    if now > end:
        return "━" * (width - 1) + "●"
    passed = 1 + round((width - 3) * ((now - begin) / (end - begin)) if end > begin else 0)
    return "━" * passed + "●" + "─" * (width - passed - 1)


def _certificate_table(report: Report, render: Render, now: datetime) -> Table:
    """Give each certificate two lines, so that the table fits a terminal of 80 columns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("table.holder", "table.role", "table.until", "table.state"):
        table.add_column(render(text(column)))
    for line in report.certificates:
        drawn = timeline(line.not_before, line.not_after, now) if line.not_before and line.not_after else ""
        holder, place, role, until, state, left = _words(line, render)
        style = STYLES.get(line.stage, "dim")
        table.add_row(f"{holder}\n{place}", role, f"{until}\n[{style}]{drawn}[/]", f"{state}\n{left}")
    return table


def _certificate_lines(report: Report, render: Render, _now: datetime) -> str:
    """Put one thing on a line, for a narrow terminal or a Braille line."""
    return "\n".join("\n".join(filter(None, _words(line, render))) + "\n" for line in report.certificates)


def _words(line: CertificateStatus, render: Render) -> tuple[str, str, str, str, str, str]:
    """Say whose it is, where, what for, until when, how it stands, and how many days are left, in rich's markup."""
    style = STYLES.get(line.stage, "dim")
    return (
        escape(line.subject_cn or render(text("holder.unknown"))),
        f"[dim]{escape(place_words(line, render))}[/]",
        render(text(ROLES[line.role])),
        render(text("table.date", date=line.not_after)) if line.not_after else "?",
        f"[{style}]{MARKS[line.stage]} {escape(render(text(STAGES[line.stage])))}[/]",
        "" if line.days_left is None else render(text("table.days", count=line.days_left)),
    )


def _reader_table(report: Report, render: Render) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("table.reader", "table.state"):
        table.add_column(render(text(column)))
    for reader in report.readers:
        state = render(text(OCCUPANCIES[reader.state]))
        trouble = f" · {render(text(TROUBLE_TITLES[reader.trouble]))}" if reader.trouble else ""
        table.add_row(escape(reader.name), escape(state + trouble))
    return table
