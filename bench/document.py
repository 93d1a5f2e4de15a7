"""The document that the figures are put into."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = "<!-- figures: `dev.py bench --markdown` writes from here -->", "<!-- figures: to here -->"


def takes_figures(document: Path) -> bool:
    """Return whether the document has its markers, in order."""
    if not document.is_file():
        return False
    head, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    return END in rest and END not in head


def put_into(document: Path, figures: str) -> None:
    """Write the figures between the document's markers."""
    head, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    document.write_text(f"{head}{BEGIN}\n\n{figures}\n{END}{tail}", encoding="utf-8")
