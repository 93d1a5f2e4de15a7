"""What the program's sources take from Qt."""

from __future__ import annotations

import re

from commands import ROOT


def imported_qt_modules() -> set[str]:
    """Return the names of Qt's modules that any source imports."""
    sources = [file for folder in ("config", "daemon", "tray") for file in (ROOT / folder).rglob("*.py")]
    pattern = re.compile(r"^\s*(?:from|import) PySide6\.(\w+)", re.MULTILINE)
    return {name for file in sources for name in pattern.findall(file.read_text(encoding="utf-8"))}
