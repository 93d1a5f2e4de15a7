"""Prints a report, as JSON or as tables."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text as Styled

from config.i18n.text import CleanText, Render, Text, clean, text
from config.i18n.translator import Translator
from config.instants import has_end
from config.settings import Settings
from daemon.core.key_names import with_note
from daemon.core.labels import OCCUPANCIES, PATHS, ROLES, STAGES, TROUBLE_TITLES, remedy
from daemon.core.troubles import Trouble
from daemon.core.use_questions import either
from daemon.core.views.report import CertificateStatus, KeyInDoubt, Path, Report, Stage
from tray.cli.console import Terminal, styled

VERSION = 1
SIGN, ASK, UNKNOWN = CleanText("! "), CleanText("? "), CleanText("?")
TIMELINE_WIDTH = 16
TABLE_WIDTH = 64  # narrower, its columns are cut

STYLES = {Stage.EXPIRED: "bold red", Stage.URGENT: "bold yellow", Stage.DUE: "yellow", Stage.VALID: "green"}
SYMBOLS = {
    Stage.EXPIRED: "✗",
    Stage.URGENT: "!",
    Stage.DUE: "•",
    Stage.VALID: "✓",
    Stage.NOT_YET: "…",
    Stage.SUPERSEDED: "–",
    Stage.UNREADABLE: "?",
}


def as_json(report: Report, render: Render) -> str:
    """Return the report as JSON, with each path's reason rendered."""
    return json.dumps(
        {
            "version": VERSION,
            "readers": [
                {"name": r.name, "state": r.state, "trouble": r.trouble, "used_by": r.used_by} for r in report.readers
            ],
            "certificates": [_certificate(line) for line in report.certificates],
            "paths": [_path(path, render) for path in report.paths],
            "troubles": list(report.troubles),
        },
        indent=2,
    )


def print_report(report: Report, translator: Translator, settings: Settings) -> None:
    """Print the certificates, the next steps and the readers."""
    console, render = Terminal(), translator.render
    titles = {p.id: p.title.fr if translator.language == "fr" else p.title.en for p in settings.procedures}
    if report.certificates:
        lay_out = _certificate_table if console.width >= TABLE_WIDTH else _certificate_lines
        console.print(lay_out(report, render, datetime.now(UTC)))
    else:
        console.print(styled(render(text("table.no_certificate"))))
    for question in _questions(report, titles, render):
        console.print(styled(ASK, "yellow") + styled(question))
    for path in report.paths:
        console.print(_path_lines(path, titles, render))
    console.print()
    if report.readers:
        console.print(_reader_table(report, render))
    for words in dict.fromkeys(map(render, _remedies(report))):
        console.print(styled(SIGN, "yellow") + styled(words))


def _remedies(report: Report) -> Iterator[Text]:
    """Yield what is wrong and what to do.

    An unread card beside a key is no trouble: it may be a bank card.
    """
    has_key = any(line.present for line in report.certificates)
    for reader in report.readers:
        if reader.trouble and not (has_key and reader.trouble is Trouble.CARD_UNREAD):
            yield remedy(reader.trouble, reader.name, reader.used_by)
    yield from map(remedy, report.troubles)


def _questions(report: Report, titles: Mapping[str, str], render: Render) -> Iterator[CleanText]:
    """Yield what only the user can answer."""
    yield from _use_questions(report, titles, render)
    yield from _pair_questions("table.holders", report.doubts, render)
    yield from _pair_questions("table.same_key", report.renewals, render)


def _use_questions(report: Report, titles: Mapping[str, str], render: Render) -> Iterator[CleanText]:
    """Yield the question what a key is for."""
    open_uses = dict(report.open_uses)
    for line in report.certificates:
        if line.fingerprint_sha256 not in open_uses:
            continue
        holder, beginning = clean(line.holder) or render(text("holder.unknown")), line.fingerprint_sha256[:12]
        fitting = [f"{id_} = {clean(titles.get(id_, id_))}" for id_ in open_uses[line.fingerprint_sha256]]
        if line.procedure is not None:
            title = clean(titles.get(line.procedure, line.procedure))
            yield render(text("table.use.assumed", holder=holder, fingerprint=beginning, procedure=title))
        elif fitting:
            yield render(text("table.use.several", holder=holder, fingerprint=beginning, procedures=either(fitting)))
        else:
            yield render(text("table.use.unknown", holder=holder, fingerprint=beginning))


def _pair_questions(id_: str, pairs: Iterable[tuple[KeyInDoubt, KeyInDoubt]], render: Render) -> Iterator[CleanText]:
    """Yield a question about each two keys, or certificates."""
    for old, new in pairs:
        yield render(
            text(
                id_,
                old_holder=clean(old.holder) or text("holder.unknown"),
                new_holder=clean(new.holder) or text("holder.unknown"),
                old_end=old.not_after,
                new_end=new.not_after,
                old=old.fingerprint[:12],
                new=new.fingerprint[:12],
            )
        )


def _path_lines(path: Path, titles: Mapping[str, str], render: Render) -> Styled:
    """Return a path with its holder, procedure, reason and second half."""
    kind = styled(render(text(PATHS[path.kind])), "bold", before="→ ")
    lines = [
        Styled("\n") + kind + styled(clean(path.holder) or render(text("holder.unknown")), before=" · "),
        styled(clean(titles.get(path.procedure, path.procedure)), before="  "),
        styled(render(path.reason), before="  "),
    ]
    if path.then:
        lines.append(styled(render(text("table.then", path=text(PATHS[path.then]))), before="  "))
    return Styled("\n").join(lines)


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
        "procedure_sure": line.procedure_sure,
        "key_name": line.key_name or None,
        "note": line.note or None,
        "keeper": line.keeper or None,
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
        "not_before": _rfc3339(path.not_before),
    }


def _rfc3339(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return f"{moment.isoformat(timespec='seconds').removesuffix('+00:00')}Z"


def place_words(line: CertificateStatus, render: Render) -> CleanText:
    """Return the key's name and where it is or was seen last."""
    if line.present:
        place = text("table.present_in", reader=line.reader) if line.reader else text("table.present")
    elif line.last_seen is None:
        place = text("table.away")
    else:
        place = text("table.seen_in" if line.reader else "table.seen", date=line.last_seen, reader=line.reader)
    place = with_note(place, note=line.note, keeper=line.keeper)
    if line.key_name:
        return CleanText(f"{render(text('table.key_name', name=line.key_name))} · {render(place)}")
    return render(place)


def timeline(begin: datetime, end: datetime, now: datetime, width: int = TIMELINE_WIDTH) -> str:
    """Draw a validity as a line with a dot for today.

    The dot is at an end of the line before and after the validity.
    """
    if now < begin:
        return "●" + "─" * (width - 1)
    if now > end:
        return "━" * (width - 1) + "●"
    passed = 1
    if end > begin:
        passed += round((width - 3) * ((now - begin) / (end - begin)))
    return "━" * passed + "●" + "─" * (width - passed - 1)


def _certificate_table(report: Report, render: Render, now: datetime) -> Table:
    """Return a table that fits 80 columns, two lines a certificate."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("table.holder", "table.role", "table.until", "table.state"):
        table.add_column(render(text(column)))
    for line in report.certificates:
        drawn = ""
        if line.not_before and line.usable_until:
            drawn = timeline(line.not_before, line.usable_until, now)
        holder, place, role, until, state, left = _words(line, render)
        ends = Styled.assemble(until, "\n", (drawn, STYLES.get(line.stage, "dim")))
        table.add_row(Styled("\n").join([holder, place]), role, ends, Styled("\n").join([state, left]))
    return table


def _certificate_lines(report: Report, render: Render, _now: datetime) -> Styled:
    """Return one fact on each line, for a narrow terminal or Braille."""
    return Styled("\n").join(
        Styled("\n").join(filter(None, _words(line, render))) + Styled("\n") for line in report.certificates
    )


def _words(line: CertificateStatus, render: Render) -> tuple[Styled, Styled, Styled, Styled, Styled, Styled]:
    """Return holder, place, role, end, stage and days left."""
    return (
        styled(clean(line.holder) or render(text("holder.unknown"))),
        styled(place_words(line, render), "dim"),
        styled(render(text(ROLES[line.role]))),
        styled(render(text("table.date", date=line.usable_until)) if line.usable_until else UNKNOWN),
        styled(render(text(STAGES[line.stage])), STYLES.get(line.stage, "dim"), before=f"{SYMBOLS[line.stage]} "),
        left_words(line, render),
    )


def left_words(line: CertificateStatus, render: Render) -> Styled:
    """Return the days left, the begin, or the recall."""
    if line.stage is Stage.NOT_YET and line.not_before is not None:
        return styled(render(text("table.begins", date=line.not_before)))
    if line.recall is not None:
        return styled(render(text("table.recalled", date=line.recall.moment)))
    if line.renewable_from is not None:
        return styled(render(text("table.renewable", date=line.renewable_from)))
    if line.days_left is None or line.not_after is None or not has_end(line.not_after):
        return Styled()
    return styled(render(text("table.days", count=line.days_left)))


def _reader_table(report: Report, render: Render) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("table.reader", "table.state"):
        table.add_column(render(text(column)))
    for reader in report.readers:
        state = styled(render(text(OCCUPANCIES[reader.state])))
        if reader.trouble:
            state += styled(render(text(TROUBLE_TITLES[reader.trouble])), before=" · ")
        if reader.used_by:
            state += styled(clean(", ".join(reader.used_by)), before=" · ")
        table.add_row(styled(clean(reader.name)), state)
    return table
