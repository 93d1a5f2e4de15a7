"""Writes the file that node_exporter reads."""

import os
import stat
import sys
import tempfile
from pathlib import Path

from config.trust import Writers, open_to_others

FILE = "vigicle.prom"


class CollectorError(Exception):
    """Why no metrics were gathered, in English for the log."""


def write_for_exporter(folder: Path, text: str) -> None:
    """Replace the file in the exporter's folder, readable by all.

    Raises CollectorError. A half-written file never has the name that the exporter reads.
    """
    try:
        _refuse_open(folder)
        for left in folder.glob(f".{FILE}.*"):
            left.unlink(missing_ok=True)
        number, name = tempfile.mkstemp(dir=folder, prefix=f".{FILE}.")
        temporary = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(folder / FILE)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise CollectorError(f"{error.filename or folder}: {error.strerror}") from error


def _refuse_open(folder: Path) -> None:
    """Refuse a folder in which accounts may plant files.

    Debian's belongs to the exporter, those of other systems to administrators. Raises CollectorError and OSError.
    """
    if not folder.is_dir():
        raise CollectorError(f"{folder}: there is no such folder")
    if sys.platform == "linux":
        is_open = bool(folder.stat().st_mode & stat.S_IWOTH)
    else:
        is_open = open_to_others(folder, Writers.ADMINISTRATORS) is not None
    if is_open:
        raise CollectorError(f"{folder}: other accounts may write there")
