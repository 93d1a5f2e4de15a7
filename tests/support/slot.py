"""The place of one card in a virtual reader."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.card import Card

POWER_OFF, POWER_ON, RESET, ASK_ATR = 0, 1, 2, 4  # control messages, as vsmartcard's vpcd numbers them


class Slot:
    """The slot of one card, with the connection that means "card present"."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.watched = Path(f"{path}.watched")
        self.plugged = Path(f"{path}.plugged")
        self._told = Path(f"{path}.told")
        self._told_before = 0
        self._holding = Path(f"{path}.holding")
        self.card: Card | None = None
        self._out = threading.Event()
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_told(self) -> bool:
        """Whether the service has told its clients of the last card."""
        return self._told.exists() and self._told.stat().st_size > self._told_before

    def forget_service(self) -> None:
        """Remove what a killed service has left."""
        self.watched.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def insert(self, card: Card) -> None:
        """Insert a card without waiting."""
        assert self._thread is None, "there is a card in this reader already"
        card.powered.clear()
        self.card = card
        self._told_before = self._told.stat().st_size if self._told.exists() else 0
        self._holding.touch()
        self._out = threading.Event()
        self._thread = threading.Thread(target=self._stay, args=(card, self._out), daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card out, if there is one."""
        if self._thread is None:
            return
        self._holding.unlink()
        self._out.set()
        with self._lock:
            if self._line is not None:
                with contextlib.suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._thread = self.card = None

    def _stay(self, card: Card, out: threading.Event) -> None:
        """Serve the card until it is removed, over restarts of the service."""
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
    """Return the next message, empty when the peer is gone."""
    head = line.recv(2, socket.MSG_WAITALL)
    return line.recv(int.from_bytes(head), socket.MSG_WAITALL) if len(head) == 2 else b""
