"""Looks up every shipped library, and every build tool, for known vulnerabilities.

It uses the standard library only.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path(__file__).resolve().parent / "locks"
SHIPPED = ("run", "build", "windows", "macos")

NOTHING_KNOWN, HOLES, NOT_LOOKED_UP = 0, 1, 3
MARKER = re.compile(r"^([^#\s]+==\S+) ;.*?( \\)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the advisory service answered about some libraries."""

    looked_up: int = 0
    holes: tuple[str, ...] = ()
    """A line for each known vulnerability."""
    unheard: tuple[str, ...] = ()
    """The names of the libraries without an answer."""

    def __add__(self, other: Findings) -> Findings:
        """Return both together."""
        return Findings(
            looked_up=self.looked_up + other.looked_up,
            holes=self.holes + other.holes,
            unheard=self.unheard + other.unheard,
        )

    @property
    def code(self) -> int:
        """The exit code. A known vulnerability has precedence over a missing answer."""
        if self.holes:
            return HOLES
        if self.unheard:
            return NOT_LOOKED_UP
        return NOTHING_KNOWN

    @property
    def words(self) -> str:
        """The report for a developer."""
        lines = [*self.holes]
        if self.looked_up:
            lines += [f"{self.looked_up} libraries were looked up; known vulnerabilities: {len(self.holes)}."]
        if self.unheard:
            lines += ["The advisory service did not answer about: " + ", ".join(sorted(set(self.unheard))) + "."]
            lines += ["These were not looked up. See whether the service can be reached from here, and try again."]
        return "\n".join(lines)


def audit(python: str, arguments: list[str]) -> int:
    """Look up each shipped lock with the locked pip-audit.

    It runs in a temporary environment and gets `arguments`. Returns 0 when no vulnerability is known, 1 for a
    vulnerability, and 3 when a library was not looked up.
    """
    with tempfile.TemporaryDirectory(prefix="vigicle-audit-") as folder:
        environment = Path(folder) / "environment"
        program = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run([python, "-m", "venv", environment], check=True)
        install: list[str | Path] = [program, "-m", "pip", "install", "--quiet", "--require-hashes"]
        install += ["--disable-pip-version-check", "--only-binary", ":all:", "--requirement", LOCKS / "audit.txt"]
        if subprocess.run(install, check=False).returncode != 0:
            sys.stderr.write("pip-audit cannot be installed from installers/locks/audit.txt. Nothing was looked up.\n")
            return NOT_LOOKED_UP
        findings = Findings()
        for name in SHIPPED:
            for lock in one_version_each((LOCKS / f"{name}.txt").read_text(encoding="utf-8")):
                findings += look_up(program, lock, Path(folder), arguments)
    sys.stdout.write(f"{findings.words}\n")
    return findings.code


def one_version_each(lock: str) -> list[str]:
    """Return the lock in parts that hold each library once.

    A lock has two versions of one where the systems need that, and pip-audit refuses them together.
    """
    parts: list[dict[str, str]] = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        name = block.split("==")[0]
        part = next((each for each in parts if name not in each), None)
        if part is None:
            parts.append(part := {})
        part[name] = block
    return ["\n".join(part.values()) for part in parts]


def look_up(program: Path, lock: str, folder: Path, arguments: list[str]) -> Findings:
    """Ask about one lock."""
    file = folder / "lock.txt"
    file.write_text(for_every_system(lock), encoding="utf-8")
    ask: list[str | Path] = [program, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", file]
    ask += ["--format", "json", "--progress-spinner", "off", "--cache-dir", folder / "cache", *arguments]
    answer = subprocess.run(ask, check=False, capture_output=True, text=True, encoding="utf-8")
    findings = judge(answer.stdout, locked(lock))
    if findings.unheard:
        sys.stderr.write(answer.stderr[-2000:])
    return findings


def for_every_system(lock: str) -> str:
    """Return the lock without markers, for the libraries of every system."""
    return MARKER.sub(r"\1\2", lock)


def locked(lock: str) -> set[str]:
    """Return the names in a lock."""
    return set(re.findall(r"^([^#\s=]+)==", lock, re.MULTILINE))


def judge(answer: str, names: set[str]) -> Findings:
    """Return the findings in pip-audit's JSON.

    A library that it skipped, or no answer at all, is not a clean result.
    """
    try:
        answers = {each["name"]: each for each in json.loads(answer)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        return Findings(unheard=tuple(sorted(names)))
    heard = {name: each for name, each in answers.items() if "vulns" in each}
    return Findings(
        looked_up=len(heard),
        holes=tuple(
            f"{name} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
            for name, each in heard.items()
            for hole in each["vulns"]
        ),
        unheard=tuple(sorted(names - heard.keys())),
    )
