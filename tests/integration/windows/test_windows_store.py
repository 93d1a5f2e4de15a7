"""Keys that Windows itself reads, through the user's certificate store."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from support.pki import make_certificate
from support.windows import SOURCES, compile_module, compile_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.windows import Windows

pytestmark = pytest.mark.full

PROVIDER, CARD = "Test Card Crypto Provider", "Test card of the bench"
PROVIDERS = r"HKLM\Software\Microsoft\Cryptography\Defaults\Provider"
CALAIS = r"HKLM\Software\Microsoft\Cryptography\Calais\SmartCards"
ATR = "3B020102"
ADD = """
import ctypes, sys
from ctypes import wintypes
from daemon.adapters.certificate_store.windows import _ContextPointer, _ProviderInfo
crypt32, found = ctypes.WinDLL("crypt32"), _ContextPointer()
crypt32.CertOpenStore.restype = ctypes.c_void_p
store = ctypes.c_void_p(crypt32.CertOpenStore(ctypes.c_void_p(10), 0, None, 1 << 16, ctypes.c_wchar_p("MY")))
for file, provider in zip(sys.argv[1::2], sys.argv[2::2]):
    der = open(file, "rb").read()
    added = crypt32.CertAddEncodedCertificateToStore(store, 1, der, len(der), 3, ctypes.byref(found))
    if provider != "none":
        names = {} if provider == "nameless" else {"container": file, "provider": provider}
        info = _ProviderInfo(**names, type=1)
        crypt32.CertSetCertificateContextProperty(found, 2, 0, ctypes.byref(info))
    crypt32.CertFreeCertificateContext(found)
    print("added:", added)
crypt32.CertCloseStore(store, 0)
"""
ANSWERS = """
from daemon.adapters.certificate_store.worker import answers_to
from daemon.adapters.pkcs11.messages import ReadRequest
print(*(type(answer).__name__ for answer in answers_to(ReadRequest(module="system", readers=(), others=()))))
"""
CLEAR = r"HKCU\Software\Microsoft\SystemCertificates\My"


@pytest.fixture
def card_store(windows: Windows) -> Iterator[Windows]:
    """A Windows that knows the card, without any module."""
    image = windows.module.with_name("card_provider.dll")
    shutil.rmtree(windows.module.parent)
    image.parent.mkdir()
    compile_program((SOURCES / "card_provider.c").read_text(), image, "-shared")
    registry = windows.prefix
    key = f"{PROVIDERS}\\{PROVIDER}"
    registry.run("reg", "add", key, "/v", "Image Path", "/d", windows.in_windows(image), "/f")
    registry.run("reg", "add", key, "/v", "Type", "/t", "REG_DWORD", "/d", "1", "/f")
    registry.run("reg", "add", key, "/v", "Signature", "/t", "REG_BINARY", "/d", "00", "/f")
    registry.run("reg", "add", f"{CALAIS}\\{CARD}", "/v", "Crypto Provider", "/d", PROVIDER, "/f")
    registry.run("reg", "add", f"{CALAIS}\\{CARD}", "/v", "ATR", "/t", "REG_BINARY", "/d", ATR, "/f")
    registry.run("reg", "add", f"{CALAIS}\\damaged", "/v", "ATR", "/d", "no bytes", "/f")
    yield windows
    registry.run("reg", "delete", CLEAR, "/f")
    shutil.rmtree(image.parent)
    compile_module(windows.module)


def add(windows: Windows, *pairs: tuple[bytes, str]) -> None:
    """Put certificates into the store, each with its provider."""
    arguments: list[str] = []
    for number, (der, provider) in enumerate(pairs):
        file = windows.folder / f"stored{number}.der"
        file.write_bytes(der)
        arguments += [windows.in_windows(file), provider]
    assert windows.python(ADD, *arguments).text.count("added: 1") == len(pairs)


def test_a_key_without_a_module_is_read_by_windows(card_store: Windows, key: bytes) -> None:
    windows = card_store
    windows.plug_in(key)
    add(windows, (key, PROVIDER), (make_certificate(cn="no key"), "none"), (make_certificate(cn="soft"), "Unknown"))
    found = windows.answer_in_time("check")["certificates"]
    assert [(line["subject_cn"], line["present"], line["reader"]) for line in found] == [
        ("Jeanne MARTIN", True, "Test Reader 0")
    ]
    words = {check["what"] for check in windows.answer_in_time("doctor")["checks"]}
    assert "Test Reader 0: the system itself reads the key (1 certificate)." in words
    assert f"Test Reader 0: the system knows the key as {CARD}." in words


def test_what_is_damaged_in_the_store_hides_no_key(card_store: Windows, key: bytes) -> None:
    windows = card_store
    windows.plug_in(key)
    broken_name = make_certificate(cn="Paul DURAND").replace(b"DURAND", b"DUR\xff\xfeD")
    add(windows, (make_certificate(cn="nameless"), "nameless"), (broken_name, PROVIDER), (key, PROVIDER))
    for number, blob in enumerate(("ff", "00" * 12, "2000000001000000ffffffff30")):
        place = f"{CLEAR}\\Certificates\\{number:040X}"
        windows.prefix.run("reg", "add", place, "/v", "Blob", "/t", "REG_BINARY", "/d", blob, "/f")
    assert "Jeanne MARTIN" in {line["subject_cn"] for line in windows.answer_in_time("check")["certificates"]}


def test_an_account_without_a_store_has_no_copies(card_store: Windows) -> None:
    card_store.prefix.run("reg", "delete", CLEAR, "/f")
    assert card_store.python(ANSWERS).text.split() == ["CopiesFound", "Finished"]


def test_a_copy_whose_card_is_not_in_is_not_remembered(card_store: Windows, key: bytes) -> None:
    add(card_store, (key, PROVIDER))
    card_store.plug_in()
    assert card_store.answer_in_time("check")["certificates"] == []


def test_a_copy_says_what_the_old_key_was(card_store: Windows) -> None:
    windows, now = card_store, datetime.now(UTC)
    new = make_certificate(not_before=now - timedelta(days=2), not_after=now + timedelta(days=1000))
    old = make_certificate(not_before=now - timedelta(days=1000), not_after=now + timedelta(days=50))
    add(windows, (old, "Microsoft Smart Card Key Storage Provider"), (new, PROVIDER))
    windows.plug_in(new)
    report = windows.answer_in_time("check")
    assert len(report["certificates"]) == 1, report
    (path,) = report["paths"]
    assert path["kind"] == "activate"
    assert path["old_fingerprint"] != path["new_fingerprint"] is not None
