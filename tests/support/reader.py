"""A private, real pcscd with virtual readers.

Measured with pcscd 1.9.9 on a two-core machine (`support/selftest/test_reader_driver.py` holds the facts):

* a card put in, or taken out, reaches a client blocked in SCardGetStatusChange in a few
  milliseconds; with `polled=True`, as with vpcd, in up to 0.4 s;
* a swap is always two events. The counter in the high word of the event state grows by 2, even when the
  client was not waiting in between and sees "present" before and after;
* a client that waits on a reader when it is pulled out hears of a change; one that asks afterwards gets
  SCARD_E_UNKNOWN_READER for the whole call;
* OpenSC lists the certificates of a card in 0.02 s, and with its own configuration the first 4 readers only;
* with vsmartcard's vpcd a swap can be lost altogether: pcscd also asks for the card's presence before
  it powers a card down, and then the absence is not counted. The tests' driver holds it until
  pcscd has counted it.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from support.native import compile_file
from support.process import PATIENCE_S, Process, SupportTimeoutError, require_tool, wait_until
from support.slot import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from support.card import Card

MAX_READERS = 16  # PCSCLITE_MAX_READERS_CONTEXTS

# In a mount namespace of its own, the folders that are fixed in pcscd are those of $READERS_FOLDER.
LAUNCH = """
[ -d /run/pcscd ] || { mount -t tmpfs tmpfs /run && mkdir /run/pcscd; }
mount --bind "$READERS_FOLDER/run" /run/pcscd && mount --bind "$READERS_FOLDER/drivers" /usr/lib/pcsc/drivers &&
exec setpriv --pdeathsig KILL -- env LD_PRELOAD="$READERS_FOLDER/udev_stub.so" "$@"
"""


class ReaderService:
    """A private pcscd and its readers. A context manager.

    Programs find it through `environment` alone. Cards stay in their reader while the service is
    killed and started again. Start it from the main thread.

    `enter` is the command that enters another system (`support.bare_system`), whose own pcscd is started there, with
    its usual socket; `place` is a folder at the same path in both. `names`: those of the readers, as a USB device has
    them, in place of names of our own.
    """

    def __init__(
        self,
        *,
        readers: int = 1,
        names: Sequence[str] = (),
        polled: bool = False,
        environment: Mapping[str, str] | None = None,
        enter: Sequence[str] = (),
        place: Path | None = None,
    ):
        if not 0 <= readers <= MAX_READERS:
            raise ValueError(f"pcscd takes 0 to {MAX_READERS} readers, not {readers}")
        self.folder = Path(tempfile.mkdtemp(prefix="vigicle-pcscd-", dir=place))  # socket paths have at most 108 bytes
        self.folder.chmod(0o755)
        self._base = dict(environment if environment is not None else os.environ)
        self._polled = polled
        self._enter = enter
        self._process: Process | None = None
        self._slots = [Slot(self.folder / f"reader{number}") for number in range(readers)]
        names = list(names) or [f"Test Reader {chr(ord('A') + number)}" for number in range(readers)]
        self.reader_names = [f"{name} {number:02X} 00" for number, name in enumerate(names)]
        self._write_configuration(names)

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
        """The output of pcscd since it was started."""
        return self._process.text if self._process else ""

    def start(self) -> None:
        """Start pcscd and return once it has every reader and card."""
        assert self._process is None, "pcscd runs already"
        pcscd = require_tool("pcscd", "pcscd")
        disable_polkit = ["--disable-polkit"] if "--disable-polkit" in _help_of((*self._enter, pcscd)) else []
        command = [pcscd, "--foreground", "--info", "--config", str(self.folder / "conf"), *disable_polkit]
        environment = self._base | {
            "READERS_FOLDER": str(self.folder),
        }
        environment.pop("READERS_POLLED", None)
        if self._polled:
            environment["READERS_POLLED"] = "1"
        for slot in self._slots:
            slot.forget_service()
        self._process = Process(
            [*(self._enter or _namespace()), "sh", "-c", LAUNCH, "sh", *command],
            environment=environment,
            log=self.folder / "pcscd.log",
        )
        self._process.wait_for_log("daemon ready")
        for number, slot in enumerate(self._slots):
            if slot.plugged.exists():
                self._wait_taken(number)

    def stop(self) -> None:
        """End pcscd as the system does (SIGTERM)."""
        if self._process:
            self._process.terminate()
            self._process = None

    def kill(self) -> None:
        """Kill pcscd as a crash does. Its socket file stays."""
        if self._process:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Stop and start, with the cards left in their readers."""
        self.stop()
        self.start()

    def insert(self, card: Card, reader: int = 0) -> None:
        """Insert a card and wait until pcscd has told its clients.

        A card that is in before the service starts has an event counter of 0, as in life.
        """
        slot = self._slots[reader]
        slot.insert(card)
        if self._process:
            self._wait_until(lambda: slot.is_told, f"pcscd tells of the card in reader {reader}")

    def remove(self, reader: int = 0) -> None:
        """Remove the card, if there is one."""
        self._slots[reader].remove()

    def swap(self, card: Card, reader: int = 0) -> None:
        """Replace the card without a pause and without waiting for pcscd."""
        self._slots[reader].remove()
        self._slots[reader].insert(card)

    def unplug(self, reader: int = 0) -> None:
        """Unplug the reader with its card, like a USB key."""
        self._slots[reader].plugged.unlink()
        if self._process:
            self._send_usb_event("-", reader)
        self._slots[reader].remove()
        if self._process:
            wait_until(lambda: not self._slots[reader].path.exists(), f"pcscd drops reader {reader}")

    def plug(self, reader: int = 0, card: Card | None = None) -> None:
        """Plug a reader in again, with a card in it.

        pcscd numbers it anew: its name differs from `reader_names` when a lower number is free.
        """
        self._slots[reader].plugged.touch()
        if card is not None:
            self._slots[reader].insert(card)
        if self._process:
            self._send_usb_event("+", reader)
            self._wait_taken(reader)

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

    def _write_configuration(self, names: Sequence[str]) -> None:
        contents = self.folder / "drivers/test.bundle/Contents"
        for place in (self.folder / "run", self.folder / "conf", contents / "Linux"):
            place.mkdir(parents=True)
        (contents / "Linux/reader_driver.so").write_bytes(compile_file("reader_driver.c"))
        (self.folder / "udev_stub.so").write_bytes(compile_file("udev_stub.c"))
        os.mkfifo(self.folder / "events")
        description = {
            "CFBundleName": "test",
            "CFBundleExecutable": "reader_driver.so",
            "ifdVendorID": ["0x1209" for _ in names],
            "ifdProductID": [f"0x{number:04X}" for number, _ in enumerate(names)],
            "ifdFriendlyName": [f"name {number:04}" for number, _ in enumerate(names)],
        }
        properties = plistlib.dumps(description)
        for number, name in enumerate(names):
            properties = properties.replace(b"name %04d" % number, name.encode("utf-8", "surrogateescape"))
        (contents / "Info.plist").write_bytes(properties)
        for slot in self._slots:
            slot.plugged.touch()

    def _wait_taken(self, reader: int) -> None:
        """Return once pcscd has the reader, and the card in it."""
        slot = self._slots[reader]

        def taken() -> bool:
            return slot.watched.exists() and (slot.card is None or slot.card.powered.is_set())

        self._wait_until(taken, f"pcscd takes reader {reader}")

    def _wait_until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            wait_until(condition, what)
        except SupportTimeoutError as error:
            raise SupportTimeoutError(f"{error}. Output of pcscd:\n{self.log}") from None

    def _send_usb_event(self, sign: str, reader: int) -> None:
        (self.folder / "events").write_text(f"{sign}{reader:02}\n")


@cache
def _help_of(pcscd: tuple[str, ...]) -> str:
    return subprocess.run([*pcscd, "--help"], capture_output=True, text=True, timeout=PATIENCE_S, check=False).stdout


@cache
def _namespace() -> list[str]:
    """Return a command that gives a program its own mount namespace."""
    unshare = require_tool("unshare", "util-linux")
    command = [unshare, "--mount"] if os.geteuid() == 0 else [unshare, "--map-root-user", "--mount"]
    trial = subprocess.run([*command, "true"], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if trial.returncode != 0:
        raise RuntimeError(
            "a private pcscd needs a mount namespace: run the tests as root, or allow user namespaces "
            f"(sysctl kernel.unprivileged_userns_clone=1). {' '.join(command)} printed: {trial.stderr.strip()}"
        )
    return command
