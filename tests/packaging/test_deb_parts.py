"""Parts of the Debian package, tested without building it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from commands import ROOT
from deb.build_deb import SETTINGS
from deb.control import indented, python_range
from deb.icu import leave_out_languages
from deb.trim import QT_MODULES, needed_libraries
from deb.within import ICON_SIZES, draw_icons, filled
from dev import SYSTEM_PYTHON, version_of
from support.process import require_tool
from support.qt import imported_qt_modules

DEB = ROOT / "installers/deb"
ZONE_NAMES = """\
from PySide6.QtCore import QLocale, QTimeZone

paris, kind = QTimeZone(b"Europe/Paris"), (QTimeZone.TimeType.StandardTime, QTimeZone.NameType.LongName)
print(*(paris.displayName(*kind, QLocale(language)) for language in ("fr_FR", "en_GB", "de_DE")), sep="\\n")
"""


@pytest.mark.parametrize("entry", ["usr/share/applications/vigicle.desktop", "etc/xdg/autostart/vigicle.desktop"])
def test_the_desktop_entries_are_valid(entry: str) -> None:
    validate = [require_tool("desktop-file-validate", "desktop-file-utils"), "--no-hints", str(DEB / "root" / entry)]
    answer = subprocess.run(validate, check=False, capture_output=True, text=True)
    assert (answer.returncode, answer.stdout) == (0, "")


@pytest.mark.parametrize(("language", "words"), [("en", "show what is known"), ("fr", "montre ce qui est connu")])
def test_the_manual_describes_every_command(language: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    page = filled((DEB / "man" / f"{language}.1").read_text(encoding="utf-8"))
    assert words in page
    for command in ("run", "status", "check", "guide", "doctor", "autostart", "export", "completion", "quit"):
        assert f".SS {command}\n" in page


def test_an_option_keeps_its_hyphens() -> None:
    page = filled("@OPTIONS@")
    assert "\n.TP\n\\fB\\-v, \\-\\-verbose\\fR\n" in page


def test_the_package_is_bound_to_one_python() -> None:
    assert python_range((3, 11)) == ("python3 (>= 3.11)", "python3 (<< 3.12)")


def test_the_packages_python_sees_no_package_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").symlink_to(SYSTEM_PYTHON)
    (tmp_path / "pyvenv.cfg").write_text(SETTINGS.format(version=version_of(SYSTEM_PYTHON)))
    ask = [str(tmp_path / "bin/python3"), "-I", "-c", "import sys; print(sys.prefix, *sys.path, sep='\\n')"]
    folders = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) in folders
    assert "dist-packages" not in folders


def test_an_empty_line_in_a_field_is_a_dot() -> None:
    assert indented("one\n\ntwo\n") == " one\n .\n two"


def test_the_icon_is_drawn_in_each_size(tmp_path: Path) -> None:
    draw_icons(tmp_path)
    assert len(list(tmp_path.glob("*/apps/vigicle.png"))) == len(ICON_SIZES)


def test_the_libraries_that_a_program_loads_are_named() -> None:
    assert "libc.so.6" in needed_libraries([Path("/usr/bin/env")])


def test_each_module_of_qt_that_a_source_imports_is_packed() -> None:
    """Also what a function imports, such as the printing."""
    assert "QtPrintSupport" in imported_qt_modules()
    assert imported_qt_modules() <= QT_MODULES


def test_french_and_english_stay_when_other_languages_are_left_out(tmp_path: Path) -> None:
    (whole,) = Path(PySide6.__path__[0]).glob("Qt/lib/libicudata.so.*")
    library = Path(shutil.copy(whole, tmp_path))
    leave_out_languages(library)
    assert library.stat().st_size < whole.stat().st_size / 3
    before, after = (zone_names(each) for each in (whole, library))
    assert after[:2] == before[:2] == ["heure normale d\u2019Europe centrale", "Central European Standard Time"]
    assert (before[2], after[2]) == ("Mitteleurop\u00e4ische Normalzeit", "Central European Standard Time")


def zone_names(library: Path) -> list[str]:
    """Return the names of a time zone in this ICU."""
    environment = os.environ | {"LD_PRELOAD": str(library)}
    ask = [sys.executable, "-c", ZONE_NAMES]
    return subprocess.run(ask, check=True, capture_output=True, text=True, env=environment).stdout.splitlines()
