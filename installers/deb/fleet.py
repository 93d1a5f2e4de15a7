"""The package's files for a whole office: units and examples."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from commands import ROOT
from deb.desktop import put

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = ROOT / "installers" / "fleet"
UNITS = "usr/lib/systemd/system"
DOCUMENTS = "usr/share/doc/vigicle"
POLICIES = "PolicyDefinitions"  # for those who look after Windows from here


def put_files(stage: Path) -> None:
    """Write the units, which nothing enables, and the examples."""
    for file in sorted(SOURCES.iterdir()):
        if file.is_file():
            folder = UNITS if file.suffix in {".service", ".timer"} else f"{DOCUMENTS}/examples"
            put(stage / folder / file.name, file.read_text(encoding="utf-8"))
    shutil.copytree(SOURCES / POLICIES, stage / DOCUMENTS / "examples" / POLICIES)
    put(stage / DOCUMENTS / "fleet.md", (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8"))
