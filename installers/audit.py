"""Asks an advisory service about every library that is shipped or builds what is shipped; standard library only."""

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
    """What is known of some libraries: a line for each hole, and the names of those that nothing was heard of."""

    looked_up: int = 0
    holes: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        """Put both together."""
        return Findings(
            looked_up=self.looked_up + other.looked_up,
            holes=self.holes + other.holes,
            unheard=self.unheard + other.unheard,
        )

    @property
    def code(self) -> int:
        """The exit code; a hole that was found counts more than what was not looked up."""
        return HOLES if self.holes else NOT_LOOKED_UP if self.unheard else NOTHING_KNOWN

    @property
    def words(self) -> str:
        """All of it, for a person."""
        lines = [*self.holes]
        if self.looked_up:
            lines += [f"{self.looked_up} libraries were looked up; known holes: {len(self.holes)}."]
        if self.unheard:
            lines += ["The advisory service said nothing of: " + ", ".join(sorted(set(self.unheard))) + "."]
            lines += ["These were not looked up. See whether the service can be reached from here, and try again."]
        return "\n".join(lines)


def audit(python: str, arguments: list[str]) -> int:
    """Look up each shipped lock with the locked pip-audit, in an environment made for it and thrown away.

    `arguments` go to pip-audit. Returns 0 when no hole is known, 1 for a hole, 3 when something was not looked up.
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
            findings += look_up(program, name, Path(folder), arguments)
    sys.stdout.write(f"{findings.words}\n")
    return findings.code


def look_up(program: Path, name: str, folder: Path, arguments: list[str]) -> Findings:
    """Ask about one lock."""
    lock = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    file = folder / f"{name}.txt"
    file.write_text(for_every_system(lock), encoding="utf-8")
    ask: list[str | Path] = [program, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", file]
    ask += ["--format", "json", "--progress-spinner", "off", "--cache-dir", folder / "cache", *arguments]
    answer = subprocess.run(ask, check=False, capture_output=True, text=True, encoding="utf-8")
    findings = judge(answer.stdout, locked(lock))
    if findings.unheard:
        sys.stderr.write(answer.stderr[-2000:])
    return findings


def for_every_system(lock: str) -> str:
    """Take the markers away: what is locked for another system is looked up, too."""
    return MARKER.sub(r"\1\2", lock)


def locked(lock: str) -> set[str]:
    """Return the names in a lock."""
    return set(re.findall(r"^([^#\s=]+)==", lock, re.MULTILINE))


def judge(answer: str, names: set[str]) -> Findings:
    """Read pip-audit's JSON. What it skips it has not found, and a silent service is no word of health."""
    try:
        told = {each["name"]: each for each in json.loads(answer)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        return Findings(unheard=tuple(sorted(names)))
    heard = {name: each for name, each in told.items() if "vulns" in each}
    return Findings(
        looked_up=len(heard),
        holes=tuple(
            f"{name} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
            for name, each in heard.items()
            for hole in each["vulns"]
        ),
        unheard=tuple(sorted(names - heard.keys())),
    )
