"""Builds the Windows setup on Linux, with NSIS."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import system_packages
from bundle import need, run, source_date, version
from commands import SetupError, say
from dev import install_system_packages
from windows import signing
from windows.launchers import LAUNCHERS, compile_program
from windows.payload import BILL, make_payload

HERE = Path(__file__).parent


def build(output: Path) -> Path:
    """Write the setup and its bill of materials. Return the setup's path.

    Raises SetupError or StepError.
    """
    if platform.system() != "Linux":
        raise SetupError("The Windows setup is built on Linux. Build it on Debian 12 or later.")
    install_system_packages(system_packages.BUILD_WINDOWS)
    need("makensis", "nsis")
    setup = output / f"vigicle-{version()}-setup.exe"
    with tempfile.TemporaryDirectory(prefix="vigicle-windows-") as scratch:
        payload, tools = Path(scratch) / "payload", Path(scratch) / "tools"
        make_payload(payload)
        sign_launchers(payload)
        give_date(payload)
        tools.mkdir()
        compile_program("shortcut.c", tools / "shortcut.exe", "-mwindows", "-lole32", "-luuid")
        pack(payload, tools, setup)
        shutil.copyfile(payload / BILL, setup.with_name(f"{setup.stem}.cdx.json"))
    return setup


def sign_launchers(payload: Path) -> None:
    """Sign vigicle's own programs, or report that there is no key."""
    if not signing.has_key():
        say(f"Not signed: {signing.KEY} names no key. Windows will warn of an unknown publisher.")
        return
    for name in LAUNCHERS:
        signing.sign(payload / name)


def give_date(payload: Path) -> None:
    """Set the date of all files, so that builds are reproducible."""
    moment = source_date().timestamp()
    for path in payload.rglob("*"):
        os.utime(path, (moment, moment))


def pack(payload: Path, tools: Path, setup: Path) -> None:
    """Run NSIS."""
    removal = tools / "files.nsh"
    removal.write_text(removal_of(payload), encoding="ascii")
    run(
        f"pack {setup.name}",
        ["makensis", "-V2", "-INPUTCHARSET", "UTF8", *definitions(payload, tools, setup), HERE / "setup.nsi"],
    )


def definitions(payload: Path, tools: Path, setup: Path) -> list[str]:
    """Return the definitions for setup.nsi."""
    values = {
        "VERSION": version(),
        "NUMBERS": f"{version()}.0",
        "PAYLOAD": payload,
        "SHORTCUT": tools / "shortcut.exe",
        "FILES": tools / "files.nsh",
        "OUTPUT": setup,
        "SIZE_KB": sum(file.stat().st_size for file in payload.rglob("*") if file.is_file()) // 1024,
    }
    if signing.has_key():
        values["SIGN"] = f"{sys.executable} {HERE / 'signing.py'}"
    return [f"-D{name}={value}" for name, value in values.items()]


def removal_of(payload: Path) -> str:
    """Return NSIS's commands that delete the files of the first level.

    They name each file, because other files in that folder are not vigicle's.
    """
    names = sorted(path.name for path in payload.iterdir() if path.is_file())
    return "".join(f'Delete "$INSTDIR\\{name}"\n' for name in names)
