"""Every object of PyPI's `cryptography-vectors`, certificates and others.

The package has 56 MB, so that `installers/dev.py test --full` alone installs it.
"""

from __future__ import annotations

import base64
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("x509", "pkcs7", "pkcs12", "asymmetric")  # the others hold numbers for ciphers
PEM = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----(.*?)-----END", re.DOTALL)
HEADER = re.compile(rb"^[\w-]+:.*$", re.MULTILINE)


def vectors() -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each PEM block and each other file."""
    found = find_spec("cryptography_vectors")
    assert found is not None, "installers/dev.py test --full installs it: installers/locks/full.txt"
    assert found.origin is not None
    package = Path(found.origin).parent
    for folder in FOLDERS:
        for file in sorted(path for path in (package / folder).rglob("*") if path.is_file()):
            for number, der in enumerate(_ders(file.read_bytes())):
                yield f"{file.relative_to(package)}:{number}", der


def _ders(content: bytes) -> list[bytes]:
    return [base64.b64decode(HEADER.sub(b"", block)) for block in PEM.findall(content)] or [content]
