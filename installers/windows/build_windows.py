"""Builds the Windows setup on Linux, with NSIS."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path, PureWindowsPath

import system_packages
from bundle import install_run_lock, make_tools, need, run, source_date, version, written_beside
from commands import ROOT, SetupError, say
from dev import LOCKS, base_python, install_system_packages
from publisher import publisher
from windows import signing
from windows.launchers import compile_program
from windows.payload import BILL, WHEELS, make_payload

HERE = Path(__file__).parent
PAYLOAD, TOOLS = "payload", "tools"


def build(output: Path) -> Path:
    """Write the setup and its bill of materials. Return the setup's path.

    Raises SetupError or StepError.
    """
    with tempfile.TemporaryDirectory(prefix="vigicle-windows-") as scratch:
        stage(Path(scratch))
        return finish(Path(scratch), output)


def stage(folder: Path) -> None:
    """Make the parts of the setup in a folder, unsigned.

    Raises SetupError or StepError.
    """
    if platform.system() != "Linux":
        raise SetupError("The Windows setup is built on Linux. Build it on Debian 12 or later.")
    install_system_packages(system_packages.BUILD_WINDOWS)
    make_payload(folder / PAYLOAD)
    (folder / TOOLS).mkdir()
    compile_program("shortcut.c", folder / TOOLS / "shortcut.exe", "-mwindows", "-lole32", "-luuid")
    draw_pictures(folder / TOOLS)


def draw_pictures(tools: Path) -> None:
    """Draw the setup's pictures with the locked Pillow."""
    with tempfile.TemporaryDirectory() as scratch:
        python, lock = make_tools(base_python(), Path(scratch) / "tools"), Path(scratch) / "pillow.txt"
        lock.write_text(block_of("pillow", (LOCKS / "run.txt").read_text(encoding="utf-8")), encoding="utf-8")
        install_run_lock(python, "--no-deps", "--only-binary", ":all:", lock=lock)
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        run("draw the setup's pictures", [python, HERE / "pictures.py", tools], environment)


def block_of(name: str, lock: str) -> str:
    """Return one library's part of a lock."""
    return next(block for block in re.split(r"\n(?=[a-z])", lock) if block.startswith(f"{name}==")) + "\n"


def finish(folder: Path, output: Path) -> Path:
    """Sign the parts and pack them. Return the setup's path.

    It runs nothing but the signer and NSIS, so that the key is near no library. Raises SetupError or StepError.
    """
    need("makensis", "nsis")
    payload, setup = folder / PAYLOAD, output / f"vigicle-{version()}-setup.exe"
    sign_parts(folder)
    give_date(payload)
    pack(payload, folder / TOOLS, setup)
    shutil.copyfile(payload / BILL, setup.with_name(f"{setup.stem}.cdx.json"))
    return setup


def sign_parts(folder: Path) -> None:
    """Sign every program and library that has no signature.

    Without a signer, report that. Raises SetupError.
    """
    try:
        if signing.signer(os.environ) is None:
            say(f"Not signed: none of {', '.join(signing.SIGNERS)} is set. Windows will warn of an unknown publisher.")
            return
        count = signing.sign_all(list(signing.programs_in(folder)), os.environ)
    except signing.SignerError as error:
        raise SetupError(str(error)) from error
    say(f"Signed: {count} programs and libraries.")


def give_date(payload: Path) -> None:
    """Set the date of all files, so that builds are reproducible."""
    moment = source_date().timestamp()
    for path in payload.rglob("*"):
        os.utime(path, (moment, moment))


def pack(payload: Path, tools: Path, setup: Path) -> None:
    """Run NSIS."""
    removal = tools / "files.nsh"
    removal.write_text(removal_of(payload), encoding="ascii")
    with written_beside(setup) as unfinished:
        defined = definitions(payload, tools, unfinished)
        pack_command: list[str | Path] = ["makensis", "-V2", "-INPUTCHARSET", "UTF8", *defined, HERE / "setup.nsi"]
        run(f"pack {setup.name}", pack_command, tells_progress=True)


def definitions(payload: Path, tools: Path, setup: Path) -> list[str]:
    """Return the definitions for setup.nsi."""
    known = publisher()
    values = {
        "VERSION": version(),
        "NUMBERS": f"{version()}.0",
        "PAYLOAD": payload,
        "SHORTCUT": tools / "shortcut.exe",
        "WELCOME_PICTURE": tools / "welcome.bmp",
        "HEADER_PICTURE": tools / "header.bmp",
        "PUBLISHER": known.name,
        "HOME": known.home,
        "SUPPORT": known.support,
        "RELEASES": known.releases,
        "EMAIL": known.email,
        "FILES": tools / "files.nsh",
        "OUTPUT": setup,
        "SIZE_KB": sum(file.stat().st_size for file in payload.rglob("*") if file.is_file()) // 1024,
    }
    if signing.signer(os.environ) is not None:
        values["SIGN"] = shlex.join([sys.executable, str(HERE / "signing.py")])
    return [f"-D{name}={value}" for name, value in values.items()]


def removal_of(payload: Path) -> str:
    """Return NSIS's commands that delete what is outside the library.

    They name each file, because other files in that folder are not vigicle's.
    """
    ours = (path for path in payload.rglob("*") if path.relative_to(payload).parts[0] != WHEELS)
    paths = sorted(ours, key=lambda path: (path.is_dir(), -len(path.parts), path))
    return "".join(
        f'{"RMDir" if path.is_dir() else "Delete"} "$INSTDIR\\{PureWindowsPath(path.relative_to(payload))}"\n'
        for path in paths
    )
