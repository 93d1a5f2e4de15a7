"""Runs the project's checks, all or the quick ones."""

from __future__ import annotations

import json
import os
import time

from commands import PROGRAMS, ROOT, Command, StepError, complain, say, side_by_side, step, steps_side_by_side

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


def run_all(arguments: list[str], *, with_long_ones: bool) -> None:
    """Run every check in order.

    Raises StepError at the first failure.

    `arguments` go to pytest. Without any, the unit tests run first, under coverage of the core.
    """
    short = ["-m", "not full"]
    steps_side_by_side(without_tests())
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


def without_tests() -> dict[str, Command]:
    """Return the checks that run nothing of vigicle, the longest first."""
    checked = ["config", "daemon", "tray"]  # tests and bench are for Linux alone
    return {
        **{f"mypy for {name}": [*mypy(name), *([] if name == "linux" else checked)] for name in MYPY_PLATFORMS},
        "ruff check": [PROGRAMS / "ruff", "check"],
        "ruff format": [PROGRAMS / "ruff", "format", "--check"],
        "pip check": [PROGRAMS / "python", "-m", "pip", "check", "--disable-pip-version-check"],
        "zizmor": [PROGRAMS / "zizmor", "--offline", "--quiet", "--persona=auditor", ".github/workflows"],
    }


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
    results = [*side_by_side(commands)]
    for result in results:
        say(result.stdout.strip() if result.returncode == 0 else result.stdout + result.stderr)
    code = max(result.returncode for result in results)
    say(f"{'Failed' if code else 'Passed'} in {time.monotonic() - start:.1f} s.")
    return code


def mypy(platform: str) -> Command:
    """Return the command that checks the types for a platform."""
    return [PROGRAMS / "mypy", "--platform", platform, "--cache-dir", ROOT / ".mypy_cache" / platform]
