"""Search by coverage for a certificate that does harm.

Usage: `fuzz_certificates.py [-max_total_time=600]`.

Needs `atheris` beside vigicle's own dependencies, in an environment of its own; vigicle does not depend on it.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # has no types

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[3])]

with atheris.instrument_imports(include=["config", "daemon", "tray", "asn1crypto"]):
    from integration.faults.surfaces import faults_of


def try_one(content: bytes) -> None:
    """Fail at the first harm."""
    if faults := faults_of(content):
        raise AssertionError(faults)


def main() -> None:
    """Begin with the recorded certificates."""
    with tempfile.TemporaryDirectory() as corpus:
        with zipfile.ZipFile(Path(__file__).with_name("certificates.zip")) as archive:
            for number, name in enumerate(archive.namelist()):
                (Path(corpus) / str(number)).write_bytes(archive.read(name))
        atheris.Setup([*sys.argv, corpus], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
