#!/usr/bin/env python3
"""Signs programs for Windows when the builder has a key.

It is called as `signing.py FILE`, or through `sign_all` in the build. The environment names one signer:

- VIGICLE_SIGN_PKCS12, a file, with VIGICLE_SIGN_PASSWORD_FILE;
- VIGICLE_SIGN_PKCS11_MODULE, the library of a token, with VIGICLE_SIGN_PKCS11_KEY (its URI, RFC 7512),
  VIGICLE_SIGN_CERTIFICATES (a PEM file with the chain) and VIGICLE_SIGN_PASSWORD_FILE;
- VIGICLE_SIGN_COMMAND, a program that signs its last argument in place, for signers in a cloud.

VIGICLE_SIGN_TIMESTAMP_URL asks for a time stamp. No secret is on a command line.
"""

from __future__ import annotations

import os
import shlex
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PKCS12, MODULE, COMMAND = "VIGICLE_SIGN_PKCS12", "VIGICLE_SIGN_PKCS11_MODULE", "VIGICLE_SIGN_COMMAND"
PASSWORD, KEY, CERTIFICATES = "VIGICLE_SIGN_PASSWORD_FILE", "VIGICLE_SIGN_PKCS11_KEY", "VIGICLE_SIGN_CERTIFICATES"
TIMESTAMP = "VIGICLE_SIGN_TIMESTAMP_URL"
CERTIFICATE_TABLE = 4  # the entry in the optional header's data directories (PE format, learn.microsoft.com)
DIRECTORIES = {0x10B: 96, 0x20B: 112}  # where they begin, in PE32 and PE32+


class SignerError(Exception):
    """No signer can be used. The message says why."""


def signer(environ: Mapping[str, str]) -> Callable[[Path], list[str]] | None:
    """Return what makes the command that signs a file in place.

    None without a signer. Raises SignerError when there are two, or a part is missing.
    """
    named = [name for name in SIGNERS if environ.get(name)]
    if not named:
        return None
    if len(named) > 1:
        raise SignerError(f"Name one signer: {' or '.join(named)}.")
    needed, make = SIGNERS[named[0]]
    if missing := [name for name in needed if not environ.get(name)]:
        raise SignerError(f"{named[0]} also needs {', '.join(missing)}.")
    return lambda program: make(program, environ)


def sign_all(programs: list[Path], environ: Mapping[str, str]) -> int:
    """Sign each program that bears no signature yet, and return their number.

    The signatures of others stay. Raises SignerError.
    """
    unsigned = [program for program in programs if not is_signed(program)]
    for program in unsigned:
        sign(program, environ)
    return len(unsigned)


def sign(program: Path, environ: Mapping[str, str]) -> None:
    """Sign one program in place. Raises SignerError."""
    command = signer(environ)
    if command is None:
        raise SignerError("No signer is named.")
    try:
        code = subprocess.run(command(program), check=False).returncode
    except OSError as error:
        raise SignerError(f"The signer cannot be started: {error}.") from error
    if code != 0:
        raise SignerError(f"The signer did not sign {program.name} (code {code}).")
    signed = _signed(program)
    if signed.exists():
        shutil.move(signed, program)
    if not is_signed(program):
        raise SignerError(f"The signer left {program.name} without a signature.")


def programs_in(folder: Path) -> Iterator[Path]:
    """Yield each PE file of a folder and below, whatever its name."""
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and _pe_offset(file.read_bytes()) is not None)


def is_signed(program: Path) -> bool:
    """Return whether a PE file has an embedded signature."""
    content = program.read_bytes()
    header = _pe_offset(content)
    if header is None:
        return False
    optional = header + 24
    (kind,) = struct.unpack_from("<H", content, optional)
    entry = optional + DIRECTORIES[kind] + 8 * CERTIFICATE_TABLE
    _place, size = struct.unpack_from("<II", content, entry)
    return bool(size)


def _pe_offset(content: bytes) -> int | None:
    """Return where the PE header is, None in another kind of file."""
    if content[:2] != b"MZ" or len(content) < 64:
        return None
    (offset,) = struct.unpack_from("<I", content, 0x3C)
    return offset if content[offset : offset + 4] == b"PE\0\0" else None


def _signed(program: Path) -> Path:
    return program.with_name(program.name + ".signed")


def _with_pkcs12(program: Path, environ: Mapping[str, str]) -> list[str]:
    return _osslsigncode(program, environ, "-pkcs12", environ[PKCS12])


def _with_token(program: Path, environ: Mapping[str, str]) -> list[str]:
    token = ("-pkcs11module", environ[MODULE], "-key", environ[KEY], "-certs", environ[CERTIFICATES])
    return _osslsigncode(program, environ, *token)


def _with_command(program: Path, environ: Mapping[str, str]) -> list[str]:
    return [*shlex.split(environ[COMMAND]), str(program)]


def _osslsigncode(program: Path, environ: Mapping[str, str], *key: str) -> list[str]:
    command = ["osslsigncode", "sign", *key, "-readpass", environ[PASSWORD], "-h", "sha256", "-n", "vigicle"]
    if environ.get(TIMESTAMP):
        command += ["-ts", environ[TIMESTAMP]]
    return [*command, "-in", str(program), "-out", str(_signed(program))]


SIGNERS = {
    PKCS12: ((PASSWORD,), _with_pkcs12),
    MODULE: ((KEY, CERTIFICATES, PASSWORD), _with_token),
    COMMAND: ((), _with_command),
}


if __name__ == "__main__":
    try:
        sign(Path(sys.argv[1]), os.environ)
    except SignerError as problem:
        sys.exit(str(problem))
