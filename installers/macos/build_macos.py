"""Builds the macOS package, on a Mac."""

from __future__ import annotations

import os
import platform
import plistlib
import shutil
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
    written_beside,
)
from commands import SetupError, say
from dev import LOCKS, base_python
from macos import facts, steps

HERE = Path(__file__).parent
ROOT_FOLDER = "root"  # what pkgbuild packs
BILL = "vigicle.cdx.json"
PARTS = "parts"  # vigicle and its libraries, apart from the tools, which do not ship


def build(output: Path) -> Path:
    """Write the package and its bill of materials. Return the package's path.

    Raises SetupError or StepError.
    """
    with tempfile.TemporaryDirectory(prefix="vigicle-macos-") as scratch:
        stage(Path(scratch))
        return finish(Path(scratch), output)


def stage(folder: Path) -> None:
    """Freeze the app into a folder, signed ad hoc.

    Raises SetupError or StepError.
    """
    prepare_system()
    with tempfile.TemporaryDirectory(prefix="vigicle-macos-") as scratch:
        work = Path(scratch)
        python, bill = make_environment(work)
        (folder / ROOT_FOLDER).mkdir(parents=True)
        freeze(python, work)
        shutil.move(work / "dist" / "vigicle.app", folder / ROOT_FOLDER / "vigicle.app")
        (folder / BILL).write_text(bill, encoding="utf-8")


def finish(folder: Path, output: Path) -> Path:
    """Sign the app, pack it, and have Apple notarize it.

    It runs Apple's tools alone, so that the key is near no library. Raises SetupError or StepError.
    """
    prepare_system()
    known = steps.keys(os.environ)
    for lack in steps.unsigned(known):
        say(lack)
    target = output / f"vigicle-{version()}-{platform.machine()}.pkg"
    write_lists(folder)
    with written_beside(target) as unfinished:
        for step in [*steps.sign(folder, known), *steps.package(HERE, folder, unfinished, version(), known)]:
            run(step.title, step.command, tells_progress=True)
    shutil.copyfile(folder / BILL, target.with_suffix(".cdx.json"))
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


def freeze(python: Path, work: Path) -> Path:
    """Freeze the parts with PyInstaller, and return the folder of the result.

    Without a Mac the result is a folder `vigicle`, not an app.
    """
    frozen = steps.freeze(python, HERE, work)
    run(frozen.title, frozen.command, os.environ | {"PYTHONPATH": str(work / PARTS), "VERSION": version()})
    return work / "dist"


def write_lists(work: Path) -> None:
    """Write the property lists that Apple's tools read."""
    (work / "entitlements.plist").write_bytes(plistlib.dumps(facts.ENTITLEMENTS))
    (work / "component.plist").write_bytes(plistlib.dumps(facts.component()))
    text = facts.distribution(version(), platform.machine(), "vigicle-component.pkg")
    (work / "distribution.xml").write_text(text, encoding="utf-8")
