"""Compiles the catalogues in `config/locale`.

For developers, after a change of the texts. It needs Babel.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

UNDATED = datetime(2026, 1, 1, tzinfo=UTC)  # so that the same texts give the same bytes
LOCALE = Path(__file__).parents[1] / "config" / "locale"


def main() -> int:
    """Compile each .po file into the .mo file beside it."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        source.with_suffix(".mo").write_bytes(compiled(source))
        sys.stdout.write(f"{source}\n")
    return 0


def compiled(source: Path) -> bytes:
    """Return the .mo file of a .po file. Raises PoFileError."""
    with source.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    catalogue.creation_date = UNDATED
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


if __name__ == "__main__":
    sys.exit(main())
