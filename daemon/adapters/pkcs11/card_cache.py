"""Keeps modules from showing certificates that a card held once.

OpenSC may be set to keep a card's files on the disk (opensc.conf(5), `use_file_caching`), under the card's serial
number. A certificate that was renewed on the same card is then never seen.
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

CONFIGURATIONS = (
    "/etc/opensc/opensc.conf",
    "/etc/opensc.conf",
    "/usr/local/etc/opensc.conf",
    "/Library/OpenSC/etc/opensc.conf",
)
CACHE_FOLDER = re.compile(rb'\bfile_cache_dir\s*=\s*("[^"]*"|[^";\n]*);?')

_OPEN: list[Any] = []


def forget_cache_folder() -> None:
    """Let OpenSC, in this process, know no cache folder.

    Without one named in its configuration, it takes XDG_CACHE_HOME, which the child's environment sets to a file.
    """
    named = os.environ.get("OPENSC_CONF")
    for place in (named,) if named else CONFIGURATIONS:
        try:
            words = Path(place).read_bytes()
        except OSError:
            continue
        if CACHE_FOLDER.search(words):
            os.environ["OPENSC_CONF"] = _file_of(CACHE_FOLDER.sub(b"", words))
        return


def _file_of(words: bytes) -> str:
    """Return the name of a file that ends with this process."""
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it stays open
    file.write(words)
    file.seek(0)
    _OPEN.append(file)
    return f"/dev/fd/{file.fileno()}"
