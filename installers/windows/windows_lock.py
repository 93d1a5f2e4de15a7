"""Prints the part of a lock that is for Windows.

pip would evaluate a lock's markers for the system that it runs on. The build's Python runs this, with `packaging`.
"""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

WINDOWS = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_version": "3.13",
    "sys_platform": "win32",
}


def for_windows(lock: str, python: str = "3.13.2") -> str:
    """Return the requirements for Windows with their hashes, without markers.

    `python` is the full version of CPython.
    """
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)
    system = WINDOWS | {"python_full_version": python}
    return "".join(_kept(block, system) for block in blocks if "==" in block)


def _kept(block: str, system: dict[str, str]) -> str:
    first, hashes = block.split("\\\n", maxsplit=1)
    requirement = Requirement(first.strip())
    if requirement.marker is not None and not requirement.marker.evaluate(system):
        return ""
    return f"{requirement.name}{requirement.specifier} \\\n{hashes.rstrip()}\n"


if __name__ == "__main__":
    sys.stdout.write(for_windows(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2]))
