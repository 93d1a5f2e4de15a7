"""The circumstances of the figures: command, versions, machine."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from support.process import require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT_S = 10
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The circumstances that the figures depend on."""

    command: str
    day: str
    versions: Mapping[str, str]
    system: str
    processor: str
    cores: int
    memory_gib: float
    load_before: float

    def as_markdown(self) -> str:
        """Return it as a paragraph."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        machine = f"{self.cores} cores of {self.processor}, {self.memory_gib:.1f} GiB"
        return (
            f"`{self.command}` on {self.day}: {versions}; {self.system}; {machine}; "
            f"load average {self.load_before:.2f} when it began.\n"
            "Repeated figures are a median, with the 95th percentile behind it."
        )


def circumstances(arguments: Sequence[str]) -> Circumstances:
    """Return the circumstances, before anything is measured."""
    return Circumstances(
        command=" ".join(["python3 installers/dev.py bench", *arguments]),
        day=datetime.now(UTC).date().isoformat(),
        versions={
            "vigicle": version("vigicle"),
            "Python": platform.python_version(),
            "pcscd": _output_of(r"version (\S+?)\.?\s", require_tool("pcscd", "pcscd"), "--version"),
            "OpenSC": _package("opensc"),
            "pam_pkcs11": _package("libpam-pkcs11"),
        },
        system=f"{_system()}, Linux {platform.release()}",
        processor=_found(Path("/proc/cpuinfo"), r"^model name\s*: (.*)$") or platform.machine(),
        cores=os.cpu_count() or 0,
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        load_before=os.getloadavg()[0],
    )


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return UNKNOWN


def _package(name: str) -> str:
    """Return the version of a Debian package."""
    return _output_of(r"(\S+)", "dpkg-query", "--show", "--showformat=${Version}", name)


def _output_of(pattern: str, program: str, *options: str) -> str:
    """Return a program's version output, or a word when it is missing."""
    if shutil.which(program) is None:
        return UNKNOWN
    done = subprocess.run([program, *options], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    found = re.search(pattern, done.stdout)
    return found[1] if found else UNKNOWN


def _found(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    return found[1] if found else ""
