"""A private, real pcscd with virtual readers, so that tests disturb neither each other nor the machine.

Measured with pcscd 1.9.9 on a two-core machine (`rig_selftest/test_reader.py` holds the facts):

* a card put in, or taken out, reaches a client blocked in SCardGetStatusChange in a few
  milliseconds; with `polled=True`, as with vpcd, in up to 0.4 s;
* a swap is always two events. The counter in the high word of the event state grows by 2, even when the
  client was not waiting in between and sees "present" before and after;
* with vsmartcard's vpcd a swap can be lost altogether: pcscd also asks for the card's presence before
  it powers a card down, and then nobody counts the absence. The rig's driver holds the absence until
  pcscd has counted it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rig.process import Process, require_file, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rig.card import Card

MAX_READERS = 15  # pcscd has room for 16 and looks for a free one before it adds
START_LIMIT_S = 10.0
POWER_OFF, POWER_ON, RESET, ASK_ATR = 0, 1, 2, 4

# Inside a mount namespace of its own, pcscd's fixed folder is ours.
LAUNCH = (
    '[ -d /run/pcscd ] || { mount -t tmpfs tmpfs /run && mkdir /run/pcscd; } && mount --bind "$1" /run/pcscd'
    ' && shift && exec setpriv --pdeathsig KILL -- "$@"'
)


class ReaderService:
    """A private pcscd and its readers; a context manager.

    Programs find it through `environment` alone. Cards stay in their reader while the service is
    killed and started again. Start it from the main thread.
    """

    def __init__(self, *, readers: int = 1, polled: bool = False, environment: Mapping[str, str] | None = None):
        if not 0 <= readers <= MAX_READERS:
            raise ValueError(f"pcscd takes 0 to {MAX_READERS} readers, not {readers}")
        self.folder = Path(tempfile.mkdtemp(prefix="rig-pcscd-"))  # short: socket names end at 108 bytes
        self.folder.chmod(0o755)
        self._base = dict(environment if environment is not None else os.environ)
        self._polled = polled
        self._process: Process | None = None
        self._slots = [_Slot(self.folder / f"reader{number}") for number in range(readers)]
        self.reader_names = [f"Rig Reader {chr(65 + number)}" for number in range(readers)]
        for name in ("run", "conf", "no-drivers"):
            (self.folder / name).mkdir()
        self._write_configuration()
        self.reader_names = [f"{name} {number:02X} 00" for number, name in enumerate(self.reader_names)]

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to reach this service."""
        return {"PCSCLITE_CSOCK_NAME": str(self.folder / "run/pcscd.comm")}

    @property
    def pid(self) -> int:
        """The process id of pcscd itself."""
        assert self._process is not None, "pcscd is not running"
        return self._process.pid

    @property
    def log(self) -> str:
        """What pcscd has said since it was started."""
        return self._process.text if self._process else ""

    def start(self) -> None:
        """Start pcscd and return once it lists every reader and has taken the cards in them."""
        assert self._process is None, "pcscd runs already"
        pcscd = require_tool("pcscd", "pcscd")
        disable_polkit = ["--disable-polkit"] if "--disable-polkit" in _help_of(pcscd) else []
        command = [pcscd, "--foreground", "--info", "--config", str(self.folder / "conf"), *disable_polkit]
        environment = self._base | {"PCSCLITE_HP_DROPDIR": str(self.folder / "no-drivers")}
        environment.pop("RIG_POLLED", None)
        if self._polled:
            environment["RIG_POLLED"] = "1"
        self._process = Process(
            [*_namespace(), "sh", "-c", LAUNCH, "sh", str(self.folder / "run"), *command],
            environment=environment,
            log=self.folder / "pcscd.log",
        )
        self._process.wait_for_log("daemon ready", START_LIMIT_S)
        for number, slot in enumerate(self._slots):
            if slot.card is not None:
                wait_until(slot.card.powered.is_set, f"pcscd takes the card in reader {number}")

    def stop(self) -> None:
        """End pcscd as the system does (SIGTERM)."""
        if self._process:
            self._process.terminate()
            self._process = None

    def kill(self) -> None:
        """End pcscd as a crash does (SIGKILL); its socket file stays behind."""
        if self._process:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Stop and start; the cards stay in their readers."""
        self.stop()
        self.start()

    def insert(self, card: Card, reader: int = 0) -> None:
        """Put a card in; while pcscd runs, return when it has read the ATR."""
        self._slots[reader].insert(card)
        if self._process:
            wait_until(card.powered.is_set, f"pcscd takes the card in reader {reader}")

    def remove(self, reader: int = 0) -> None:
        """Take the card out; nothing happens when there is none."""
        self._slots[reader].remove()

    def swap(self, card: Card, reader: int = 0) -> None:
        """Take the card out and put another in, without any pause and without waiting for pcscd."""
        self._slots[reader].remove()
        self._slots[reader].insert(card)

    def close(self) -> None:
        """End everything and leave no file."""
        for slot in self._slots:
            slot.remove()
        if self._process:
            self._process.close()
            self._process = None
        shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _write_configuration(self) -> None:
        driver = self.folder / "reader_driver.so"
        driver.write_bytes(_driver())
        for number, (name, slot) in enumerate(zip(self.reader_names, self._slots, strict=True)):
            text = f'FRIENDLYNAME "{name}"\nDEVICENAME rig:{slot.path}\nLIBPATH {driver}\nCHANNELID {number}\n'
            (self.folder / f"conf/{number:02}").write_text(text)


class _Slot:
    """The place of one card: it holds the connection that means "a card is in"."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.card: Card | None = None
        self._out = threading.Event()
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def insert(self, card: Card) -> None:
        assert self._thread is None, "there is a card in this reader already"
        card.powered.clear()
        self.card = card
        self._out = threading.Event()
        self._thread = threading.Thread(target=self._stay, args=(card, self._out), daemon=True)
        self._thread.start()

    def remove(self) -> None:
        if self._thread is None:
            return
        self._out.set()
        with self._lock:
            if self._line is not None:
                with contextlib.suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._thread = self.card = None

    def _stay(self, card: Card, out: threading.Event) -> None:
        """Be in the reader until taken out, over every restart of the service."""
        while not out.is_set():
            with socket.socket(socket.AF_UNIX) as line:
                try:
                    line.connect(str(self.path))
                except OSError:
                    out.wait(0.01)
                    continue
                with self._lock:
                    self._line = line
                    if out.is_set():
                        return
                _serve(card, line, out)
                card.powered.clear()
                with self._lock:
                    self._line = None


def _serve(card: Card, line: socket.socket, out: threading.Event) -> None:
    """Answer until either side closes the line."""
    with contextlib.suppress(OSError):
        while message := _receive(line):
            if len(message) > 1:
                answer = card.answer(message)
                if out.wait(card.delay_s) or (card.mute and out.wait()):
                    return
                data = len(answer).to_bytes(2) + answer
                if card.tear_at is not None and len(card.apdus) >= card.tear_at:
                    line.sendall(data[:-1])
                    out.set()
                    return
                line.sendall(data)
            elif message[0] == ASK_ATR:
                line.sendall(len(card.atr).to_bytes(2) + card.atr)
                card.powered.set()
            elif message[0] in {POWER_OFF, RESET}:
                card.power_off()


def _receive(line: socket.socket) -> bytes:
    """Return the next message; empty when the other side is gone."""
    head = line.recv(2, socket.MSG_WAITALL)
    return line.recv(int.from_bytes(head), socket.MSG_WAITALL) if len(head) == 2 else b""


@cache
def _driver() -> bytes:
    """Compile the reader's driver."""
    gcc = require_tool("gcc", "gcc libc6-dev")
    header = require_file(["/usr/include/PCSC/ifdhandler.h"], "libpcsclite-dev")
    source = Path(__file__).with_name("reader_driver.c")
    with tempfile.TemporaryDirectory(prefix="rig-driver-") as folder:
        library = Path(folder) / "reader_driver.so"
        command = [gcc, "-O1", "-Wall", "-shared", "-fPIC", f"-I{header.parent}", str(source), "-o", str(library)]
        subprocess.run(command, check=True, timeout=60)
        return library.read_bytes()


@cache
def _help_of(pcscd: str) -> str:
    return subprocess.run([pcscd, "--help"], capture_output=True, text=True, timeout=10, check=False).stdout


@cache
def _namespace() -> list[str]:
    """Return the command that gives a program a mount namespace of its own, and keeps its process id."""
    unshare = require_tool("unshare", "util-linux")
    command = [unshare, "--mount"] if os.geteuid() == 0 else [unshare, "--map-root-user", "--mount"]
    trial = subprocess.run([*command, "true"], capture_output=True, text=True, timeout=10, check=False)
    if trial.returncode != 0:
        raise RuntimeError(
            "a private pcscd needs a mount namespace: run the tests as root, or allow user namespaces "
            f"(sysctl kernel.unprivileged_userns_clone=1). {' '.join(command)} said: {trial.stderr.strip()}"
        )
    return command
