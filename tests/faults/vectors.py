"""Take every file of a folder of certificates the whole way: `python tests/faults/vectors.py FOLDER`.

Meant for `pip download --no-deps cryptography-vectors`, unpacked (56 MB: hence no dependency).
"""

from __future__ import annotations

import base64
import re
import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from daemon.adapters.x509 import read_certificate  # noqa: E402 - after the path
from faults.surfaces import faults_of  # noqa: E402

PEM = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----(.*?)-----END", re.DOTALL)
HEADER = re.compile(rb"^[\w-]+:.*$", re.MULTILINE)


def ders(content: bytes) -> list[bytes]:
    """The blocks of a PEM file, or the file itself."""
    return [base64.b64decode(HEADER.sub(b"", block)) for block in PEM.findall(content)] or [content]


def main() -> int:
    """Print what came of it; fail when anything did harm."""
    counts: Counter[str] = Counter()
    for file in sorted(path for path in Path(sys.argv[1]).rglob("*") if path.is_file()):
        for der in ders(file.read_bytes()):
            for fault in faults_of(der):
                sys.stdout.write(f"{file}: {fault}\n")
                counts["harmful"] += 1
            certificate = read_certificate(der)
            counts[
                "read whole"
                if not certificate.flaw
                else "read in part"
                if certificate.not_after
                else "named unreadable"
            ] += 1
    sys.stdout.write(f"{dict(counts)}\n")
    return int(bool(counts["harmful"]))


if __name__ == "__main__":
    sys.exit(main())
