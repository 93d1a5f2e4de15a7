"""Asks every account for its metrics, on Linux and macOS.

It runs as root, and trusts no account. It asks each one as that account, under limits, and writes nothing that it has
not read and understood. What an account prints can only be about that account.
"""

import contextlib
import logging
import os
import pwd
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from config.values import dataclass
from daemon.adapters.metrics.untrusted import OUTPUT_LIMIT, samples_of
from daemon.core.metrics import Sample, exposition

assert sys.platform != "win32"  # noqa: S101 - as mypy understands it; nothing else imports this there

log = logging.getLogger(__name__)

LIMIT_S = 10.0
END_LIMIT_S = 2.0  # for a process that was killed
MEMORY_LIMIT = 1 << 30  # bytes of one account's process
WORKERS = 8
PAUSE_S = 0.01  # between two looks at a process that has closed its output
READ_SIZE = 1 << 16
NOBODY = 65534
if sys.platform == "darwin":
    FIRST_USER = 501  # the first account that the assistant of macOS makes
    HOMES = Path("/Users")
    STATE = "Library/Application Support/vigicle"
    TEST = "/bin/test"
else:
    FIRST_USER = 1000  # login.defs, UID_MIN
    HOMES = Path("/home")
    STATE = ".local/state/vigicle"
    TEST = "/usr/bin/test"
LAUNCHERS = (
    ["/usr/bin/setpriv", "--no-new-privs", "--"],
    ["/usr/bin/prlimit", f"--as={MEMORY_LIMIT}", "--core=0", "--"],
)
"""What limits a process further, where the system has it (util-linux)."""

_examine: Callable[[int, int, int], Any] = os.waitid  # type: ignore[attr-defined,unused-ignore]  # macOS: since 3.13


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of the computer."""

    user: int
    group: int
    home: str


def collect(
    accounts: Iterable[Account], id_of: Callable[[int], str], command: Sequence[str], *, with_names: bool
) -> str:
    """Ask every account and return the text of all.

    A silent account costs at most `LIMIT_S` of one of the workers.
    """
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="collector") as pool:
        asked = [(id_of(account.user), pool.submit(ask, account, command)) for account in accounts]
        found: list[Sample] = []
        for id_, answer in asked:
            found += samples_of(answer.result(), id_, with_names=with_names)
    return exposition(found)


def ask(account: Account, command: Sequence[str], limit_s: float = LIMIT_S) -> bytes:
    """Run a command as the account, and return its output.

    Returns nothing where it fails, takes too long, or prints too much.
    """
    if _output(account, [TEST, "-d", f"{account.home}/{STATE}"], limit_s) is None:
        return b""
    launchers = [word for launcher in LAUNCHERS if Path(launcher[0]).exists() for word in launcher]
    return _output(account, [*launchers, *command], limit_s) or b""


def _output(account: Account, command: Sequence[str], limit_s: float) -> bytes | None:
    """Return what a command prints, None where it does not end well."""
    try:
        process = _start(account, command)
    except OSError as error:
        log.warning("An account cannot be asked: %s", error)
        return None
    try:
        return _read(process, time.monotonic() + limit_s)
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and those of its group.

    One that waits for a file system of its account in user space (fuse(4)) does not end, and is left behind.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # not waited for yet, so its number is still its own
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        log.warning("The process %s of an account does not end", process.pid)
    if process.stdout is not None:
        process.stdout.close()


def _start(account: Account, command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a command as the account, in a session of its own.

    Raises OSError.
    """
    identity: dict[str, Any] = {}
    if account.user != os.geteuid():
        identity = {"user": account.user, "group": account.group, "extra_groups": []}
    return subprocess.Popen(  # noqa: S603 - a fixed command
        command,
        env={"HOME": account.home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **identity,
    )


def _read(process: "subprocess.Popen[bytes]", deadline: float) -> bytes | None:
    """Read to the end of the output, and of the process.

    Returns None where it fails, is late, or prints too much.
    """
    if process.stdout is None:
        return None
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(output) <= OUTPUT_LIMIT and selector.select(max(0.0, deadline - time.monotonic())):
            part = os.read(process.stdout.fileno(), READ_SIZE)
            if not part:
                return output if _succeeds(process.pid, deadline) else None
            output += part
    return None


def _succeeds(process_id: int, deadline: float) -> bool:
    """Return whether the process ends with 0 in time.

    It is still to be waited for, so its number stays its own.
    """
    while (result := _examine(os.P_PID, process_id, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return (result.si_code, result.si_status) == (os.CLD_EXITED, 0)


def people() -> Iterator[Account]:
    """Yield the accounts of people.

    Those of a directory service are found by their homes.
    """
    listed = {each.pw_uid: each for each in pwd.getpwall()}
    for number in _owners_of_homes() - listed.keys():
        with contextlib.suppress(KeyError):
            listed[number] = pwd.getpwuid(number)
    for number, each in sorted(listed.items()):
        if number >= FIRST_USER and number != NOBODY:
            yield Account(user=number, group=each.pw_gid, home=each.pw_dir)


def _owners_of_homes() -> set[int]:
    """Return the numbers of those who own a folder of a home.

    One that root may not examine hides no other: a person may put a file system of their own there.
    """
    owners: set[int] = set()
    with contextlib.suppress(OSError), os.scandir(HOMES) as homes:
        for home in homes:
            with contextlib.suppress(OSError):
                owners.add(home.stat(follow_symlinks=False).st_uid)
    return owners
