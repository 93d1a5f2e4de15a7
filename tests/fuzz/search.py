"""Searches for bytes that do harm at a border, led by coverage.

Usage: `search.py TARGET [-max_total_time=600] [-artifact_prefix=FOLDER/] [CORPUS]`, as libFuzzer takes it.

Needs atheris (Linux alone), which `installers/dev.py fuzz` installs.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-untyped,unused-ignore]  # only where `dev.py fuzz` installed it

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

with atheris.instrument_imports(include=["config", "daemon", "tray", "asn1crypto"]):
    from fuzz.targets import TARGETS, seeds_of


def main() -> None:
    """Begin with the recorded seeds."""
    logging.disable()
    name = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as recorded:
        for number, content in enumerate(seeds_of(name).values()):
            (Path(recorded) / str(number)).write_bytes(content)
        atheris.Setup([*sys.argv, recorded], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
