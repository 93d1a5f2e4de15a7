"""What the benchmark makes of its figures."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from bench.attempts import FAILED, NOT_INSTALLED, attempt, repeat
from bench.document import BEGIN, END, put_into, takes_figures
from bench.machine import Circumstances
from bench.proc import children, work_of
from bench.rows import Figure, Row, Section, Spread, as_json, as_markdown, beside, spread
from support.process import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Circumstances(
    command="bench",
    day="2030-01-02",
    versions={"Python": "3.11.2"},
    system="Debian",
    processor="a processor",
    cores=2,
    memory_gib=4.0,
    load_before=0.1,
)


def row(ours: Figure, budget: float | None = 5.0, held: Literal["median", "worst"] = "median") -> Row:
    return Row(what="it", unit="ms", budget=budget, ours=ours, held=held)


def sections(*rows: Row) -> list[Section]:
    return [Section(name="subject", title="A subject", rows=rows)]


def test_the_95th_percentile_of_twenty_figures_is_the_last_but_one() -> None:
    figures = [float(number) for number in range(20, 0, -1)]
    assert spread(figures) == Spread(median=10.5, p95=19.0, worst=20.0, count=20)


def test_of_few_figures_the_95th_percentile_is_the_worst() -> None:
    assert spread([1.0, 4.0, 2.0]) == Spread(median=2.0, p95=4.0, worst=4.0, count=3)


def test_missing_figures_are_summarised_in_words() -> None:
    assert spread([]) == "saw none"


@pytest.mark.parametrize(
    ("judged", "met"),
    [
        (row(5.0), True),
        (row(5.001), False),
        (row(spread([4.0, 5.0, 9.0])), True),
        (row(spread([4.0, 5.1, 5.2])), False),
        (row(spread([4.0, 4.0, 5.1]), held="worst"), False),
        (row(spread([4.0, 4.0, 5.0]), held="worst"), True),
        (row("failed"), False),
        (row("failed", budget=None), None),
        (row(9.0, budget=None), None),
    ],
)
def test_a_budget_is_compared_with_its_own_value(judged: Row, met: bool | None) -> None:
    assert judged.met is met


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (0.0, "0"),
        (10_000.0, "10000"),
        (0.02, "0.02"),
        (0.00004, "0"),
        (-0.00004, "0"),
        (-0.1234, "-0.123"),
        (28.14, "28.1"),
        (spread([0.2] * 19 + [0.61234]), "0.2 (p95 0.2)"),
        ("blind", "blind"),
    ],
)
def test_a_figure_is_shown_with_three_significant_digits(figure: Figure, shown: str) -> None:
    table = as_markdown(HERE, sections(row(figure, budget=None))).splitlines()
    assert [cell.strip() for cell in table[-1].split("|")] == ["", "it", "ms", shown, ""]


def test_a_figure_held_at_its_worst_shows_it() -> None:
    text = as_markdown(HERE, sections(row(spread([1.0, 2.0, 3.0]), held="worst")))
    assert "2 (p95 3, worst 3)" in text


def test_columns_of_absent_peers_are_left_out() -> None:
    lines = as_markdown(HERE, sections(beside("it", "", {"vigicle": 1.0, "card_eventmgr": "ends"}))).splitlines()
    head, _, only = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[-3:]]
    assert dict(zip(head, only, strict=True)) == {"what": "it", "vigicle": "1", "card_eventmgr": "ends"}


def test_the_json_holds_every_field_unrounded() -> None:
    decoded = json.loads(as_json(HERE, sections(row(spread([1 / 3])))))
    (only,) = decoded["rows"]
    assert only["ours"] == {"median": 1 / 3, "p95": 1 / 3, "worst": 1 / 3, "count": 1}
    assert (only["subject"], only["met"], decoded["circumstances"]["cores"]) == ("subject", True, 2)


def test_figures_replace_only_those_between_the_markers(tmp_path: Path) -> None:
    document = tmp_path / "it.md"
    document.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n")
    put_into(document, "new\n")
    put_into(document, "newer\n")
    assert document.read_text() == f"before\n\n{BEGIN}\n\nnewer\n\n{END}\n\nafter\n"


@pytest.mark.parametrize("content", ["", BEGIN, END, f"{END}\n{BEGIN}\n", f"{END}\n{BEGIN}\n{END}"])
def test_a_document_with_missing_or_swapped_markers_is_refused(tmp_path: Path, content: str) -> None:
    document = tmp_path / "it.md"
    document.write_text(content)
    assert not takes_figures(document)


def test_a_missing_or_failing_program_is_shown_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> float:
        raise ValueError("out of order")

    assert attempt("a peer", lambda: require_tool("no-such-peer", "peers")) == NOT_INSTALLED
    assert attempt("a peer", fail) == FAILED
    assert "out of order" in capsys.readouterr().err


def test_a_thread_that_ends_while_threads_are_listed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = Path.iterdir

    def with_one_that_has_gone(folder: Path) -> Iterator[Path]:
        yield from listed(folder)
        yield folder / "0"

    monkeypatch.setattr(Path, "iterdir", with_one_that_has_gone)
    assert children(os.getpid()) >= set()
    assert "0" not in work_of(os.getpid()).threads


def test_a_figure_that_fails_once_is_not_summarised() -> None:
    answers = iter([1.0, 2.0])
    assert repeat(lambda: next(answers), 3) == FAILED
