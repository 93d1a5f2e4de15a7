"""What the Windows setup is made of, and what it is not."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from commands import ROOT, SetupError
from dev import LOCKS
from support.qt import imported_qt_modules
from windows import python_runtime
from windows.build_windows import removal_of
from windows.launchers import LAUNCHERS, make_launchers
from windows.payload import place_policy_templates, place_tasks
from windows.trimming import is_wanted, trim
from windows.windows_lock import for_windows

if TYPE_CHECKING:
    from pathlib import Path

HERE = ROOT / "installers/windows"
LOCK = """\
# made by a tool
asn1crypto==1.5.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
dbus-fast==5.2.0 ; sys_platform == 'linux' \\
    --hash=sha256:cc
winrt-runtime==4.1.0 ; sys_platform == 'win32' \\
    --hash=sha256:dd
"""

WANTED = [
    ("PySide6/QtWidgets.pyd", True),
    ("PySide6/Qt6Widgets.dll", True),
    ("PySide6/plugins/platforms/qwindows.dll", True),
    ("PySide6/translations/qtbase_fr.qm", True),
    ("PySide6/translations/qtbase_de.qm", False),
    ("PySide6/translations/designer_fr.qm", False),
    ("PySide6/Qt6Quick.dll", False),
    ("PySide6/qml/QtQuick/qmldir", False),
    ("PySide6/designer.exe", False),
    ("PySide6/plugins/platforms/qoffscreen.dll", False),
    ("pkcs11/_pkcs11.cp313-win_amd64.pyd", True),
    ("pkcs11/_pkcs11.pyi", False),
    ("icalendar/tests/test_parsing.py", False),
    ("bin/vigicle", False),
    ("config/locale/fr/LC_MESSAGES/vigicle.mo", True),
    ("config/catalogue/procedures/opalexe.toml", True),
    ("daemon/__pycache__/ports.cpython-311.pyc", False),
    ("vigicle-0.1.0.dist-info/METADATA", True),
    ("vigicle-0.1.0.dist-info/direct_url.json", False),
]


@pytest.mark.parametrize(("name", "wanted"), WANTED, ids=[name for name, _ in WANTED])
def test_the_setup_contains_what_runs(name: str, *, wanted: bool) -> None:
    assert is_wanted(name) is wanted


def test_the_setup_contains_each_module_of_qt_that_a_source_imports() -> None:
    needed = imported_qt_modules()
    missing = {name for name in needed if not is_wanted(f"PySide6/{name}.pyd")}
    missing |= {name for name in needed if not is_wanted(f"PySide6/{name.replace('Qt', 'Qt6')}.dll")}
    assert missing == set()


def test_trimming_removes_files_and_the_folders_left_empty(tmp_path: Path) -> None:
    for name, _ in WANTED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    trim(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {name for name, wanted in WANTED if wanted}
    assert not (tmp_path / "bin").exists()
    assert not (tmp_path / "PySide6/qml").exists()


def test_the_lock_for_windows_holds_its_own_packages_without_markers() -> None:
    wanted = ["asn1crypto==1.5.1 \\", "    --hash=sha256:aa \\", "    --hash=sha256:bb"]
    assert for_windows(LOCK).splitlines() == [*wanted, "winrt-runtime==4.1.0 \\", "    --hash=sha256:dd"]


def test_the_real_lock_gives_windows_what_it_needs() -> None:
    names = re.findall(r"^([\w.-]+)==", for_windows((LOCKS / "run.txt").read_text(encoding="utf-8")), re.MULTILINE)
    assert {"pyscard", "python-pkcs11", "pyside6-essentials", "winrt-runtime"} <= set(names)
    assert not {"dbus-fast", "pyobjc-core", "python-xlib"} & set(names)


def test_removal_names_each_file_of_the_first_level(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/library.py").touch()
    (tmp_path / "python.exe").touch()
    assert removal_of(tmp_path) == 'Delete "$INSTDIR\\python.exe"\n'


def test_the_setup_brings_the_templates_for_group_policies_and_removal_takes_them_away(tmp_path: Path) -> None:
    place_policy_templates(tmp_path)
    templates = tmp_path / "PolicyDefinitions"
    assert {file.name for file in templates.rglob("*") if file.is_file()} == {"vigicle.admx", "vigicle.adml"}
    assert removal_of(tmp_path).splitlines() == [
        'Delete "$INSTDIR\\PolicyDefinitions\\en-US\\vigicle.adml"',
        'Delete "$INSTDIR\\PolicyDefinitions\\fr-FR\\vigicle.adml"',
        'Delete "$INSTDIR\\PolicyDefinitions\\vigicle.admx"',
        'RMDir "$INSTDIR\\PolicyDefinitions\\en-US"',
        'RMDir "$INSTDIR\\PolicyDefinitions\\fr-FR"',
        'RMDir "$INSTDIR\\PolicyDefinitions"',
    ]


TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
TASKS = {
    # name: who runs it, and which program with which arguments
    "vigicle-metrics": ("GroupId", "S-1-5-4", "vigiclew.exe", ["metrics", "--save"]),
    "vigicle-collector": ("UserId", "S-1-5-18", "vigicle.exe", ["metrics", "--collect"]),
}


@pytest.mark.parametrize("name", TASKS)
def test_the_tasks_of_the_monitoring_are_off_and_run_the_installed_program(tmp_path: Path, name: str) -> None:
    """Judge by the schema of the Task Scheduler (learn.microsoft.com).

    S-1-5-4 is everybody who is signed in, S-1-5-18 is SYSTEM.
    """
    place_tasks(tmp_path)
    content = (tmp_path / "tasks" / f"{name}.xml").read_bytes()
    assert content.startswith(codecs.BOM_UTF16_LE)
    task = ElementTree.fromstring(content)
    account, sid, program, arguments = TASKS[name]
    assert task.findtext(f"{TASK}Settings/{TASK}Enabled") == "false"
    assert task.findtext(f"{TASK}Principals/{TASK}Principal/{TASK}{account}") == sid
    assert task.findtext(f"{TASK}Principals/{TASK}Principal/{TASK}RunLevel") == "LeastPrivilege"
    action = f"{TASK}Actions/{TASK}Exec/{TASK}"
    assert task.findtext(f"{action}Command") == rf"%ProgramFiles%\vigicle\{program}"
    assert (task.findtext(f"{action}Arguments") or "").split()[:2] == arguments
    assert name in (HERE / "setup.nsi").read_text(encoding="utf-8")


@pytest.mark.full
def test_the_programs_ask_for_the_controls_of_today(tmp_path: Path) -> None:
    """Else their dialogs look like those of Windows 95."""
    make_launchers(tmp_path)
    for name in LAUNCHERS:
        assert b'name="Microsoft.Windows.Common-Controls" version="6.' in (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", re.findall(r"^!insertmacro Say (\w+)", (HERE / "setup-texts.nsh").read_text(), re.M))
def test_the_setup_uses_each_of_its_texts(name: str) -> None:
    assert f"$({name})" in (HERE / "setup.nsi").read_text(encoding="utf-8")


def test_a_cpython_of_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python.zip").write_bytes(b"not it")
    monkeypatch.setenv(python_runtime.ZIP, str(tmp_path / "python.zip"))
    with pytest.raises(SetupError, match="its hash differs"):
        python_runtime.place_python(tmp_path / "carrier", tmp_path, tmp_path / "signers")


def test_the_newest_cpython_is_taken_where_it_was_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert python_runtime.runtime_version() == python_runtime.CARRIED
    monkeypatch.setenv(python_runtime.ZIP, "python.zip")
    assert python_runtime.runtime_version() == python_runtime.NEWEST
