"""Changes OpenSC's configuration for the child that reads, and for it alone.

OpenSC may be set to keep a card's files on the disk (opensc.conf(5), `use_file_caching`), under the card's serial
number. A certificate that was renewed on the same card is then never seen.

It shows 16 slots, four for each reader (opensc.conf(5), `max_virtual_slots`): no key in a fifth reader is then seen.
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from config.files import read_small

CONFIGURATIONS = (
    "/etc/opensc/opensc.conf",
    "/etc/opensc.conf",
    "/usr/local/etc/opensc.conf",
    "/Library/OpenSC/etc/opensc.conf",
)
# OpenSC reads names in small letters and in capitals alike (scconf.c).
CACHE_FOLDER = re.compile(rb'\bfile_cache_dir\s*=\s*("[^"]*"|[^";\n]*);?', re.IGNORECASE)
COMMENT = re.compile(rb'("[^"\n]*")|#[^\n]*')
SLOT_LIMIT = re.compile(rb"\bmax_virtual_slots\s*=", re.IGNORECASE)
BLOCK = re.compile(rb"(?<![\w-])pkcs11\s*\{", re.IGNORECASE)
DEFAULT_BLOCK = re.compile(rb"\bapp\s+default\s*\{", re.IGNORECASE)
MORE_SLOTS = b" max_virtual_slots = 64; "  # the 16 readers of pcscd, with four each

SIZE_LIMIT = 1 << 20  # bytes

_OPEN: list[Any] = []


def adapt_opensc() -> None:
    """Let OpenSC know no cache folder, and look into every reader.

    It holds for this process. Without a folder named in its configuration, it takes XDG_CACHE_HOME, which the child's
    environment sets to a file.
    """
    named = os.environ.get("OPENSC_CONF")
    for place in (named,) if named else CONFIGURATIONS:
        try:
            words = read_small(Path(place), SIZE_LIMIT)
        except OSError:
            continue
        adapted = adapt(words)
        if adapted != words:
            os.environ["OPENSC_CONF"] = _file_of(adapted)
        return


def adapt(words: bytes) -> bytes:
    """Return it without a cache folder, and with slots for 16 readers.

    A limit that an administrator has set stays. OpenSC takes the first block of a name alone, so nothing is appended
    where there is one.
    """
    words = COMMENT.sub(rb"\1", words)
    words = CACHE_FOLDER.sub(b"", words)
    if SLOT_LIMIT.search(words):
        return words
    if BLOCK.search(words):
        return BLOCK.sub(lambda block: block[0] + MORE_SLOTS, words)
    block = b"pkcs11 {" + MORE_SLOTS + b"}"
    if DEFAULT_BLOCK.search(words):
        return DEFAULT_BLOCK.sub(lambda begin: begin[0] + block, words, count=1)
    return words + b"\napp default {" + block + b"}\n"


def _file_of(words: bytes) -> str:
    """Return the name of a file that ends with this process."""
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it stays open
    file.write(words)
    file.seek(0)
    _OPEN.append(file)
    return f"/dev/fd/{file.fileno()}"
