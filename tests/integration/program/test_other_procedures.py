"""SIV and the example of the FNMT, in a virtual reader."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from daemon.core.responses.launch import SAME_LAUNCH
from support.card import PivCard
from support.pki import make_certificate
from support.process import SupportTimeoutError, wait_until
from support.terminal import Terminal
from support.workstation import start_daemon

if TYPE_CHECKING:
    from support.browser import RecordingBrowser
    from support.program import Program
    from support.reader import ReaderService

COMMAND = str(Path(sys.executable).with_name("vigicle"))
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "procedures"
SIV_URL = "https://pro-siv.interieur.gouv.fr"
STATE_URL = "https://pha.ants.gouv.fr/aide-et-contact/renouvellement-du-certificat-numerique"
FNMT_URL = "https://www.sede.fnmt.gob.es/certificados/persona-fisica/renovar"
YEARS = timedelta(days=3 * 365)


def certificate_of(left: timedelta, issuer: str) -> bytes:
    end = datetime.now(UTC) + left
    return make_certificate(
        not_before=end - YEARS, not_after=end, issuer_o=issuer, issuer_ou="Ceres", issuer_cn="Authority"
    )


@pytest.fixture
def workstation(workstation: Program, browser: RecordingBrowser) -> Program:
    """The program with reader, browser and the examples as procedures."""
    workstation.environment |= browser.environment
    shutil.copytree(EXAMPLES, workstation.config_folder / "procedures")
    (workstation.config_folder / "procedures").chmod(0o700)
    (workstation.home / "Documents").mkdir()
    start_daemon(workstation)
    return workstation


def guide_of(workstation: Program) -> Terminal:
    return Terminal([COMMAND, "guide", "--text"], environment=workstation.environment)


def status(workstation: Program) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(workstation.run("status", "--json").stdout)
    return found


def know(workstation: Program, reader: ReaderService, card: PivCard, procedure: str) -> None:
    """Put a key in, and say what it is for."""
    reader.insert(card)
    wait_until(lambda: bool(status(workstation)["certificates"]), "the key is known")
    whose = status(workstation)["certificates"][0]["fingerprint_sha256"]
    assert workstation.run("assign", procedure, whose[:12]).returncode == 0


def choose(guide: Terminal, label: str) -> None:
    """Type what is before this label, once it is shown."""
    listed = re.compile(rf"^([1d-z]{{1,2}}) {re.escape(label)}$", re.MULTILINE)
    with contextlib.suppress(SupportTimeoutError):
        wait_until(lambda: listed.search(guide.text) is not None, f"{label!r} is offered")
    assert listed.search(guide.text), f"{label!r} is not offered:\n{guide.text}"
    guide.type(listed.findall(guide.text)[-1])


def save_certificate(guide: Terminal, workstation: Program, new: bytes) -> None:
    """Save the certificate, and see that it is whole."""
    choose(guide, "Save the certificate…")
    guide.read("Where to?")
    guide.type(str(workstation.home / "Documents" / "Garage.cer"))
    guide.read("The file is saved:")
    saved = (workstation.home / "Documents" / "Garage.cer").read_bytes()
    assert saved == new
    assert x509.load_der_x509_certificate(saved).serial_number
    choose(guide, "I have the file")


def open_page(guide: Terminal, label: str, browser: RecordingBrowser, times: int = 1) -> str:
    """Open a page and return its address.

    A choice that crosses a change of the page is dropped.
    """
    for _ in range(2):
        choose(guide, label)
        with contextlib.suppress(SupportTimeoutError):
            return str(browser.wait(times)[-1][0])
    raise AssertionError(f"{label!r} opened nothing:\n{guide.text}")


def finish(guide: Terminal, browser: RecordingBrowser, workstation: Program) -> None:
    time.sleep(SAME_LAUNCH.total_seconds())  # before that, the page that was opened last counts as opened
    assert open_page(guide, "Open SIV", browser, 2) == SIV_URL
    guide.read("1 The new key opens SIV")
    choose(guide, "The new key opens SIV")
    guide.read("Has your new key opened your account?")
    choose(guide, "Yes, it has")
    guide.read("Your new key is in use")
    assert status(workstation)["paths"] == []


def test_a_garage_declares_its_new_certificate_in_siv(
    workstation: Program, reader_service: ReaderService, browser: RecordingBrowser
) -> None:
    old = PivCard({"9A": certificate_of(timedelta(days=200), "ChamberSign France")}, guid=b"\1" * 16)
    der = certificate_of(YEARS - timedelta(days=1), "ChamberSign France")
    know(workstation, reader_service, old, "siv")
    with guide_of(workstation) as guide:
        reader_service.swap(PivCard({"9A": der}, guid=b"\2" * 16))
        choose(guide, "The key is activated")
        choose(guide, "Go on")
        guide.read("Have the new certificate at hand")
        save_certificate(guide, workstation, der)
        guide.read("Step 2 of 6: Plug in the old key")
        reader_service.swap(old)
        guide.read("Step 3 of 6: Declare the new certificate")
        assert open_page(guide, "Open SIV", browser) == SIV_URL
        guide.read("1 The new certificate is declared")
        choose(guide, "The new certificate is declared")
        choose(guide, "All windows are closed")
        reader_service.swap(PivCard({"9A": der}, guid=b"\2" * 16))
        guide.read("Step 6 of 6: Log in with the new key")
        finish(guide, browser, workstation)


def test_a_garage_whose_key_has_expired_declares_by_the_apd(
    workstation: Program, reader_service: ReaderService, browser: RecordingBrowser
) -> None:
    old = PivCard({"9A": certificate_of(timedelta(days=-3), "ChamberSign France")}, guid=b"\1" * 16)
    der = certificate_of(YEARS - timedelta(days=1), "ChamberSign France")
    know(workstation, reader_service, old, "siv")
    with guide_of(workstation) as guide:
        reader_service.swap(PivCard({"9A": der}, guid=b"\2" * 16))
        choose(guide, "The key is activated")
        choose(guide, "Go on")
        guide.read("Step 1 of 4: Have the new certificate at hand")
        save_certificate(guide, workstation, der)
        guide.read("Step 2 of 4: Declare it through the APD")
        assert open_page(guide, "Open this page", browser) == STATE_URL
        guide.read("1 The new certificate is declared")
        choose(guide, "The new certificate is declared")
        guide.read("Step 4 of 4: Log in with the new key")
        finish(guide, browser, workstation)


def test_the_example_of_the_fnmt_is_renewed_on_its_own_key(
    workstation: Program, reader_service: ReaderService, browser: RecordingBrowser
) -> None:
    old = certificate_of(timedelta(days=30), "FNMT-RCM")
    know(workstation, reader_service, PivCard({"9A": old}, guid=b"\1" * 16), "fnmt")
    (path,) = status(workstation)["paths"]
    assert (path["kind"], path["procedure"]) == ("renew", "fnmt")
    new = certificate_of(YEARS - timedelta(days=1), "FNMT-RCM")
    with guide_of(workstation) as guide:
        guide.read("Step 2 of 4: Request the renewal")
        guide.read("It can be renewed this way only once.")
        assert open_page(guide, "Open this page", browser) == FNMT_URL
        guide.read("1 I have requested it")
        choose(guide, "I have requested it")
        guide.read("Step 3 of 4: Download the new certificate")
        reader_service.swap(PivCard({"9A": new}, guid=b"\1" * 16))
        guide.read("Step 4 of 4: Try the new certificate")
        choose(guide, "It works")
        guide.read("Does the renewed certificate work?")
        choose(guide, "Yes, it works")
        guide.read("The certificate of your key is renewed")
    stages = {c["stage"] for c in status(workstation)["certificates"]}
    assert (status(workstation)["paths"], stages) == ([], {"valid", "superseded"})


def test_the_fnmt_refuses_a_renewal_before_its_window(workstation: Program, reader_service: ReaderService) -> None:
    old = certificate_of(timedelta(days=61), "FNMT-RCM")
    know(workstation, reader_service, PivCard({"9A": old}, guid=b"\1" * 16), "fnmt")
    assert status(workstation)["paths"] == []
