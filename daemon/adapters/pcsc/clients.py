"""Names the programs that may hold a card.

Only Linux tells: a client of the service has loaded its library and holds a socket (proc(5), `maps` and `fd`).
Windows and macOS have no documented way.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from config.i18n.text import clean
from config.identity import APPLICATION
from daemon.core.model import ProgramName

PROC = Path("/proc")
LIBRARY = "libpcsclite"
HIDDEN_CLIENTS = ("ssh-pkcs11-help",)  # it hides its libraries, and does nothing else; names have 15 letters
INTERPRETERS = ("python", "perl", "java")
NAMED_AT_MOST = 4


def other_clients(proc: Path = PROC) -> tuple[ProgramName, ...]:
    """Return the names of the user's programs that use the service.

    Left out are vigicle itself, its commands and what it started. Some may only watch the readers.
    """
    parents = {process: _parent(process) for process in _own_processes(proc)}
    found = {_name(process) for process in parents if not _is_ours(process, parents, proc) and _is_client(process)}
    return tuple(sorted(found - {"", APPLICATION}))[:NAMED_AT_MOST]


def _own_processes(proc: Path) -> Iterator[Path]:
    for process in proc.glob("[0-9]*"):
        try:
            if process.stat().st_uid == os.getuid():  # type: ignore[attr-defined,unused-ignore]
                yield process
        except OSError:  # it has ended
            continue


def _is_ours(process: Path, parents: dict[Path, str], proc: Path) -> bool:
    """Return whether a process is this one, or descends from it."""
    seen: set[Path] = set()
    while process in parents and process not in seen:
        if process.name == str(os.getpid()):
            return True
        seen.add(process)
        process = proc / parents[process]
    return False


def _is_client(process: Path) -> bool:
    if _text(process / "comm") in HIDDEN_CLIENTS:
        return True
    return LIBRARY in _text(process / "maps") and _has_socket(process)


def _has_socket(process: Path) -> bool:
    try:
        return any(str(file.readlink()).startswith("socket:") for file in (process / "fd").iterdir())
    except OSError:
        return False


def _name(process: Path) -> ProgramName:
    """Return the name of its file, or of its script."""
    command = _text(process / "comm")
    try:
        file = (process / "exe").readlink().name.removesuffix(" (deleted)")
    except OSError:
        file = command
    if file.startswith(INTERPRETERS):
        file = command
    return ProgramName(clean(file))


def _parent(process: Path) -> str:
    """Return the number of the process that started it (proc(5), `stat`)."""
    after_name = _text(process / "stat").rpartition(")")[2].split()
    return after_name[1] if len(after_name) > 1 else ""


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").removesuffix("\n")
    except OSError:
        return ""
