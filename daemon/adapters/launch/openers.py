"""Starts programs and opens pages, by the means of each system.

No shell is used, nothing is inherited, and no call waits for the program's end.
"""

import logging
import os
import shlex
import shutil
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path

from daemon.adapters.launch.vendor_tool import read_entry
from daemon.adapters.platform.activation import with_activation
from daemon.adapters.platform.foreground_windows import hand_on_foreground
from daemon.adapters.platform.processes_windows import runs
from daemon.adapters.platform.shortcut_windows import read_target
from daemon.core.model import ActivationToken

log = logging.getLogger(__name__)

VERDICT_S = 0.5  # a program that cannot run has ended by then
OPEN_LIMIT_S = 10.0  # `gio` and `xdg-open` have handed over by then, or have become the browser
PRIVATE_VARIABLES = ("VIGICLE_", "PYTHON", "_PYI_", "_MEIPASS")
FROZEN_CHANGES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # PyInstaller keeps the user's own in NAME_ORIG


def open_address(url: str, activation: ActivationToken | None = None) -> bool:
    """Open an https or mailto address, and return whether that worked.

    An address is one word of a command that begins with its scheme: it is never taken for an option.
    """
    if sys.platform == "win32":
        done = _start_by_shell(url)
    elif sys.platform == "darwin":
        done = run(["/usr/bin/open", url], OPEN_LIMIT_S)
    else:
        done = _open_freedesktop(url, activation)
    return done


def _open_freedesktop(url: str, activation: ActivationToken | None) -> bool:
    # Of the three only `gio` reports every failure; xdg-open some; webbrowser none, and without a display it would
    # take the terminal.
    if any(_is_installed(opener) and run(command, OPEN_LIMIT_S, activation) for opener, command in _openers(url)):
        return True
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(display) and url.startswith("https:") and webbrowser.open(url)


def start_tool(path: Path, activation: ActivationToken | None = None) -> bool:
    """Start a program, .desktop, .lnk or .app, unless it runs.

    Returns whether it runs, as far as can be known.
    """
    if sys.platform == "win32":
        done = _runs_on_windows(path) or _start_by_shell(str(path))
    else:
        done = _start_posix(path, activation)
    return done


def _runs_on_windows(path: Path) -> bool:
    try:
        program: Path | None = path
        if path.suffix.casefold() == ".lnk":
            program = read_target(path)
    except (OSError, ValueError):
        return False
    if program is None or not runs(program):
        return False
    log.info("The vendor's tool runs already")
    return True


def _start_posix(path: Path, activation: ActivationToken | None) -> bool:
    if path.suffix == ".app":
        return run(["/usr/bin/open", str(path)], OPEN_LIMIT_S)
    program: Path | None = path
    if path.suffix == ".desktop":
        program = _program_of_entry(path)
    if program is not None and is_running(program):
        log.info("The vendor's tool runs already")
        return True
    if path.suffix == ".desktop":
        return run(["gio", "launch", str(path)], OPEN_LIMIT_S, activation)
    return run([str(path)], VERDICT_S, activation)


def run(command: Sequence[str], limit_s: float, activation: ActivationToken | None = None) -> bool:
    """Start a command, and return whether it did not fail in time.

    It runs on after the limit. It is reaped when it ends.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=with_activation(childs_environment(os.environ), activation),
            close_fds=True,
            start_new_session=True,
        )
    except OSError as error:
        log.warning("%s could not be started: %s", command[0], error.strerror)
        return False
    try:
        code = process.wait(limit_s)
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, name="reaper", daemon=True).start()
        return True
    if code != 0:
        log.warning("%s ended with %d", command[0], code)
    return code == 0


def childs_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without vigicle's own variables.

    Left out are those of vigicle, of its Python, and of the frozen program.
    """
    kept = {name: value for name, value in environ.items() if not name.startswith(PRIVATE_VARIABLES)}
    if getattr(sys, "frozen", False):
        for name in FROZEN_CHANGES:
            before = kept.pop(f"{name}_ORIG", None)
            kept.pop(name, None)
            if before:
                kept[name] = before
    return kept


def is_running(program: Path, processes: Path = Path("/proc")) -> bool:
    """Return whether the user runs this program (Linux only).

    It may be a program of its own, or a script under an interpreter.
    """
    try:
        wanted = program.resolve(strict=True)
        with wanted.open("rb") as file:
            words = 1
            if file.read(2) == b"#!":  # a script is named behind its interpreter and that one's option
                words = 3
        numbers = [entry for entry in processes.iterdir() if entry.name.isdecimal()]
    except OSError:
        return False
    return any(str(wanted) in _programs_of(number, words) for number in numbers)


def _programs_of(process: Path, words: int) -> set[str]:
    try:
        if process.stat().st_uid != os.getuid():  # type: ignore[attr-defined,unused-ignore]  # not on Windows
            return set()
        words_run = (process / "cmdline").read_bytes().split(b"\0")[:words]
        return {os.fsdecode(part) for part in words_run} | {str((process / "exe").readlink())}
    except OSError:  # it has ended, or is another's
        return set()


def _program_of_entry(file: Path) -> Path | None:
    try:
        words = shlex.split(read_entry(file).get("Exec", ""))
    except ValueError:
        return None
    if not words:
        return None
    found = shutil.which(words[0])
    return Path(found) if found else None


def _openers(url: str) -> tuple[tuple[str, list[str]], ...]:
    return ("gio", ["gio", "open", url]), ("xdg-open", ["xdg-open", url])


def _is_installed(program: str) -> bool:
    return shutil.which(program) is not None


def _start_by_shell(target: str) -> bool:
    """Start it as a double click does.

    Windows then resolves shortcuts, and asks for rights where they are needed.
    """
    if sys.platform == "win32":
        hand_on_foreground()
        try:
            os.startfile(target)  # noqa: S606 - an https address, or a program of our own table
        except OSError as error:
            log.warning("Windows could not open it: %s", error.strerror)
            return False
    return True
