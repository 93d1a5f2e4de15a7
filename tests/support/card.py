"""Smart cards in software that answer command APDUs and record them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PIV_ATR = bytes.fromhex("3BFC1300008131FE15597562696B65794E454F7233E1")
BANK_ATR = bytes.fromhex("3B6500002063CB6800")
PIV_AID = bytes.fromhex("A000000308")
OBJECT_OF_KEY = {"9A": "5FC105", "9C": "5FC10A", "9D": "5FC10B", "9E": "5FC101"}
CHUID = bytes.fromhex("5FC102")
DISCOVERY = bytes.fromhex("7E")

FASC_N = bytes.fromhex("D4E739DA739CED39CE739DA1685A1082108CE73984108CE3FC")  # non-federal: the GUID counts

OK = bytes.fromhex("9000")
NOT_FOUND = bytes.fromhex("6A82")
UNKNOWN_INSTRUCTION = bytes.fromhex("6D00")

VERIFY, CHANGE_REFERENCE_DATA, RESET_RETRY_COUNTER = 0x20, 0x24, 0x2C
PIN_INSTRUCTIONS = {VERIFY, CHANGE_REFERENCE_DATA, RESET_RETRY_COUNTER}
PINS_SEEN: list[bytes] = []  # by any card of this test: `conftest.py` lets no test end with one


def pin_commands(apdus: Iterable[bytes]) -> list[bytes]:
    """Return the commands that carry a PIN.

    A VERIFY without data only asks for the tries left.
    """
    return [
        apdu
        for apdu in apdus
        if len(apdu) > 5 and apdu[1] in PIN_INSTRUCTIONS  # header and Lc, then data
    ]


class Card:
    """A card without content, whose faults are attributes.

    `delay_s`: seconds before each answer. `mute`: takes commands and never answers. `tear_at`: the
    card leaves the reader in the middle of the answer to the n-th command, counted from 1. `powered`
    is set while pcscd knows the card.
    """

    def __init__(self, *, atr: bytes) -> None:
        self.atr = atr
        self.delay_s = 0.0
        self.mute = False
        self.tear_at: int | None = None
        self.apdus: list[bytes] = []
        self.powered = threading.Event()

    def answer(self, apdu: bytes) -> bytes:
        """Return data and status words for a command. Thread-safe."""
        self.apdus.append(apdu)
        PINS_SEEN.extend(pin_commands([apdu]))
        return self._answer(apdu)

    def power_off(self) -> None:
        """Forget what lives only as long as the power."""

    def _answer(self, apdu: bytes) -> bytes:
        raise NotImplementedError


class BankCard(Card):
    """A payment card that no PKCS#11 module of the tests reads."""

    def __init__(self, *, atr: bytes = BANK_ATR) -> None:
        super().__init__(atr=atr)

    def _answer(self, apdu: bytes) -> bytes:
        del apdu
        return NOT_FOUND


class PivCard(Card):
    """A PIV card (NIST SP 800-73) holding certificates and no key.

    `certificates` maps a key reference (9A authentication, 9C signature, 9D, 9E) to DER. The `guid`
    (16 bytes) ends with the token's serial number: OpenSC shows its last 8 bytes. `pin_tries` 0 is a locked PIN.
    `failures` names the key references whose certificate the card fails to give at the next asking, once for each time.
    """

    def __init__(
        self,
        certificates: Mapping[str, bytes] | None = None,
        *,
        guid: bytes = bytes(range(1, 17)),
        atr: bytes = PIV_ATR,
        pin_tries: int = 3,
        failures: Iterable[str] = (),
    ) -> None:
        super().__init__(atr=atr)
        self.pin_tries = pin_tries
        self.failures = [bytes.fromhex(OBJECT_OF_KEY[reference]) for reference in failures]
        self._rest = b""
        self._objects = {CHUID: _chuid(guid), DISCOVERY: _discovery()}
        for reference, der in (certificates or {}).items():
            self._objects[bytes.fromhex(OBJECT_OF_KEY[reference])] = _certificate_object(der)

    def power_off(self) -> None:
        self._rest = b""

    def _answer(self, apdu: bytes) -> bytes:
        instruction, data, length = apdu[1], *_body(apdu)
        match instruction:
            case 0xA4:
                return _application() + OK if data.startswith(PIV_AID) else NOT_FOUND
            case 0xCB if data[2:] in self.failures:
                self.failures.remove(data[2:])
                return b"\x6f\x00"
            case 0xCB:
                self._rest = self._objects.get(data[2:], b"") if data[:1] == b"\x5c" else b""
                return self._chunk(length) if self._rest else NOT_FOUND
            case 0xC0:
                return self._chunk(length)
            case 0x20:
                return b"\x63" + bytes([0xC0 | self.pin_tries]) if self.pin_tries else b"\x69\x83"
            case _:
                return UNKNOWN_INSTRUCTION

    def _chunk(self, length: int) -> bytes:
        part, self._rest = self._rest[:length], self._rest[length:]
        more = b"\x61" + bytes([min(len(self._rest), 255)])
        return part + (more if self._rest else OK)


def _body(apdu: bytes) -> tuple[bytes, int]:
    """Return the data and the expected length of an APDU."""
    if len(apdu) <= 5:
        return b"", (apdu[4] if len(apdu) == 5 else 0) or 256
    if apdu[4] or len(apdu) < 7:
        end = 5 + apdu[4]
        return apdu[5:end], (apdu[end] if len(apdu) > end else 0) or 256
    end = 7 + int.from_bytes(apdu[5:7])
    if len(apdu) == 7:
        return b"", int.from_bytes(apdu[5:7]) or 65536
    return apdu[7:end], int.from_bytes(apdu[end:]) or 65536


def _tlv(tag: str, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    elif size < 0x100:
        length = bytes([0x81, size])
    else:
        length = b"\x82" + size.to_bytes(2)
    return bytes.fromhex(tag) + length + value


def _application() -> bytes:
    version = _tlv("4F", bytes.fromhex("000010000100"))
    return _tlv("61", version + _tlv("79", _tlv("4F", PIV_AID)))


def _chuid(guid: bytes) -> bytes:
    if len(guid) != 16:
        raise ValueError(f"a GUID has 16 bytes, not {len(guid)}")
    parts = [("30", FASC_N), ("34", guid), ("35", b"20991231"), ("3E", b""), ("FE", b"")]
    return _tlv("53", b"".join(_tlv(tag, value) for tag, value in parts))


def _discovery() -> bytes:
    aid = _tlv("4F", PIV_AID + bytes.fromhex("000010000100"))
    return _tlv("7E", aid + _tlv("5F2F", bytes.fromhex("4000")))


def _certificate_object(der: bytes) -> bytes:
    return _tlv("53", _tlv("70", der) + _tlv("71", b"\x00") + _tlv("FE", b""))
