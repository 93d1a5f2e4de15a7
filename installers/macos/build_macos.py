"""Builds the macOS package, on a Mac."""

from __future__ import annotations

import os
import platform
import plistlib
import tempfile
from pathlib import Path

from bundle import (
    bill_of_materials,
    install_run_lock,
    install_wheel,
    make_tools,
    make_wheel,
    need,
    run,
    version,
)
from commands import SetupError, say
from dev import LOCKS, base_python
from macos import facts, steps

HERE = Path(__file__).parent
PARTS = "parts"  # vigicle and its libraries, apart from the tools, which do not ship


def build(output: Path) -> Path:
    """Write the package and its bill of materials. Return the package's path.

    Raises SetupError or StepError.
    """
    prepare_system()
    known = steps.keys(os.environ)
    for lack in steps.unsigned(known):
        say(lack)
    target = output / f"vigicle-{version()}-{platform.machine()}.pkg"
    with tempfile.TemporaryDirectory(prefix="vigicle-macos-") as scratch:
        work = Path(scratch)
        python, bill = make_environment(work)
        target.with_suffix(".cdx.json").write_text(bill, encoding="utf-8")
        write_lists(work)
        folder = freeze(python, work, known.application)
        (work / "root").mkdir()
        (folder / "vigicle.app").rename(work / "root" / "vigicle.app")  # away from what it was made from
        for step in steps.package(HERE, work, target, version(), known):
            run(step.title, step.command)
    return target


def prepare_system() -> None:
    """Check that this is a Mac with the tools. Raises SetupError."""
    if platform.system() != "Darwin":
        raise SetupError("The macOS package is built on a Mac: its tools exist nowhere else. Build it there.")
    for program in ("codesign", "pkgbuild", "productbuild"):
        need(program, "Xcode's command line tools (xcode-select --install)")


def make_environment(work: Path) -> tuple[Path, str]:
    """Make the folder of vigicle's parts, and an environment with PyInstaller.

    Returns the environment's interpreter, and the bill of materials of the parts.
    """
    python = make_tools(base_python(), work / "tools")
    hashes = install_run_lock(python, "--target", work / PARTS)
    install_wheel(python, make_wheel(python, work), "--target", work / PARTS)
    bill = bill_of_materials(work / PARTS, hashes)
    install_run_lock(python, lock=LOCKS / "macos.txt")
    return python, bill


def freeze(python: Path, work: Path, identity: str = "") -> Path:
    """Freeze the parts with PyInstaller, and return the folder of the result.

    `identity` signs each program, ad hoc where it is empty. Without a Mac the result is a folder `vigicle`, not an app.
    """
    frozen = steps.freeze(python, HERE, work)
    environment = os.environ | {
        "PYTHONPATH": str(work / PARTS),
        "VERSION": version(),
        "IDENTITY": identity,
        "ENTITLEMENTS": str(work / "entitlements.plist") if identity else "",
    }
    run(frozen.title, frozen.command, environment)
    return work / "dist"


def write_lists(work: Path) -> None:
    """Write the property lists that Apple's tools read."""
    (work / "entitlements.plist").write_bytes(plistlib.dumps(facts.ENTITLEMENTS))
    (work / "component.plist").write_bytes(plistlib.dumps(facts.component()))
    text = facts.distribution(version(), platform.machine(), "vigicle-component.pkg")
    (work / "distribution.xml").write_text(text, encoding="utf-8")
