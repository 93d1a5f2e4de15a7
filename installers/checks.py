"""Runs the project's checks, all or the quick ones."""

from __future__ import annotations

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from commands import PROGRAMS, ROOT, StepError, complain, environment, say, step

if TYPE_CHECKING:
    from pathlib import Path

MYPY_PLATFORMS = ("linux", "win32", "darwin")
PYTEST_FOUND_NO_TEST = 5
CORE_PERCENT = 98
FAST = ("--hypothesis-profile", "fast")
THOROUGH = ("--hypothesis-profile", "thorough")
# Most tests outside the units wait for a service, and some take long: an idle worker takes what another has queued.
WORKERS = ("-n", str(2 * (os.cpu_count() or 1)))
AT_ONCE = (*WORKERS, "--dist", "worksteal")
FILES_AT_ONCE = (*WORKERS, "--dist", "loadfile")  # the tests of a file share the package that they build
FAST_PARTS = (
    ["tests/unit/core", "--ignore=tests/unit/core/guide"],
    ["tests/project"],
    ["tests/unit", "--ignore=tests/unit/core"],
    ["tests/unit/core/guide"],
)
COVERAGE = ROOT / ".coverage_cache" / "core.json"

Command = list["str | Path"]


def run_all(arguments: list[str], *, with_long_ones: bool) -> None:
    """Run every check in order.

    Raises StepError at the first failure.

    `arguments` go to pytest. Without any, the unit tests run first, under coverage of the core.
    """
    short = ["-m", "not full"]
    step("ruff check", [PROGRAMS / "ruff", "check"])
    step("ruff format", [PROGRAMS / "ruff", "format", "--check"])
    for platform in MYPY_PLATFORMS:
        sources = [] if platform == "linux" else ["config", "daemon", "tray"]  # tests and bench are for Linux alone
        step(f"mypy for {platform}", [*mypy(platform), *sources])
    step("pip check", [PROGRAMS / "python", "-m", "pip", "check", "--disable-pip-version-check"])
    step("zizmor", [PROGRAMS / "zizmor", "--offline", "--quiet", "--persona=auditor", ".github/workflows"])
    try:
        if arguments:
            selection = [] if with_long_ones else short
            step("pytest", [PROGRAMS / "pytest", *THOROUGH, *selection, *arguments])
        else:
            check_coverage()
            step("pytest of the rest", [PROGRAMS / "pytest", *THOROUGH, *AT_ONCE, *short, "--ignore=tests/unit"])
            if with_long_ones:
                step("pytest of the long ones", [PROGRAMS / "pytest", *THOROUGH, *FILES_AT_ONCE, "-m", "full"])
    except StepError as error:
        if error.code == PYTEST_FOUND_NO_TEST:
            complain("pytest found no test to run.")
        raise


def run_desktops(arguments: list[str]) -> None:
    """Run the tests on real desktops.

    Raises StepError at a failure. `arguments` go to pytest.
    """
    step("pytest on real desktops", [PROGRAMS / "pytest", "tests/desktops", *arguments])


def check_coverage() -> None:
    """Run the unit tests and measure the core's branch coverage.

    Raises StepError when that is less than CORE_PERCENT.
    """
    coverage: Command = [PROGRAMS / "python", "-m", "coverage"]
    COVERAGE.parent.mkdir(exist_ok=True)
    step("forget the last coverage", [*coverage, "erase"])
    step("pytest of the units", [*coverage, "run", "-m", "pytest", *THOROUGH, *AT_ONCE, "-m", "not full", "tests/unit"])
    step("coverage of all workers", [*coverage, "combine", "--quiet"])
    step("coverage of the core", [*coverage, "json", "--quiet", "-o", COVERAGE])
    totals = json.loads(COVERAGE.read_text(encoding="utf-8"))["totals"]
    covered, all_branches = totals["covered_branches"], totals["num_branches"]
    percent = 100 * covered / all_branches
    say(f"Branches covered in the core: {covered} of {all_branches}, {percent:.1f} %. The least is {CORE_PERCENT} %.")
    if percent < CORE_PERCENT:
        step("the branches that no unit test takes", [*coverage, "report", "--skip-covered"])
        raise StepError("coverage of the core", 1)


def run_fast(arguments: list[str]) -> int:
    """Run the quick checks, two at a time, and print their time.

    `arguments` go to pytest, which tries fewer examples here. Without any, the tests run in four parts.
    Returns the highest exit code.
    """
    start = time.monotonic()
    pytest: Command = [PROGRAMS / "pytest", "-q", "-m", "not full and not slow", *FAST]
    commands: list[Command] = [
        *([*pytest, *selection] for selection in ([arguments] if arguments else FAST_PARTS)),
        mypy("linux"),
        [PROGRAMS / "ruff", "check", "--quiet"],
        [PROGRAMS / "ruff", "format", "--check", "--quiet"],
    ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = [*pool.map(_captured, commands)]
    for result in results:
        say(result.stdout.strip() if result.returncode == 0 else result.stdout + result.stderr)
    code = max(result.returncode for result in results)
    say(f"{'Failed' if code else 'Passed'} in {time.monotonic() - start:.1f} s.")
    return code


def mypy(platform: str) -> Command:
    """Return the command that checks the types for a platform."""
    return [PROGRAMS / "mypy", "--platform", platform, "--cache-dir", ROOT / ".mypy_cache" / platform]


def _captured(command: Command) -> subprocess.CompletedProcess[str]:
    words = [str(part) for part in command]
    return subprocess.run(words, check=False, cwd=ROOT, env=environment(), capture_output=True, text=True)
