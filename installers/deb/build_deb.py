"""Builds the Debian package.

It is a private environment for /usr/bin/python3 in /usr/lib/vigicle, made from the locks.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import system_packages
from bundle import (
    bill_of_materials,
    install_run_lock,
    install_wheel,
    make_tools,
    make_wheel,
    need,
    run,
    source_date,
    version,
    written_beside,
)
from commands import SetupError, say
from deb import control, desktop, fleet
from deb.trim import trim
from dev import SUPPORTED, SYSTEM_PYTHON, install_system_packages, version_of

PYTHON = Path(SYSTEM_PYTHON)
PRIVATE = "usr/lib/vigicle"
SETTINGS = """\
home = /usr/bin
include-system-site-packages = false
version = {version}
"""
SCRIPT = """\
#!/usr/lib/vigicle/bin/python3 -I
import sys

from tray.cli.main import main

sys.exit(main())
"""


def build(output: Path) -> Path:
    """Write the package and its bill of materials. Return the package's path."""
    prepare_system()
    name = f"vigicle_{version()}_{architecture()}"
    package = output / f"{name}.deb"
    with tempfile.TemporaryDirectory(prefix="vigicle-deb-") as folder:
        stage = Path(folder) / "stage"
        stage.mkdir(mode=0o755)
        packages, bill = put_environment(stage, Path(folder))
        desktop.put_files(stage)
        fleet.put_files(stage)
        control.put_files(stage, packages, bill, control.Machine(python=python_version(), architecture=architecture()))
        environment = os.environ | {"SOURCE_DATE_EPOCH": f"{source_date().timestamp():.0f}"}
        say(f"Installed: {megabytes(stage)} MB, of which the guide's toolkit: {megabytes(packages / 'PySide6')} MB")
        with written_beside(package) as unfinished:
            pack: list[str | Path] = ["dpkg-deb", "--root-owner-group", "--build", stage, unfinished]
            run(f"pack {package.name}", pack, environment, tells_progress=True)
        (output / f"{name}.cdx.json").write_text(bill, encoding="utf-8")
    return package


def prepare_system() -> None:
    """Install what the build needs, as dev.py does.

    Raises SetupError with the names of what is still missing.
    """
    if not system_packages.is_debian_like():
        raise SetupError("A Debian package can be built on Debian and Ubuntu only.")
    if not version_of(need(SYSTEM_PYTHON, "python3")).startswith(SUPPORTED):
        raise SetupError(f"vigicle needs Python {', '.join(SUPPORTED)}, and {SYSTEM_PYTHON} is another one.")
    install_system_packages(system_packages.BUILD_DEB)
    if missing := system_packages.missing(system_packages.BUILD_DEB):
        raise SetupError(f"Nothing was built. Install these packages first: {' '.join(missing)}.")


def megabytes(folder: Path) -> int:
    """Return how much the files in a folder and below take."""
    return sum(file.stat().st_size for file in control.files(folder)) // 1_000_000


def architecture() -> str:
    """Return Debian's name of this machine's architecture."""
    ask = [need("dpkg", "dpkg"), "--print-architecture"]
    return subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()


def python_version() -> tuple[int, int]:
    """Return the version of the Python that the package is for."""
    major, minor, *_ = version_of(SYSTEM_PYTHON).split(".")
    return int(major), int(minor)


def put_environment(stage: Path, work: Path) -> tuple[Path, str]:
    """Make /usr/lib/vigicle and /usr/bin/vigicle below the stage.

    Returns the folder of installed packages, and their bill of materials.
    """
    home = stage / PRIVATE
    packages = home / "lib" / f"python{'.'.join(map(str, python_version()))}" / "site-packages"
    tools = make_tools(SYSTEM_PYTHON, work / "tools")
    into = ("--target", packages, "--no-compile")
    hashes = install_run_lock(tools, *into, "--only-binary", ":all:", "--no-binary", "pyscard")
    install_wheel(tools, make_wheel(tools, work), *into)
    bill = bill_of_materials(packages, hashes)
    trim(packages)
    (home / "pyvenv.cfg").write_text(SETTINGS.format(version=version_of(SYSTEM_PYTHON)), encoding="utf-8")
    for folder in (home / "bin", stage / "usr/bin"):
        folder.mkdir(parents=True)
    (home / "bin/python3").symlink_to(PYTHON.resolve())
    (home / "bin/vigicle").write_text(SCRIPT, encoding="utf-8")
    (stage / "usr/bin/vigicle").symlink_to("../lib/vigicle/bin/vigicle")
    return packages, bill
