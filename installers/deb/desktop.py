"""The package's files for the desktop and the shell.

Menu entry, autostart, icon, manual pages and completion.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bundle import source_date, version

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
MANUALS = {"en": "usr/share/man/man1", "fr": "usr/share/man/fr/man1"}
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/vigicle",
    "zsh": "usr/share/zsh/vendor-completions/_vigicle",
    "fish": "usr/share/fish/vendor_completions.d/vigicle.fish",
}


def put_files(stage: Path) -> None:
    """Write the files below the stage.

    The program that is already there draws the icon and writes the texts.
    """
    shutil.copytree(HERE / "root", stage, dirs_exist_ok=True)
    home = stage / "usr/lib/vigicle/bin"
    within: tuple[str | Path, ...] = (home / "python3", "-I", "-B", HERE / "within.py")
    output_of([*within, "icons", stage / "usr/share/icons/hicolor"])
    for language, folder in MANUALS.items():
        page = output_of([*within, "manual", HERE / "man" / f"{language}.1"], language)
        page = page.replace("@DATE@", f"{source_date():%Y-%m-%d}").replace("@VERSION@", version())
        put_compressed(stage / folder / "vigicle.1.gz", page)
    for shell, place in COMPLETIONS.items():
        put(stage / place, output_of([home / "python3", "-I", "-B", home / "vigicle", "completion", shell]))


def output_of(command: Sequence[str | Path], language: str = "en") -> str:
    """Return what the staged program prints in a language."""
    environment = {"PATH": os.defpath, "LANGUAGE": language, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def put(file: Path, text: str) -> None:
    """Write a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def put_compressed(file: Path, text: str) -> None:
    """Write a reproducible .gz file, without a time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.encode(), mtime=0))
