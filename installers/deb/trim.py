"""Removes what vigicle does not use from the installed packages.

These are tests, sources, and most of Qt.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEEDLESS_FOLDERS = {"__pycache__", "test", "tests"}
NEEDLESS_SUFFIXES = {".pyi", ".pyx", ".pxd", ".c", ".h", ".typed"}
NEEDLESS_RECORDS = {"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json"}  # pip's own, wrong after trimming

# The guide is a window of widgets: no QML, no network, no tools. The GTK theme would bring GTK in.
QT_MODULES = {"QtCore", "QtGui", "QtWidgets", "QtDBus", "QtSvg"}
QT_PYTHON = {"__init__.py", "_config.py", "_git_pyside_version.py"}
QT_PLUGINS = (
    "platforms/libqxcb.so",
    "platforms/libqwayland.so",
    "platforms/libqoffscreen.so",
    "platforms/libqminimal.so",
    "imageformats/libqgif.so",
    "imageformats/libqico.so",
    "imageformats/libqjpeg.so",
    "imageformats/libqsvg.so",
    "iconengines/libqsvgicon.so",
    "platforminputcontexts/libcomposeplatforminputcontextplugin.so",
    "platforminputcontexts/libibusplatforminputcontextplugin.so",
    "platformthemes/libqxdgdesktopportal.so",
    "wayland-decoration-client/libadwaita.so",
    "wayland-decoration-client/libbradient.so",
    "wayland-graphics-integration-client/libqt-plugin-wayland-egl.so",
    "wayland-shell-integration/libxdg-shell.so",
    "xcbglintegrations/libqxcb-egl-integration.so",
    "xcbglintegrations/libqxcb-glx-integration.so",
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
    trim_qt(packages / "PySide6")
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


def needed_libraries(libraries: Iterable[Path]) -> set[str]:
    """Return the names of all libraries that these load, directly or not."""
    listing = subprocess.run(["ldd", *map(str, libraries)], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^\t(\S+) =>", listing, re.MULTILINE))


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
