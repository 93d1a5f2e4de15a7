"""Tests the tests of the core with mutmut, which changes its code."""

from __future__ import annotations

import shutil
import subprocess

from commands import PROGRAMS, ROOT, SetupError, complain, say, step

CORE = "daemon.core"
JUDGED = ROOT / "tests/project/mutants.txt"
WORK = ROOT / "mutants"  # mutmut's own copy of the sources, and what it knows of earlier runs


def mutate(modules: list[str]) -> int:
    """Run mutmut over modules of the core, or all of it.

    Returns the exit code: 1 when a mutant survives that the project has not accepted.
    A module is named as below `daemon.core`: `renewal`, `workflows.progress`. Raises SetupError for one that is not
    there, and StepError when mutmut fails, as it does when a test fails without any change.
    """
    for module in modules:
        if not (ROOT / "daemon/core" / f"{module.replace('.', '/')}.py").is_file():
            raise SetupError(f"There is no daemon/core/{module.replace('.', '/')}.py.")
    patterns = [f"{CORE}.{module}.x*" for module in modules] or [f"{CORE}*"]
    shutil.rmtree(WORK, ignore_errors=True)
    step("mutmut", [PROGRAMS / "mutmut", "run", *patterns])
    alive = survivors()
    new = [name for name in alive if name not in judged()]
    for name in new:
        complain(_mutmut("show", name))
    say(f"{len(alive)} changes that no test notices; {len(new)} of them are not in {JUDGED.relative_to(ROOT)}.")
    return 1 if new else 0


def survivors() -> list[str]:
    """Return the mutants of the last run that no test killed."""
    pairs = [line.strip().split(": ") for line in _mutmut("results").splitlines() if ": " in line]
    return [name for name, state in pairs if state in ("survived", "no tests", "timeout", "suspicious")]


def judged() -> set[str]:
    """Return the survivors that the project accepts."""
    lines = JUDGED.read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def _mutmut(*arguments: str) -> str:
    done = subprocess.run([PROGRAMS / "mutmut", *arguments], check=False, cwd=ROOT, capture_output=True, text=True)
    return done.stdout
