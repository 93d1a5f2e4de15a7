"""Writes a file whole or not at all."""

import os
import shutil
import tempfile
from pathlib import Path


def write_whole(target: Path, content: bytes) -> None:
    """Replace the content of the file atomically and durably.

    A link is followed. A new file is readable by this user alone (0600), and an existing one keeps its mode.
    Raises OSError, and then leaves everything as it was.
    """
    real = Path(os.path.realpath(target))
    number, name = tempfile.mkstemp(dir=real.parent, prefix=".vigicle-")
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if real.exists():
            shutil.copymode(real, temporary)
        temporary.replace(real)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
