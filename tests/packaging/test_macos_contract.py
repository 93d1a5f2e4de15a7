"""Each AppKit name that vigicle uses is in the locked PyObjC wheels.

PyObjC's metadata has constants, functions, delegates' methods and most classes, but not every method. The rest is in
docs/release-checklist.md.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from commands import ROOT
from macos.wheels import LIST
from support import appkit

pytestmark = pytest.mark.full

LIBRARIES = ("pyobjc_core", "pyobjc_framework_cocoa")
SOURCES = (
    ROOT / "tray/icon/macos.py",
    ROOT / "tray/window/activation.py",
    ROOT / "daemon/adapters/schedule/resume_macos.py",
)
PYSTRAY = find_spec("pystray")
DELEGATES = ("NativeDelegate",)
INLINE = {"NSMakeSize"}  # a C macro: PyObjC writes it in Python


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of the locked wheels' Python files."""
    folder = tmp_path_factory.mktemp("wheels")
    lines = [line.split() for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith(LIBRARIES)]
    pins = [f"{'=='.join(name.split('-')[:2])} --hash={digest}" for name, digest in lines]
    (folder / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
    ask = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--require-hashes",
    ]
    ask += ["--platform", "macosx_14_0_arm64", "--python-version", "3.13", "--dest", str(folder)]
    subprocess.run([*ask, "--requirement", str(folder / "pins.txt")], check=True)
    return "".join(text for wheel in folder.glob("*.whl") for text in _python_files(wheel))


def _python_files(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return [archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")]


def names_used(source: str) -> set[str]:
    """Return the names that are taken from AppKit and Foundation."""
    attributes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    return {
        each.attr
        for each in attributes
        if isinstance(each.value, ast.Name) and each.value.id in {"AppKit", "Foundation"}
    }


def selectors_heard(source: str) -> set[str]:
    """Return the selectors of the methods that AppKit calls on a delegate."""
    classes = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef) and node.name in DELEGATES
    )
    functions = (node for each in classes for node in each.body if isinstance(node, ast.FunctionDef))
    return {function.name.replace("_", ":") for function in functions if function.name.endswith("_")}


def test_every_name_is_in_the_wheels(wheels: str) -> None:
    assert PYSTRAY is not None
    assert PYSTRAY.origin is not None
    files = (*SOURCES, Path(PYSTRAY.origin).with_name("_darwin.py"))
    used = {name for file in files for name in names_used(file.read_text(encoding="utf-8"))} | set(appkit.CONSTANTS)
    assert len(used) > 10
    assert {name for name in used - INLINE if not re.search(rf"\b{name}\b", wheels)} == set()


def test_every_method_of_a_delegate_is_in_the_wheels(wheels: str) -> None:
    heard = {name for file in SOURCES for name in selectors_heard(file.read_text(encoding="utf-8"))}
    assert "menuNeedsUpdate:" in heard
    assert {name for name in heard if f'b"{name}"' not in wheels} == set()


def test_the_helpers_are_in_the_wheels(wheels: str) -> None:
    for function in ("def callAfter(", "def signal(", "def getsignal("):
        assert function in wheels
