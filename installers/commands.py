"""Runs commands one by one, and writes what happens."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
AT_ONCE = 2  # commands that each use one core

Command = list[str | Path]


class SetupError(Exception):
    """The work cannot go on. The message says why."""


class StepError(Exception):
    """A command ended with another code than 0."""

    def __init__(self, step: str, code: int) -> None:
        super().__init__(f"Failed: {step} (code {code}).")
        self.code = code if code > 0 else 1


def step(title: str, command: Command, *, is_system: bool = False) -> None:
    """Run a command in the project's root.

    A system's command, which may be root's, never finds a program of `.venv` in the place of its own. Raises StepError
    when it fails.
    """
    say(f"==> {title}")
    variables = dict(os.environ) if is_system else environment()
    try:
        code = subprocess.run([str(part) for part in command], check=False, cwd=ROOT, env=variables).returncode
    except OSError as error:
        complain(str(error))
        raise StepError(title, 1) from error
    if code != 0:
        raise StepError(title, code)


def steps_side_by_side(commands: dict[str, Command]) -> None:
    """Run commands of `.venv` two at a time, by title.

    Each is written with what it says once it has ended. Raises StepError for the first that failed.
    """
    for title, result in zip(commands, side_by_side(commands.values()), strict=True):
        say(f"==> {title}")
        say((result.stdout + result.stderr).strip())
        if result.returncode != 0:
            raise StepError(title, result.returncode)


def side_by_side(commands: Iterable[Command]) -> Iterator[subprocess.CompletedProcess[str]]:
    """Run commands of `.venv` two at a time.

    Yields each in its place, once it has ended, with the words that it wrote.
    """
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        yield from pool.map(_captured, commands)


def _captured(command: Command) -> subprocess.CompletedProcess[str]:
    words = [str(part) for part in command]
    try:
        return subprocess.run(words, check=False, cwd=ROOT, env=environment(), capture_output=True, text=True)
    except OSError as error:
        return subprocess.CompletedProcess(words, 1, "", str(error))


def environment() -> dict[str, str]:
    """Return the variables of a command of `.venv`.

    It may keep what it compiled, whatever the shell says: pytest would compile each test module anew in each worker.
    """
    path = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {"PATH": path}


def say(text: str) -> None:
    """Write a line to stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Write a line to stderr."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
