"""The benchmark's command line: `python3 installers/dev.py bench [--quick] [--json FILE] [NAMES ...]`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import growth, idle, insertions, notice, outage, reaction, start, swaps
from bench.rows import Row, as_json, as_table
from rig.process import RigTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

SUBJECTS: dict[str, Callable[..., list[Row]]] = {
    "idle": idle.measure,
    "reaction": reaction.measure,
    "notice": notice.measure,
    "outage": outage.measure,
    "swaps": swaps.measure,
    "insertions": insertions.measure,
    "start": start.measure,
    "growth": growth.measure,
}


def main() -> int:
    """Measure what was asked for; the exit code is 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure vigicle beside its peers.")
    parser.add_argument("--quick", action="store_true", help="shorter windows and fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUBJECTS)}; all without one")
    options = parser.parse_args()
    if unknown := set(options.names) - SUBJECTS.keys():
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in options.names or SUBJECTS:
        began = time.monotonic()
        rows += _measure(name, quick=options.quick)
        sys.stderr.write(f"{name}: {time.monotonic() - began:.0f} s\n")
    sys.stdout.write(as_table(rows) + "\n")
    if options.json:
        options.json.write_text(as_json(rows) + "\n", encoding="utf-8")
    return int(any(row.met is False for row in rows))


def _measure(name: str, *, quick: bool) -> list[Row]:
    """Measure one subject; when it breaks, the others still count."""
    try:
        return SUBJECTS[name](quick=quick)
    except RigTimeoutError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return [Row(what=name, unit="", budget=None, ours="failed, see above")]


if __name__ == "__main__":
    sys.exit(main())
