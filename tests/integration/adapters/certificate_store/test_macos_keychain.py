"""Cards that macOS reads, over both frameworks as documented."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.certificate_store.macos import Keychain, KeychainError
from support.pki import make_certificate
from support.process import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[3] / "support/keychain.c"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("keychain") / "keychain.so"
    gcc = require_tool("gcc", "gcc")
    subprocess.run([gcc, "-shared", "-fPIC", "-Wall", "-Wextra", "-o", str(built), str(SOURCE)], check=True)
    return built


@pytest.fixture
def keychain(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keychain]:
    """A keychain of what the folder holds, all released afterwards."""
    monkeypatch.setenv("VIGICLE_TEST_KEYCHAIN", str(tmp_path))
    yield Keychain(str(library), str(library))
    assert ctypes.c_int.in_dll(ctypes.CDLL(str(library)), "live_objects").value == 0


def test_the_certificates_of_a_card_are_found(keychain: Keychain, tmp_path: Path) -> None:
    der = make_certificate()
    (tmp_path / "token-CARD0001.der").write_bytes(der)
    (found,) = keychain.certificates()
    assert (found.der, found.place, found.card) == (der, "com.apple.pivtoken:CARD0001", "com.apple.pivtoken:CARD0001")


def test_an_identity_in_the_login_keychain_is_left_out(
    keychain: Keychain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGICLE_TEST_KEYCHAIN_CODE", "-34018")  # errSecMissingEntitlement
    (tmp_path / "software.der").write_bytes(make_certificate())
    (tmp_path / "token-CARD0001.der").write_bytes(make_certificate())
    assert [found.place for found in keychain.certificates()] == ["com.apple.pivtoken:CARD0001"]


def test_no_card_is_no_certificate(keychain: Keychain) -> None:
    assert list(keychain.certificates()) == []


def test_a_refused_search_names_its_code(keychain: Keychain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGICLE_TEST_KEYCHAIN_CODE", "-25308")  # errSecInteractionNotAllowed
    with pytest.raises(KeychainError, match="-25308"):
        list(keychain.certificates())


def test_an_endless_certificate_is_cut(keychain: Keychain, tmp_path: Path) -> None:
    (tmp_path / "token-CARD0001.der").write_bytes(b"\x30" * (1 << 17))
    (found,) = keychain.certificates()
    assert len(found.der) == 1 << 16
