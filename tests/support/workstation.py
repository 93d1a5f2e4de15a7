"""Starts the installed command, asks it, and finds what it leaves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.card import PivCard
from support.pki import make_certificate

if TYPE_CHECKING:
    from support.process import Process
    from support.program import Program

THREE_YEARS = timedelta(days=3 * 365)


def start_daemon(workstation: Program) -> Process:
    """Start the daemon and wait until it runs."""
    daemon = workstation.start("run", "--headless")
    daemon.wait_for_log("vigicle is running")
    return daemon


def status(workstation: Program, *arguments: str) -> dict[str, Any]:
    """Return the report of `status` or another command."""
    done = workstation.run(*(arguments or ("status",)), "--json")
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def key(left: timedelta, name: str = "Jeanne MARTIN") -> PivCard:
    """Make a key whose certificate ends after this span."""
    end = datetime.now(UTC) + left
    der = make_certificate(not_before=end - THREE_YEARS, not_after=end, cn=name, given_name=None, surname=None)
    return PivCard({"9A": der}, guid=name.encode().ljust(16)[:16])


def runtime(workstation: Program) -> Path:
    """Return the folder of the lock and the endpoint."""
    (folder,) = Path(workstation.environment["XDG_RUNTIME_DIR"]).glob("vigicle*")
    return folder
