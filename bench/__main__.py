"""The benchmark's command line, `python3 installers/dev.py bench`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import (
    growth,
    guide,
    hand_swaps,
    idle,
    idle_growth,
    insertions,
    notice,
    outage,
    reaction,
    readers,
    remembered,
    sharing,
    start,
    swaps,
)
from bench.attempts import FAILED, attempt
from bench.document import BEGIN, END, put_into, takes_figures
from bench.machine import circumstances
from bench.rows import Row, Section, as_json, as_markdown

if TYPE_CHECKING:
    from collections.abc import Callable

SUBJECTS: dict[str, tuple[str, Callable[..., list[Row]]]] = {
    "idle": ("Idle while nothing happens", idle.measure),
    "reaction": ("A card is put in", reaction.measure),
    "notice": ("A notice is shown", notice.measure),
    "outage": ("The reader service fails", outage.measure),
    "hand": ("Keys are swapped by hand", hand_swaps.measure),
    "swaps": ("Cards are swapped faster than any hand", swaps.measure),
    "insertions": ("Keys are read again and again", insertions.measure),
    "sharing": ("A card that others use, too", sharing.measure),
    "start": ("The start", start.measure),
    "guide": ("The guide's window", guide.measure),
    "readers": ("Growth with the readers", readers.measure),
    "remembered": ("Growth with what is remembered", remembered.measure),
    "idle-growth": ("Growth of the idle watch", idle_growth.measure),
    "growth": ("Growth of one step of the rules", growth.measure),
}


def main() -> int:
    """Measure the chosen subjects and return 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure vigicle beside its peers.")
    parser.add_argument("--quick", action="store_true", help="shorter windows and fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="put them into this document, between its markers"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUBJECTS)}; all without one")
    options = parser.parse_args()
    if unknown := set(options.names) - SUBJECTS.keys():
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    if options.markdown and not takes_figures(options.markdown):
        parser.error(f"{options.markdown} lacks the lines {BEGIN} and {END}")
    before = circumstances(["--quick"] * options.quick + options.names)
    sections: list[Section] = []
    for name in options.names or SUBJECTS:
        sections.append(_measure(name, quick=options.quick))
        if options.json:  # after each, so that a run that is broken off leaves what it has found
            options.json.write_text(as_json(before, sections) + "\n", encoding="utf-8")
        if options.markdown:
            put_into(options.markdown, as_markdown(before, sections))
    sys.stdout.write(as_markdown(before, sections))
    return int(any(row.met is False for section in sections for row in section.rows))


def _measure(name: str, *, quick: bool) -> Section:
    """Measure one subject, so that its failure leaves the others."""
    title, measure = SUBJECTS[name]
    sys.stderr.write(f"{name} ...\n")
    began = time.monotonic()
    rows = attempt(name, lambda: measure(quick=quick))
    sys.stderr.write(f"{name}: {time.monotonic() - began:.0f} s\n")
    if isinstance(rows, str):
        rows = [Row(what=name, unit="", budget=None, ours=FAILED)]
    return Section(name=name, title=title, rows=rows)


if __name__ == "__main__":
    sys.exit(main())
