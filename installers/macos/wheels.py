"""Lists the Mac wheels of the run lock.

Their tags name the oldest macOS. It uses the standard library and pip.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

from commands import PROGRAMS, SetupError, say

LOCKS = Path(__file__).resolve().parents[1] / "locks"
LIST = LOCKS / "macos-wheels.txt"
PYTHON = "3.13"  # the packages' own, see the release workflow
VERSIONS = ("11_0", "12_0", "13_0", "14_0", "15_0", "26_0")
ARCHITECTURES = ("arm64", "x86_64")
HEAD = """\
# The Mac wheels of run.txt, for the oldest macOS that takes them all. Written by:
#    python3 installers/dev.py lock
"""
OTHER_SYSTEMS = re.compile(r"sys_platform == '(linux|win32)'")
TAG = re.compile(r"-macosx_(\d+)_(\d+)_\w+\.whl")


def oldest_macos(wheels: str) -> str:
    """Return the oldest macOS of a list of wheels, such as `14.0`.

    That is the newest of the tags (packaging.python.org, platform compatibility tags).
    """
    versions = [(int(major), int(minor)) for major, minor in TAG.findall(wheels)]
    return ".".join(map(str, max(versions)))


def write_wheels() -> None:
    """Write the list anew. Raises SetupError where no macOS takes all wheels."""
    say("==> list the Mac wheels")
    lock = (LOCKS / "run.txt").read_text(encoding="utf-8")
    LIST.write_text(HEAD + "".join(sorted(_find_wheels(lock))), encoding="utf-8")


def _find_wheels(lock: str) -> set[str]:
    for version in VERSIONS:
        answers = {each: _ask_pip(lock, version, each) for each in ARCHITECTURES}
        if all(answers.values()):
            return set().union(*map(_lines, answers.values()))
    raise SetupError("No macOS takes a wheel of every library in installers/locks/run.txt.")


def _ask_pip(lock: str, version: str, architecture: str) -> str:
    """Return pip's report on what it would install, "" where it cannot.

    The hashes are left out, or pip would download every wheel. `_lines` compares them.
    """
    pins = [line.split()[0] for line in lock.splitlines() if "==" in line and is_for(line, architecture)]
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder) / "names.txt"
        names.write_text("\n".join(pins), encoding="utf-8")
        ask = [str(PROGRAMS / "python"), "-m", "pip", "install", "--dry-run", "--quiet", "--report", "-", "--no-deps"]
        ask += ["--disable-pip-version-check", "--only-binary", ":all:", "--target", folder]
        ask += ["--platform", f"macosx_{version}_{architecture}", "--python-version", PYTHON, "--implementation", "cp"]
        ask += ["--requirement", str(names)]
        answer = subprocess.run(ask, check=False, stdout=subprocess.PIPE, text=True)
    return answer.stdout if answer.returncode == 0 else ""


def is_for(line: str, architecture: str) -> bool:
    """Return whether a line of the lock is for this processor."""
    intel = re.search(r"platform_machine (==|!=) 'x86_64'", line)
    is_other = intel is not None and (intel[1] == "==") is not (architecture == "x86_64")
    return not is_other and OTHER_SYSTEMS.search(line) is None


def _lines(report: str) -> set[str]:
    """Return name and hash of each wheel for a Mac alone."""
    parts = [part["download_info"] for part in json.loads(report)["install"]]
    wheels = {part["url"].rsplit("/", 1)[-1]: part["archive_info"]["hashes"]["sha256"] for part in parts}
    return {f"{name} sha256:{digest}\n" for name, digest in wheels.items() if TAG.search(name)}
