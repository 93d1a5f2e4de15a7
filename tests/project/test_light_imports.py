"""The daemon's process holds nothing that only others need."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "asn1crypto",
    "cryptography",
    "difflib",
    "email",
    "html",
    "http",
    "icalendar",
    "importlib.metadata",
    "PIL",
    "PySide6",
    "rich",
    "ssl",
    "typing_extensions",
    "tzlocal",
)


def test_what_takes_memory_is_loaded_where_it_is_needed() -> None:
    listing = f"import sys, tray.cli.main; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
