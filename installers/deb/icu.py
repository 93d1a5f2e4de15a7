"""Leaves the languages that vigicle does not speak out of Qt's ICU.

The data for all languages would be a quarter of the package.
https://unicode-org.github.io/icu/userguide/icu_data/ describes the data and `icupkg`.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

ICUPKG = "/usr/sbin/icupkg"
DATA_FILE, LEFT_OUT_FILE, SOURCE_FILE = "icudt{version}l.dat", "left-out.txt", "data.s"
# A language's file in any tree, but for English and French. Qt takes letter cases, encodings, sorting and the names of
# time zones from ICU; it breaks text by itself.
LEFT_OUT = re.compile(r"(?:[a-z]+/)?(?!en[_.]|fr[_.])[a-z]{2,3}_?(?:_\w+)?\.res|brkitr/.*")
SOURCE = """\
.section .rodata
.balign 16
.globl icudt{version}_dat
.type icudt{version}_dat, %object
icudt{version}_dat:
.incbin "{data}"
.size icudt{version}_dat, . - icudt{version}_dat
.section .note.GNU-stack, "", %progbits
"""


def leave_out_languages(library: Path) -> None:
    """Make `libicudata.so.VERSION` anew with less data.

    Raises CalledProcessError, when an item that stays depends on one that does not, too.
    """
    version = library.suffix.removeprefix(".")
    with tempfile.TemporaryDirectory(prefix="vigicle-icu-") as folder:
        data = Path(folder, DATA_FILE.format(version=version))
        data.write_bytes(data_of(library))
        items = _run(ICUPKG, "--list", data).split()
        left_out = Path(folder, LEFT_OUT_FILE)
        left_out.write_text("\n".join(item for item in items if LEFT_OUT.fullmatch(item)), encoding="utf-8")
        _run(ICUPKG, "--remove", left_out, data)
        source = Path(folder, SOURCE_FILE)
        source.write_text(SOURCE.format(version=version, data=data), encoding="utf-8")
        _run("gcc", "-shared", "-nostdlib", f"-Wl,-soname,{library.name}", source, "-o", library)


def data_of(library: Path) -> bytes:
    """Return the data in an ICU library, whose only symbol it is."""
    symbol = _run("nm", "--dynamic", "--print-size", "--defined-only", library)
    place, size, *_ = (int(number, 16) for number in symbol.split()[:2])
    return library.read_bytes()[place : place + size]  # its first segment begins at address 0


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
