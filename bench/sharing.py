"""How vigicle shares a card with the programs beside it."""

from __future__ import annotations

import os
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING

from smartcard import scard

from bench.attempts import attempt, repeat
from bench.cards import lasting_card
from bench.programs import OPENSC_MODULES, OpenscNotify, Vigicle
from bench.rows import OURS, Row, beside
from bench.sandbox import Sandbox
from support.in_process import use_service
from support.process import require_file, require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.rows import Figure

TIMES, QUICK_TIMES = 10, 3
READINGS, QUICK_READINGS = 100, 10
START_S, WATCH_S = 1.0, 4.0
GAP_S = 0.002
COMMAND_LIMIT_S = 60
CERTIFICATE, KEY, OK = "Certificate Object", "ecdsa-", "\nD "


def measure(*, quick: bool) -> list[Row]:
    """Read a key beside clients that want the card or read it."""
    times, readings = (QUICK_TIMES, QUICK_READINGS) if quick else (TIMES, READINGS)
    waits = {name: repeat(partial(_longest_wait_s, start), times) for name, start in _WATCHERS.items()}
    tool = repeat(partial(_longest_wait_s, _read_once, put_in_first=True), times)
    rows = [
        beside("another program waits for the card while it is read, longest", "s", waits),
        Row(what="the same, while `pkcs11-tool -O` reads it", unit="s", budget=None, ours=tool),
    ]
    for name, command in _others().items():
        failed = attempt(name, partial(_disturbed, command, readings))
        figure: Figure = failed if isinstance(failed, str) else float(failed)
        rows.append(Row(what=f"runs of {name} that fail, beside {readings} readings", unit="", budget=0.0, ours=figure))
    return rows


def _longest_wait_s(start: Callable[[Sandbox], object], *, put_in_first: bool = False) -> float:
    """Ask for a key again and again while a program reads it.

    A watching program starts first, and reads the key when it is put in.
    """
    with Sandbox() as sandbox:
        use_service(sandbox.service)
        if not put_in_first:
            start(sandbox)
            time.sleep(START_S)
        sandbox.service.insert(lasting_card(1))
        card = _connected(sandbox.service.reader_names[0])
        if put_in_first:
            start(sandbox)
        return _longest_transaction_s(card)


def _longest_transaction_s(card: int) -> float:
    """Return the longest time until the card is ours, over `WATCH_S`."""
    waits, end = [0.0], time.monotonic() + WATCH_S
    while time.monotonic() < end:
        began = time.monotonic()
        if scard.SCardBeginTransaction(card) == scard.SCARD_S_SUCCESS:
            waits.append(time.monotonic() - began)
            scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD)
        time.sleep(GAP_S)
    return max(waits)


def _connected(reader: str) -> int:
    """Connect as soon as the card is there."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    while True:
        result, card, _ = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1)
        if result == scard.SCARD_S_SUCCESS:
            return int(card)
        time.sleep(GAP_S)


def _read_once(sandbox: Sandbox) -> object:
    return sandbox.start("pkcs11-tool", *_pkcs11_tool())


def _disturbed(command: Sequence[str], readings: int) -> int:
    """Return how many runs of a command fail beside so many readings."""
    *words, wanted = command
    failed = 0
    with Sandbox() as sandbox:
        sandbox.service.insert(lasting_card(1))
        commands = Vigicle(sandbox).commands
        home = sandbox.folder / "gpg"
        home.mkdir(mode=0o700)
        (home / "scdaemon.conf").write_text("disable-ccid\n")
        environment = os.environ | sandbox.environment | {"GNUPGHOME": str(home), "LC_ALL": "C"}
        for _ in range(readings):
            reading = commands.start("check")
            done = subprocess.run(
                words,
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=COMMAND_LIMIT_S,
                check=False,
            )
            failed += wanted not in f"\n{done.stdout}"
            reading.wait(COMMAND_LIMIT_S)
        subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=False)
    return failed


def _pkcs11_tool() -> tuple[str, ...]:
    module = require_file(OPENSC_MODULES, "opensc-pkcs11")
    return require_tool("pkcs11-tool", "opensc"), "--module", str(module), "-O"


def _others() -> dict[str, tuple[str, ...]]:
    """Return commands of other programs, and behind each what its answer holds."""
    module = str(require_file(OPENSC_MODULES, "opensc-pkcs11"))
    agent = (
        require_tool("gpg-connect-agent", "gnupg"),
        "SCD SERIALNO undefined",
        "SCD APDU 00A4040009A00000030800001000",
        "/bye",
    )
    return {
        "`pkcs11-tool -O`": (*_pkcs11_tool(), CERTIFICATE),
        "`ssh-keygen -D`": (require_tool("ssh-keygen", "openssh-client"), "-D", module, KEY),
        "scdaemon": (*agent, OK),
    }


_WATCHERS: dict[str, Callable[[Sandbox], object]] = {OURS: Vigicle, "opensc-notify": OpenscNotify}
