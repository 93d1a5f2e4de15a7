"""What the system shows of cards is sorted into cards and copies."""

from __future__ import annotations

import pytest

from daemon.adapters.certificate_store.stored import StoredCertificate
from daemon.adapters.certificate_store.windows import BASE_PROVIDERS, KnownCard, card_providers
from daemon.adapters.certificate_store.worker import answers_of, answers_to
from daemon.adapters.pkcs11.messages import CopiesFound, Finished, ReadRequest, TokenFound
from daemon.core.model import SYSTEM_STORE, ReaderName
from support.pki import make_certificate

READER, OTHER = ReaderName("Reader 00"), ReaderName("Reader 01")
REQUEST = ReadRequest(module=SYSTEM_STORE, readers=(READER,), others=(OTHER,))
# The ATR and the mask are as in the entry of a PIV card (learn.microsoft.com, "Smart Card Minidrivers", NIST PIV).
PIV = KnownCard(name="PIV card", atr=b"\x3b\xdb\x96\x00", mask=b"\xff\xff\x00\xff", providers=frozenset({"Vendor KSP"}))


def stored(cn: str, place: str | None, card: str = "") -> StoredCertificate:
    return StoredCertificate(der=make_certificate(cn=cn), place=place, card=card)


def test_each_card_is_one_token_and_the_others_are_copies() -> None:
    pool = [stored("a", READER, "PIV card"), stored("b", READER, "PIV card"), stored("c", None), stored("d", OTHER)]
    found, copies = answers_of(pool, REQUEST)
    assert isinstance(found, TokenFound)
    assert [found.token.slot_description, found.token.model] == [READER, "PIV card"]
    assert [certificate.subject_cn for certificate in found.token.certificates] == ["a", "b"]
    assert isinstance(copies, CopiesFound)
    assert [certificate.subject_cn for certificate in copies.certificates] == ["c"]


def test_a_damaged_certificate_spoils_no_other() -> None:
    pool = [StoredCertificate(der=b"\x30\x03junk", place=READER), stored("a", READER)]
    found, _ = answers_of(pool, REQUEST)
    assert isinstance(found, TokenFound)
    assert {bool(certificate.flaw) for certificate in found.token.certificates} == {True, False}


def test_a_system_without_a_store_has_nothing() -> None:
    assert list(answers_to(REQUEST)) == [CopiesFound(certificates=()), Finished()]


@pytest.mark.parametrize(
    ("atr", "fits"),
    [
        pytest.param(b"\x3b\xdb\x96\x00", True, id="the same"),
        pytest.param(b"\x3b\xdb\x18\x00", True, id="another byte under the mask"),
        pytest.param(b"\x3b\xdb\x96\x01", False, id="another card"),
        pytest.param(b"\x3b\xdb", False, id="a shorter answer"),
        pytest.param(b"", False, id="no card"),
    ],
)
def test_a_card_is_known_by_how_it_answers(atr: bytes, fits: bool) -> None:
    assert PIV.fits(atr) is fits


def test_the_providers_of_entered_cards_count_beside_those_of_windows() -> None:
    assert card_providers((PIV,)) == BASE_PROVIDERS | {"Vendor KSP"}
    assert card_providers(()) == BASE_PROVIDERS
