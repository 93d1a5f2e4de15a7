"""Which files of the wheels the setup contains.

These are what runs, and the part of Qt that the guide's window needs.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

QT = re.compile(
    r"""PySide6/(
        [^/]*\.py
      | support/[^/]*\.py
      | Qt(Core|Gui|PrintSupport|Widgets)\.pyd
      | Qt6(Core|Gui|PrintSupport|Widgets)\.dll
      | pyside6\.abi3\.dll
      | (msvcp140(_[12])?|vcruntime140(_1)?)\.dll
      | plugins/platforms/qwindows\.dll
      | plugins/styles/[^/]*
      | plugins/imageformats/q(ico|gif|jpeg)\.dll
      | translations/qtbase_(en|fr)\.qm
    )""",
    re.VERBOSE,
)
UNUSED = re.compile(
    r"""
        bin/.*                                       # Linux scripts: pip makes them for its own system
      | vigicle-[^/]*/direct_url\.json              # where the builder's scratch folder was
      | (.*/)?(tests?|__pycache__|include)/.*
      | .*\.(pyi|lib|h|pxd|pyx|c)
      | PIL/_(avif|webp|imagingcms|imagingtk)\..*    # formats and places where the icon never goes
      | shiboken6/(concrt140|vcamp140|vccorlib140|vcomp140|msvcp140_codecvt_ids)\.dll
    """,
    re.VERBOSE,
)


def is_wanted(name: str) -> bool:
    """Return whether the setup contains a file.

    `name` is its path below the wheels' folder, with slashes.
    """
    if name.startswith("PySide6/"):
        return QT.fullmatch(name) is not None
    return UNUSED.fullmatch(name) is None


def trim(folder: Path) -> None:
    """Remove the files that are not wanted, and empty folders."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif not is_wanted(str(PurePosixPath(path.relative_to(folder)))):
            path.unlink()
