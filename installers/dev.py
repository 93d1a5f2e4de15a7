#!/usr/bin/env python3
"""Sets up, runs and tests vigicle on a fresh machine.

It needs the standard library alone.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- an older Python runs this far
    sys.exit(
        "vigicle needs Python 3.11, 3.12 or 3.13, and this is Python %d.%d.\n"  # noqa: UP031 -- read by any Python 3
        "Install one of these, and start installers/dev.py with it." % sys.version_info[:2]
    )

import hashlib
import json
import os
import shutil
import signal
import subprocess
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import audit
import checks
import fuzzing
import mutation
import system_packages
from commands import PROGRAMS, ROOT, VENV, SetupError, StepError, complain, say, step
from macos import wheels

if TYPE_CHECKING:
    from collections.abc import Callable

LOCKS = ROOT / "installers" / "locks"
STAMP = VENV / "vigicle-setup.json"
SYSTEM_PYTHON = "/usr/bin/python3"
SUPPORTED = ("3.11", "3.12", "3.13")

USAGE = """\
usage: python3 installers/dev.py COMMAND

  setup                         make the environment; then .venv/bin/vigicle works
  run [ARGUMENT ...]            set up, then start `vigicle run ARGUMENT ...`
  test [--full] [ARGUMENT ...]  set up, then run all the checks; arguments go to pytest
  test --desktops [ARGUMENT ...]
                                the installed package on GNOME, Plasma, sway, MATE and LXQt of a Debian 13 made for it
                                (2 GB the first time); pictures go to dist/desktops; VIGICLE_DEB names a package that
                                is built already
  test --fast [ARGUMENT ...]    ruff, mypy and the unit tests, for each save; prints how long it took
  mutate [MODULE ...]           change the core's code bit by bit (renewal, workflows.progress), and list what no test
                                notices; exits with 1 for a survivor that tests/project/mutants.txt does not judge
  fuzz [--minutes N] [TARGET ...]
                                search each border for bytes that do harm, 10 minutes each (Linux); exits with 1 for a
                                find; names the targets if one is unknown
  bench [--quick] [--json FILE] [--markdown FILE] [NAME ...]
                                set up, then measure vigicle beside its peers; --help names what
  audit [ARGUMENT ...]          ask which holes are known in what is shipped (needs the network); arguments go to
                                pip-audit; ends with 1 when there is one, with 3 when it could not be found out
  lock [ARGUMENT ...]           write installers/locks anew (needs uv); arguments go to uv
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What each layer of the environment was made from.

    An empty text is a layer that is not there.
    """

    base: str
    tools: str
    project: str


NOTHING = Stamp(base="", tools="", project="")


def main(arguments: list[str]) -> int:
    """Run the command named first, and return the exit code."""
    command, *rest = arguments or ["--help"]
    try:
        if command not in COMMANDS or (command == "setup" and rest):
            raise SetupError(f"{' '.join(arguments)!r} is not understood here.\n\n{USAGE}")
        return COMMANDS[command](rest)
    except StepError as error:
        complain(str(error))
        return error.code
    except SetupError as error:
        complain(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


def _setup(_arguments: list[str]) -> int:
    set_up(system_packages.RUN, with_tools=False)
    say(f"Ready. Start it: {PROGRAMS / 'vigicle'} run")
    return 0


def _run(arguments: list[str]) -> int:
    set_up(system_packages.RUN, with_tools=False)
    return hand_over([str(PROGRAMS / "vigicle"), "run", *arguments])


def _test(arguments: list[str]) -> int:
    if "--fast" in arguments:
        make_environment(with_tools=True)
        return checks.run_fast([argument for argument in arguments if argument != "--fast"])
    if "--desktops" in arguments:
        set_up(system_packages.RUN | system_packages.TEST | system_packages.FULL, with_tools=True)
        checks.run_desktops([argument for argument in arguments if argument != "--desktops"])
        return 0
    is_full = "--full" in arguments
    set_up(system_packages.RUN | system_packages.TEST | (system_packages.FULL if is_full else {}), with_tools=True)
    if is_full:
        install_lock("full", "--only-binary", ":all:")
    checks.run_all([argument for argument in arguments if argument != "--full"], with_long_ones=is_full)
    return 0


def _mutate(arguments: list[str]) -> int:
    make_environment(with_tools=True)
    install_lock("mutation", "--only-binary", ":all:")
    return mutation.mutate(arguments)


def _fuzz(arguments: list[str]) -> int:
    fuzzing.parse(arguments)
    make_environment(with_tools=True)
    install_lock("fuzz", "--only-binary", ":all:")
    return fuzzing.fuzz(arguments)


def _bench(arguments: list[str]) -> int:
    set_up(system_packages.RUN | system_packages.TEST | system_packages.BENCH, with_tools=True)
    os.environ["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
    return hand_over([str(PROGRAMS / "python"), "-m", "bench", *arguments])


def _audit(arguments: list[str]) -> int:
    return audit.audit(base_python(), arguments)


def _lock(arguments: list[str]) -> int:
    write_locks(arguments)
    return 0


def _help(_arguments: list[str]) -> int:
    say(USAGE)
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "setup": _setup,
    "run": _run,
    "test": _test,
    "mutate": _mutate,
    "fuzz": _fuzz,
    "bench": _bench,
    "audit": _audit,
    "lock": _lock,
    "-h": _help,
    "--help": _help,
}


def set_up(packages: dict[str, str], *, with_tools: bool) -> None:
    """Install what the system lacks and bring `.venv` up to date."""
    if sys.platform == "linux":
        install_system_packages(packages)
    make_environment(with_tools=with_tools)


def write_locks(arguments: list[str]) -> None:
    """Resolve pyproject.toml for all systems and Pythons at once.

    The run lock holds the dev lock's versions.
    """
    uv = shutil.which("uv", path=f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}")
    if uv is None:
        raise SetupError(f"uv is not installed. Install it: {PROGRAMS / 'python'} -m pip install uv")
    compile_lock = [uv, "pip", "compile", "--universal", "--python-version", SUPPORTED[0], "--generate-hashes"]
    compile_lock += ["--no-annotate", "--no-config", "--quiet", *arguments]
    compile_lock += ["--custom-compile-command", "python3 installers/dev.py lock"]
    build, dev, run = (LOCKS / f"{name}.txt" for name in ("build", "dev", "run"))
    step("lock build", [*compile_lock, "--group", "build", "--output-file", build])
    step("lock dev", [*compile_lock, "-c", build, "--extra", "dev", "pyproject.toml", "--output-file", dev])
    step("lock run", [*compile_lock, "-c", dev, "pyproject.toml", "--output-file", run])
    for group in ("windows", "macos", "audit", "full", "fuzz", "mutation"):
        output = LOCKS / f"{group}.txt"
        step(f"lock {group}", [*compile_lock, "-c", dev, "-c", build, "--group", group, "--output-file", output])
    wheels.write_wheels()


def install_system_packages(packages: dict[str, str]) -> None:
    """Install the system packages that are missing.

    Elsewhere than on Debian and Ubuntu, write what is missing and go on.
    """
    missing = system_packages.missing(packages)
    if not missing:
        return
    names = " ".join(missing)
    apt = system_packages.apt_get() if system_packages.is_debian_like() else None
    if apt is None:
        complain(f"Missing on this system, by Debian's names: {names}.\nGoing on without them. Install them as root.")
        return
    try:
        step("apt-get update", [*apt, "update"], is_system=True)
        install: list[str | Path] = [*apt, "install", "--yes", "--no-install-recommends", *missing]
        step(f"apt-get install {names}", install, is_system=True)
    except StepError as error:
        complain(f"{error}\nGoing on without all of these: {names}. Install them as root.")


# --- the environment


def make_environment(*, with_tools: bool) -> None:
    """Bring `.venv` to what the locks and pyproject.toml say.

    One environment serves run and test: it holds the run lock, and once tests have run, the dev lock on top (the same
    versions and more), so that running vigicle alone fetches no test tools. When the interpreter or a lock changes
    it is made anew: nothing left over hides a missing dependency. A set-up broken off leaves no stamp: made anew too.
    """
    python = base_python()
    wanted = Stamp(
        base=digest(str(VENV), python, version_of(python), text_of(LOCKS / "build.txt"), text_of(LOCKS / "run.txt")),
        tools=digest(text_of(LOCKS / "dev.txt")),
        project=digest(text_of(ROOT / "pyproject.toml")),
    )
    found = read_stamp()
    if found.base != wanted.base or found.tools not in ("", wanted.tools):
        found = NOTHING
    if not with_tools and not found.tools:
        wanted = replace(wanted, tools="")
    if found == wanted:
        return
    STAMP.unlink(missing_ok=True)
    if not found.base:
        create_environment(python)
    if not found.base:
        install_lock("build", "--only-binary", ":all:")
        install_lock("run")
    if found.tools != wanted.tools:
        install_lock("dev")
    if found.project != wanted.project:
        pip_install("vigicle itself", "--no-deps", "--editable", str(ROOT))
    STAMP.write_text(json.dumps(asdict(wanted)), encoding="utf-8")


def base_python() -> str:
    """Return the path of the interpreter to build on.

    It is Debian's own where it fits: libpython3-dev has the headers of that one.
    """
    debian = system_packages.is_debian_like() and Path(SYSTEM_PYTHON).exists()
    if debian and version_of(SYSTEM_PYTHON).startswith(SUPPORTED):
        return SYSTEM_PYTHON
    this = getattr(sys, "_base_executable", sys.executable)  # not .venv's own
    if not version_of(this).startswith(SUPPORTED):
        raise SetupError(
            f"vigicle needs Python {', '.join(SUPPORTED)}, and this is {version_of(this)}.\n"
            "Install one of these, and start installers/dev.py with it."
        )
    return str(this)


def version_of(python: str) -> str:
    """Return an interpreter's full version, such as 3.11.2."""
    ask = [python, "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()


def create_environment(python: str) -> None:
    """Make an empty `.venv` in place of the one there."""
    try:
        if VENV.exists():
            shutil.rmtree(VENV)
    except OSError as error:
        raise SetupError(f"The old environment cannot be removed: {error}.\nQuit vigicle, then try again.") from error
    try:
        step("make .venv", [python, "-m", "venv", VENV])
    except StepError as error:
        raise SetupError(f"{error}\nPython's venv is missing. Install python3-venv, then try again.") from error


def install_lock(name: str, *options: str) -> None:
    """Install exactly what a lock names, each file proved by its hash."""
    pip_install(f"installers/locks/{name}.txt", "--require-hashes", *options, "--requirement", LOCKS / f"{name}.txt")


def pip_install(what: str, *options: str | Path) -> None:
    """Install packages with pip.

    What must be built uses the build lock: pip's build isolation would fetch tools without a hash.
    """
    common = ["--disable-pip-version-check", "--no-input", "--no-build-isolation"]
    step(f"install {what}", [PROGRAMS / "python", "-m", "pip", "install", *common, *options])


def read_stamp() -> Stamp:
    """Return what the environment was made from.

    That is `NOTHING` where it is absent, incomplete or broken.
    """
    if not any((PROGRAMS / name).exists() for name in ("python", "python.exe")):
        return NOTHING
    try:
        return Stamp(**json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return NOTHING


def text_of(file: Path) -> str:
    """Return a project file's text."""
    return file.read_text(encoding="utf-8")


def digest(*parts: str) -> str:
    """Return one SHA-256 over all the parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def hand_over(command: list[str]) -> int:
    """Replace this process by the command.

    On Windows, where that does not exist, wait for the command and return its code.
    """
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 -- does not return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the console gives Ctrl+C to the command as well
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
