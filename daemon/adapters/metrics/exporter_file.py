"""Writes the file that node_exporter reads."""

import os
import stat
import tempfile
from pathlib import Path

FILE = "vigicle.prom"


class CollectorError(Exception):
    """Why no metrics were gathered, in English for the log."""


def write_for_exporter(folder: Path, text: str) -> None:
    """Replace the file in the exporter's folder, readable by all.

    Raises CollectorError. A half-written file never has the name that the exporter reads.
    """
    try:
        if folder.stat().st_mode & stat.S_IWOTH:
            raise CollectorError(f"{folder}: every account may write there")
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
