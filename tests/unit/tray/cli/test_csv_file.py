"""The table can be opened by a spreadsheet, which calculates nothing."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from config.instants import instant
from config.values import replace
from daemon.core.key_table import KeyRow
from daemon.core.model import Fingerprint
from daemon.core.views.report import Stage
from tray.cli.csv_file import COLUMNS, as_csv

PARIS = timezone(timedelta(hours=1))
ROW = KeyRow(
    holder="Hélène MARTIN",
    key_name="la bleue",
    procedure="opalexe",
    stage=Stage.EXPIRED,
    not_before=instant(datetime(2024, 1, 31, 23, 30, tzinfo=UTC)),
    not_after=instant(datetime(2027, 1, 31, 22, 30, tzinfo=UTC)),
    days_left=-3,
    last_seen=instant(datetime(2026, 11, 1, tzinfo=UTC)),
    note='coffre, "étage 2"',
    keeper="Anne",
    issuer="CertEurope",
    serial_hex="0a",
    fingerprint=Fingerprint("a" * 64),
)


def read(row: KeyRow) -> dict[str, str]:
    (found,) = csv.DictReader(io.StringIO(as_csv([row], PARIS).decode("utf-8-sig"), newline=""))
    return found


def test_every_column_is_read_back() -> None:
    assert read(ROW) == dict(
        zip(
            COLUMNS,
            (
                *("Hélène MARTIN", "la bleue", "opalexe", "expired", "2024-02-01", "2027-01-31", "-3", "2026-11-01"),
                *('coffre, "étage 2"', "Anne", "CertEurope", "0a", "a" * 64),
            ),
            strict=True,
        )
    )


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", " =", "＝", "＠"])
def test_no_cell_begins_a_formula(begin: str) -> None:
    hostile = f"{begin}cmd|' /C calc'!A0"
    row = read(replace(ROW, holder=hostile, key_name=hostile, note=hostile, keeper=hostile, issuer=hostile))
    assert {row[name] for name in ("holder", "key_name", "where", "keeper", "issuer")} == {f"'{hostile}"}


@pytest.mark.parametrize("inside", [";=", "; +", ";\t@", ';"=', "\t-", "\r\n=", ";＝"])
def test_no_semicolon_begins_a_formula_either(inside: str) -> None:
    """French spreadsheets part the cells at semicolons, whatever is quoted."""
    written = as_csv([replace(ROW, holder="Jeanne", key_name=f"bleue{inside}1+1")], PARIS).decode("utf-8-sig")
    cells = [cell.strip().strip('"').strip() for line in written.splitlines() for cell in re.split("[;\t]", line)]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]


def test_what_is_not_known_is_empty() -> None:
    row = read(replace(ROW, procedure=None, not_before=None, not_after=None, days_left=None))
    assert {row[name] for name in ("procedure", "not_before", "not_after", "days_left")} == {""}
