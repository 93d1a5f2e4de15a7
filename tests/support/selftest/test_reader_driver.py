"""The private pcscd as OpenSC and a PC/SC client see it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.card import PINS_SEEN, BankCard, PivCard, pin_commands
from support.pki import make_certificate, private_key
from support.process import PATIENCE_S, require_file, wait_until
from support.reader import MAX_READERS, ReaderService

if TYPE_CHECKING:
    from collections.abc import Mapping

OPENSC = require_file(
    ["/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so"], "opensc-pkcs11"
)

UNKNOWN_READER = "error 0x80100009"

# A client in a process of its own: libpcsclite reads PCSCLITE_CSOCK_NAME once.
CLIENT = """
import sys
from smartcard import scard as s
_, context = s.SCardEstablishContext(s.SCARD_SCOPE_USER)
names = s.SCardListReaders(context, [])[1]
state = {name: 0 for name in names}
while True:
    result, new = s.SCardGetStatusChange(context, s.INFINITE, list(state.items()))
    if result:
        print("error", hex(result & 0xFFFFFFFF), flush=True)
        break
    for name, event, atr in new:
        if event & s.SCARD_STATE_CHANGED:
            holding = bool(event & s.SCARD_STATE_PRESENT)
            print(names.index(name), "holding" if holding else "empty", event >> 16, flush=True)
        state[name] = event & ~s.SCARD_STATE_CHANGED
    if "once" in sys.argv:
        sys.stdin.readline()
"""


class Client:
    """A process that prints every change from SCardGetStatusChange."""

    def __init__(self, service: ReaderService, *arguments: str) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-c", CLIENT, *arguments],
            env=os.environ | service.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def next(self) -> str:
        assert self._popen.stdout is not None
        ready, _, _ = select.select([self._popen.stdout], [], [], PATIENCE_S)
        assert ready, "no change"
        line = b""
        while not line.endswith(b"\n"):
            line += self._popen.stdout.read(1)
        return line.decode().strip()

    def go_on(self) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.write(b"\n")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self._popen.kill()
        self._popen.communicate()


def pkcs11_tool(environment: Mapping[str, str], *arguments: str) -> str:
    command = ["pkcs11-tool", "--module", str(OPENSC), *arguments]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    return done.stdout + done.stderr


def card(surname: str = "Martin") -> PivCard:
    return PivCard({"9A": make_certificate(surname=surname, cn=f"Jeanne {surname}")})


def test_opensc_lists_the_certificates_and_sends_no_pin(reader_service: ReaderService) -> None:
    rsa = make_certificate(role="signature", key=private_key(1, "rsa"), cn="Signature of Jeanne")
    piv = PivCard({"9A": make_certificate(), "9C": rsa}, guid=bytes.fromhex("00112233445566778899AABBCCDDEEFF"))
    reader_service.insert(piv, reader=1)
    output = pkcs11_tool(reader_service.environment, "-O", "--type", "cert")
    assert "CN=Jeanne MARTIN" in output
    assert "CN=Signature of Jeanne" in output
    slots = pkcs11_tool(reader_service.environment, "-L")
    assert reader_service.reader_names[1] in slots
    assert "8899aabbccddeeff" in slots
    assert piv.apdus
    assert pin_commands(piv.apdus) == []


def test_a_card_with_a_locked_pin_reports_it_and_shows_its_certificate(reader_service: ReaderService) -> None:
    locked = card()
    locked.pin_tries = 0
    reader_service.insert(locked)
    assert "PIN locked" in pkcs11_tool(reader_service.environment, "-L")
    assert "Jeanne Martin" in pkcs11_tool(reader_service.environment, "-O")


def test_opensc_reads_nothing_from_a_bank_card(reader_service: ReaderService) -> None:
    bank = BankCard()
    reader_service.insert(bank)
    assert "Certificate Object" not in pkcs11_tool(reader_service.environment, "-O")
    assert bank.apdus


def test_a_login_is_found_among_the_commands(reader_service: ReaderService) -> None:
    piv = card()
    reader_service.insert(piv)
    pkcs11_tool(reader_service.environment, "--login", "--pin", "123456", "-O")
    assert len(pin_commands(piv.apdus)) == 1
    assert pin_commands(piv.apdus) == PINS_SEEN
    PINS_SEEN.clear()  # this one was intended


@pytest.mark.parametrize("tear_at", [1, 2, 5, 9])
def test_a_card_torn_out_reads_again_when_put_back(reader_service: ReaderService, tear_at: int) -> None:
    piv = card()
    piv.tear_at = tear_at
    reader_service.insert(piv)
    assert "Certificate Object" not in pkcs11_tool(reader_service.environment, "-O")
    assert len(piv.apdus) == tear_at
    piv.tear_at = None
    reader_service.remove()
    reader_service.insert(piv)
    assert "Certificate Object" in pkcs11_tool(reader_service.environment, "-O")


def test_a_mute_card_keeps_its_reader_waiting_and_can_be_taken_out(reader_service: ReaderService) -> None:
    piv = card()
    piv.mute = True
    reader_service.insert(piv)
    command = ["pkcs11-tool", "--module", str(OPENSC), "-O"]
    with subprocess.Popen(command, env=os.environ | reader_service.environment, stderr=subprocess.DEVNULL) as reading:
        wait_until(lambda: bool(piv.apdus), "the first command")
        with pytest.raises(subprocess.TimeoutExpired):
            reading.wait(0.5)
        reader_service.remove()
        reading.wait(PATIENCE_S)
    assert len(piv.apdus) == 1


def test_a_slow_card_takes_its_time(reader_service: ReaderService) -> None:
    piv = card()
    piv.delay_s = 0.05
    reader_service.insert(piv)
    begin = time.monotonic()
    assert "Certificate Object" in pkcs11_tool(reader_service.environment, "-O")
    assert time.monotonic() - begin >= 0.05 * len(piv.apdus)


@pytest.mark.parametrize("polled", [False, True], ids=["at once", "polled"])
def test_a_waiting_client_sees_a_swap(polled: bool) -> None:
    with ReaderService(readers=2, polled=polled) as service, Client(service) as client:
        assert {client.next(), client.next()} == {"0 empty 0", "1 empty 0"}
        service.insert(card(), reader=1)
        assert client.next() == "1 holding 1"
        service.swap(card("Durand"), reader=1)
        seen = client.next()
        while seen.endswith(" 2"):  # the removal, or the new card, which the service shows before it counts it
            seen = client.next()
        assert seen == "1 holding 3"
        service.remove(reader=1)
        assert client.next() == "1 empty 4"


def test_a_busy_client_sees_a_swap_by_the_counter_alone(reader_service: ReaderService) -> None:
    reader_service.insert(card())
    with Client(reader_service, "once") as client, Client(reader_service) as idle:
        assert client.next() == "0 holding 1"
        client.next()
        reader_service.swap(card("Durand"))
        while idle.next() != "0 holding 3":  # the service tells of a card after it has powered it
            pass
        client.go_on()
        assert client.next() == "0 holding 3"


def test_the_service_can_be_killed_and_started_with_the_card_in_place(reader_service: ReaderService) -> None:
    piv = card()
    reader_service.insert(piv)
    with Client(reader_service) as client:
        assert client.next() == "0 holding 1"
        client.next()
        reader_service.kill()
        assert client.next().startswith("error")
    assert "Certificate" not in pkcs11_tool(reader_service.environment, "-O")
    reader_service.start()
    assert "Certificate Object" in pkcs11_tool(reader_service.environment, "-O")
    reader_service.restart()
    assert "Certificate Object" in pkcs11_tool(reader_service.environment, "-O")


@pytest.mark.parametrize("readers", [1, 2, 10, MAX_READERS])
def test_a_service_has_exactly_its_readers(readers: int) -> None:
    with ReaderService(readers=readers) as service:
        for number in range(readers):
            service.insert(card(f"Number{number}"), reader=number)
        with Client(service) as client:
            output = [client.next() for _ in range(readers)]
        assert [line.rsplit(" ", 1)[0] for line in output] == [f"{number} holding" for number in range(readers)]


def test_a_service_without_readers_answers() -> None:
    with ReaderService(readers=0) as service:
        assert "No slots" in pkcs11_tool(service.environment, "-L")
        assert service.reader_names == []


def test_a_usb_key_can_be_pulled_out_and_plugged_in_again(reader_service: ReaderService) -> None:
    reader_service.insert(card())
    with Client(reader_service) as client:
        client.next(), client.next()
        reader_service.unplug()
        output = client.next()  # the first when it was waiting, the second when it was about to
        assert output.startswith("0 empty") or output == UNKNOWN_READER
    assert reader_service.reader_names[0] not in pkcs11_tool(reader_service.environment, "-L")
    reader_service.plug(card=card("Durand"))
    assert "Jeanne Durand" in pkcs11_tool(reader_service.environment, "-O")
    reader_service.restart()
    assert "Jeanne Durand" in pkcs11_tool(reader_service.environment, "-O")


def test_the_last_reader_can_be_pulled_out_while_its_card_is_read() -> None:
    with ReaderService() as service:
        mute = card()
        mute.mute = True
        service.insert(mute)
        command = ["pkcs11-tool", "--module", str(OPENSC), "-O"]
        with subprocess.Popen(command, env=os.environ | service.environment, stderr=subprocess.DEVNULL) as reading:
            wait_until(lambda: bool(mute.apdus), "the first command")
            service.unplug()
            reading.wait(PATIENCE_S)
        service.restart()
        assert "No slots" in pkcs11_tool(service.environment, "-L")
        service.plug()
        assert service.reader_names[0] in pkcs11_tool(service.environment, "-L")


def test_opensc_shows_no_more_than_four_readers() -> None:
    with ReaderService(readers=5) as service:  # its defaults: 16 slots in all, 4 kept for each card
        for number in range(5):
            service.insert(card(f"Number{number}"), reader=number)
        assert pkcs11_tool(service.environment, "-L").count("Jeanne Number") == 4


def test_a_card_that_is_there_before_the_service_starts_has_no_event(reader_service: ReaderService) -> None:
    reader_service.insert(card())
    for start in (reader_service.restart, reader_service.restart):
        start()
        with Client(reader_service) as client:
            assert client.next() == "0 holding 0"


def test_two_services_do_not_see_each_other() -> None:
    with ReaderService() as one, ReaderService() as two:
        one.insert(card("Un"))
        two.insert(card("Deux"))
        assert "Jeanne Un" in pkcs11_tool(one.environment, "-O")
        assert "Jeanne Deux" in pkcs11_tool(two.environment, "-O")
        one.kill()
        assert "Jeanne Deux" in pkcs11_tool(two.environment, "-O")


def test_a_closed_service_leaves_nothing() -> None:
    with ReaderService() as service:
        service.insert(card())
        pid, folder = service.pid, service.folder
        assert Path(f"/proc/{pid}/exe").readlink().name == "pcscd"
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
