"""Signing for Windows, with a throw-away authority and each kind of signer."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.process import require_tool
from support.softhsm import USER_PIN, SoftHsm
from windows import signing
from windows.build_windows import sign_parts
from windows.launchers import compile_program
from windows.payload import make_payload

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD = "for-this-test"
ENGINE_PACKAGE = "libengine-pkcs11-openssl"  # osslsigncode loads tokens through it
URI = "pkcs11:token=signer;object=key;type=private"


class Authority:
    """A certificate authority, and a key of its that may sign programs."""

    def __init__(self, folder: Path) -> None:
        self.root, self.key, self.certificate = (folder / name for name in ("root.pem", "key.pem", "certificate.pem"))
        self.password, self.bundle = folder / "password", folder / "key.p12"
        self.password.write_text(PASSWORD)
        root_key, request, usage = folder / "root.key", folder / "request.pem", folder / "usage"
        usage.write_text("extendedKeyUsage=codeSigning\nkeyUsage=digitalSignature\n")
        new = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
        openssl(*new, "/CN=Throw-away CA", "-x509", "-days", "2", "-keyout", root_key, "-out", self.root)
        openssl(*new, "/CN=Throw-away signer", "-keyout", self.key, "-out", request)
        issue = ("x509", "-req", "-in", request, "-CA", self.root, "-CAkey", root_key, "-CAcreateserial", "-days", "1")
        openssl(*issue, "-extfile", usage, "-out", self.certificate)
        secret = ("-passout", f"file:{self.password}")
        openssl("pkcs12", "-export", "-inkey", self.key, "-in", self.certificate, *secret, "-out", self.bundle)

    @property
    def environ(self) -> dict[str, str]:
        return {signing.PKCS12: str(self.bundle), signing.PASSWORD: str(self.password)}

    def verifies(self, program: Path) -> bool:
        """Return whether osslsigncode accepts the signature of a program."""
        ask = ["osslsigncode", "verify", "-in", str(program), "-CAfile", str(self.root)]
        return "Signature verification: ok" in subprocess.run(ask, check=False, capture_output=True, text=True).stdout


def openssl(*arguments: str | Path) -> None:
    subprocess.run([require_tool("openssl", "openssl"), *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    compile_program("shortcut.c", tmp_path / "shortcut.exe", "-mwindows", "-lole32", "-luuid")
    return tmp_path / "shortcut.exe"


def test_a_program_is_signed_with_a_file(authority: Authority, program: Path) -> None:
    assert not signing.is_signed(program)
    assert signing.sign_all([program], authority.environ) == 1
    assert authority.verifies(program)


def test_a_program_is_signed_with_a_token(
    authority: Authority, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(Path("/usr/lib").glob("*/engines-3/pkcs11.so")), f"install {ENGINE_PACKAGE}"
    token = SoftHsm(tmp_path / "token")
    token.complete("signer")
    key = [str(authority.key), "--token", "signer", "--label", "key", "--id", "07", "--pin", USER_PIN]
    monkeypatch.setenv("SOFTHSM2_CONF", token.environment["SOFTHSM2_CONF"])
    subprocess.run([require_tool("softhsm2-util", "softhsm2"), "--import", *key], check=True)
    pin = tmp_path / "pin"
    pin.write_text(USER_PIN)
    environ = {
        signing.MODULE: str(token.module),
        signing.KEY: URI,
        signing.CERTIFICATES: str(authority.certificate),
        signing.PASSWORD: str(pin),
    }
    signing.sign(program, environ)
    assert authority.verifies(program)


def test_a_program_is_signed_by_a_command(authority: Authority, program: Path, tmp_path: Path) -> None:
    cloud = tmp_path / "cloud.py"
    key = (str(authority.bundle), str(authority.password))
    cloud.write_text(
        "import os, subprocess, sys\n"
        f"call = ['osslsigncode', 'sign', '-pkcs12', {key[0]!r}, '-readpass', {key[1]!r}]\n"
        "subprocess.run([*call, '-in', sys.argv[1], '-out', sys.argv[1] + '.new'], check=True)\n"
        "os.replace(sys.argv[1] + '.new', sys.argv[1])\n"
    )
    signing.sign(program, {signing.COMMAND: f"{sys.executable} {cloud}"})
    assert authority.verifies(program)


def test_a_signature_of_another_stays(authority: Authority, program: Path) -> None:
    signing.sign(program, authority.environ)
    before = program.read_bytes()
    assert signing.sign_all([program], authority.environ) == 0
    assert program.read_bytes() == before


def test_a_signer_that_does_nothing_stops_the_build(program: Path) -> None:
    with pytest.raises(signing.SignerError, match=r"shortcut\.exe without a signature"):
        signing.sign(program, {signing.COMMAND: "true"})


@pytest.mark.parametrize(
    ("command", "words"),
    [("/no/such/signer", "cannot be started"), ("false", "did not sign shortcut.exe (code 1)")],
    ids=["missing", "failing"],
)
def test_a_signer_that_fails_is_told(program: Path, command: str, words: str) -> None:
    with pytest.raises(signing.SignerError, match=re.escape(words)):
        signing.sign(program, {signing.COMMAND: command})


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        pytest.param({signing.PKCS12: "a", signing.COMMAND: "b"}, "Name one signer", id="two"),
        pytest.param({signing.PKCS12: "a"}, f"needs {signing.PASSWORD}", id="no-password"),
        pytest.param({signing.MODULE: "a", signing.PASSWORD: "b"}, signing.KEY, id="no-key"),
    ],
)
def test_a_signer_that_is_named_in_part_is_refused(environ: Mapping[str, str], words: str) -> None:
    with pytest.raises(signing.SignerError, match=words):
        signing.signer(environ)


def test_without_a_signer_nothing_is_signed() -> None:
    assert signing.signer({}) is None


def test_no_secret_is_on_the_command_line(authority: Authority) -> None:
    command = signing.signer(authority.environ | {signing.TIMESTAMP: "http://time"})
    assert command is not None
    words = command(Path("a.exe"))
    assert PASSWORD not in " ".join(words)
    assert words[words.index("-ts") + 1] == "http://time"


@pytest.mark.parametrize(
    "place", ["payload/vigicle.exe", "payload/lib/module.pyd", "payload/lib/x/helper", "tools/x.dll"]
)
def test_a_program_is_signed_by_its_content_wherever_it_lies(
    authority: Authority, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Windows 11 judges each library.

    Source: learn.microsoft.com, Smart App Control.
    """
    for name, value in authority.environ.items():
        monkeypatch.setenv(name, value)
    target = tmp_path / "stage" / place
    target.parent.mkdir(parents=True)
    program.rename(target)
    sign_parts(tmp_path / "stage")
    assert authority.verifies(target)


@pytest.mark.full
def test_every_program_of_the_setup_is_signed(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those without a signature get ours, the others keep theirs."""
    make_payload(tmp_path / "payload")
    theirs = {file for file in signing.programs_in(tmp_path) if signing.is_signed(file)}
    for name, value in authority.environ.items():
        monkeypatch.setenv(name, value)
    sign_parts(tmp_path)
    programs = list(signing.programs_in(tmp_path))
    assert len(programs) > len(theirs) > 0
    assert [file.name for file in programs if file not in theirs and not authority.verifies(file)] == []
    assert [file.name for file in programs if not signing.is_signed(file)] == []
