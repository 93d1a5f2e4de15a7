"""Removes what vigicle does not use from the installed packages.

These are tests, sources, and most of Qt.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from deb.control import is_library
from deb.icu import leave_out_languages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEEDLESS_FOLDERS = {"__pycache__", "test", "tests"}
NEEDLESS_SUFFIXES = {".pyi", ".pyx", ".pxd", ".c", ".h", ".typed"}
NEEDLESS_RECORDS = {"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json"}  # pip's own, wrong after trimming

UNUSED = (
    "PIL/_avif.*",  # formats and places where the icon never goes
    "PIL/_imagingcms.*",
    "PIL/_imagingtk.*",
    "PIL/_webp.*",
    "pygments/lexers/[!_]*.py",  # rich colours no program here
    "pygments/lexers/_*_builtins.py",
    "*.dist-info/sboms/*",  # the package has a bill of materials of its own
)

# The guide is a window of widgets: no QML, no OpenGL, no network, no tools. The GTK theme would bring GTK in.
QT_MODULES = {"QtCore", "QtGui", "QtPrintSupport", "QtWidgets"}
QT_PYTHON = {"__init__.py", "_config.py", "_git_pyside_version.py"}
QT_PLUGINS = (
    "platforms/libqxcb.so",
    "platforms/libqwayland.so",
    "platforms/libqoffscreen.so",
    "platforms/libqminimal.so",
    "imageformats/libqsvg.so",
    "iconengines/libqsvgicon.so",
    "platforminputcontexts/libcomposeplatforminputcontextplugin.so",
    "platforminputcontexts/libibusplatforminputcontextplugin.so",
    "platformthemes/libqxdgdesktopportal.so",
    "printsupport/libcupsprintersupport.so",
    "wayland-decoration-client/libadwaita.so",
    "wayland-decoration-client/libbradient.so",
    "wayland-shell-integration/libxdg-shell.so",
)
QT_TRANSLATIONS = {"qtbase_fr.qm"}  # English is in the code


def trim(packages: Path) -> None:
    """Remove what is not needed from a folder of installed packages."""
    shutil.rmtree(packages / "bin")  # pip's scripts, which name the build's Python
    for folder in [path for path in packages.rglob("*") if path.is_dir() and path.name in NEEDLESS_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)  # it may lie in one removed before
    for file in list(_files(packages)):
        if file.suffix in NEEDLESS_SUFFIXES or (file.parent.suffix == ".dist-info" and file.name in NEEDLESS_RECORDS):
            file.unlink()
    for pattern in UNUSED:
        for file in packages.glob(pattern):
            file.unlink()
    trim_qt(packages / "PySide6")
    trim_wheel_libraries(packages)
    strip(packages)
    for folder in sorted((path for path in packages.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def trim_qt(qt: Path) -> None:
    """Keep the modules and plugins above, and the libraries that they load."""
    plugins = {qt / "Qt/plugins" / name for name in QT_PLUGINS}
    modules = {qt / f"{name}.abi3.so" for name in QT_MODULES}
    translator = {qt / name for name in QT_PYTHON} | {qt / "Qt/translations" / name for name in QT_TRANSLATIONS}
    loaded = needed_libraries(plugins | modules)
    for file in list(_files(qt)):
        if file not in plugins | modules | translator and file.name not in loaded:
            file.unlink()
    for file in qt.glob("Qt/lib/libicudata.so.*"):
        leave_out_languages(file)


def trim_wheel_libraries(packages: Path) -> None:
    """Keep those of the wheels' own libraries (`NAME.libs`) that are loaded."""
    own = {file for folder in packages.glob("*.libs") for file in _files(folder)}
    loaded = needed_libraries(file for file in _files(packages) if is_library(file) and file not in own)
    for file in own:
        if file.name not in loaded:
            file.unlink()


def strip(packages: Path) -> None:
    """Remove the symbols that are for debuggers alone."""
    libraries = [str(file) for file in _files(packages) if is_library(file) and not file.is_symlink()]
    subprocess.run(["strip", "--strip-unneeded", *libraries], check=True)


def needed_libraries(libraries: Iterable[Path]) -> set[str]:
    """Return the names of all libraries that these load, directly or not."""
    listing = subprocess.run(["ldd", *map(str, libraries)], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^\t(\S+) =>", listing, re.MULTILINE))


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
