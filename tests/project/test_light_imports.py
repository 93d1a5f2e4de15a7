"""The daemon's process holds nothing that only others need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "_hashlib",
    "asn1crypto",
    "asyncio.sslproto",
    "concurrent.futures.process",
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
    "smartcard.System",
    "ssl",
    "typing_extensions",
    "tzlocal",
)


NEEDLESS_FOR_NOTICES = ("packaging", "packaging.version", "typing_extensions", "zipfile")
NEEDLESS_FOR_THE_WINDOW = (
    "asyncio",
    "html",
    "PIL",
    "PySide6.QtPrintSupport",
    "sqlite3",
    "tray.window.keys_page",
    "tray.window.sheet_page",
    "typing_extensions",
)
NEEDLESS_BEFORE_A_READING = ("asn1crypto", "cryptography")
NOTIFIER = "daemon.adapters.platform.light_imports as light; light.load_desktop_notifier()"


@pytest.mark.parametrize(
    ("begin", "unwanted"),
    [
        ("tray.cli.main", HEAVY),
        (NOTIFIER, NEEDLESS_FOR_NOTICES),
        ("daemon.adapters.pkcs11.worker", NEEDLESS_BEFORE_A_READING),
        ("tray.window.program", NEEDLESS_FOR_THE_WINDOW),
    ],
    ids=["at the start", "for the first notice", "before a reading", "for the window"],
)
def test_what_takes_memory_or_time_is_loaded_where_it_is_needed(begin: str, unwanted: tuple[str, ...]) -> None:
    assert printed(f"import sys, {begin}; print([name for name in {unwanted} if name in sys.modules])") == "[]"


def test_python_has_the_hashes_that_are_used() -> None:
    used = "hashlib.sha256(b'').hexdigest()[:8], hmac.digest(b'k', b'', 'sha256').hex()[:8]"
    assert printed(f"import daemon.assembly, hashlib, hmac; print({used})") == "e3b0c442 8bb990c4"


def test_the_window_keeps_no_source_of_its_modules() -> None:
    kept = "[file for file in linecache.cache if file.endswith('guide_window.py')]"
    assert printed(f"import linecache, tray.window.program; print({kept})") == "[]"


def printed(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()
