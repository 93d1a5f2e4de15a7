"""Finds the vendor's tool on this computer by its name.

Vendors do not document where their tools are installed.
"""

import os
import plistlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.parsers.expat import ExpatError

from daemon.adapters.launch.vendor_tool_windows import installed_programs, shortcuts

# Shortcuts that carry the tool's name and take it away.
UNINSTALLER_WORDS = ("uninst", "désinst", "desinst")


def find_tool(name: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Find the .desktop, .lnk, .app or program with this name.

    Its name contains `name`, case-folded. The shortest name wins.
    """
    if sys.platform == "win32":
        found = best_match(name, shortcuts(environ)) or best_match(name, installed_programs())
    elif sys.platform == "darwin":
        found = best_match(name, bundles((Path("/Applications"), Path.home() / "Applications")))
    else:
        found = best_match(name, desktop_entries(environ))
    return found


def best_match(name: str, candidates: Iterable[tuple[str, Path]]) -> Path | None:
    """Return the path with the shortest name that contains `name`."""
    wanted = name.casefold()
    found = [
        (len(label), label, path)
        for label, path in ((label.casefold(), path) for label, path in candidates)
        if wanted in label and not any(remover in label for remover in UNINSTALLER_WORDS)
    ]
    if found:
        return min(found)[2]
    return None


def desktop_entries(environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield the names and files of the desktop's programs.

    Desktop Entry Specification 1.5.

    An entry of the same id in an earlier folder hides the later ones, also when it is hidden itself.
    """
    home = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    shared = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    seen: set[str] = set()
    for folder in (Path(each) / "applications" for each in [home, *shared.split(":")] if each):
        for file in sorted(folder.rglob("*.desktop")):
            id_ = "-".join(file.relative_to(folder).parts)
            if id_ not in seen:
                seen.add(id_)
                yield from ((name, file) for name in _names(read_entry(file)))


def read_entry(file: Path) -> dict[str, str]:
    """Return the group [Desktop Entry], {} where it cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    entry: dict[str, str] = {}
    group = ""
    for line in lines:
        if line.startswith("["):
            group = line.strip()
        elif group == "[Desktop Entry]" and "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            entry.setdefault(key.strip(), value.strip())
    return entry


def _names(entry: Mapping[str, str]) -> list[str]:
    hidden = "true" in {entry.get("NoDisplay"), entry.get("Hidden")}
    if hidden or entry.get("Type") != "Application":
        return []
    return [value for key, value in entry.items() if key == "Name" or key.startswith("Name[")]


def bundles(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the names and folders of macOS applications.

    Applications one folder below are included.
    """
    for folder in folders:
        for bundle in sorted([*folder.glob("*.app"), *folder.glob("*/*.app")]):
            try:
                with (bundle / "Contents/Info.plist").open("rb") as file:
                    facts = plistlib.load(file)
            except (OSError, ValueError, ExpatError):  # plistlib's own error is a ValueError
                facts = {}
            names = {str(facts[key]) for key in ("CFBundleName", "CFBundleDisplayName") if key in facts}
            yield from ((name, bundle) for name in names | {bundle.stem})
