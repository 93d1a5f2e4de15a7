"""Writes the table of all keys as CSV (RFC 4180)."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime, tzinfo

from config.instants import local_time
from daemon.core.key_table import KeyRow

COLUMNS = (
    *("holder", "key_name", "procedure", "stage", "not_before", "not_after", "days_left", "last_seen"),
    *("where", "keeper", "issuer", "serial_hex", "fingerprint_sha256"),
)
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s\x22]*[=+@＝＋－＠-])")
"""Where a spreadsheet would begin to calculate.

Behind a semicolon, too: it parts the cells in countries that write a comma in numbers, whatever is quoted.
"""


def as_csv(rows: Iterable[KeyRow], zone: tzinfo | None = None) -> bytes:
    """Return the table.

    It is in UTF-8, with the byte-order mark that spreadsheets ask for. Days are those of `zone`, by default the local
    one.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for row in rows:
        texts = (row.holder, row.key_name, row.procedure or "", row.stage)
        dates = (_day(row.not_before, zone), _day(row.not_after, zone))
        left = "" if row.days_left is None else row.days_left
        more = (row.note, row.keeper, row.issuer, row.serial_hex, row.fingerprint)
        writer.writerow([*map(_harmless, texts), *dates, left, _day(row.last_seen, zone), *map(_harmless, more)])
    return written.getvalue().encode("utf-8-sig")


def _day(moment: datetime | None, zone: tzinfo | None) -> str:
    return "" if moment is None else f"{local_time(moment, zone):%Y-%m-%d}"


def _harmless(cell: str) -> str:
    """Return the cell with an apostrophe before what would be a formula.

    Source: OWASP, CSV Injection.
    """
    return _FORMULA.sub(r"\1'", cell)
