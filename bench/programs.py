"""The compared programs behind one interface."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bench import bare_client
from bench.rows import OURS
from support.process import SupportTimeoutError, require_file, require_tool, wait_until
from support.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.sandbox import Sandbox
    from support.process import Process

OPENSC_MODULES = [f"/usr/lib/{place}opensc-pkcs11.so" for place in ("x86_64-linux-gnu/", "aarch64-linux-gnu/", "")]
CARDS = re.compile(r"^(\S+ \S+) .* cards \[(.*)\]$", re.MULTILINE)
NUMBER = re.compile(r"'(\d+) in ")
LOG_RESOLUTION_S = 0.001
START_LIMIT_S = 10.0

EVENTMGR = """
{name} {{
  daemon = false;
  debug = false;
  {more}
  event card_insert {{ on_error = ignore; action = "date +%s.%N >> {stamps}"; }}
  event card_remove {{ on_error = ignore; action = "true"; }}
  {last}
}}
"""


class Watching(Protocol):
    """A program that watches the readers."""

    process: Process

    def seen(self) -> list[float]:
        """Return the moment of each insertion that it has noticed."""

    def notified_at(self) -> list[float]:
        """Return the moments of its notices, or of its configured actions."""


class Vigicle:
    """vigicle in the sandbox. Its log has each event when `verbose`."""

    def __init__(self, sandbox: Sandbox, *, verbose: bool = True, tray: bool = False) -> None:
        self._sandbox = sandbox
        with ExitStack() as stack:
            self.commands = stack.enter_context(Program(sandbox.home, sandbox.environment))
            sandbox.keep(stack.pop_all())
        options = [*(["--verbose"] if verbose else []), "run", *([] if tray else ["--headless"])]
        self.process = self.commands.start(*options)
        self.process.wait_for_log("vigicle is running", START_LIMIT_S)

    def seen(self) -> list[float]:
        first_seen: dict[str, float] = {}  # by the number that the watcher gives each insertion
        for line in CARDS.finditer(self.process.text):
            for number in NUMBER.findall(line[2]):
                first_seen.setdefault(number, log_moment(line[1]))
        return list(first_seen.values())

    def notified_at(self) -> list[float]:
        return self._sandbox.notified_at()


class OpenscNotify:
    """opensc-notify, which shows a notice for each insertion without a read."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.process = sandbox.start("opensc-notify", require_tool("opensc-notify", "opensc"))

    def seen(self) -> list[float]:
        return self._sandbox.notified_at("detected")

    def notified_at(self) -> list[float]:
        return self.seen()


class EventManager:
    """card_eventmgr or pkcs11_eventmgr, with an action that writes down the moment."""

    def __init__(self, sandbox: Sandbox, name: str, more: str, last: str) -> None:
        self._stamps = sandbox.folder / "stamps.txt"
        configuration = sandbox.folder / f"{name}.conf"
        configuration.write_text(EVENTMGR.format(name=name, more=more, last=last, stamps=self._stamps))
        self.process = sandbox.start(
            name, require_tool(name, "libpam-pkcs11"), "nodaemon", f"config_file={configuration}"
        )

    def seen(self) -> list[float]:
        return [float(line) for line in self._stamps.read_text().splitlines()] if self._stamps.exists() else []

    def notified_at(self) -> list[float]:
        return self.seen()


def card_eventmgr(sandbox: Sandbox) -> EventManager:
    """Start pam_pkcs11's watcher of the reader."""
    return EventManager(sandbox, "card_eventmgr", "timeout = 1000;", "event timeout { }")


def pkcs11_eventmgr(sandbox: Sandbox) -> EventManager:
    """Start pam_pkcs11's watcher of a PKCS#11 module."""
    module = require_file(OPENSC_MODULES, "opensc-pkcs11")
    more = f"polling_time = 1; expire_time = 0; pkcs11_module = {module};"
    expired = 'event expire_time { on_error = ignore; action = "true"; }'
    return EventManager(sandbox, "pkcs11_eventmgr", more, expired)


PROGRAMS: Mapping[str, Callable[[Sandbox], Watching]] = {
    OURS: Vigicle,
    "opensc-notify": OpenscNotify,
    "card_eventmgr": card_eventmgr,
    "pkcs11_eventmgr": pkcs11_eventmgr,
}
QUIET_PROGRAMS: Mapping[str, Callable[[Sandbox], Watching]] = {**PROGRAMS, OURS: partial(Vigicle, verbose=False)}
"""The same, as people run them."""


class BareClient:
    """The minimal `SCardGetStatusChange` client. `seen` is as in the programs."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.process = sandbox.start("bare", sys.executable, "-I", str(Path(bare_client.__file__)))
        self.process.wait_for_log("ready", START_LIMIT_S)

    def seen(self) -> list[float]:
        """Return the moment of each card put in."""
        return [float(line) for line in self.process.text.splitlines() if line[:1].isdigit()]


def log_moment(stamp: str) -> float:
    """Return the moment of a log line, plus half a millisecond."""
    moment = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f").astimezone(UTC)
    return moment.timestamp() + LOG_RESOLUTION_S / 2


def wait_for(moments: Callable[[], list[float]], since: float, limit_s: float) -> float | None:
    """Return the first moment from `since` on, or None at the limit."""

    def first() -> float | None:
        return next((moment for moment in moments() if moment >= since - LOG_RESOLUTION_S), None)

    try:
        wait_until(lambda: first() is not None, "the program notices", limit_s)
    except SupportTimeoutError:
        return None
    return first()
