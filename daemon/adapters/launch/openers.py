"""Starts programs and opens pages, by the means of each system.

No shell is used, nothing is inherited, and no call waits for the program's end.
"""

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from daemon.adapters.launch.mailto import Draft
from daemon.adapters.launch.vendor_tool import command_of, is_interpreter, read_entry
from daemon.adapters.platform.activation import with_activation
from daemon.adapters.platform.foreground_windows import hand_on_foreground
from daemon.adapters.platform.processes_windows import runs
from daemon.adapters.platform.shortcut_windows import has_arguments, read_target
from daemon.core.model import ActivationToken

log = logging.getLogger(__name__)

VERDICT_S = 0.5  # a program that cannot run has ended by then
OPEN_LIMIT_S = 10.0  # `gio` and `xdg-open` have handed over by then, or have become the browser
BROWSERS = ("x-www-browser", "firefox", "firefox-esr", "chromium", "google-chrome")  # where nothing knows a default
FLATPAK = Path("/.flatpak-info")
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


def open_file(path: Path) -> bool:
    """Open one of the files, and return whether a program took it.

    Without one, `xdg-open` would take the browser: it is asked only where there is no `gio`.
    """
    if sys.platform == "win32":
        done = _start_by_shell(str(path))
    elif sys.platform == "darwin":
        done = run(["/usr/bin/open", path.as_uri()], OPEN_LIMIT_S)
    elif _is_installed("gio"):
        done = run(["gio", "open", path.as_uri()], OPEN_LIMIT_S)
    else:
        done = run(["xdg-open", path.as_uri()], OPEN_LIMIT_S)
    return done


def open_letter(draft: Draft, activation: ActivationToken | None = None) -> bool:
    """Open a letter in the mail program, and return whether that worked.

    Name and serial number stand in no process's arguments on Linux, where all accounts can read them. Without a portal
    or a mail program on the bus, the letter opens with its subject alone.
    """
    if sys.platform == "win32":
        done = open_address(draft.address, activation)
    elif sys.platform == "darwin":
        from daemon.adapters.launch.mail_macos import open_by_workspace

        done = open_by_workspace(draft.address)
    else:
        from daemon.adapters.launch.mail_dbus import open_draft

        done = open_draft(draft, activation) or open_address(draft.bare_address, activation)
    return done


def _open_freedesktop(url: str, activation: ActivationToken | None) -> bool:
    """Open it by the portal or a program.

    A sandbox has no browser of its own: there the portal is the way. Elsewhere it follows the programs.
    """
    if _is_sandboxed() and _open_by_portal(url, activation):
        return True
    # webbrowser would report no failure, and without a display it would take the terminal.
    opened = any(_is_installed(opener) and run(command, OPEN_LIMIT_S, activation) for opener, command in _openers(url))
    return opened or (not _is_sandboxed() and _open_by_portal(url, activation))


def _is_sandboxed() -> bool:
    """Return whether Flatpak or Snap confines this program.

    docs.flatpak.org (/.flatpak-info), snapcraft.io/docs (SNAP).
    """
    return FLATPAK.exists() or "SNAP" in os.environ


def _open_by_portal(url: str, activation: ActivationToken | None) -> bool:
    from daemon.adapters.launch.mail_dbus import open_page

    return url.startswith("https:") and open_page(url, activation)


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
            program = None if has_arguments(path) else read_target(path)
    except (OSError, ValueError):
        return False
    if program is None or is_interpreter(str(program)) or not runs(program):
        return False
    log.info("The vendor's tool runs already")
    return True


def _start_posix(path: Path, activation: ActivationToken | None) -> bool:
    if path.suffix == ".app":
        return run(["/usr/bin/open", str(path)], OPEN_LIMIT_S)
    entry: dict[str, str] = {}
    command = [str(path)]
    if path.suffix == ".desktop":
        entry = read_entry(path)
        command = command_of(entry)
    if is_running(command):
        log.info("The vendor's tool runs already")
        return True
    if "true" in {entry.get("DBusActivatable"), entry.get("Terminal")}:
        return run(["gio", "launch", str(path)], OPEN_LIMIT_S, activation)
    # `gio launch` would not say that a program ends badly at once: `env` whose program is gone, a missing library.
    return bool(command) and run(command, VERDICT_S, activation, entry.get("Path"))


def run(
    command: Sequence[str], limit_s: float, activation: ActivationToken | None = None, folder: str | None = None
) -> bool:
    """Start a command, and return whether it did not fail in time.

    It runs on after the limit, in the folder. It is reaped when it ends.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=with_activation(childs_environment(os.environ), activation),
            cwd=folder or None,
            close_fds=True,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: a null character in a word
        log.warning("%s could not be started: %s", command[0], error)
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


def is_running(command: Sequence[str], processes: Path = Path("/proc")) -> bool:
    """Return whether the user runs this command (Linux only).

    Without arguments it may be a program of its own, or a script under an interpreter. With arguments, a process counts
    whose command begins with the whole of it: many programs run under one interpreter.
    """
    found = shutil.which("".join(command[:1]))
    if found is None:
        return False
    try:
        numbers = [entry for entry in processes.iterdir() if entry.name.isdecimal()]
        program = Path(found).resolve(strict=True)
        if len(command) > 1:
            return any(_begins_with([found, *command[1:]], _command_of(number)) for number in numbers)
        if not program.is_file() or is_interpreter(command[0]) or is_interpreter(str(program)):
            return False
        words = _words_before_arguments(program)
    except OSError:
        return False
    return any(str(program) in _programs_of(number, words) for number in numbers)


def _begins_with(command: Sequence[str], words: Sequence[str]) -> bool:
    if len(words) < len(command) or list(words[1 : len(command)]) != list(command[1:]):
        return False
    return os.path.realpath(words[0]) == os.path.realpath(command[0]) or words[0] == Path(command[0]).name


def _words_before_arguments(program: Path) -> int:
    with program.open("rb") as file:
        if file.read(2) == b"#!":
            return 3  # a script is named behind its interpreter and that one's option
    return 1


def _programs_of(process: Path, words: int) -> set[str]:
    command = _command_of(process)[:words]
    if not command:
        return set()
    try:
        return {*command, str((process / "exe").readlink())}
    except OSError:  # it has ended
        return set()


def _command_of(process: Path) -> list[str]:
    try:
        if process.stat().st_uid != os.getuid():  # type: ignore[attr-defined,unused-ignore]  # not on Windows
            return []
        return [os.fsdecode(word) for word in (process / "cmdline").read_bytes().split(b"\0")[:-1]]
    except OSError:  # it has ended, or is another's
        return []


def _openers(url: str) -> tuple[tuple[str, list[str]], ...]:
    named = (("gio", ["gio", "open", url]), ("xdg-open", ["xdg-open", url]))
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not has_display or not url.startswith("https:"):
        return named
    return *named, *((browser, [browser, url]) for browser in BROWSERS)


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
